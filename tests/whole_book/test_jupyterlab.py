"""`make lab`: the server starts and offers the chapters, and each of them runs from the top."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
# What they say of results that only a build gives them.
WITHOUT_RESULTS = {
    "07_reproduction": "Nothing is compared yet, because this chapter was given no results",
    "compare": "There is nothing to compare, because this chapter was given no results",
}


@pytest.fixture(scope="session")
def unbuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources of the book, of which nothing has been built."""
    root = tmp_path_factory.mktemp("checkout")
    for name in ("chapters", "data", "benchmarks", "tests/references", "_toc.yml", "_config.yml"):
        source, place = ROOT / name, root / name
        if source.is_dir():
            shutil.copytree(source, place)
        else:
            shutil.copy(source, place)
    return root


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_chapter_runs_as_it_stands(
    path: Path, unbuilt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(unbuilt / "chapters")}}
    client = NotebookClient(notebook, kernel_name="python3", timeout=300, resources=resources)
    client.execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    # A warning would be printed beside the table that it is about.
    assert [each for each in outputs if each.output_type in ("stream", "error")] == []
    said = [each.data["text/plain"] for each in outputs if "text/plain" in each.get("data", {})]
    assert "What made this chapter." in said[-1]
    beginning = WITHOUT_RESULTS.get(path.stem)
    if beginning:
        [told] = [text for text in said if text.startswith(beginning)]
        assert "trialbook build" in told


def test_a_value_that_is_not_allowed_is_answered_with_one_sentence(
    unbuilt: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    monkeypatch.delenv("TRIALBOOK_DEBUG", raising=False)
    notebook = nbformat.read(ROOT / "chapters" / "05_primary.ipynb", as_version=4)
    [cell] = [each for each in notebook.cells if "visit_of_interest: str" in each.source]
    cell.source = cell.source.replace(
        'visit_of_interest: str = "primary"', 'visit_of_interest: str = "week27"'
    )
    resources = {"metadata": {"path": str(unbuilt / "chapters")}}
    client = NotebookClient(notebook, kernel_name="python3", timeout=300, resources=resources)
    with pytest.raises(CellExecutionError):
        client.execute()
    [error] = [
        output
        for each in notebook.cells
        for output in each.get("outputs", [])
        if output.output_type == "error"
    ]
    [line] = error.traceback
    assert line == f"{error.ename}: {error.evalue}"
    assert "Did you mean 'week26'?" in line


@pytest.fixture
def server(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """JupyterLab as `make lab` starts it, but for the browser; its own account of where it is."""
    settings = {"ServerApp": {"open_browser": False, "allow_root": True, "port": 0}}
    place = tmp_path / "config" / "jupyter_server_config.json"
    place.parent.mkdir()
    place.write_text(json.dumps(settings))
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(place.parent),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "workspaces"),
    }
    # What stands in for .venv is the environment of this test; make is not to set up another.
    tools = Path(sys.executable).parent
    # The Makefile's own BIN is relative; this one may have spaces, which the shell would part.
    quoted = str(tools).replace(" ", "\\ ")
    command = ["make", "--old-file=.venv/.ready", f"BIN={quoted}", "lab"]
    with (tmp_path / "said.txt").open("w") as said:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield _answer(process, tmp_path)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _answer(process: subprocess.Popen[bytes], folder: Path) -> dict[str, Any]:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        for told in (folder / "runtime").glob("jpserver-*.json"):
            try:
                return dict(json.loads(told.read_text()))
            except ValueError:  # being written
                pass
        time.sleep(0.1)
    raise AssertionError((folder / "said.txt").read_text())


def ask(server: dict[str, Any], path: str) -> bytes:
    headers = {"Authorization": f"token {server['token']}"}
    request = urllib.request.Request(f"{server['url']}{path}", headers=headers)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return bytes(answer.read())


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_make_lab_opens_the_chapters(server: dict[str, Any]) -> None:
    assert server["hostname"] in ("localhost", "127.0.0.1")
    assert b"JupyterLab" in ask(server, "lab")
    offered = {each["name"] for each in json.loads(ask(server, "api/contents"))["content"]}
    assert offered >= {path.name for path in CHAPTERS}
    assert "python3" in json.loads(ask(server, "api/kernelspecs"))["kernelspecs"]
