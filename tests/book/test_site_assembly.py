from __future__ import annotations

import json
import threading
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from helpers.book import making, served
from helpers.book.builds import build_editions
from helpers.book.commands import main
from helpers.book.finishing import read_page
from helpers.book.link_checking import links_of
from helpers.book.planning import plan_editions
from helpers.book.published_source import REPOSITORY, PublishedSource
from helpers.book.serving import server_of
from helpers.book.site_assembly import assemble_site
from helpers.errors import BuildError

PAGE = (
    "<!DOCTYPE html><html><head><title>{0} — B</title></head><body><aside>whose</aside><article>"
    '<section><h1>{0}</h1><section id="downloads"><ul class="chapter-links"></ul></section>'
    "</section></article></body></html>"
)


@pytest.fixture
def finished(book, ran, monkeypatch: pytest.MonkeyPatch):
    """A book of two editions, whose pages are a chapter each."""

    def compile_book(source: Path, *, scratch: Path, name: str, page_steps=()) -> Path:
        html = scratch / "html"
        (html / "chapters").mkdir(parents=True)
        pages = ["chapters/index", "chapters/01_alpha", *(["chapters/02_beta"] * (name == "first"))]
        for each in pages:
            (html / f"{each}.html").write_text(PAGE.format(each), encoding="utf-8")
        leads = '<meta http-equiv="Refresh" content="0; url=chapters/index.html" />'
        (html / "index.html").write_text(leads, encoding="utf-8")
        return html

    monkeypatch.setattr(making, "compile_book", compile_book)
    return book


def assembled(book, *names: str, published: PublishedSource | None = None) -> Path:
    chosen = names or ("first", "second")
    build_editions(
        book.project, chosen, overrides={}, jobs=1, timeout=9.0, report=lambda line: None
    )
    planned = plan_editions(book.project, chosen, {})
    return assemble_site(book.project, planned, published=published)


def test_every_edition_under_one_root_and_every_link_leads_somewhere(finished) -> None:
    site = assembled(finished)
    names = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    assert names >= {
        "index.html",
        "404.html",
        "compare/index.html",
        "first/chapters/02_beta.html",
        "second/chapters/01_alpha.html",
    }
    assert links_of(site).broken == ()
    front = read_page(site / "index.html")
    assert [card["class"] for card in front.select(".editions li")] == [["real"], ["synthetic"]]
    whose = [each.text for each in front.select(".whose")]
    assert [text.partition(":")[0] for text in whose] == ["Real patients", "Synthetic cohort"]


def test_the_switch_leads_to_the_same_page_or_to_the_front_page(finished) -> None:
    site = assembled(finished)
    page = read_page(site / "first" / "chapters" / "01_alpha.html")
    hrefs = [link["href"] for link in page.select("nav.edition-switch a")]
    assert hrefs == [
        "../../second/chapters/01_alpha.html",
        "../../index.html",
        "../../compare/index.html",
    ]
    only_here = read_page(site / "first" / "chapters" / "02_beta.html")
    assert only_here.select_one("nav.edition-switch a")["href"] == (
        "../../second/chapters/index.html"
    )


def test_who_opens_a_chapter_elsewhere_hears_which_values_the_page_has(
    finished, monkeypatch
) -> None:
    home = "https://github.com/owner/name"
    monkeypatch.setenv(REPOSITORY, home)
    site = assembled(finished, published=PublishedSource(home, "0" * 40))
    said = {}
    for name in ("01_alpha", "02_beta"):
        page = read_page(site / "first" / "chapters" / f"{name}.html")
        assert page.find("a", string="Open in Binder") is not None
        said[name] = [each.text for each in page.select(".chapter-defaults code")]
    assert said == {"01_alpha": ["level = 0.9"], "02_beta": []}


def test_the_book_of_an_edition_stays_as_it_was(finished) -> None:
    assembled(finished)
    html = finished.project.build / "first" / "html"
    assert "edition-switch" not in (html / "chapters" / "01_alpha.html").read_text("utf-8")


def test_a_single_edition_is_compared_with_nothing(finished) -> None:
    site = assembled(finished, "first")
    assert not (site / "compare").exists()
    assert "Compare" not in (site / "first" / "chapters" / "01_alpha.html").read_text("utf-8")


def test_without_an_address_nothing_is_said_of_one(finished) -> None:
    site = assembled(finished)
    assert not (site / "sitemap.xml").exists()
    assert not (site / "robots.txt").exists()
    pages = "".join(path.read_text("utf-8") for path in site.rglob("*.html"))
    assert "canonical" not in pages
    assert "og:image" not in pages


def test_with_an_address_every_page_says_where_it_is(finished) -> None:
    path = finished.root / "_config.yml"
    address = "https://example.org/b/"
    text = path.read_text(encoding="utf-8").replace("html: {", f'html: {{baseurl: "{address}", ')
    path.write_text(text, encoding="utf-8")
    site = assembled(finished)
    page = read_page(site / "second" / "chapters" / "01_alpha.html")
    here = page.find("link", rel="canonical")["href"]
    assert here == f"{address}second/chapters/01_alpha.html"
    listed = (site / "sitemap.xml").read_text(encoding="utf-8")
    assert f"<loc>{here}</loc>" in listed
    assert f"<loc>{address}</loc>" in listed
    assert "404" not in listed
    assert f"{address}sitemap.xml" in (site / "robots.txt").read_text(encoding="utf-8")
    for name in ("index.html", "compare/index.html"):
        picture = read_page(site / name).find("meta", property="og:image")["content"]
        assert picture == f"{address}second/_static/social-card.png"
    assert f"{address}first/chapters/index.html" in (site / "404.html").read_text(encoding="utf-8")
    assert links_of(site, address=address).broken == ()


def test_the_old_site_stays_when_a_book_is_missing(finished) -> None:
    site = assembled(finished)
    planned = plan_editions(finished.project, ["first", "second"], {})
    (finished.project.build / "second" / "build.json").unlink()
    with pytest.raises(BuildError, match="no finished book of the edition 'second'"):
        assemble_site(finished.project, planned, published=None)
    assert (site / "second" / "chapters" / "01_alpha.html").is_file()
    assert not (finished.project.build / ".staging").exists()


def command(book, monkeypatch: pytest.MonkeyPatch, *words: str):
    monkeypatch.chdir(book.root)
    return CliRunner().invoke(main, words)


def test_site_zip_and_links_from_the_command_line(finished, monkeypatch) -> None:
    early = command(finished, monkeypatch, "links")
    assert early.exit_code == 1
    assert early.stderr == "There is no site yet: run 'trialbook site' first.\n"
    made = command(finished, monkeypatch, "site")
    assert made.exit_code == 0, made.output
    index = finished.project.build / "site" / "index.html"
    assert made.stdout.splitlines()[-1] == f"The site is {index}"
    zips = []
    for name in ("one", "two"):
        place = finished.root / name / "site.zip"
        packed = command(finished, monkeypatch, "zip", "--output", str(place))
        assert packed.exit_code == 0, packed.output
        assert f"The site is packed in {place}" in packed.stdout
        zips.append(place.read_bytes())
    assert zips[0] == zips[1]
    assert command(finished, monkeypatch, "links").exit_code == 0
    index.write_text('<a href="gone.html">x</a>', encoding="utf-8")
    broken = command(finished, monkeypatch, "links")
    assert broken.exit_code == 1
    assert broken.stderr.splitlines() == [
        "1 links lead nowhere:",
        "index.html links to gone.html: there is no such file.",
    ]


def test_a_site_with_two_books_of_one_private_trial_is_cautioned_of(finished, monkeypatch) -> None:
    assert "Caution" not in command(finished, monkeypatch, "site").stderr
    finished.edition("third", trial="tiny_real")
    made = command(finished, monkeypatch, "site")
    assert made.exit_code == 0, made.output
    assert made.stderr.startswith("Caution: the trial tiny_real is not public.")


def test_which_pages_are_served(finished) -> None:
    project = finished.project
    with pytest.raises(BuildError, match="Nothing has been built yet"):
        served.served_folder(project, None)
    build_editions(project, ["first"], overrides={}, jobs=1, timeout=9.0, report=lambda line: None)
    html = project.build / "first" / "html"
    assert served.served_folder(project, None) == served.served_folder(project, "first") == html
    site = assembled(finished)
    assert served.served_folder(project, None) == site
    (site / "index.html").unlink()
    with pytest.raises(BuildError, match=r"Several editions have been built \(first, second\)"):
        served.served_folder(project, None)
    with pytest.raises(BuildError, match="Did you mean 'first'"):
        served.served_folder(project, "frist")


def test_a_lost_reader_finds_the_way(finished) -> None:
    site = assembled(finished)
    with server_of(site, port=0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        port = server.server_address[1]
        with pytest.raises(urllib.request.HTTPError) as raised:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/first/deep/gone.html", timeout=10)
        text = raised.value.read().decode()
        raised.value.close()
        server.shutdown()
        thread.join()
    assert "There is no such page" in text
    assert 'href="/first/chapters/index.html"' in text
    assert json.dumps("noindex") in text
