"""The way out of Jupyter Book 1 stays open: the same sources compile with Sphinx as it is today.

Jupyter Book 1 is pinned, and will not follow Sphinx for ever. Its settings can be turned into those
of Sphinx, and the two extensions that are Jupyter Book's own can be dropped.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.book.citation import read_citation
from helpers.book.citation_part import citation_part, publication_part
from helpers.book.fingerprints import Fingerprints
from helpers.book.planning import plan_editions, specification
from helpers.book.project import Project
from helpers.book.provenance_part import provenance_part
from helpers.book.staging import stage_source

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DROPPED = ("jupyter_book", "sphinx_jupyterbook_latex")
# What the book's own extensions of Sphinx need beside it.
FOR_OWN = ("math-core", "beautifulsoup4")
OLDEST = 9
CONFIGURE = "import sys; from jupyter_book.cli.main import main; sys.exit(main())"


def extensions_of(conf: str) -> list[str]:
    """Return the extensions that a file of settings names, each once."""
    found = re.search(r"^extensions = (\[.*?\])$", conf, re.M | re.S)
    assert found, conf
    return list(dict.fromkeys(ast.literal_eval(found[1])))


def distributions(extensions: list[str]) -> list[str]:
    """Return what is installed for extensions; those of Sphinx itself come with it."""
    packages = [name.partition(".")[0] for name in extensions]
    named = [
        "sphinxcontrib-bibtex" if name == "sphinxcontrib.bibtex" else package.replace("_", "-")
        for name, package in zip(extensions, packages, strict=True)
        if package not in {"sphinx", "helpers"}
    ]
    return [f"sphinx>={OLDEST}", "sphinx-external-toc", *named, *FOR_OWN]


@pytest.fixture
def staged(books: Path, tmp_path: Path) -> Path:
    """Return the source of a finished book, as it was staged for the compiler."""
    project = Project.at(ROOT)
    (planned,) = plan_editions(project, ["impact"], {})
    book = books / "impact"
    target = tmp_path / "source"
    trial = specification(planned.trial)
    notebooks = {
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted((book / "notebooks").glob("*.ipynb"))
    }
    made = json.loads((book / "build.json").read_text(encoding="utf-8"))["chapters"]
    prints = {name: chapter["fingerprint"] for name, chapter in made.items()}
    fingerprints = Fingerprints(project)
    stage_source(
        project,
        planned.edition,
        trial=trial,
        notebooks={name: json.loads(text) for name, text in notebooks.items()},
        results=json.loads((book / "results.json").read_text(encoding="utf-8")),
        fingerprints=prints,
        parts={
            "citation": citation_part(read_citation(project), edition=planned.edition.title),
            "publication": publication_part(trial),
            "provenance": provenance_part(
                planned, trial, fingerprints=fingerprints, prints=prints, notebooks=notebooks
            ),
        },
        target=target,
    )
    done = subprocess.run(
        [sys.executable, "-c", CONFIGURE, "config", "sphinx", str(target)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return target


@pytest.fixture
def current_sphinx(staged: Path, tmp_path: Path) -> Path:
    """Return the Python of an environment with the newest Sphinx; skip without a registry."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    assert uv, "uv is in the lock: run make setup"
    place = tmp_path / "environment"
    python = place / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(place)], check=True)
    wanted = distributions(extensions_of((staged / "conf.py").read_text(encoding="utf-8")))
    done = subprocess.run(
        [uv, "pip", "install", "--quiet", "--python", str(python), *wanted],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        reason = f"the newest Sphinx could not be installed: {done.stderr.strip()[-300:]}"
        if os.environ.get("TRIALBOOK_CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return python


def test_the_same_sources_compile_with_current_sphinx_without_a_warning(
    books: Path, staged: Path, current_sphinx: Path, tmp_path: Path
) -> None:
    conf = staged / "conf.py"
    text = conf.read_text(encoding="utf-8")
    kept = [name for name in extensions_of(text) if name not in DROPPED]
    assert "myst_nb" in kept
    conf.write_text(f"{text}\nextensions = {kept!r}\n", encoding="utf-8")
    html = tmp_path / "html"
    done = subprocess.run(
        [
            *(str(current_sphinx), "-m", "sphinx", "-b", "html"),
            *("--fail-on-warning", "--keep-going", "--quiet", str(staged), str(html)),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONHASHSEED": "0"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr.strip() == ""
    major = subprocess.run(
        [str(current_sphinx), "-c", "import sphinx; print(sphinx.version_info[0])"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(major.stdout) >= OLDEST
    # It is the whole book: every chapter, with the numbers that its run recorded.
    results = json.loads((books / "impact" / "results.json").read_text(encoding="utf-8"))
    sentence = results["primary.difference.sentence"]["text"].partition("(")[0]
    page = (html / "chapters" / "05_primary.html").read_text(encoding="utf-8")
    assert sentence.replace("-", "\N{MINUS SIGN}") in page
    ours = {path.stem for path in (books / "impact" / "html" / "chapters").glob("*.html")}
    assert {path.stem for path in (html / "chapters").glob("*.html")} == ours
