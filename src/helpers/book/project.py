"""Where the parts of the book lie on disk, and which chapters its table of contents names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.errors import BuildError, ParameterError, unknown_name

SPECIFICATION = "trial.yml"


@dataclass(frozen=True)
class Project:
    """The folders of one book.

    Parameters
    ----------
    root
        Holds ``_config.yml``, ``_toc.yml``, ``_static`` and ``requirements.lock``.
    chapters
        The notebooks and pages.
    editions
        One YAML file per edition.
    data
        One folder per trial.
    build
        Everything that is generated; may be deleted at any time.
    """

    root: Path
    chapters: Path
    editions: Path
    data: Path
    build: Path

    @classmethod
    def at(cls, root: Path) -> Project:
        """Return the project whose folders have their usual names below ``root``."""
        root = root.resolve()
        chapters = root / "chapters"
        return cls(root, chapters, chapters / "editions", root / "data", root / "_build")

    def shown(self, path: Path) -> str:
        """Return ``path`` as messages print it: relative to the root where it lies below."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)


def find_project(start: Path) -> Project:
    """Find the book around a folder, or else around the package itself.

    Raises
    ------
    BuildError
        When no folder upward of either holds ``_toc.yml`` and ``chapters``.
    """
    start = start.resolve()
    for folder in (start, *start.parents, *Path(__file__).resolve().parents):
        if (folder / "_toc.yml").is_file() and (folder / "chapters").is_dir():
            return Project.at(folder)
    raise BuildError(
        f"No book was found: neither {start} nor a folder around it holds _toc.yml and chapters. "
        "Change into the book's folder."
    )


def contents(project: Project) -> tuple[str, ...]:
    """Return the files that the table of contents names, in reading order, the root page first."""
    return tuple(_files(read_settings(project.root / "_toc.yml")))


def chapter_files(project: Project) -> tuple[Path, ...]:
    """Return the notebooks that the table of contents names, in reading order.

    Raises
    ------
    BuildError
        When an entry names no file, or two notebooks have the same name.
    """
    found: dict[str, Path] = {}
    for entry in contents(project):
        notebook = project.root / f"{entry}.ipynb"
        if notebook.is_file():
            if notebook.stem in found:
                raise BuildError(f"_toc.yml names two chapters {notebook.stem!r}: rename one.")
            found[notebook.stem] = notebook
        elif not (project.root / f"{entry}.md").is_file():
            there = sorted(
                path.relative_to(project.root).with_suffix("").as_posix()
                for path in project.chapters.iterdir()
                if path.suffix in {".ipynb", ".md"}
            )
            raise BuildError(unknown_name("page", entry, there, where="_toc.yml"))
    return tuple(found.values())


def trial_names(project: Project) -> tuple[str, ...]:
    """Return the names of the trials that lie in the data folder."""
    return tuple(sorted(path.parent.name for path in project.data.glob(f"*/{SPECIFICATION}")))


def trial_folder(project: Project, trial: str, *, base: Path | None = None) -> Path:
    """Return the folder of a trial: a name in the data folder, or the path of a folder.

    Parameters
    ----------
    project
        The book.
    trial
        The name or the path.
    base
        Where a relative path begins, if not in the working directory: an edition's own folder.

    Raises
    ------
    ParameterError
        When there is no such trial.
    """
    shelf = project.data / trial
    places = [*([base / trial] if base else []), Path(trial)]
    # "./mine" and "mine/" are paths, even where the data folder has a trial of that name.
    places = [shelf, *places] if trial == Path(trial).name else [*places, shelf]
    for folder in places:
        if trial and (folder / SPECIFICATION).is_file():
            return folder.resolve()
        if folder.name == SPECIFICATION and folder.is_file():
            return folder.resolve().parent
    from helpers.trial.folders import why_no_trial

    found = next((folder for folder in places if trial and folder.exists()), Path(trial))
    raise ParameterError(why_no_trial(trial, found, trial_names(project)))


def read_settings(path: Path) -> dict[str, Any]:
    """Read a YAML file of the book's settings (``_config.yml``, ``_toc.yml``).

    Raises
    ------
    BuildError
        When the file is missing, is not YAML or is not a mapping.
    """
    import yaml

    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BuildError(f"{path.name} is missing in {path.parent}: the book needs it.") from None
    except UnicodeDecodeError:
        raise BuildError(f"{path.name} is not UTF-8 text: save it as UTF-8.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{path.name}, line {mark.line + 1}" if mark else path.name
        reason = getattr(error, "problem", None) or "it cannot be read"
        raise BuildError(f"{place}: this is not valid YAML ({reason}).") from None
    if not isinstance(settings, dict):
        raise BuildError(f"{path.name} must hold keys with values, as in 'title: ...'.")
    return settings


def _files(part: Any) -> list[str]:
    """Return the files of a part of the table of contents, in order."""
    if isinstance(part, list):
        return [file for item in part for file in _files(item)]
    if not isinstance(part, dict):
        return []
    here = [str(part[key]) for key in ("root", "file") if key in part]
    inside = (part.get(key) for key in ("parts", "chapters", "sections", "subtrees"))
    return here + [file for each in inside for file in _files(each)]
