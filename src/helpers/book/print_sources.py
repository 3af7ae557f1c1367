"""What the PDF and the EPUB of an edition are made of: its finished pages, their order, a cover."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from helpers.book.builds import stored_fingerprint
from helpers.book.content_date import ContentDate, content_date
from helpers.book.planning import PlannedEdition, specification
from helpers.book.print_document import Cover
from helpers.book.print_pages import PrintedPage, printed_pages
from helpers.book.project import Project, read_settings
from helpers.book.reading_order import Part, parts_of
from helpers.book.staging import NOTICES, without_chapters
from helpers.errors import BuildError


@dataclass(frozen=True)
class Made:
    """A PDF or an EPUB that is in place, and whether this run made it."""

    edition: str
    path: Path
    new: bool


@dataclass(frozen=True)
class PrintSource:
    """The finished book of an edition, to be printed."""

    project: Project
    planned: PlannedEdition
    dated: ContentDate

    @property
    def html(self) -> Path:
        """Folder of its site."""
        return self.project.build / self.planned.name / "html"

    def target(self, kind: str) -> Path:
        """Return where the book lies in another form: ``pdf`` or ``epub``."""
        return self.project.build / self.planned.name / f"{self.planned.name}.{kind}"

    @property
    def fingerprint(self) -> str:
        """Fingerprint of the finished book, which covers code and style sheets, and its date."""
        parts = [
            stored_fingerprint(self.project, self.planned.name),
            str(self.dated),
            own_version(),
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def cover(self) -> Cover:
        """Return what the first page says."""
        trial = specification(self.planned.trial)
        settings = read_settings(self.project.root / "_config.yml")
        config = (settings.get("sphinx") or {}).get("config") or {}
        return Cover(
            title=self.planned.edition.title,
            trial=trial.title,
            edition=self.planned.name,
            author=str(settings.get("author") or ""),
            synthetic=trial.is_synthetic,
            label=f"{trial.data_label} ({trial.short_title})",
            notice=NOTICES[trial.is_synthetic],
            version=own_version(),
            dated=str(self.dated),
            language=str(config.get("language") or "en"),
        )

    def pages(self) -> tuple[tuple[Part, ...], dict[str, PrintedPage]]:
        """Return the parts of the book, and its pages by name, in reading order."""
        toc = read_settings(self.project.root / "_toc.yml")
        parts = parts_of(without_chapters(toc, self.planned.edition.leave_out))
        names = [name for part in parts for name in part.pages]
        return parts, {page.name: page for page in printed_pages(self.html, names)}

    def own_style(self, name: str) -> str:
        """Return the text of one of the book's style sheets.

        Raises
        ------
        BuildError
            When it is missing.
        """
        path = self.project.chapters / "_static" / name
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise BuildError(
                f"{self.project.shown(path)} is missing: the printed book needs it."
            ) from None


def print_source(project: Project, planned: PlannedEdition) -> PrintSource:
    """Return an edition, whose book is up to date, as something to print."""
    return PrintSource(project, planned, content_date(project))


def own_version() -> str:
    """Return the version of this package."""
    try:
        return version("trialbook")
    except PackageNotFoundError:
        return "unknown"
