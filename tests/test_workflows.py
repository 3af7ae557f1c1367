"""The workflows: of the right form, pinned by hash, with no more rights than they need."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def run(*command: str) -> subprocess.CompletedProcess[str]:
    tool = Path(sys.executable).parent / command[0]
    return subprocess.run([tool, *command[1:]], capture_output=True, text=True, check=False)


def content(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_there_are_workflows() -> None:
    assert [path.name for path in WORKFLOWS] == ["links.yml", "publish.yml"]


def test_workflows_are_of_the_right_form() -> None:
    done = run(
        "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *map(str, WORKFLOWS)
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_zizmor_finds_nothing() -> None:
    done = run("zizmor", "--offline", "--persona", "pedantic", *map(str, WORKFLOWS))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No findings" in done.stdout


def test_zizmor_would_find_something(tmp_path: Path) -> None:
    path = tmp_path / ".github" / "workflows" / "publish.yml"
    path.parent.mkdir(parents=True)
    text = WORKFLOWS[-1].read_text(encoding="utf-8")
    path.write_text(re.sub(r"checkout@\w{40} # v", "checkout@v", text), encoding="utf-8")
    assert run("zizmor", "--offline", str(path)).returncode != 0


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_action_is_pinned_by_its_commit(path: Path) -> None:
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if "uses:" in line]
    assert lines
    assert [line for line in lines if not PINNED.search(line)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_only_the_deployment_may_write(path: Path) -> None:
    workflow = content(path)
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        writes = {right for right, kind in job["permissions"].items() if kind == "write"}
        assert writes == ({"pages", "id-token"} if name == "deploy" else set())


def test_a_pull_request_deploys_nothing() -> None:
    workflow = content(ROOT / ".github" / "workflows" / "publish.yml")
    triggers = workflow[True]  # YAML reads "on" as true
    assert "pull_request" in triggers
    assert "pull_request_target" not in triggers
    assert "github.event_name != 'pull_request'" in workflow["jobs"]["deploy"]["if"]
    assert workflow["jobs"]["deploy"]["needs"] == "build"


def test_the_whole_check_runs_before_anything_is_published() -> None:
    workflow = content(ROOT / ".github" / "workflows" / "publish.yml")
    commands = [step.get("run") for step in workflow["jobs"]["build"]["steps"]]
    assert commands.index(".ci/run") < commands.index(".venv/bin/trialbook zip")


def test_links_are_checked_on_a_schedule() -> None:
    workflow = content(ROOT / ".github" / "workflows" / "links.yml")
    assert workflow[True]["schedule"]
    commands = [step.get("run", "") for step in workflow["jobs"]["links"]["steps"]]
    assert ".venv/bin/trialbook links --external" in commands
