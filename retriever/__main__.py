"""``python -m retriever``: the command ``retriever``, where its script is not on the path. Imported by nothing."""

from cli.start import run

if __name__ == "__main__":  # not in the processes that read files, which import this again
    run()
