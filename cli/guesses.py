"""What people try first, as other programs call it, and what it is called here."""

from __future__ import annotations

from collections.abc import Collection

_COMMANDS = {
    "query": ("ask", "find", "get", "lookup", "search", "similar"),
    "index": ("add", "build", "embed", "import", "ingest", "init", "refresh", "scan", "sync", "update"),
    "items": ("catalog", "dir", "dump", "export", "item", "list", "ls", "show"),
    "status": ("info", "inspect", "stat", "stats"),
    "remove": ("del", "delete", "drop", "forget", "rm"),
    "serve": ("browse", "gui", "server", "ui", "view", "web"),
    "duplicates": ("copies", "dedup", "dedupe"),
    "label": ("annotate", "classify", "tag"),
    "check": ("doctor", "fsck", "validate", "verify"),
    "compact": ("clean", "gc", "prune", "vacuum"),
    "eval": ("evaluate", "measure"),
    "align": ("finetune", "fine-tune", "fit", "train"),
    "spaces": ("encoders", "models"),
}

_OPTIONS = {
    "-k": ("-n", "--k", "--hits", "--limit", "--num", "--results", "--top", "--topk", "--top-k"),
    "--where": ("--condition", "--filter"),
    "--count": ("--counts", "--facet", "--facets", "--group-by"),
    "--text": ("--prompt", "--query", "--words"),
    "--image": ("--img", "--photo", "--picture"),
    "--audio": ("--sound", "--wav"),
    "--shape": ("--mesh", "--model", "--object"),
    "--minus-text": ("--exclude", "--negative", "--not", "--without"),
    "--to": ("--kind", "--modality", "--target", "--type"),
    "--min-confidence": ("--min-score", "--threshold"),
    "--index": ("--database", "--db", "--out", "--output"),
    "--html": ("--page", "--report"),
    "--json": ("--format",),
    "--space": ("--encoder", "--model"),
    "--workers": ("--jobs", "--processes", "--threads"),
    "--device": ("--cuda", "--gpu"),
    "--again": ("--force", "--reindex"),
    "--metadata": ("--csv", "--meta", "--table"),
    "--exclude": ("--ignore", "--skip"),
    "--names": ("--classes", "--labels"),
    "--into": ("--out", "--output"),
}


def command(tried: str) -> str | None:
    """What a command of another name is called here."""
    return next((name for name, others in _COMMANDS.items() if tried.lower() in others), None)


def option(tried: str, known: Collection[str]) -> str | None:
    """Which of the options `known` one of another name means; None where none is sure to."""
    return next((name for name, others in _OPTIONS.items() if name in known and tried.lower() in others), None)
