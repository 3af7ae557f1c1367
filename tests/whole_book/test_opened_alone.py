"""A chapter that is downloaded and opened alone fetches its book, and finds what the book found.

The repository is a bare one on this disk. The Python that opens the chapter has a notebook kernel
and what the first cell would install, and neither the helpers nor the rest of the lock.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from packaging.requirements import Requirement

from helpers.book.opened_alone import NEEDED
from helpers.book.results import harvest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NAMES = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"]


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(folder), *NAMES, *words], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory, copy_sources: Callable[[Path], Path]) -> Path:
    """A checkout whose settings name a bare repository, in which its tiny edition was built."""
    home = tmp_path_factory.mktemp("opened – alone")
    root = copy_sources(home / "book")
    junk = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "src", root / "src", ignore=junk)
    shutil.copy(ROOT / ".gitignore", root)
    repository = home / "repository.git"
    with (root / "_config.yml").open("a", encoding="utf-8") as settings:
        settings.write(f"\nrepository:\n  url: {repository.as_uri()}\n")
    git(home, "init", "--quiet", str(root))
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "The book")
    git(home, "clone", "--quiet", "--bare", str(root), str(repository))
    build = [sys.executable, "-m", "helpers.book.commands", "build", "--edition", "tiny"]
    environment = {**os.environ, "PYTHONPATH": str(root / "src")}
    done = subprocess.run(
        build, cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "opened alone" not in done.stdout
    return root


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an empty environment has, a kernel, and what the cell installs where it has a network.

    The helpers are not among it, nor the rest of the lock.
    """
    folder = tmp_path_factory.mktemp("packages")
    site = Path(distribution("numpy").locate_file("")).resolve()
    for name in needed({"pip", "setuptools", "ipykernel", *NEEDED}):
        for file in distribution(name).files or ():
            top = folder / file.parts[0]
            if file.parts[0] not in ("..", "__pycache__") and not top.exists():
                top.symlink_to(site / file.parts[0])
    return folder


@pytest.fixture
def elsewhere(tmp_path: Path, packages: Path) -> Path:
    """A new Python with these packages, as a kernel, and the folder where Jupyter finds it."""
    command = [sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "env")]
    subprocess.run(command, check=True)
    [python] = [*tmp_path.glob("env/bin/python"), *tmp_path.glob("env/Scripts/python.exe")]
    ask = "import sysconfig; print(sysconfig.get_paths()['purelib'])"
    asked = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=True)
    (Path(asked.stdout.strip()) / "packages.pth").write_text(f"{packages}\n", encoding="utf-8")
    kernel = tmp_path / "jupyter" / "kernels" / "alone" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    command = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel.write_text(json.dumps({"argv": command, "display_name": "Alone", "language": "python"}))
    return tmp_path / "jupyter"


def needed(names: set[str]) -> set[str]:
    """Return the distributions and all that they require."""
    found: set[str] = set()
    while names:
        name = names.pop()
        found.add(name)
        for line in distribution(name).requires or ():
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                names |= {requirement.name.lower().replace("_", "-")} - found
    return found


@pytest.fixture
def run(
    elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., nbformat.NotebookNode]:
    """Run cells of a notebook in the kernel that has no helpers."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setenv("JUPYTER_PATH", str(elsewhere))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_NO_BUILD_ISOLATION", "false")  # how pip spells that it is off

    def run(path: Path, folder: Path, *, cells: int | None = None) -> nbformat.NotebookNode:
        folder.mkdir(exist_ok=True)
        notebook = nbformat.read(path, as_version=4)
        notebook.cells = notebook.cells[:cells]
        resources = {"metadata": {"path": str(folder)}}
        client = NotebookClient(notebook, kernel_name="alone", timeout=300, resources=resources)
        return client.execute()

    return run


def downloaded(book: Path, chapter: str) -> Path:
    return book / "_build" / "tiny" / "html" / "_sources" / "chapters" / f"{chapter}.ipynb"


def test_finds_what_the_book_found(book: Path, run, tmp_path: Path) -> None:
    ran = run(downloaded(book, "05_primary"), tmp_path / "content")
    results = json.loads((book / "_build" / "tiny" / "results.json").read_text(encoding="utf-8"))
    found = harvest(json.loads(nbformat.writes(ran)), chapter="05_primary")
    estimates = [name for name in found if name.startswith("primary.difference.")]
    assert len(estimates) > 5
    for name in estimates:
        assert found[name] == results[name]
    [fetched] = (tmp_path / "content").iterdir()
    assert git(fetched, "rev-parse", "HEAD") == git(book, "rev-parse", "HEAD")


def test_fetches_once(book: Path, run, tmp_path: Path) -> None:
    chapter = downloaded(book, "01_question")
    run(chapter, tmp_path / "content", cells=1)
    repository = book.parent / "repository.git"
    repository.rename(repository.with_suffix(".away"))
    try:
        run(chapter, tmp_path / "content")
    finally:
        repository.with_suffix(".away").rename(repository)


def test_fetches_nothing_where_the_book_is_at_hand(
    book: Path, run, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A checkout whose package can be imported, as on Binder.
    monkeypatch.setenv("PYTHONPATH", str(book / "src"))
    monkeypatch.setenv("PATH", "")  # no git, no pip
    run(downloaded(book, "01_question"), book / "chapters")
    assert list((book / "chapters").glob("trialbook-*")) == []


def test_what_cannot_be_fetched_is_told_in_one_sentence(book: Path, run, tmp_path: Path) -> None:
    notebook = nbformat.read(downloaded(book, "01_question"), as_version=4)
    commit = git(book, "rev-parse", "HEAD")
    notebook.cells[0].source = notebook.cells[0].source.replace(commit, "0" * 40)
    path = tmp_path / "chapter.ipynb"
    nbformat.write(notebook, path)
    with pytest.raises(CellExecutionError) as stopped:
        run(path, tmp_path / "content", cells=1)
    assert stopped.value.ename == "RuntimeError"
    assert "repository.git could not be fetched: fatal: " in stopped.value.evalue
    # What was fetched by halves is not taken for the book.
    with pytest.raises(CellExecutionError):
        run(path, tmp_path / "content", cells=1)


def test_a_chapter_that_reads_more_than_its_trial_finds_it(book: Path, run, tmp_path: Path) -> None:
    opening = nbformat.read(downloaded(book, "01_question"), as_version=4).cells[0]
    path = tmp_path / "validation.ipynb"
    chapter = nbformat.read(ROOT / "chapters" / "validation.ipynb", as_version=4)
    chapter.cells.insert(0, opening)
    nbformat.write(chapter, path)
    ran: Any = run(path, tmp_path / "content")
    found = harvest(json.loads(nbformat.writes(ran)), chapter="validation")
    assert found["validation.sentence"]["text"]
