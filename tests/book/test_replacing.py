from __future__ import annotations

import errno
from pathlib import Path

import pytest

from helpers.book.replacing import (
    ASIDE,
    STAGING,
    recover,
    refuse_place_among_chapters,
    refuse_place_among_data,
    replace_folder,
    write_file,
)
from helpers.errors import ParameterError


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A build folder with a good book and a finished new one."""
    build = tmp_path / "_build"
    for place, text in (("first", "old"), (f"{STAGING}/book", "new")):
        (build / place).mkdir(parents=True)
        (build / place / "page").write_text(text)
    return build


def page(build: Path) -> str:
    return (build / "first" / "page").read_text()


def test_replaces_a_folder(build: Path) -> None:
    replace_folder(build / STAGING / "book", build / "first")
    assert page(build) == "new"
    assert not (build / ASIDE / "first").exists()
    assert not (build / STAGING / "book").exists()


def test_puts_a_folder_where_there_was_none(build: Path) -> None:
    replace_folder(build / STAGING / "book", build / "second" / "deep")
    assert (build / "second" / "deep" / "page").read_text() == "new"


@pytest.mark.parametrize("failing", [1, 2])
def test_the_old_folder_stays_when_a_move_fails(
    build: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    rename, moves = Path.rename, []

    def fail(self: Path, target: Path) -> Path:
        moves.append(self)
        if len(moves) == failing:
            raise OSError(errno.EIO, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match="Input/output"):
        replace_folder(build / STAGING / "book", build / "first")
    assert page(build) == "old"


def test_the_old_folder_comes_back_after_a_crash_between_the_moves(
    build: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """Stands for a power cut: nothing after it runs."""

    rename, moves = Path.rename, []

    def cut(self: Path, target: Path) -> Path:
        moves.append(self)
        if len(moves) >= 2:
            raise Killed
        return rename(self, target)

    with monkeypatch.context() as power:
        power.setattr(Path, "rename", cut)
        with pytest.raises(Killed):
            replace_folder(build / STAGING / "book", build / "first")
    assert not (build / "first").exists()
    recover(build)
    assert page(build) == "old"
    assert [path.name for path in build.iterdir()] == ["first"]


def test_a_crash_after_the_moves_leaves_the_new_folder(build: Path) -> None:
    aside = build / ASIDE / "first"
    aside.mkdir(parents=True)
    (aside / "page").write_text("older")
    recover(build)
    assert page(build) == "old"
    assert [path.name for path in build.iterdir()] == ["first"]


def test_recovers_nothing_from_nothing(tmp_path: Path) -> None:
    recover(tmp_path / "not there")
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_never_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "deep" / "file"
    write_file(path, "old é")
    assert path.read_bytes() == "old é".encode()

    def full(self: Path, content: bytes) -> int:
        with self.open("wb") as file:
            file.write(content[:1])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        write_file(path, b"new")
    assert path.read_text(encoding="utf-8") == "old é"
    assert [each.name for each in path.parent.iterdir()] == ["file"]


@pytest.mark.parametrize("name", ["trial", "trial/deep/out.ipynb", "trial/../trial/out"])
def test_nothing_is_written_among_a_trial_s_data(tmp_path: Path, name: str) -> None:
    with pytest.raises(ParameterError, match="choose a place elsewhere"):
        refuse_place_among_data(tmp_path / name, tmp_path / "trial", build=tmp_path / "_build")


@pytest.mark.parametrize("name", ["out", "trial2", "trial/book/_build/sweeps/mine"])
def test_anything_may_be_written_elsewhere(tmp_path: Path, name: str) -> None:
    build = tmp_path / "trial" / "book" / "_build"
    refuse_place_among_data(tmp_path / name, tmp_path / "trial", build=build)


@pytest.mark.parametrize("name", ["chapters", "chapters/05_primary.ipynb", "a/../chapters/x/y"])
def test_nothing_is_written_among_the_chapters(tmp_path: Path, name: str) -> None:
    with pytest.raises(ParameterError, match="which hold sources only; choose a place elsewhere"):
        refuse_place_among_chapters(tmp_path / name, tmp_path / "chapters")


@pytest.mark.parametrize("name", ["chapters2/x.ipynb", "x.ipynb"])
def test_beside_the_chapters_anything_may_be_written(tmp_path: Path, name: str) -> None:
    refuse_place_among_chapters(tmp_path / name, tmp_path / "chapters")


def test_somebody_s_own_file_is_never_replaced_by_a_folder(build: Path) -> None:
    (build / "mine").write_text("mine")
    with pytest.raises(FileExistsError, match="mine"):
        replace_folder(build / STAGING / "book", build / "mine")
    assert (build / "mine").read_text() == "mine"
