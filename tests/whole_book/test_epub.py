"""The EPUB of a whole book: what a reading system demands, and every link in it."""

from __future__ import annotations

import io
import posixpath
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from helpers.book.epub_books import make_epub
from helpers.book.planning import plan_editions
from helpers.book.print_sources import PrintSource, print_source
from helpers.book.project import Project

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
HTML = "{http://www.w3.org/1999/xhtml}"
OPF = "{http://www.idpf.org/2007/opf}"


@pytest.fixture(scope="module", params=("impact", "headache"))
def source(
    request: pytest.FixtureRequest, books: Path, apart: Callable[[PrintSource], PrintSource]
) -> PrintSource:
    project = Project.at(ROOT)
    (planned,) = plan_editions(project, [request.param], {})
    return apart(print_source(project, planned))


@pytest.fixture(scope="module")
def epub(source: PrintSource) -> Path:
    return make_epub(source).path


@pytest.fixture(scope="module")
def archive(epub: Path) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(epub.read_bytes()))


@pytest.fixture(scope="module")
def pages(archive: zipfile.ZipFile) -> dict[str, ElementTree.Element]:
    names = [name for name in archive.namelist() if name.endswith(".xhtml")]
    return {name: ElementTree.fromstring(archive.read(name)) for name in names}


def test_its_parts_are_listed_and_there(archive: zipfile.ZipFile) -> None:
    assert archive.namelist()[0] == "mimetype"
    assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
    package = ElementTree.fromstring(archive.read("book/package.opf"))
    listed = {f"book/{item.get('href')}" for item in package.iter(f"{OPF}item")}
    there = set(archive.namelist()) - {"mimetype", "META-INF/container.xml", "book/package.opf"}
    assert listed == there
    items = {item.get("id"): item.get("href") for item in package.iter(f"{OPF}item")}
    order = [items[entry.get("idref")] for entry in package.iter(f"{OPF}itemref")]
    assert order[:2] == ["cover.xhtml", "contents.xhtml"]
    assert len(order) == len({name for name in listed if name.endswith(".xhtml")}) > 12


def test_every_link_and_every_image_is_in_the_book(
    archive: zipfile.ZipFile, pages: dict[str, ElementTree.Element]
) -> None:
    ids = {
        name: {tag.get("id") for tag in page.iter() if tag.get("id")}
        for name, page in pages.items()
    }
    inside = images = 0
    for name, page in pages.items():
        for link in page.iter(f"{HTML}a"):
            href = link.get("href")
            if href.startswith(("http://", "https://", "mailto:")):
                continue
            file, _, anchor = href.partition("#")
            target = posixpath.join("book", file) if file else name
            assert target in pages, href
            assert not anchor or anchor in ids[target], href
            inside += 1
        for image in page.iter(f"{HTML}img"):
            assert f"book/{image.get('src')}" in archive.namelist()
            assert (image.get("alt") or "").strip()
            images += 1
    assert inside > 100
    assert images > 10


def test_every_page_says_whose_data_it_shows(
    source: PrintSource, pages: dict[str, ElementTree.Element]
) -> None:
    label = {"impact": "SYNTHETIC COHORT (IMPACT)", "headache": "REAL PATIENTS"}
    for name, page in pages.items():
        if not name.endswith("contents.xhtml"):
            assert label[source.planned.name] in "".join(page.itertext()), name


@pytest.mark.browser
def test_no_page_is_wider_than_a_small_reader(
    archive: zipfile.ZipFile, tmp_path: Path, opened: tuple[Any, list[str]]
) -> None:
    archive.extractall(tmp_path)
    page, faults = opened
    page.set_viewport_size({"width": 420, "height": 600})
    wide = {}
    for file in sorted((tmp_path / "book").glob("*.xhtml")):
        page.goto(file.as_uri())
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 420:
            wide[file.name] = width
    assert wide == {}
    assert faults == []


def test_nothing_is_made_again_when_nothing_changed_and_the_same_bytes_when_it_is(
    source: PrintSource, epub: Path
) -> None:
    before = epub.read_bytes()
    assert not make_epub(source).new
    epub.unlink()
    assert make_epub(source).new
    assert epub.read_bytes() == before


def test_epubcheck_finds_no_fault(epub: Path) -> None:
    jar = Path("/usr/share/java/epubcheck.jar")
    java = shutil.which("java")
    if not java or not jar.is_file():
        pytest.skip("epubcheck is needed: apt-get install epubcheck")
    done = subprocess.run(
        [java, "-jar", str(jar), str(epub)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
