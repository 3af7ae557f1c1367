"""The benchmark's record on the page: how fast the engine is, where and when it was measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from helpers.show.outputs import show_paragraphs
from helpers.show.records import NOT_AVAILABLE, Record, count, publish
from helpers.show.sentences import counted, listed, sentence_start
from helpers.show.tables import display_table

MISSING = (
    "No measurements are recorded: `make bench` makes them and writes "
    "`benchmarks/mixed_models.json`, which this page shows when the book is built again."
)
_BOUNDS = {"at least": "≥", "at most": "≤"}
STATISTICS = ("R", "mmrm", "lme4", "lmerTest", "pbkrtest", "glmmTMB", "nlme")


def record_benchmark(record: Mapping[str, Any] | None) -> None:
    """Publish when, where and with which versions the times were measured.

    Parameters
    ----------
    record
        The record of the benchmark, or None.
    """
    texts = {
        "sentence": MISSING if record is None else _measured(record),
        "versions.sentence": MISSING if record is None else _versions(record),
        "goals.sentence": MISSING if record is None else _goals(record),
        "measured_on": NOT_AVAILABLE if record is None else record["measured_on"],
    }
    publish(Record(f"benchmark.{key}", text, text) for key, text in texts.items())


def _measured(record: Mapping[str, Any]) -> str:
    machine = record["machine"]
    before, after = machine["load_before"], machine["load_after"]
    core = machine["openblas_coretype"]
    return (
        f"The times were measured on {record['measured_on']} on one core of a machine with "
        f"{counted(machine['cores'], 'core')} ({machine['processor']}; {machine['system']}; "
        f"OPENBLAS_CORETYPE {core or 'not set'}; load {before:g} at the start and {after:g} at "
        "the end), and not in this build: two builds of one commit agree, two machines do not "
        "take the same time."
    )


def _versions(record: Mapping[str, Any]) -> str:
    python = {"Python": record["versions"]["python"], **record["versions"]}
    python.pop("python")
    said = listed([f"{name} {version}" for name, version in python.items()])
    r = {name: record["r"][name] for name in STATISTICS if name in record["r"]}
    if not r:
        return f"Versions: {said}. R was not installed."
    blas = record["r"].get("BLAS", "")
    linear = f" with the {blas} BLAS" if blas else ""
    packages = listed([f"{name} {version}" for name, version in r.items() if name != "R"])
    return f"Versions: {said}; R {r['R']}{linear}, {packages or 'none of the packages'}."


def _goals(record: Mapping[str, Any]) -> str:
    goals = record["goals"]
    missed = [goal for goal in goals if not goal["met"]]
    said = f"Of {counted(len(goals), 'goal')} of the project, {len(goals) - len(missed)} were met"
    return f"{said}; the table says which were not." if missed else f"{said}."


def goals_table(record: Mapping[str, Any] | None) -> None:
    """Show the project's own goals beside what was measured; a note without a record."""
    if record is None:
        show_paragraphs(MISSING)
        return
    rows = [
        {
            "Goal": sentence_start(goal["goal"]),
            "Wanted": f"{_BOUNDS[goal['bound']]} {goal['limit']:g}",
            "Measured": _short(goal["measured"]),
            "Verdict": "✓ met" if goal["met"] else "✗ not met",
        }
        for goal in record["goals"]
    ]
    display_table(
        pd.DataFrame(rows),
        name="tab-benchmark-goals",
        caption=f"Speed and memory: the project's goals, measured on {record['measured_on']}.",
        row_header="Goal",
        text_columns=["Verdict"],
    )


def peers_table(record: Mapping[str, Any] | None) -> None:
    """Show the time of each peer beside that of the same model here; nothing without a record."""
    if record is None:
        return
    rows, reasons = [], []
    for size in record["sizes"]:
        for name, peer in size["peers"].items():
            reasons += [peer["not_run"]] if "not_run" in peer else []
            same = peer.get("same_model")
            rows.append(
                {
                    "Patients": _patients(size),
                    "Program and model": name.replace("us,", "unstructured,"),
                    "Its time": _time(peer["seconds"]) if "seconds" in peer else "not run",
                    "Here, same model": _time(size["ours"][same]) if same else "–",
                    "Times as long": _short(peer["times_same_model"]) if same else "–",
                    "Its estimate (SE)": _estimate(peer),
                }
            )
    display_table(
        pd.DataFrame(rows),
        name="tab-benchmark-peers",
        caption="Time of other programs and of the same model here.",
        row_header="Program and model",
        group="Patients",
        notes=[
            "From a data frame and a formula to the difference between the arms at the last visit; "
            "processor time of one thread. No df: the program fits "
            "the model but gives no Satterthwaite or Kenward-Roger degrees of freedom for it.",
            "A program's estimate can differ in the last digits shown because its optimiser "
            "stops earlier.",
            *(f"{sentence_start(reason)}." for reason in dict.fromkeys(reasons)),
        ],
    )


def fits_table(record: Mapping[str, Any] | None) -> None:
    """Show the time of every kind of fit here, by number of patients; nothing without a record."""
    if record is None:
        return
    sizes = record["sizes"]
    names = list(dict.fromkeys(name for size in sizes for name in size["ours"]))
    rows = []
    for name in names:
        row = {"Model": name}
        for size in sizes:
            row[_patients(size)] = _time(size["ours"][name]) if name in size["ours"] else "–"
        for size in sizes:
            ratio = size["times_unstructured"].get(name)
            row[f"{_patients(size)} "] = "–" if ratio is None else f"{ratio:.2f}"
        rows.append(row)
    memory = [
        f"{_patients(size)}: {size['process_peak_mb']:.0f} MB"
        for size in sizes
        if "process_peak_mb" in size
    ]
    display_table(
        pd.DataFrame(rows),
        name="tab-benchmark-fits",
        caption="Time of every kind of fit here.",
        row_header="Model",
        spanners={
            "Time": [_patients(size) for size in sizes],
            "Relative to unstructured, Satterthwaite": [f"{_patients(size)} " for size in sizes],
        },
        notes=[
            "Covariances by the names that fit_mmrm knows them by; us: unstructured.",
            "Random effects begin from a fit by statsmodels; with their own start they leave it "
            "out and end at the same optimum.",
            *([f"Peak memory of the whole process: {listed(memory)}."] if memory else []),
        ],
    )


def _patients(size: Mapping[str, Any]) -> str:
    return f"{size['patients']:,} patients"


def _time(seconds: float) -> str:
    """Print a time with about two significant digits, in the unit that suits it."""
    if seconds < 1:
        return f"{1000 * seconds:.2g} ms" if seconds < 0.1 else f"{1000 * seconds:.0f} ms"
    return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"


def _short(value: float) -> str:
    return f"{value:.2f}" if value < 10 else count(value)


def _estimate(peer: Mapping[str, Any]) -> str:
    return f"{peer['estimate']:.5f} ({peer['se']:.5f})" if "estimate" in peer else "–"
