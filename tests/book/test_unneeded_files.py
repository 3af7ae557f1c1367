from __future__ import annotations

from pathlib import Path

import pytest

from helpers.book.site_pages import Site
from helpers.book.unneeded_files import drop_unneeded_files

FILES = {
    "chapters/a.html": '<header class="book-header"></header><link href="../_static/site.css">',
    "searchindex.js": "Search.setIndex({})",
    ".buildinfo": "made today",
    "objects.inv": "",
    "_images/figure.svg": "",
    "_static/site.css": "a { background: url(mentioned.png) }",
    "_static/mentioned.png": "",
    "_static/theme/big.js": "",
    "_static/theme/big.js.map": "",
    "_static/own/data.json": "",
    "_static/own.css": "",
}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    html, source = tmp_path / "html", tmp_path / "source"
    for name, text in FILES.items():
        path = html / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for name in ("own/data.json", "own.css"):
        path = source / "chapters" / "_static" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("", encoding="utf-8")
    return Site(html, "tiny", source)


def there(site: Site) -> set[str]:
    paths = site.html.rglob("*")
    return {path.relative_to(site.html).as_posix() for path in paths if path.is_file()}


def test_only_what_is_mentioned_or_the_book_s_own_stays(site: Site) -> None:
    drop_unneeded_files(site)
    assert there(site) == {
        "chapters/a.html",
        "objects.inv",
        "_images/figure.svg",
        "_static/site.css",
        "_static/mentioned.png",
        "_static/own/data.json",
    }
    assert not (site.html / "_static" / "theme").exists()


def test_a_site_with_the_frame_of_the_theme_stays_whole(site: Site) -> None:
    (site.html / "chapters" / "a.html").write_text("<p>x</p>", encoding="utf-8")
    drop_unneeded_files(site)
    assert there(site) == set(FILES)
