from __future__ import annotations

from pathlib import Path

from helpers.book.kept import (
    KEPT,
    keep_notebook,
    kept_about,
    kept_notebook,
    note_what_it_is_made_from,
)


def kept(build: Path, fingerprint: str = "aa", edition: str = "first") -> str | None:
    return kept_notebook(build, edition, "01_alpha", fingerprint=fingerprint)


def test_gives_back_what_was_kept_under_the_same_fingerprint(tmp_path: Path) -> None:
    assert kept(tmp_path) is None
    keep_notebook(tmp_path, "first", "01_alpha", fingerprint="aa", notebook="{é}\r\n")
    assert kept(tmp_path) == "{é}\r\n"
    assert kept(tmp_path, "bb") is None
    assert kept(tmp_path, edition="second") is None


def test_forgets_what_was_changed_or_cut_short(tmp_path: Path) -> None:
    keep_notebook(tmp_path, "first", "01_alpha", fingerprint="aa", notebook="{}")
    folder = tmp_path / KEPT / "first"
    (folder / "01_alpha.ipynb").write_text("{} edited")
    assert kept(tmp_path) is None
    keep_notebook(tmp_path, "first", "01_alpha", fingerprint="aa", notebook="{}")
    (folder / "01_alpha.ipynb").write_bytes(b"\xff")
    assert kept(tmp_path) is None
    keep_notebook(tmp_path, "first", "01_alpha", fingerprint="aa", notebook="{}")
    (folder / "01_alpha.json").write_text("{")
    assert kept(tmp_path) is None


def test_knows_what_a_notebook_was_made_from(tmp_path: Path) -> None:
    assert kept_about(tmp_path, "first", "01_alpha") == {}
    note_what_it_is_made_from(tmp_path, "first", "01_alpha", {"source": "b"})
    assert kept_about(tmp_path, "first", "01_alpha") == {}
    keep_notebook(
        tmp_path, "first", "01_alpha", fingerprint="aa", notebook="{}", made_from={"source": "a"}
    )
    assert kept_about(tmp_path, "first", "01_alpha")["made_from"] == {"source": "a"}
    note_what_it_is_made_from(tmp_path, "first", "01_alpha", {"source": "b"})
    assert kept_about(tmp_path, "first", "01_alpha")["made_from"] == {"source": "b"}
    assert kept(tmp_path) == "{}"
