"""The printed books: every page looked at by a program, as a reader would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from helpers.book.chromium import NAMES
from helpers.book.planning import plan_editions
from helpers.book.print_sources import Made, PrintSource, print_source
from helpers.book.printed_books import bookmarks, print_edition
from helpers.book.project import Project

pytestmark = [pytest.mark.slow, pytest.mark.browser]

ROOT = Path(__file__).parents[2]
LABEL = {"impact": "SYNTHETIC COHORT (IMPACT)", "headache": "REAL PATIENTS"}


@pytest.fixture(scope="module", params=LABEL)
def source(
    request: pytest.FixtureRequest, books: Path, apart: Callable[[PrintSource], PrintSource]
) -> PrintSource:
    project = Project.at(ROOT)
    (planned,) = plan_editions(project, [request.param], {})
    return apart(print_source(project, planned))


def printed(source: PrintSource, report: Callable[[str], None] = lambda line: None) -> Made:
    """Print in a thread: beside a browser that other tests have open, none starts in their own."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(print_edition, source, report=report).result()


@pytest.fixture(scope="module")
def pdf(source: PrintSource) -> Path:
    return printed(source).path


@pytest.fixture(scope="module")
def reader(pdf: Path) -> PdfReader:
    return PdfReader(pdf)


@pytest.fixture(scope="module")
def texts(reader: PdfReader) -> list[str]:
    # Type sets some letters as one, as in "five"; a reader sees two.
    return [unicodedata.normalize("NFKC", page.extract_text()) for page in reader.pages]


def outline(part: Any) -> list[str]:
    """Return the titles of an outline, whatever their level."""
    return [
        title
        for each in part
        for title in (outline(each) if isinstance(each, list) else [each.title])
    ]


def test_it_is_a_whole_book(source: PrintSource, reader: PdfReader) -> None:
    assert len(reader.pages) > 40
    chapters = [page.title for page in source.pages()[1].values()]
    assert len(chapters) > 10
    lines = bookmarks(*source.pages())
    assert outline(reader.outline) == ["Contents", *(line.text for line in lines)]
    leading = [line.anchor for line in lines]
    assert all(page.anchor in leading for page in source.pages()[1].values())


def test_the_outline_leads_to_the_pages_of_its_chapters(
    reader: PdfReader, texts: list[str]
) -> None:
    def places(part: Any) -> list[Any]:
        return [x for each in part for x in (places(each) if isinstance(each, list) else [each])]

    for each in places(reader.outline):
        number = reader.get_destination_page_number(each)
        assert each.title in " ".join(texts[number].split()), each.title


def test_it_is_tagged_and_says_its_language_and_title(
    source: PrintSource, reader: PdfReader
) -> None:
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "en"
    assert reader.metadata is not None
    assert reader.metadata.title == source.planned.edition.title


def test_every_page_says_its_number_and_whose_data_it_shows(
    source: PrintSource, texts: list[str]
) -> None:
    label = LABEL[source.planned.name]
    for number, text in enumerate(texts, start=1):
        assert label in text, number
        if number > 1:  # the cover has no number
            title = re.escape(source.planned.edition.title)
            assert re.search(rf"(?<!\d){number}\s*{title}", text), (number, text[:200])


def test_the_contents_name_the_pages_on_which_chapters_begin(
    source: PrintSource, reader: PdfReader, texts: list[str]
) -> None:
    places = {name.lstrip("/"): place for name, place in reader.named_destinations.items()}
    for page in source.pages()[1].values():
        number = reader.get_destination_page_number(places[page.anchor]) + 1
        listed = " ".join(" ".join(texts[1:4]).split())
        assert f"{page.title} {number}" in listed or f"{page.title}{number}" in listed, page.title
        assert page.title in " ".join(texts[number - 1].split())


def test_a_chapter_opens_with_its_figure_on_one_page(
    source: PrintSource, reader: PdfReader, texts: list[str]
) -> None:
    places = {name.lstrip("/"): place for name, place in reader.named_destinations.items()}
    chapters = [page for page in source.pages()[1].values() if re.search(r"/0\d_", page.name)]
    assert len(chapters) == 7
    for page in chapters:
        number = reader.get_destination_page_number(places[page.anchor])
        caption = page.article.select_one("figcaption .caption-number")
        assert caption is not None, page.name
        assert caption.get_text(strip=True) in texts[number], page.name


def test_what_made_a_chapter_is_a_table_on_one_page(texts: list[str]) -> None:
    lines = [" ".join(text.split()) for text in texts]
    begun = [number for number, text in enumerate(lines) if "What made this chapter." in text]
    ended = [number for number, text in enumerate(lines) if "helpers, data, lock)" in text]
    assert len(begun) > 10
    assert begun == ended


def test_links_lead_somewhere(reader: PdfReader) -> None:
    names = set(reader.named_destinations)
    inside = outside = 0
    for page in reader.pages:
        for reference in page.get("/Annots") or []:
            link = reference.get_object()
            if link.get("/Subtype") != "/Link":
                continue
            action = link.get("/A")
            if action is not None and "/URI" in action:
                assert str(action["/URI"]).startswith(("https://", "http://", "mailto:")), action
                assert "book.invalid" not in str(action["/URI"])
                outside += 1
            else:
                target = link.get("/Dest") if "/Dest" in link else action["/D"]
                assert not isinstance(target, str) or str(target) in names, target
                inside += 1
    assert inside > 60
    assert outside > 10


def test_every_font_is_embedded(reader: PdfReader) -> None:
    seen = set()
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            whole = font.get_object()
            if whole["/Subtype"] == "/Type3":
                continue  # holds its own drawings
            seen.add(str(whole["/BaseFont"]))
            below = whole.get("/DescendantFonts", [whole])[0].get_object()
            described = below["/FontDescriptor"]
            assert any(key.startswith("/FontFile") for key in described), whole["/BaseFont"]
    assert any("STIXGeneral" in name for name in seen)


def test_figures_are_drawn_and_not_photographed(source: PrintSource, reader: PdfReader) -> None:
    def images(resources: Any) -> int:
        found = 0
        for each in (resources or {}).get("/XObject", {}).values():
            whole = each.get_object() if isinstance(each, IndirectObject) else each
            if whole.get("/Subtype") == "/Image":
                found += 1
            found += images(whole.get("/Resources"))
        return found

    # A map of colours is an image within its drawing, and stays one.
    drawings = (source.html / "_images").glob("*.svg")
    within = sum(drawing.read_text(encoding="utf-8").count("<image") for drawing in drawings)
    assert sum(images(page.get("/Resources")) for page in reader.pages) <= within


def test_pages_are_full_and_none_is_empty(texts: list[str]) -> None:
    assert [number for number, text in enumerate(texts, start=1) if len(text) < 60] == []


def test_nothing_is_printed_again_when_nothing_changed_and_the_same_bytes_when_it_is(
    source: PrintSource, pdf: Path
) -> None:
    before = pdf.read_bytes()
    said: list[str] = []
    assert not printed(source, said.append).new
    assert said == []
    pdf.unlink()
    assert printed(source, said.append).new
    assert any("pages" in line for line in said)
    assert pdf.read_bytes() == before


def test_no_equation_is_left_as_it_was_written(texts: list[str]) -> None:
    assert not [text for text in texts if re.search(r"\\(begin|tau|mu|sim|Sigma)\b|\\\(", text)]


def test_without_chromium_the_command_says_what_to_install(books: Path, tmp_path: Path) -> None:
    pdf = books / "impact" / "impact.pdf"
    kept = pdf.read_bytes() if pdf.is_file() else None
    pdf.unlink(missing_ok=True)
    folders = os.environ["PATH"].split(os.pathsep)
    without = [each for each in folders if not any((Path(each) / name).exists() for name in NAMES)]
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "git").symlink_to("/usr/bin/git")
    done = subprocess.run(
        [sys.executable, "-m", "helpers.book.commands", "pdf", "-e", "impact"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "PATH": os.pathsep.join([str(tools), *without]),
            "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path),
        },
    )
    if kept is not None:
        pdf.write_bytes(kept)
    assert done.returncode == 1
    assert "which was not found: install Chromium" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
