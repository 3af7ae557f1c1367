from __future__ import annotations

import os
import zipfile
from pathlib import Path

from helpers.book.zipping import zip_folder


def fill(folder: Path, *, names: tuple[str, ...], when: int) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content of {name}", encoding="utf-8")
        os.utime(path, (when, when))
        path.chmod(0o600 if when % 2 else 0o644)
    return folder


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    names = ("b/é.html", "index.html", "a.css")
    one = fill(tmp_path / "one", names=names, when=1_000_000_001)
    two = fill(tmp_path / "two", names=names[::-1], when=1_500_000_000)
    zip_folder(one, tmp_path / "1" / "site.zip")
    zip_folder(two, tmp_path / "2" / "site.zip")
    packed = (tmp_path / "1" / "site.zip").read_bytes()
    assert packed == (tmp_path / "2" / "site.zip").read_bytes()
    (two / "a.css").write_text("other", encoding="utf-8")
    zip_folder(two, tmp_path / "2" / "site.zip")
    assert packed != (tmp_path / "2" / "site.zip").read_bytes()


def test_everything_lies_in_one_folder_and_can_be_read(tmp_path: Path) -> None:
    folder = fill(tmp_path / "site", names=("b/é.html", "index.html", ".nojekyll"), when=10**9 + 1)
    zip_folder(folder, tmp_path / "book.zip")
    with zipfile.ZipFile(tmp_path / "book.zip") as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["book/.nojekyll", "book/b/é.html", "book/index.html"]
        assert archive.read("book/b/é.html").decode() == "content of b/é.html"
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o100644}
