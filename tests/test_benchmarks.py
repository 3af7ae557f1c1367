"""The benchmark: it measures, names its peers, and writes its record whole or not at all."""

from __future__ import annotations

import importlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "benchmarks" / "mixed_models.py"


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Import one of the benchmark's modules by its name."""
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    return importlib.import_module


@pytest.fixture
def run(module: Any) -> Iterator[Callable[..., int]]:
    """Run the benchmark in this process, with one repeat."""
    before = signal.getsignal(signal.SIGTERM)
    yield lambda *options: module("mixed_models").main(["--repeats", "1", *options])
    signal.signal(signal.SIGTERM, before)


def test_measures_and_writes_a_record_without_names_or_paths(
    run: Callable[..., int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = tmp_path / "record.json"
    monkeypatch.setenv("PATH", str(tmp_path))
    only = ("--only", "us, Satt", "cs, Satt", "nlme")
    assert run("--patients", "298", "--record", str(place), *only) == 0
    said = capsys.readouterr()
    assert "298 patients: us, Satterthwaite: " in said.err
    assert f"Recorded in {place}." in said.out
    record = json.loads(place.read_text(encoding="utf-8"))
    (size,) = record["sizes"]
    assert set(size["ours"]) == {"us, Satterthwaite", "cs, Satterthwaite"}
    assert size["times_unstructured"]["us, Satterthwaite"] == 1
    assert size["peers"]["nlme gls, us, no df"] == {"not_run": "not run: R is not installed"}
    assert record["r"] == {}
    assert record["import"] is None
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", record["measured_on"])
    assert set(record["versions"]) == {
        *("python", "numpy", "scipy", "pandas", "statsmodels", "formulaic")
    }
    text = place.read_text(encoding="utf-8")
    assert "/" not in text.replace("GNU/Linux", "")
    assert not re.search(re.escape(os.uname().nodename) + r"\b", text)


def test_a_part_of_the_measurements_does_not_replace_the_record(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    record = SCRIPT.with_suffix(".json")
    before = record.read_bytes()
    assert run("--patients", "298", "--only", "cs, Satt") == 0
    said = capsys.readouterr().out
    assert "Not recorded: only a whole run replaces the record" in said
    assert record.read_bytes() == before


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_is_told_in_one_line_and_leaves_the_old_record(
    tmp_path: Path, sent: signal.Signals
) -> None:
    place = tmp_path / "record.json"
    place.write_text("old", encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(SCRIPT), "--record", str(place)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for _ in range(2):  # the trial is read, the first fit is measured
            process.stderr.readline()
        time.sleep(0.2)
        process.send_signal(sent)
        said, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert said == ""
    assert told.splitlines()[-1] == "Interrupted: nothing was recorded."
    assert "Traceback" not in told
    assert place.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [place]


@pytest.mark.slow
def test_r_fits_the_same_model(module: Any) -> None:
    """Lme4's random slope, beside ours on the same data."""
    if shutil.which("Rscript") is None:
        pytest.skip("R is needed: apt-get install r-base-core r-cran-lme4 r-cran-nlme")
    measuring, peers = module("measuring"), module("peers")
    from helpers.methods.mixed_models import fit_random_effects

    data = measuring.trial(298)
    with peers.scratch_folder() as folder:
        actions = peers.peer_actions(data, 298, 1, Path(folder))
        found = actions["lme4, random slope, no df"]()
        absent = peers.run_apart(["Rscript", str(peers.SCRIPT), "fit", "none", "none", "1"])
    ours = fit_random_effects(
        measuring.FORMULA, data, subject="id", random="1 + t", start="moments"
    )
    effect = ours.contrast({"d9": 1})
    assert found["seconds"] > 0
    assert found["estimate"] == pytest.approx(effect.estimate, abs=1e-5)
    assert found["se"] == pytest.approx(effect.se, rel=1e-4)
    assert absent[0] != 0
    versions = peers.r_versions()
    assert {"R", "BLAS", "lme4", "nlme"} <= set(versions)


def test_what_takes_too_long_is_not_run(module: Any, tmp_path: Path) -> None:
    peers = module("peers")
    actions = peers.peer_actions(None, 30000, 1, tmp_path)
    for name in ("nlme gls, us, no df", "mmrm, us, linear Kenward-Roger"):
        assert actions[name]() == {"not_run": "not run: more than five minutes expected"}


def test_goals_are_judged(module: Any) -> None:
    record = module("record")
    small = {
        "patients": 298,
        "ours": {
            "us, Satterthwaite": 0.01,
            "us, linear Kenward-Roger": 0.02,
            "cs, Satterthwaite": 0.02,
            "toep, Satterthwaite": 0.04,
            "random slope, Satterthwaite": 0.9,
            "us, changing covariate": 0.02,
        },
        "peers": {
            "statsmodels, random slope": {"seconds": 0.6},
            "mmrm, us, Satterthwaite": {"not_run": "not run: the package is not installed"},
        },
    }
    large = {
        "patients": 30000,
        "ours": {"us, Satterthwaite": 0.2, "us, changing covariate": 0.7},
        "peers": {},
        "process_peak_mb": 2000.0,
    }
    found = {
        goal["goal"]: (goal["measured"], goal["met"])
        for goal in record.goals(
            {"sizes": [small, large], "import": {"engine": 0.55, "libraries": 0.5}}
        )
    }
    assert len(found) == 7  # none for mmrm, which was not run
    assert [found[goal] for goal in found] == [
        (60, True),
        (30, False),
        (4, False),
        (3.5, False),
        (0.2, True),
        (2000, False),
        (1.1, True),
    ]


def test_the_committed_record_is_whole(module: Any) -> None:
    record = json.loads(SCRIPT.with_suffix(".json").read_text(encoding="utf-8"))
    peers = module("peers").PEERS
    assert record["format"] == 1
    assert [size["patients"] for size in record["sizes"]] == [298, 3000, 30000]
    assert all(set(size["peers"]) == set(peers) for size in record["sizes"])
    assert record["import"] is not None
    assert record["goals"]
    text = json.dumps(record)
    assert "/tmp" not in text
    assert "/home" not in text
