"""Which finished pages a server shows."""

from __future__ import annotations

from pathlib import Path

from helpers.book.project import Project
from helpers.errors import BuildError, unknown_name

SITE = "site"
_INDEX = "index.html"


def served_folder(project: Project, edition: str | None) -> Path:
    """Return the folder of the pages to show.

    Parameters
    ----------
    project
        The book.
    edition
        Name of an edition, or of a trial's book; None for the site, and without one for the only
        edition that has been built.

    Raises
    ------
    BuildError
        When it has not been built, or it is not clear which is meant.
    """
    books = sorted(path.parents[1].name for path in project.build.glob(f"*/html/{_INDEX}"))
    site = project.build / SITE
    if edition is None and (site / _INDEX).is_file():
        return site
    if not books:
        raise BuildError("Nothing has been built yet: run 'trialbook build' first.")
    if edition is None and len(books) > 1:
        raise BuildError(
            f"Several editions have been built ({', '.join(books)}): name the one to show, or put "
            "them together with 'trialbook site'."
        )
    chosen = books[0] if edition is None else edition
    if chosen not in books:
        known = unknown_name("finished book", chosen, books)
        raise BuildError(f"{known} 'trialbook build --edition {chosen}' makes it.")
    return project.build / chosen / "html"
