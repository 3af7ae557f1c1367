from __future__ import annotations

import gzip
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError

import pytest

from helpers.book.serving import LOOPBACK, server_of
from helpers.errors import BuildError

TEXT = "<!DOCTYPE html><title>The book</title>" + "<p>as before</p>" * 200


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "chapters").mkdir()
    (tmp_path / "empty").mkdir()
    (tmp_path / "index.html").write_text(TEXT, encoding="utf-8")
    (tmp_path / "chapters" / "a.html").write_text("<p>short</p>", encoding="utf-8")
    (tmp_path / "card.png").write_bytes(b"\x89PNG" + bytes(2000))
    (tmp_path / "404.html").write_text("<p>not here</p>", encoding="utf-8")
    with server_of(tmp_path, port=0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://{LOOPBACK}:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def get(url: str, *, packed: bool = True):
    headers = {"Accept-Encoding": "gzip"} if packed else {}
    return urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10)


def test_pages_are_compressed_for_readers_who_can_unpack_them(address: str) -> None:
    with get(f"{address}/") as answer:
        body = answer.read()
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert int(answer.headers["Content-Length"]) == len(body) < len(TEXT) / 5
        assert gzip.decompress(body).decode() == TEXT
    with get(f"{address}/index.html", packed=False) as answer:
        assert answer.headers["Content-Encoding"] is None
        assert answer.read().decode() == TEXT


@pytest.mark.parametrize("name", ["card.png", "chapters/a.html"])
def test_what_compressing_does_not_help_is_sent_as_it_is(address: str, name: str) -> None:
    with get(f"{address}/{name}") as answer:
        assert answer.headers["Content-Encoding"] is None


@pytest.mark.parametrize(
    "name", ["nothing.html", "empty/", "chapters/", "index.html/", "../secret", "%2e%2e/secret"]
)
def test_an_address_without_a_page_gets_the_page_for_lost_readers(address: str, name: str) -> None:
    with pytest.raises(HTTPError) as raised:
        get(f"{address}/{name}")
    assert raised.value.code == 404
    assert raised.value.read() == b"<p>not here</p>"
    raised.value.close()


def test_a_server_is_reached_from_this_machine_only(address: str) -> None:
    assert address.startswith("http://127.0.0.1:")


def test_a_port_in_use_is_told_in_a_sentence(address: str, tmp_path: Path) -> None:
    port = int(address.rpartition(":")[2])
    with pytest.raises(BuildError, match=rf"^Port {port} is in use: choose another with --port"):
        server_of(tmp_path, port=port)
