from __future__ import annotations

from pathlib import Path

import pytest

from helpers.book.foreign_requests import foreign_requests, refuse_foreign_requests
from helpers.errors import BuildError


@pytest.mark.parametrize(
    "written",
    [
        '<script src="https://cdn.example.org/a.js"></script>',
        "<script async src='//unpkg.example.org/a.js'></script>",
        '<link rel="stylesheet" href="https://example.org/a.css">',
        '<link href="http://example.org/a.css" rel="stylesheet" />',
        '<link rel="preconnect" href="https://fonts.example.org">',
        '<img alt="a" src="https://example.org/a.png">',
        '<iframe src="https://example.org"></iframe>',
        '<style>@import "https://example.org/a.css";</style>',
        '<p style="background: url(https://example.org/a.png)">',
    ],
)
def test_refuses_every_request_to_another_host(tmp_path: Path, written: str) -> None:
    page = tmp_path / "chapters" / "a.html"
    page.parent.mkdir()
    page.write_text(f"<html>\n{written}\n</html>")
    [found] = foreign_requests(tmp_path)
    assert found.startswith("chapters/a.html: ")
    with pytest.raises(BuildError, match=r"another host: chapters/a.html: .*example.org"):
        refuse_foreign_requests(tmp_path)


@pytest.mark.parametrize(
    "written",
    [
        '<a href="https://example.org">a link that a reader may follow</a>',
        '<link rel="canonical" href="https://example.org/a.html">',
        '<script src="../_static/a.js"></script><a href="https://example.org">b</a>',
        '<link rel="stylesheet" href="_static/a.css"><a href="https://example.org">b</a>',
        "<code>src=&quot;https://example.org&quot;</code>",
        "https://example.org",
    ],
)
def test_accepts_links_and_text(tmp_path: Path, written: str) -> None:
    (tmp_path / "a.html").write_text(written)
    refuse_foreign_requests(tmp_path)


def test_looks_into_styles(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("@font-face { src: url('//example.org/a.woff2') }")
    assert len(foreign_requests(tmp_path)) == 1
