"""A server of finished pages for this machine alone, which compresses what it sends."""

from __future__ import annotations

import errno
import gzip
import io
import os
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from helpers.errors import BuildError

LOOPBACK = "127.0.0.1"
NOT_FOUND = "404.html"

_COMPRESSED = ("text/", "application/json", "application/xml", "image/svg+xml")
_SMALLEST = 500
"""Bytes below which compressing gains nothing."""


class Pages(SimpleHTTPRequestHandler):
    """Answers with files of one folder; never with a list of them."""

    protocol_version = "HTTP/1.1"
    extensions_map = {  # noqa: RUF012  # as the class that it changes has it
        **SimpleHTTPRequestHandler.extensions_map,
        # What the system says of these differs from machine to machine.
        ".css": "text/css",
        ".csv": "text/csv",
        ".html": "text/html",
        ".ipynb": "application/json",
        ".js": "text/javascript",
        ".svg": "image/svg+xml",
        ".xml": "application/xml",
        ".yml": "text/plain",
    }

    def send_head(self) -> Any:
        """Send the headers of an answer and return its body."""
        path = Path(self.translate_path(self.path))
        of_folder = self.path.partition("?")[0].endswith("/")
        if path.is_dir() and not of_folder:
            return super().send_head()  # which sends the reader to the same address with "/"
        if of_folder:
            path /= "index.html"
        status = HTTPStatus.OK
        if not path.is_file():
            status, path = HTTPStatus.NOT_FOUND, Path(self.directory) / NOT_FOUND
            if not path.is_file():
                self.send_error(status, "There is no such page")
                return None
        return self._answer(status, path)

    def _answer(self, status: HTTPStatus, path: Path) -> io.BytesIO:
        body = path.read_bytes()
        kind = self.guess_type(path)
        self.send_response(status)
        said = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
        self.send_header("Content-Type", said)
        if kind.startswith(_COMPRESSED):
            self.send_header("Vary", "Accept-Encoding")
            if len(body) >= _SMALLEST and "gzip" in self.headers.get("Accept-Encoding", ""):
                body = gzip.compress(body, compresslevel=6, mtime=0)
                self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-cache")  # a page that was built again is seen at once
        self.end_headers()
        return io.BytesIO(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing of each request."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Where two servers could otherwise share a port, the second has to be told.
    allow_reuse_address = os.name != "nt"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a reader who went away."""


def server_of(folder: Path, *, port: int) -> ThreadingHTTPServer:
    """Return a server of the pages of a folder, which only this machine reaches.

    Parameters
    ----------
    folder
        What it shows.
    port
        Where it listens; 0 for any that is free. Its address is then ``server_address``.

    Raises
    ------
    BuildError
        When the port is in use, or only an administrator may take it.
    """
    try:
        return _Server((LOOPBACK, port), partial(Pages, directory=str(folder)))
    except OSError as error:
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        why = "is in use" if error.errno == errno.EADDRINUSE else "is reserved"
        raise BuildError(
            f"Port {port} {why}: choose another with --port, or --port 0 for any that is free."
        ) from None
