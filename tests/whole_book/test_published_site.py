"""The site as it would be published: both editions under one root, as folder, zip and server."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
import xml.etree.ElementTree as ElementTree
import zipfile
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from helpers.book.editions import published_names
from helpers.book.finishing import read_page
from helpers.book.link_checking import links_of
from helpers.book.planning import plan_editions
from helpers.book.project import Project
from helpers.book.site_assembly import assemble_site

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
EDITIONS = ("impact", "headache")
WHOSE = {"impact": "Synthetic cohort (IMPACT)", "headache": "Real patients ("}
ADDRESS = "https://example.org/book/"


def trialbook(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "helpers.book.commands", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ),
    )


@pytest.fixture(scope="session")
def packed(books: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, packed by the command, which puts it together first."""
    place = tmp_path_factory.mktemp("packed") / "site.zip"
    done = trialbook("zip", "--output", str(place), *(f"--edition={each}" for each in EDITIONS))
    assert done.returncode == 0, done.stdout + done.stderr
    return place


@pytest.fixture(scope="session")
def site(packed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as a reader unpacks it, in a folder whose name has spaces."""
    folder = tmp_path_factory.mktemp("a folder – of mine")
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder)
    return folder / "site"


def chapter_pages(site: Path, edition: str) -> dict[str, BeautifulSoup]:
    return {path.stem: read_page(path) for path in (site / edition / "chapters").glob("*.html")}


def test_every_link_of_every_page_leads_somewhere(site: Path) -> None:
    found = links_of(site)
    assert found.broken == ()
    assert any("doi.org" in address for address in found.outward)


def test_the_same_site_gives_the_same_bytes(packed: Path, tmp_path: Path) -> None:
    again = tmp_path / "again" / "site.zip"
    done = trialbook("zip", "--output", str(again), *(f"--edition={each}" for each in EDITIONS))
    assert done.returncode == 0, done.stderr
    assert again.read_bytes() == packed.read_bytes()


def test_the_root_offers_both_editions_and_says_whose_data(site: Path) -> None:
    front = read_page(site / "index.html")
    cards = front.select(".editions li")
    assert [card.a["href"] for card in cards] == [
        "headache/chapters/index.html",
        "impact/chapters/index.html",
    ]
    assert "Real patients" in cards[0].text
    assert "synthetic" not in cards[0].text.lower()
    assert "none is a real person" in cards[1].text
    assert front.select_one('a[href="compare/index.html"]') is not None


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_page_leads_to_the_other_edition(site: Path, edition: str) -> None:
    [other] = set(EDITIONS) - {edition}
    there = set(chapter_pages(site, other))
    for name, page in chapter_pages(site, edition).items():
        hrefs = [link["href"] for link in page.select("nav.edition-switch a")]
        same = name if name in there else "index"
        assert hrefs[0] == f"../../{other}/chapters/{same}.html", name
        assert hrefs[1:] == ["../../index.html", "../../compare/index.html"], name


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_page_is_described(site: Path, edition: str) -> None:
    for name, page in chapter_pages(site, edition).items():
        described = page.find("meta", attrs={"name": "description"})["content"]
        whose = "Software test data" if name == "validation" else WHOSE[edition]
        assert described.startswith(whose), name
        assert 40 < len(described) <= 300, name
        assert "{" not in described, name
        assert page.find("meta", property="og:description")["content"] == described
        assert page.html["lang"] == "en"
        assert len(page.title.text) > 10
        assert page.find("link", rel="canonical") is None
        assert "Version " in page.select_one(".book-version").text, name
    primary = chapter_pages(site, edition)["05_primary"]
    results = json.loads((ROOT / "_build" / edition / "results.json").read_text("utf-8"))
    printed = results["primary.difference.estimate"]["text"].replace("-", "−")
    assert printed in primary.find("meta", attrs={"name": "description"})["content"]


@pytest.mark.parametrize("edition", EDITIONS)
def test_cards_are_pictures_of_their_editions(site: Path, edition: str) -> None:
    picture = (site / edition / "_static" / "social-card.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert (int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])) == (1200, 630)


@pytest.mark.parametrize("edition", EDITIONS)
def test_downloads_hold_what_they_say(site: Path, edition: str) -> None:
    chapters = {path.stem for path in (ROOT / "_build" / edition / "notebooks").glob("*.ipynb")}
    results = json.loads((ROOT / "_build" / edition / "results.json").read_text("utf-8"))
    kind = "synthetic" if edition == "impact" else "real"
    for chapter in chapters:
        page = chapter_pages(site, edition)[chapter]
        links = {link.text: link["href"] for link in page.select("#downloads a")}
        files = {words: site / edition / "chapters" / href for words, href in links.items()}
        ran = json.loads(files["Notebook as run"].read_text("utf-8"))
        unrun = json.loads(files["Notebook to run"].read_text("utf-8"))
        assert any(cell.get("outputs") for cell in ran["cells"]), chapter
        assert not any(cell.get("outputs") for cell in unrun["cells"]), chapter
        tables = [path for path in files.values() if path.suffix == ".csv"]
        assert len(tables) >= 3, chapter
        for path in tables:
            rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"))))
            said = {row.get("data") for row in rows}
            made = edition == "impact"
            assert said == ({kind} if made or "results" in path.name else {None}), path.name
            assert ("synthetic" in path.name) == made, path.name
        own = next(path for path in tables if "results" in path.name)
        rows = list(csv.DictReader(io.StringIO(own.read_text("utf-8"))))
        expected = {name: each for name, each in results.items() if each["chapter"] == chapter}
        assert {row["name"]: row["printed"] for row in rows} == {
            name: each["text"] for name, each in expected.items()
        }


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_provenance_page_has_every_chapter(site: Path, edition: str) -> None:
    page = chapter_pages(site, edition)["provenance"]
    about = json.loads((ROOT / "_build" / edition / "build.json").read_text("utf-8"))
    for chapter, made in about["chapters"].items():
        rows = {row.th.text: row.td.text for row in page.select(f"#made-{chapter} tbody tr")}
        assert rows["Fingerprint"] == made["fingerprint"]
        assert rows["Notebook as run (SHA-256)"] == made["notebook"]
        assert re.fullmatch(r"\d+\.\d seconds.*", rows["Wall time of the run"])
        assert rows["Parameter trial"] == about["trial"]
    inside = (ROOT / "_build" / edition / "html" / "chapters" / "provenance.html").read_text(
        "utf-8"
    )
    assert "Wall time" not in inside
    assert f"trialbook build --edition {edition}" in page.text


def test_citations_can_be_copied(site: Path) -> None:
    page = chapter_pages(site, "impact")["cite"]
    forms = [block.text for block in page.select("main pre, article pre")]
    assert any(form.startswith("@software{") for form in forms)
    assert any(form.startswith("TY  - COMP") for form in forms)
    assert any("[Computer software]" in form for form in forms)
    assert "Epstein AS" in page.text
    assert "CC BY 4.0" in page.text


def test_with_an_address_pages_say_where_they_are(packed: Path, tmp_path: Path) -> None:
    """The books stay as they are; only the setting and the place of the site are others."""
    project = Project.at(ROOT)
    root = tmp_path / "book"
    root.mkdir()
    settings = (ROOT / "_config.yml").read_text("utf-8")
    changed = settings.replace("\nhtml:\n", f'\nhtml:\n  baseurl: "{ADDRESS}"\n')
    assert changed != settings
    (root / "_config.yml").write_text(changed, encoding="utf-8")
    pages = ("_toc.yml", "genindex.md", "chapters")
    for name in (*pages, "data", "requirements.lock", "tests", "benchmarks"):
        (root / name).symlink_to(ROOT / name)
    (root / "_build").mkdir()
    for edition in EDITIONS:
        (root / "_build" / edition).symlink_to(project.build / edition)
    elsewhere = Project.at(root)
    planned = plan_editions(elsewhere, EDITIONS, {})
    site = assemble_site(elsewhere, planned, published=None)
    listed = ElementTree.fromstring((site / "sitemap.xml").read_text("utf-8"))
    addresses = [each.text for each in listed.findall(".//{*}loc")]
    assert ADDRESS in addresses
    assert f"{ADDRESS}impact/chapters/05_primary.html" in addresses
    for address in addresses:
        name = address.removeprefix(ADDRESS) or "index.html"
        page = read_page(site / name)
        assert page.find("link", rel="canonical")["href"] == address
        if name.startswith(EDITIONS):
            picture = page.find("meta", property="og:image")["content"].removeprefix(ADDRESS)
            assert (site / picture).is_file()
    assert links_of(site, address=ADDRESS).broken == ()


def test_published_editions_are_those_of_the_workflow() -> None:
    assert set(published_names(Project.at(ROOT))) == set(EDITIONS)


def test_serve_compresses_and_ends_quietly(packed: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "helpers.book.commands", "serve", "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", said)
        assert found, said
        asked = urllib.request.Request(
            f"{found[0]}impact/chapters/05_primary.html", headers={"Accept-Encoding": "gzip"}
        )
        with urllib.request.urlopen(asked, timeout=20) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            body = answer.read()
        page = (ROOT / "_build" / "site" / "impact" / "chapters" / "05_primary.html").read_bytes()
        assert gzip.decompress(body) == page
        assert len(body) < len(page) / 2
        port = found[0].rstrip("/").rpartition(":")[2]
        second = trialbook("serve", "--port", port)
        assert second.returncode == 1
        assert second.stderr.startswith(f"Port {port} is in use")
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0
    assert errors == ""
