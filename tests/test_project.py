"""What the project promises about itself: pins, the lock, the two ways to install it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
SHIPPED = ("headache", "impact")
PINS = dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^ \\;]+)", LOCK, flags=re.MULTILINE))


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_jupyter_book_is_the_one_that_reads_config_and_toc() -> None:
    assert version("jupyter-book").startswith("1.")


def test_lock_pins_every_dependency_with_a_hash() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["dev"]
    names = {plain(re.split(r"[\[<>=! ]", requirement)[0]) for requirement in wanted}
    assert names <= set(PINS)
    entries = re.split(r"\n(?=[a-z0-9])", LOCK.strip())
    assert all("--hash=sha256:" in entry for entry in entries if not entry.startswith("#"))


def test_git_ignores_everybodys_own_trials_and_none_that_ship(tmp_path: Path) -> None:
    shutil.copy(ROOT / ".gitignore", tmp_path)
    shipped = [path for path in (ROOT / "data").glob("*/*") if path.parent.name in SHIPPED]
    files = ["data/my_trial/participants.csv", "data/raw.csv"]
    files += [path.relative_to(ROOT).as_posix() for path in shipped]
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    command = ["git", "-C", tmp_path, "check-ignore", *files]
    ignored = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert ignored.splitlines() == files[:2]
    assert len(shipped) > 10


def test_what_is_installed_is_what_is_locked() -> None:
    for name in ("jupyter-book", "papermill", "pandas", "statsmodels", "seaborn", "pandera"):
        assert version(name) == PINS[name]


def test_conda_takes_python_and_pip_and_the_rest_from_the_lock() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    assert {re.split("[=<>]", entry)[0] for entry in conda} == {"python", "pip"}
    assert pip == ["--requirement requirements.lock"]


def test_conda_s_pip_section_is_a_requirements_file_that_pip_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Conda writes the pip section to a file beside environment.yml and hands it to pip."""
    pytest.importorskip("pip", reason="pip is needed to read its own format: run `make setup`")
    from pip._internal.network.session import PipSession
    from pip._internal.req import parse_requirements

    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    (pip,) = [entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict)]
    (tmp_path / "requirements.lock").write_text(LOCK, encoding="utf-8")
    (tmp_path / "condaenv.txt").write_text("\n".join(pip), encoding="utf-8")
    read = list(parse_requirements(str(tmp_path / "condaenv.txt"), session=PipSession()))
    assert len(read) == len(re.findall("^[a-z0-9].*==", LOCK, flags=re.MULTILINE))
    assert all(entry.options.get("hashes") for entry in read)


def test_binder_sets_up_what_conda_does_and_installs_the_package() -> None:
    """Binder takes its folder alone, and pip reads the lock from where the file stands."""
    own, binder = (
        yaml.safe_load((ROOT / place).read_text(encoding="utf-8"))
        for place in ("environment.yml", ".binder/environment.yml")
    )
    [pip] = [entry for entry in binder["dependencies"] if isinstance(entry, dict)]
    assert (ROOT / ".binder" / pip["pip"][0].removeprefix("--requirement ")).resolve() == (
        ROOT / "requirements.lock"
    )
    pip["pip"] = ["--requirement requirements.lock"]
    assert binder == own
    script = ROOT / ".binder" / "postBuild"
    assert os.access(script, os.X_OK)
    install = script.read_text(encoding="utf-8").splitlines()[-1]
    assert install in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()


def test_versions_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert str(citation["version"]) == project["version"]


def test_readme_leads_with_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.index("make book") < readme.index("make test") < 3000
