"""Read the file of an edition; whatever is wrong in it is told with its line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from helpers.book.chapters import Chapter
from helpers.book.editions import BUILD_FILLS, SHARED, Edition, Given
from helpers.errors import EditionError, unknown_name
from helpers.trial.positions import Document, read_document

KEYS = (
    "title",
    "trial",
    "audience",
    "about",
    "parameters",
    "leave_out",
    "chapters",
    "compare",
    "published",
)


def read_edition_file(
    path: Path, *, shown: str, chapters: Sequence[Chapter], editions: Sequence[str]
) -> Edition:
    """Read an edition and check every name in it.

    Parameters
    ----------
    path
        The file; its stem is the edition's name.
    shown
        Its name in messages.
    chapters
        The chapters of the book.
    editions
        Names of the book's editions, with which this one may be compared.

    Raises
    ------
    EditionError
        When the file is not valid; the message names the line.
    """
    document = _read(path, shown)
    for key in document.content:
        if key not in KEYS:
            where = f"{shown}, line {document.line_of((key,))}"
            raise EditionError(unknown_name("key", key, KEYS, where=where))
    return _Reader(document, shown, chapters).edition(path, editions)


def _read(path: Path, shown: str) -> Document:
    try:
        document = read_document(path.read_text(encoding="utf-8"), file=shown)
    except UnicodeDecodeError:
        raise EditionError(f"{shown} is not UTF-8 text: save it as UTF-8.") from None
    if document.problems:
        raise EditionError("\n".join(str(problem) for problem in document.problems))
    if not isinstance(document.content, dict):
        raise EditionError(f"{shown} must hold keys with values, as in 'title: ...'.")
    return document


class _Reader:
    """Reads the parts of one edition's file, with the line of each in its messages."""

    def __init__(self, document: Document, shown: str, chapters: Sequence[Chapter]) -> None:
        self.document = document
        self.shown = shown
        self.chapters = {chapter.name: chapter for chapter in chapters}

    def edition(self, path: Path, editions: Sequence[str]) -> Edition:
        compare = self._compared(path.stem, editions)
        leave_out = self._left_out(comparing=bool(compare))
        parameters = self._mapping(("parameters",))
        for chapter in parameters:
            if chapter != SHARED and chapter not in self.chapters:
                raise EditionError(
                    unknown_name(
                        "chapter",
                        chapter,
                        [SHARED, *self.chapters],
                        where=self._where(("parameters", chapter)),
                    )
                )
        return Edition(
            name=path.stem,
            title=self._text("title"),
            trial=Given(self._text("trial"), self._where(("trial",))),
            audience=self._text("audience"),
            shared=self._given(SHARED) if SHARED in parameters else {},
            by_chapter={part: self._given(part) for part in parameters if part != SHARED},
            leave_out=leave_out,
            about=self._text("about") if "about" in self.document.content else "",
            compare=compare,
            published=self._published(),
            base=path.parent,
        )

    def _where(self, path: tuple[str | int, ...]) -> str:
        return f"{self.shown}, line {self.document.line_of(path)}"

    def _text(self, key: str) -> str:
        value = self.document.content.get(key)
        if not isinstance(value, str) or not value.strip():
            raise EditionError(f"{self._where((key,))}: the key {key!r} must hold a text.")
        return value.strip()

    def _mapping(self, path: tuple[str, ...]) -> dict[str, Any]:
        value = self.document.content
        for key in path:
            value = value.get(key)
            if value is None:
                return {}
        if not isinstance(value, dict):
            raise EditionError(
                f"{self._where(path)}: {'.'.join(path)!r} must hold names with values, "
                "as in 'level: 0.95'."
            )
        return value

    def _given(self, part: str) -> dict[str, Given]:
        """Read the values for one chapter or for all, and check that they reach a chapter."""
        reached = list(self.chapters.values()) if part == SHARED else [self.chapters[part]]
        known = [*dict.fromkeys(each.name for chapter in reached for each in chapter.parameters)]
        given = {}
        for name, value in self._mapping(("parameters", part)).items():
            where = self._where(("parameters", part, name))
            if name in BUILD_FILLS:
                raise EditionError(
                    f"{where}: every chapter gets {name!r} from the edition itself; remove it here."
                )
            if name not in known:
                kind = "parameter" if part == SHARED else f"parameter of the chapter {part}"
                valid = [each for each in known if each not in BUILD_FILLS]
                raise EditionError(unknown_name(kind, name, valid, where=where))
            given[name] = Given(value, where)
        return given

    def _left_out(self, *, comparing: bool) -> tuple[str, ...]:
        """Return the chapters left out: those listed, or all but those listed as kept."""
        out = self._chapters("leave_out")
        if "chapters" in self.document.content:
            if "leave_out" in self.document.content:
                raise EditionError(
                    f"{self._where(('chapters',))}: 'chapters' says what the edition has and "
                    "'leave_out' what it has not; keep one of the two."
                )
            kept = self._chapters("chapters")
            if not kept:
                raise EditionError(
                    f"{self._where(('chapters',))}: 'chapters' is empty; list at least one chapter."
                )
            out = tuple(name for name in self.chapters if name not in kept)
        # A chapter that compares editions has nothing to say without one to compare with.
        alone = () if comparing else (each.name for each in self.chapters.values() if each.compares)
        left_out = tuple(dict.fromkeys([*out, *alone]))
        if len(left_out) == len(self.chapters):
            key = "chapters" if "chapters" in self.document.content else "leave_out"
            raise EditionError(
                f"{self._where((key,))}: no chapter is left; an edition needs at least one (and "
                "one that compares editions needs 'compare' too)."
            )
        return left_out

    def _chapters(self, key: str) -> tuple[str, ...]:
        listed = self._list(key, example="[03_randomization]", things="chapters")
        for at, name in enumerate(listed):
            if name not in self.chapters:
                where = self._where((key, at))
                raise EditionError(unknown_name("chapter", name, self.chapters, where=where))
        return tuple(listed)

    def _compared(self, own: str, editions: Sequence[str]) -> tuple[Given, ...]:
        listed = self._list("compare", example="[strict_eligibility]", things="editions")
        others = [name for name in editions if name != own]
        for at, name in enumerate(listed):
            where = self._where(("compare", at))
            if name == own:
                raise EditionError(f"{where}: an edition cannot be compared with itself.")
            if name not in others:
                raise EditionError(unknown_name("edition", name, others, where=where))
            if name in listed[:at]:
                raise EditionError(f"{where}: the edition {name!r} is listed twice.")
        return tuple(Given(name, self._where(("compare", at))) for at, name in enumerate(listed))

    def _list(self, key: str, *, example: str, things: str) -> list[str]:
        listed = self.document.content.get(key) or []
        if not isinstance(listed, list):
            raise EditionError(
                f"{self._where((key,))}: {key!r} must be a list of {things}, as in {example}."
            )
        return [str(name) for name in listed]

    def _published(self) -> bool:
        published = self.document.content.get("published", True)
        if not isinstance(published, bool):
            raise EditionError(f"{self._where(('published',))}: 'published' is true or false.")
        return published
