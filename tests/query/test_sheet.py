"""The page of hits: that it is sound HTML whatever names hold, asks nothing of a network, and shows what it should."""

from __future__ import annotations

import base64
import copy
import io
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from small_corpus import write_box, write_picture, write_tone

from retriever.errors import UsageError
from retriever.index import Index
from retriever.query.about import About
from retriever.query.hits import Hits
from retriever.query.request import Query
from retriever.query.term import Term
from retriever.types import Modality

HOSTILE = ("<script>alert(1)<.obj", "a \"b\" & 'c'#?.obj", "100%25 &amp; ünï.obj", "tab\tline\nend.obj")
EMPTY = {"img", "meta", "br"}


class Reader(HTMLParser):
    """All elements, in their order, of a page that closes each that it opens."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, Any]]] = []
        self.texts: dict[str, list[str]] = {}
        self.open: list[str] = []
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"{tag} has an attribute twice"
        self.found.append((tag, dict(attrs)))
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.setdefault(self.open[-1] if self.open else "", []).append(data)

    def all(self, tag: str, **attributes: str) -> list[dict[str, Any]]:
        return [
            have
            for name, have in self.found
            if name == tag and all(have.get(key.rstrip("_")) == value for key, value in attributes.items())
        ]


def test_a_page_of_items_shows_them_without_a_question(made_index: Index, tmp_path: Path):
    found = made_index.browse(where="vertices > 0", sort="-vertices", k=3)
    told: list[tuple[str, int, int | None]] = []
    found.save_html(tmp_path / "items.html", lambda *step: told.append(step))
    text = (tmp_path / "items.html").read_text()
    assert text == found.to_html() and told == [("draw", done, 3) for done in (1, 2, 3)]
    page = Reader(text)
    assert [card["id"] for card in page.all("li", class_="card")] == ["item-1", "item-2", "item-3"]
    assert page.texts["title"] == ["Items · 3 of 5 items"] and page.texts["h1"] == ["Items"]
    assert page.texts["code"] == ["vertices > 0"] and "-vertices" in page.texts["dd"]
    assert (
        not page.all("span", class_="score")
        and not page.all("span", class_="rank")
        and not page.all("div", class_="bar")
    )
    links = [unquote(link["href"]) for link in page.all("a") if "tabindex" not in link]
    assert not links, "files that are not there have no links"
    assert page.texts["p"].count("The file is not there any more.") == 3
    assert "No item qualifies." in made_index.browse(where="false").to_html()


def hits(
    folder: Path,
    files: dict[str, str],
    terms: tuple[Term, ...] = (Term("text", "a chair"),),
    about: About | None = None,
    **columns: list[Any],
) -> Hits:
    """A hit for each of some files and their modalities."""
    count = len(files)
    items = pa.table(
        {
            "id": [f"{place:016x}" for place in range(count)],
            "root": ["corpus"] * count,
            "path": list(files),
            "modality": list(files.values()),
            "label": pa.array([None] * count, pa.string()),
            "name": [Path(path).stem for path in files],
            **columns,
        }
    )
    shares = np.linspace(0.8, 0.1, count)[:, None] * np.linspace(1, -0.5, len(terms))
    return Hits(terms, "mini", items, {"corpus": str(folder)}, shares, about=about)


def pictures(page: Reader) -> list[Image.Image]:
    found = []
    for image in page.all("img"):
        kind, _, data = image["src"].partition(";base64,")
        assert kind == "data:image/webp" and image["alt"]
        found.append(Image.open(io.BytesIO(base64.b64decode(data, validate=True))))
    return found


def place_of(address: str) -> Path:
    parts = urlsplit(address)
    assert parts.scheme == "file" and not parts.query and not parts.fragment
    return Path(unquote(parts.path))


def test_names_that_are_markup_stay_names_and_links_lead_to_their_files(tmp_path: Path):
    for name in HOSTILE:
        write_box(tmp_path / name, (1, 2, 3))
    text = hits(tmp_path, dict.fromkeys(HOSTILE, "shape"), (Term("text", '</title><script>"x"</script>'),)).to_html()
    page = Reader(text)
    assert not page.all("script") and "<script" not in text
    assert not page.texts.keys() & {"html", "head", "body", "main", "ol", "ul", "div", "header"}, "no stray text"
    links = [place_of(link["href"]) for link in page.all("a")]
    assert links == [tmp_path / name for name in HOSTILE for _ in range(2)], "of the picture, and of the path"
    assert all(link.is_file() for link in links)
    assert len(pictures(page)) == 4
    assert page.texts["a"] == [*HOSTILE[:3], r"tab\tline\nend.obj"]
    assert page.texts["title"] == [r'text:"</title><script>\"x\"</script>" · 4 hits']


def test_every_kind_of_file_looks_like_itself(tmp_path: Path):
    write_box(tmp_path / "box.off", (1, 9, 1))
    write_picture(tmp_path / "red.png", (220, 20, 20), (400, 100))
    write_tone(tmp_path / "low.wav", 60)
    (tmp_path / "note.md").write_text("# Old chair\n\nfrom the <b>barn</b>\n" + "and more\n" * 20)
    files = {"box.off": "shape", "red.png": "image", "low.wav": "audio", "note.md": "text"}
    page = Reader(hits(tmp_path, files).to_html())
    shape, red, sound = pictures(page)
    assert (shape.size, red.size, sound.size) == ((320, 320), (320, 80), (320, 320))
    assert red.convert("RGB").getpixel((50, 50))[0] > 180
    (player,) = page.all("audio")
    assert place_of(player["src"]) == tmp_path / "low.wav" and "controls" in player and player["preload"] == "none"
    (words,) = [text for text in page.texts["p"] if "Old chair" in text]
    assert "from the <b>barn</b>" in words and words.endswith("…") and words.count("and more") < 10


def test_a_file_that_is_gone_or_damaged_costs_its_picture_only(tmp_path: Path):
    write_box(tmp_path / "good.off", (1, 2, 3))
    (tmp_path / "bad.ply").write_text("ply? no")
    (tmp_path / "folder.obj").mkdir()
    (tmp_path / "void.txt").write_text(" ")
    files = {"gone.glb": "shape", "bad.ply": "shape", "folder.obj": "shape", "void.txt": "text", "good.off": "shape"}
    page = Reader(hits(tmp_path, files).to_html())
    assert len(pictures(page)) == 1 and len(page.all("li", class_="card")) == 5
    told = [text for text in page.texts["p"] if text.startswith("The file ")]
    assert told[0] == told[2] == "The file is not there any more." and len(told) == 4
    assert "PLY" in told[1] and "holds no text" in told[3]
    linked = {place_of(link["href"]).name for link in page.all("a")}
    assert linked == {"bad.ply", "void.txt", "good.off"}, "what is there can be opened"


def test_nothing_is_asked_of_a_network(tmp_path: Path):
    write_tone(tmp_path / "low.wav", 60)
    write_box(tmp_path / "box.off", (1, 2, 3))
    files = {"low.wav": "audio", "box.off": "shape"}
    text = hits(tmp_path, files, caption=["see http://example.com/x.png", None]).to_html()
    page = Reader(text)
    addresses = [have[key] for _, have in page.found for key in ("src", "href", "srcset", "poster") if key in have]
    assert addresses and {urlsplit(address).scheme for address in addresses} == {"data", "file"}
    assert not page.all("link") and "@import" not in text and "url(" not in text
    (policy,) = page.all("meta", **{"http-equiv": "Content-Security-Policy"})
    assert policy["content"].startswith("default-src 'none';")


def test_the_same_hits_give_the_same_page_also_from_another_process(tmp_path: Path):
    write_box(tmp_path / "box.off", (1, 2, 3))
    query = Query((Term("text", "a chair"),), where="faces > 3")
    found = hits(tmp_path, {"box.off": "shape"}, about=About(tmp_path / "index", 7, query))
    assert found.to_html() == found.to_html() == copy.deepcopy(found).to_html()


def test_a_sum_shows_what_each_term_adds(tmp_path: Path):
    terms = Term("shape", "models/old car.obj"), Term("text", "red", -0.25)
    page = Reader(hits(tmp_path, {"a.obj": "shape", "b.obj": "shape"}, terms).to_html())
    spans = page.texts["span"]
    assert spans.count("old car.obj") == 3 and spans.count("− 0.25 × “red”") == 2, "in the head, and on each card"
    assert [text for text in spans if re.fullmatch(r"[+−]0\.\d{3}", text)] == ["+0.800", "−0.400", "+0.100", "−0.050"]
    assert len(page.all("ul", class_="shares")) == 2
    assert [row["class"] for row in page.all("li") if row["class"] in ("plus", "minus")] == ["plus", "minus"] * 2
    assert not Reader(hits(tmp_path, {"a.obj": "shape"}).to_html()).all("ul", class_="shares"), "one term is the score"


def test_the_head_says_what_was_asked_with_signs_weights_files_and_filter(tmp_path: Path):
    write_picture(tmp_path / "my photo.png", (20, 20, 220))
    write_tone(tmp_path / "bark.wav", 60)
    write_box(tmp_path / "box.off", (1, 2, 3))
    terms = (
        Term("image", str(tmp_path / "my photo.png"), 2.0),
        Term("audio", str(tmp_path / "bark.wav"), -0.5),
        Term("mean", f'id:0011, shape:"{tmp_path / "box.off"}"'),
        Term("text", "a & b"),
        Term("where", "label = 'x'"),
    )
    query = Query(terms, where="faces < 5 and label <> '<i>'", to="any", unique=True, combine="match", diverse=0.5)
    about = About(tmp_path / "index", 7, query, {"0011": tmp_path / "box.off"})
    page = Reader(hits(tmp_path, {}, terms, about).to_html())
    assert len(pictures(page)) == 4 and len(page.all("audio")) == 1, "also of what a mean is made of"
    asked = [text for text in page.texts["span"] if text]
    assert asked == [
        *("2 ×", "my photo.png"),
        *("−", "0.5 ×", "bark.wav"),
        *("+", "mean(id:0011, box.off)"),
        *("+", "“a & b”"),
        *("+", "where(\"label = 'x'\")"),
    ]
    assert page.texts["code"] == ["faces < 5 and label <> '<i>'", "--combine match", "--diverse 0.5", "--unique"]
    assert f"{tmp_path / 'index'}, version 7" in page.texts["dd"]
    assert "No item qualifies." in page.texts["p"] and "0 hits" in page.texts["p"]


def test_what_is_known_of_a_hit_is_on_its_card(tmp_path: Path):
    write_box(tmp_path / "a/b/box.off", (1, 2, 3))
    files = {"a/b/box.off": "shape"}
    items = hits(tmp_path, files, vertices=[8], faces=[1200], caption=["a box"]).to_arrow()
    found = Hits(
        (Term("text", "box"),),
        "mini",
        items.set_column(items.column_names.index("root"), "root", pa.array(["corpus"])),
        {"corpus": str(tmp_path)},
        np.array([[0.5]]),
        confidence=np.array([0.834]),
        repeats=np.array([3]),
    )
    page = Reader(found.to_html())
    assert page.texts["li"] == ["83% sure", "+3 alike", "1,200 faces"]
    assert "a box" in page.texts["p"] and {"1", "box", "0.500"} <= set(page.texts["span"])
    assert page.texts["a"] == ["box.off"] and "a/b/" in page.texts["span"]


def test_the_picture_of_an_author_goes_before_one_that_is_drawn(tmp_path: Path):
    write_box(tmp_path / "box.off", (1, 2, 3))
    write_picture(tmp_path / "box.png", (20, 220, 20), (300, 200))
    for preview, size in (("box.png", (300, 200)), ("gone.png", (320, 320)), (None, (320, 320))):
        column = pa.array([preview], pa.string())
        (picture,) = pictures(Reader(hits(tmp_path, {"box.off": "shape"}, preview=column).to_html()))
        assert picture.size == size


def test_items_that_were_asked_with_are_found_in_the_index(made_index: Index):
    found = made_index.search("id:planks/plank.obj - 0.5*mean(id:towers/tower.obj, text:red)", where="faces > 3", k=2)
    corpus = Path(made_index.snapshot.folder).parent / "corpus"
    assert found.about is not None and found.about.query.where == "faces > 3"
    assert dict(found.about.files) == {
        "planks/plank.obj": corpus / "planks/plank.obj",
        "towers/tower.obj": corpus / "towers/tower.obj",
    }
    assert found.about.version == made_index.snapshot.manifest.version
    page = Reader(found.to_html())
    assert page.texts["p"].count("The file is not there any more.") == 4, "two asked with, and two found"


def test_a_page_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_box(tmp_path / "box.off", (1, 2, 3))
    found, told = hits(tmp_path, {"box.off": "shape"}), []
    found.save_html(tmp_path / "hits.html", lambda *what: told.append(what))
    assert (tmp_path / "hits.html").read_text() == found.to_html() and told == [("draw", 1, 1)]

    def fails(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("retriever.sheet.card.look", fails)
    with pytest.raises(KeyboardInterrupt):
        found.save_html(tmp_path / "hits.html")
    assert "0.800" in (tmp_path / "hits.html").read_text()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["box.off", "hits.html"]


@pytest.mark.parametrize("name", ["-", "hits", "chair.obj", "hits.html.txt"])
def test_only_the_name_of_a_page_is_written_to(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Path("chair.obj").write_text("v 0 0 0")
    with pytest.raises(UsageError, match=r"ends in \.html or \.htm"):
        hits(tmp_path, {}).save_html(name)
    assert [path.name for path in tmp_path.iterdir()] == ["chair.obj"] and Path("chair.obj").read_text() == "v 0 0 0"


def test_the_modality_is_in_the_alternative_text(tmp_path: Path):
    write_box(tmp_path / "box.off", (1, 2, 3))
    (image,) = Reader(hits(tmp_path, {"box.off": Modality.SHAPE.value}).to_html()).all("img")
    assert image["alt"] == "3D model box, box.off"


def test_what_was_asked_with_in_memory_is_named_and_not_missed_as_a_file(made_index: Index):
    page = made_index.search(vector=np.ones(made_index.space.identity.dim, np.float32), k=2).to_html()
    assert "&lt;vector" in page
    told = hits(Path("/nowhere"), {}, (Term("image", "<image 320x320>"),)).to_html()
    assert "&lt;image 320x320&gt;" in told
    assert "not there" not in told
