"""What every measurement of the benchmark needs: the data, a clock, and programs run apart."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

REFERENCES = Path(__file__).parents[1] / "tests" / "references" / "data"
EFFECTS = [f"d{i}" for i in range(1, 10)]
_LONG = 3.0  # seconds; what takes longer runs once
FORMULA = "pain ~ visitf + " + " + ".join(EFFECTS)


def trial(patients: int) -> pd.DataFrame:
    """Return the first patients of the reference trial, or copies of it with fresh noise."""
    data = pd.read_csv(REFERENCES / "pain_rct.csv")
    base = data["id"].nunique()
    if patients > base:
        generator = np.random.default_rng(20240611)
        copies = -(-patients // base)
        parts = [data.assign(id=data["id"] + 1000 * number) for number in range(copies)]
        data = pd.concat(parts, ignore_index=True)
        data["pain"] += generator.normal(0, 0.3, len(data))
    first = data["id"].drop_duplicates().iloc[:patients]
    data = data.loc[data["id"].isin(first)].reset_index(drop=True)
    return data.assign(visitf=pd.Categorical(data["visit"]))


def clock(action: Callable[[], object], repeats: int) -> float:
    """Median seconds of processor time, after a first run that loads what is needed.

    With one thread processor time is the time on an idle core, whatever else the machine does.
    An action of more than a few seconds runs once.
    """
    return statistics.median(clock_in_turn({"": action}, repeats)[""])


def clock_in_turn(
    actions: Mapping[str, Callable[[], object]], repeats: int
) -> dict[str, list[float]]:
    """Seconds of each run of several actions, one after the other, again and again.

    What disturbs the machine for a second then disturbs all of them, and their ratios hold.
    """
    times: dict[str, list[float]] = {}
    again: list[str] = []
    for name, action in actions.items():
        first = _seconds(action)
        times[name] = [first] if first > _LONG else []
        again += [] if first > _LONG else [name]
    for _ in range(repeats):
        for name in again:
            times[name].append(_seconds(actions[name]))
    return times


def _seconds(action: Callable[[], object]) -> float:
    start = time.process_time()
    action()
    return time.process_time() - start


def run_apart(command: Sequence[str], *, timeout: float | None = None) -> tuple[int, str]:
    """Run a program and return its exit code and what it printed.

    Ctrl-C reaches this program only, which then ends the other one quietly.

    Raises
    ------
    subprocess.TimeoutExpired
        When it takes longer than ``timeout`` seconds; it is ended.
    """
    done = subprocess.run(
        command,
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
        start_new_session=True,
    )
    return done.returncode, done.stdout


def python_apart(code: str) -> float:
    """Run Python code in a process of its own and return the number that it prints last."""
    status, said = run_apart([sys.executable, "-c", code])
    if status != 0:
        raise SystemExit(f"This did not run, so nothing was recorded: {code}")
    return float(said.split()[-1])


def import_times() -> dict[str, float]:
    """Seconds to import the engine, and pandas, numpy, scipy and formulaic alone."""

    def seconds(code: str) -> float:
        timed = f"import time; t = time.process_time(); {code}; print(time.process_time() - t)"
        return min(python_apart(timed) for _ in range(5))

    return {
        "engine": seconds("import helpers.methods.mixed_models"),
        "libraries": seconds("import pandas, numpy, scipy, formulaic"),
    }


def peak_memory(patients: int) -> float:
    """Megabytes that a process needs at most to make the data, import all and fit once."""
    return python_apart(f"from measuring import fit_and_peak; print(fit_and_peak({patients}))")


def fit_and_peak(patients: int) -> float:
    """Fit once in this process and return its peak in megabytes."""
    from helpers.methods.mixed_models import fit_mmrm

    fit_mmrm(FORMULA, trial(patients), subject="id", visit="visitf").contrast({"d9": 1})
    # Linux keeps a peak that a new process inherits from its parent; this one is its own.
    status = Path("/proc/self/status")
    if status.is_file():
        (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) / 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 1024


def load() -> float:
    """Return how many processes wanted a processor in the last minute."""
    return round(os.getloadavg()[0], 1)
