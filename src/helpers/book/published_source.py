"""Where readers find the source that a book is made from: its repository, and the commit.

The address is the setting ``repository: url:`` of ``_config.yml``, or where that is silent the
variable ``TRIALBOOK_REPOSITORY``, by which a workflow names the repository that it runs for.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from helpers.book.checkout import OWN_FILES, ask_git
from helpers.book.project import Project, read_settings
from helpers.errors import BuildError

SETTINGS = "_config.yml"
REPOSITORY = "TRIALBOOK_REPOSITORY"
SCHEMES = ("https", "file")

# What a chapter runs on; files beside these may change without changing what is published.
_MADE_FROM = ("_config.yml", "_toc.yml", "pyproject.toml", "requirements.lock")


@dataclass(frozen=True)
class PublishedSource:
    """A commit that readers can fetch.

    Parameters
    ----------
    repository
        Address that git can clone.
    commit
        Its full hash.
    """

    repository: str
    commit: str


@dataclass(frozen=True)
class NotPublished:
    """Why there is no commit that readers could fetch; empty when the settings name no address."""

    reason: str = ""


def published_source(
    project: Project, *, reads: tuple[str, ...] = ()
) -> PublishedSource | NotPublished:
    """Return the commit that is being built, if it is all that is being built.

    Whether the commit has been pushed to the repository cannot be known here.

    Parameters
    ----------
    project
        The book.
    reads
        Files and folders that chapters read beside their trial, relative to the book.

    Raises
    ------
    BuildError
        When the setting is not an address from which everybody could clone.
    """
    repository = repository_address(project)
    if not repository:
        return NotPublished()
    top = _git(project, "rev-parse", "--show-toplevel", "HEAD")
    if isinstance(top, NotPublished):
        return top
    folder, commit = top.splitlines()
    if Path(folder).resolve() != project.root.resolve():
        return NotPublished("the book's folder is not the top of its git repository")
    if not Path(__file__).resolve().is_relative_to(project.root.resolve()):
        return NotPublished("the helpers that run are not those of this checkout")
    places = (*_MADE_FROM, *(_within(project, each) for each in _folders(project)), *reads)
    changed = _git(project, "status", "--porcelain", "--untracked-files=all", "--", *places)
    if isinstance(changed, NotPublished):
        return changed
    # Trials of the reader's own are ignored by git, and a chapter about one needs it.
    own = _git(project, *OWN_FILES, _within(project, project.data))
    if isinstance(own, NotPublished):
        return own
    if not changed and own:
        changed = "\n".join(f"!! {place}" for place in own.splitlines())
    if changed:
        lines = changed.splitlines()
        more = f" and {len(lines) - 1} more" if len(lines) > 1 else ""
        return NotPublished(f"not everything is committed ({lines[0][3:]}{more})")
    return PublishedSource(repository, commit)


def repository_address(project: Project) -> str:
    """Return the address in the settings or else in the variable; empty when there is none."""
    section = read_settings(project.root / SETTINGS).get("repository") or {}
    url = section.get("url") if isinstance(section, dict) else section
    where = f"{SETTINGS}: repository: url:" if url else f"{REPOSITORY}:"
    url = url or os.environ.get(REPOSITORY)
    if not url:
        return ""
    parts = urlsplit(str(url))
    if parts.scheme not in SCHEMES or not parts.path.strip("/"):
        raise BuildError(
            f"{where} {str(url)!r} is not an address that readers could clone "
            "from; write it as https://HOST/OWNER/NAME."
        )
    if parts.username or parts.password:
        raise BuildError(
            f"{where} it holds a user name or a password, which every reader "
            "would see; write it as https://HOST/OWNER/NAME."
        )
    return str(url).rstrip("/")


def _folders(project: Project) -> tuple[Path, ...]:
    return (project.chapters, project.data, project.root / "src")


def _within(project: Project, folder: Path) -> str:
    return folder.relative_to(project.root).as_posix()


def _git(project: Project, *words: str) -> str | NotPublished:
    """Return what git says about the checkout, or why it says nothing."""
    done = ask_git(project, *words)
    if done is None:
        return NotPublished("git is not installed")
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        return NotPublished(f"git says: {said[0]}" if said else "git cannot read this checkout")
    return done.stdout.rstrip()
