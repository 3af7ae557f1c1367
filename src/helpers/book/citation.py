"""How the book is cited: CITATION.cff, and the same as BibTeX, as RIS and as a reference."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from helpers.book.project import Project, read_settings
from helpers.errors import BuildError

CITATION_FILE = "CITATION.cff"

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SPECIAL = re.compile(r"([&%$#_{}])")
_NAME_PARTS = ("name-particle", "family-names", "name-suffix")


@dataclass(frozen=True)
class Author:
    """A person, or a group that signs with one name.

    Parameters
    ----------
    family
        Family name, or the name of the group.
    given
        Given names; empty for a group.
    """

    family: str
    given: str = ""

    @property
    def initials(self) -> str:
        """Given names as APA prints them: ``M. C.``."""
        return " ".join(f"{part[0]}." for part in re.split(r"[\s-]+", self.given) if part)


@dataclass(frozen=True)
class Citation:
    """What CITATION.cff says; ``url`` and ``doi`` are empty where it gives none.

    ``edition`` is the title of what was read, which says whether its patients are real; empty for
    the book as a whole.
    """

    title: str
    authors: tuple[Author, ...]
    version: str
    date: str
    url: str = ""
    doi: str = ""
    edition: str = ""

    @property
    def year(self) -> str:
        """Year of the release."""
        return self.date[:4]

    @property
    def address(self) -> str:
        """Where it is found: the DOI as a link, or else the address; may be empty."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url


def read_citation(project: Project) -> Citation | None:
    """Return how the book is cited; None when it has no CITATION.cff.

    Raises
    ------
    BuildError
        When the file lacks something that every citation needs.
    """
    path = project.root / CITATION_FILE
    if not path.is_file():
        return None
    told = read_settings(path)
    authors = tuple(_author(each) for each in told.get("authors") or ())
    found = Citation(
        title=" ".join(str(told.get("title") or "").split()),
        authors=authors,
        version=str(told.get("version") or ""),
        date=str(told.get("date-released") or ""),
        url=str(told.get("url") or told.get("repository-code") or ""),
        doi=str(told.get("doi") or ""),
    )
    wanted = {"title": found.title, "authors": authors, "version": found.version}
    missing = [name for name, value in wanted.items() if not value]
    if not _DATE.fullmatch(found.date):
        missing.append("date-released (as in 2026-11-22)")
    if missing:
        raise BuildError(
            f"{CITATION_FILE} lacks {', '.join(missing)}, which every citation needs: add it."
        )
    return found


def bibtex(citation: Citation) -> str:
    """Return the citation for a BibTeX file."""
    fields = {
        "author": " and ".join(_bibtex_author(each) for each in citation.authors),
        "title": f"{{{_braced(citation.title)}}}",
        "year": citation.year,
        "version": _braced(citation.version),
        "note": citation.edition and f"Edition: {_braced(citation.edition)}",
        "doi": citation.doi,
        "url": citation.address,
    }
    key = re.sub(r"[^a-z0-9]", "", citation.title.split(":")[0].lower()) or "book"
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    return f"@software{{{key}{citation.year},\n" + ",\n".join(lines) + "\n}"


def ris(citation: Citation) -> str:
    """Return the citation for a reference manager (RIS)."""
    lines = [
        ("TY", "COMP"),
        *(("AU", ", ".join(filter(None, (each.family, each.given)))) for each in citation.authors),
        ("TI", citation.title),
        ("PY", citation.year),
        ("DA", citation.date.replace("-", "/")),
        ("ET", citation.version),
        ("N1", citation.edition and f"Edition: {citation.edition}"),
        ("DO", citation.doi),
        ("UR", citation.address),
    ]
    return "\n".join([f"{tag}  - {value}" for tag, value in lines if value] + ["ER  - "])


def apa(citation: Citation) -> str:
    """Return the citation as a reference in the style of the APA, as plain text."""
    names = [", ".join(filter(None, (each.family, each.initials))) for each in citation.authors]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])}, & {names[-1]}"
    stop = "" if listed.endswith(".") else "."
    address = f" {citation.address}" if citation.address else ""
    edition = f"; edition “{citation.edition}”" if citation.edition else ""
    version = f"(Version {citation.version}{edition}) [Computer software]"
    return f"{listed}{stop} ({citation.year}). {citation.title} {version}.{address}"


def _author(told: Any) -> Author:
    if not isinstance(told, dict):
        raise BuildError(f"{CITATION_FILE}: an author has a name, or given-names and family-names.")
    if told.get("name"):
        return Author(str(told["name"]))
    family = " ".join(str(told[part]) for part in _NAME_PARTS if told.get(part))
    if not family:
        raise BuildError(f"{CITATION_FILE}: an author has neither a name nor family-names: add it.")
    return Author(family, str(told.get("given-names") or ""))


def _bibtex_author(author: Author) -> str:
    # The name of a group is one word to BibTeX.
    if not author.given:
        return f"{{{_braced(author.family)}}}"
    return f"{_braced(author.family)}, {_braced(author.given)}"


def _braced(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
