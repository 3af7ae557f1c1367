from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from helpers.book.link_checking import answers, ask, is_gone, links_of


def site(folder: Path, **pages: str) -> Path:
    for name, text in pages.items():
        path = folder / f"{name.replace('__', '/')}.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"<html><body id='all'>{text}</body></html>", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    "link",
    ["a/b.html", "a/b.html#é", "a/b.html#%C3%A9", "#all", "#top", "a/", "./a", "/a/b.html", "?x=1"],
)
def test_links_that_lead_somewhere(tmp_path: Path, link: str) -> None:
    there = site(tmp_path, index=f'<a href="{link}">x</a>', a__b='<h2 id="é">x</h2>', a__index="x")
    assert links_of(there).broken == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('<a href="a/c.html">x</a>', "a/c.html: there is no such file"),
        ('<a href="a/b.html#z">x</a>', "a/b.html#z: that page has no place named 'z'"),
        ('<a href="#z">x</a>', "#z: that page has no place named 'z'"),
        ('<img src="x.png" alt="">', "x.png: there is no such file"),
        ('<script src="x.js"></script>', "x.js: there is no such file"),
        ('<link rel="stylesheet" href="x.css">', "x.css: there is no such file"),
        ('<meta http-equiv="Refresh" content="0; url=gone.html">', "gone.html: there is no"),
        ('<a href="https://example.org/book/z.html">x</a>', "z.html: there is no such file"),
    ],
)
def test_links_that_lead_nowhere(tmp_path: Path, text: str, why: str) -> None:
    there = site(tmp_path, index=text, a__b='<h2 id="y">x</h2>')
    [told] = links_of(there, address="https://example.org/book/").broken
    assert told.startswith("index.html links to ")
    assert why in told


def test_links_to_other_sites_are_listed_once(tmp_path: Path) -> None:
    text = '<a href="https://example.org/a#b">x</a><a href="mailto:a@example.org">y</a>'
    there = site(tmp_path, a=text, b=text)
    found = links_of(there)
    assert found.broken == ()
    assert found.outward == {"https://example.org/a": "a.html"}


@pytest.fixture
def other_site() -> Iterator[str]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            refuses_head = self.path == "/no-head" and self.command == "HEAD"
            status = {"/gone": 404, "/closed": 403}.get(self.path, 405 if refuses_head else 200)
            self.send_response(status)
            self.end_headers()

        do_HEAD = do_GET

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_other_sites_are_asked(other_site: str) -> None:
    urls = [f"{other_site}/{name}" for name in ("here", "no-head", "gone", "closed")]
    found = answers(urls)
    assert found == {urls[2]: "gone: 404", urls[3]: "answered 403"}
    assert [is_gone(said) for said in found.values()] == [True, False]


def test_a_site_that_does_not_answer_is_not_known_to_be_gone() -> None:
    said = ask("http://127.0.0.1:1/")
    assert said.startswith("no answer: ")
    assert not is_gone(said)
