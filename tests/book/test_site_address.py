from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest
from bs4 import BeautifulSoup

from helpers.book.site_address import page_address, robots, site_address, sitemap, with_address
from helpers.errors import BuildError

ADDRESS = "https://example.org/the-book/"


def set_address(book, url: str) -> None:
    path = book.root / "_config.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("html: {", f'html: {{baseurl: "{url}", '), encoding="utf-8")


def test_without_the_setting_there_is_no_address(book) -> None:
    assert site_address(book.project) == ""


@pytest.mark.parametrize("url", [ADDRESS, ADDRESS.rstrip("/")])
def test_an_address_ends_in_a_slash(book, url: str) -> None:
    set_address(book, url)
    assert site_address(book.project) == ADDRESS


def test_a_workflow_may_name_the_address(book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIALBOOK_ADDRESS", "https://example.org/elsewhere")
    assert site_address(book.project) == "https://example.org/elsewhere/"
    set_address(book, ADDRESS)  # what the book's own settings say comes first
    assert site_address(book.project) == ADDRESS


def test_a_wrong_variable_is_named(book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIALBOOK_ADDRESS", "example.org")
    with pytest.raises(BuildError, match=r"^TRIALBOOK_ADDRESS: 'example\.org' is not the"):
        site_address(book.project)


@pytest.mark.parametrize("url", ["example.org/book", "ftp://example.org/", "https://e.org/?a=1"])
def test_what_is_no_address_is_refused(book, url: str) -> None:
    set_address(book, url)
    with pytest.raises(BuildError, match="write it as https://HOST/PATH/"):
        site_address(book.project)


def test_addresses_of_pages() -> None:
    assert page_address(ADDRESS, "index.html") == ADDRESS
    assert page_address(ADDRESS, "a/é b.html") == ADDRESS + "a/%C3%A9%20b.html"


def head() -> BeautifulSoup:
    return BeautifulSoup("<html><head></head><body></body></html>", "html.parser")


def test_a_page_says_where_it_is() -> None:
    soup = head()
    with_address(soup, "a/x.html", address=ADDRESS, edition="a", card_text="A card.")
    assert soup.find("link", rel="canonical")["href"] == ADDRESS + "a/x.html"
    metas = {meta["property"]: meta["content"] for meta in soup.find_all("meta")}
    assert metas == {
        "og:url": ADDRESS + "a/x.html",
        "og:image": ADDRESS + "a/_static/social-card.png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": "A card.",
    }


def test_a_page_that_leads_to_another_names_that_one() -> None:
    soup = BeautifulSoup(
        '<html><head><meta http-equiv="Refresh" content="0; url=c/first.html">'
        '<link rel="canonical" href="c/first.html"></head></html>',
        "html.parser",
    )
    with_address(soup, "a/index.html", address=ADDRESS, edition="a", card_text="A card.")
    [link] = soup.select("link")
    assert link["href"] == ADDRESS + "a/c/first.html"
    assert soup.find("meta", property="og:url") is None


def test_without_an_address_nothing_is_said() -> None:
    soup = head()
    with_address(soup, "a/x.html", address="", edition="a", card_text="A card.")
    assert not soup.head.contents


def test_map_and_robots() -> None:
    root = ElementTree.fromstring(sitemap(ADDRESS, ["b/a&b.html", "index.html"]))
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    assert root.tag == f"{space}urlset"
    found = [each.text for each in root.iter(f"{space}loc")]
    assert found == [ADDRESS + "b/a%26b.html", ADDRESS]
    assert robots(ADDRESS).splitlines()[-1] == f"Sitemap: {ADDRESS}sitemap.xml"
