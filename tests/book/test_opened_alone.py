from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.markers import Marker

from helpers.book import opened_alone
from helpers.book.opened_alone import NEEDED, install, locked_versions
from helpers.errors import ExecutionError

ROOT = Path(__file__).parents[2]


def test_versions_are_those_of_the_lock_for_every_system() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[A-Za-z0-9])", lock.strip())
    wanted = [" ".join(re.split(r"\\?\s*--hash", each)[0].split()) for each in entries]
    found = [" ".join(each.split()) for each in locked_versions(ROOT).splitlines()]
    assert found == [each.removesuffix("\\").strip() for each in wanted if not each.startswith("#")]
    markers = [each.partition(" ; ")[2] for each in found if " ; " in each]
    assert len(markers) > 5
    assert all(str(Marker(each)) for each in markers)
    assert "--hash" not in locked_versions(ROOT)


def test_what_chapters_need_is_a_part_of_what_the_project_requires() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    required = {re.split(r"[\[<>=!]", each)[0] for each in project["dependencies"]}
    assert set(NEEDED) <= required
    # A hosted notebook may not survive other versions of its own parts.
    assert not {"ipykernel", "jupyterlab", "jupyter-book"} & set(NEEDED)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "requirements.lock").write_text("numpy==2.4.6 \\\n    --hash=sha256:00\n")
    return tmp_path


@pytest.fixture
def pip(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Stand-in pip, which remembers how it was called."""
    seen = SimpleNamespace(calls=[], pins="", returncode=0, stderr="")

    def run(command: list[str], **options: object) -> SimpleNamespace:
        assert command[:4] == [sys.executable, "-m", "pip", "install"]
        seen.calls.append(command[4:])
        if "--constraint" in command:
            seen.pins = Path(command[command.index("--constraint") + 1]).read_text()
        return SimpleNamespace(returncode=seen.returncode, stderr=seen.stderr)

    monkeypatch.setattr(subprocess, "run", run)
    return seen


def test_installs_what_is_needed_and_the_checkout_itself(checkout: Path, pip) -> None:
    install(checkout)
    needs, package = pip.calls
    assert pip.pins == "numpy==2.4.6\n"
    assert set(needs) > set(NEEDED)
    assert package[-3:] == ["--no-deps", "--editable", str(checkout)]


def test_installs_the_package_once(checkout: Path, pip) -> None:
    told = checkout / "src" / "trialbook.egg-info"
    told.mkdir(parents=True)
    (told / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: trialbook\nVersion: 0.1.0\n")
    install(checkout)
    assert len(pip.calls) == 1


def test_what_pip_cannot_do_is_told_in_one_sentence(checkout: Path, pip) -> None:
    pip.returncode = 1
    pip.stderr = "WARNING: Retrying\nERROR: No matching distribution found for numpy==2.4.6\n"
    with pytest.raises(ExecutionError, match="could not be installed: ERROR: No matching"):
        install(checkout)
    pip.stderr = f"{sys.executable}: No module named pip\n"
    with pytest.raises(ExecutionError, match="No module named pip"):
        install(checkout)


def test_asks_for_a_new_session_when_another_version_is_loaded(
    checkout: Path, pip, monkeypatch: pytest.MonkeyPatch
) -> None:
    import numpy as np

    install(checkout)
    monkeypatch.setattr(np, "__version__", "1.26.4")
    for _ in range(2):  # running the cell again without doing so is no way round
        with pytest.raises(ExecutionError, match="other versions of numpy: restart it"):
            install(checkout)


def test_needs_nothing_but_the_standard_library() -> None:
    source = Path(opened_alone.__file__).read_text(encoding="utf-8")
    imported = set(re.findall(r"^(?:from|import) ([a-z_]+)", source, re.MULTILINE))
    assert imported - set(sys.stdlib_module_names) == {"helpers"}
    assert re.findall(r"^from (helpers\S*)", source, re.MULTILINE) == ["helpers.errors"]
