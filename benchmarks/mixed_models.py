"""Time and memory of the mixed-model engine beside its peers, on one core.

    python benchmarks/mixed_models.py [--patients 298 3000 30000] [--repeats 5] [--only TEXT ...]
                                      [--record FILE]

The data are ``tests/references/data/pain_rct.csv`` (298 patients, 10 visits) and copies of it with
fresh noise, ten and a hundred times as many patients. Every time starts from a data frame and a
formula and ends with one contrast, the difference between the arms at the last visit. statsmodels'
random-slope MixedLM runs always; R's packages where ``Rscript`` and they are installed; a fit that
is expected to take more than five minutes is not run, and the record says so.

Times are processor time of one thread, the same for R: the median over the repeats after a first
run; what takes longer than three seconds runs once (in R, what takes longer than one runs once
after a first run of up to five). Our fits take turns, before the peers and again after them, so
that what disturbs the machine for a while falls on all alike.

A whole run (no ``--patients``, no ``--only``) replaces ``benchmarks/mixed_models.json``, the record
that the book's validation page shows; ``--record`` writes it elsewhere. The file is replaced in one
step at the end, so that an interrupted run leaves the old one.

R and its packages on Debian: ``apt-get install r-base-core r-cran-lme4 r-cran-lmertest
r-cran-pbkrtest r-cran-nlme r-cran-glmmtmb``. mmrm is not in Debian 12. With a compiler
(``apt-get install r-base-dev r-cran-tmb r-cran-rcppeigen r-cran-testthat r-cran-checkmate
r-cran-rdpack r-cran-stringr r-cran-tibble r-cran-generics r-cran-lifecycle``) install it from CRAN,
``Rscript -e 'install.packages("mmrm")'``, or from its source at github.com/openpharma/mmrm:
``R CMD INSTALL --library=DIR mmrm``, and set ``R_LIBS=DIR``. It compiles for about six minutes.
"""

# One core for every library, set before any of them is loaded; so imports come second.
# ruff: noqa: E402

from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import signal
import statistics
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from goals import goals_text, rounded
from measuring import FORMULA, clock_in_turn, import_times, peak_memory, trial
from peers import peer_actions, scratch_folder
from record import RECORD, completed, new_record, record_text

from helpers.book.replacing import write_file

SIZES = (298, 3000, 30000)


def our_actions(data: pd.DataFrame) -> dict[str, Callable[[], object]]:
    """Return every kind of fit of ours, by its name."""
    from helpers.methods.mixed_models import fit_clda, fit_mmrm, fit_random_effects

    names = {"subject": "id", "visit": "visitf"}
    later = data.loc[data["visit"] > 0]
    generator = np.random.default_rng(1)
    ages = pd.Series(generator.normal(60, 12, data["id"].nunique()), index=data["id"].unique())
    more = data.assign(dose=generator.normal(size=len(data)), age=data["id"].map(ages))

    def last(**options: Any) -> Callable[[], object]:
        return lambda: fit_mmrm(FORMULA, data, **names, **options).contrast({"d9": 1})

    def slope(inference: str, start: Literal["statsmodels", "moments"]) -> Callable[[], object]:
        return lambda: fit_random_effects(
            FORMULA, data, subject="id", random="1 + t", inference=inference, start=start
        ).contrast({"d9": 1})

    actions: dict[str, Callable[[], object]] = {
        "us, Satterthwaite": last(),
        "us, linear Kenward-Roger": last(inference="kenward-roger"),
        "us, between-within": last(inference="between-within"),
        "us, sandwich CR2": last(inference="sandwich-cr2"),
    }
    for covariance in ("cs", "csh", "ar1", "ar1h", "toep", "toeph", "ad", "adh", "sp_exp"):
        actions[f"{covariance}, Satterthwaite"] = last(covariance=covariance, time="week")
    actions["us, baseline covariate"] = lambda: fit_mmrm(
        "pain ~ base * visitf + arm:visitf", later, **names
    ).contrast({"base": 1})
    for name, term in (("patients'", "age"), ("crossed", "age:visitf"), ("changing", "dose")):
        actions[f"us, {name} covariate"] = lambda formula=f"{FORMULA} + {term}": fit_mmrm(
            formula, more, **names
        ).contrast({"d9": 1})
    actions["fit_clda, us, Kenward-Roger"] = lambda: fit_clda(
        data, outcome="pain", subject="id", visit="visit", arm="arm", baseline=0
    )
    # The default start is statsmodels' own fit, which takes as long as it takes; "own start" leaves
    # it out and ends at the same optimum.
    if len(data) < 50_000:
        actions["random slope, Satterthwaite"] = slope("satterthwaite", "statsmodels")
        actions["random slope, Kenward-Roger"] = slope("kenward-roger", "statsmodels")
    actions["random slope, own start, Satterthwaite"] = slope("satterthwaite", "moments")
    actions["random slope, own start, Kenward-Roger"] = slope("kenward-roger", "moments")
    return actions


def measured(
    patients: int, repeats: int, *, wanted: Callable[[str], bool]
) -> Iterator[tuple[str, str, Any]]:
    """Measure everything with one number of patients; yield part, name and result."""
    data = trial(patients)
    yield "size", "scores", len(data)
    actions = {name: action for name, action in our_actions(data).items() if wanted(name)}
    before = clock_in_turn(actions, repeats)
    for name, times in before.items():
        yield "ours", name, rounded(statistics.median(times))
    if wanted("memory"):
        yield "size", "process_peak_mb", rounded(peak_memory(patients))
    with scratch_folder() as folder:
        for name, measure in peer_actions(data, patients, repeats, Path(folder)).items():
            if wanted(name):
                found = measure()
                if "seconds" in found:
                    found["seconds"] = rounded(found["seconds"])
                yield "peers", name, found
    # Once more after the peers, so that both halves of a ratio saw the same hour of the machine.
    short = {name: action for name, action in actions.items() if len(before[name]) > 1}
    for name, times in clock_in_turn(short, repeats).items():
        yield "ours", name, rounded(statistics.median([*before[name], *times]))


def measure_all(
    sizes: Sequence[int], repeats: int, only: Sequence[str], *, report: Callable[[str], None]
) -> dict[str, Any]:
    """Return the record of a run; ``report`` is called with a line for each measurement."""

    def wanted(name: str) -> bool:
        return not only or any(text in name for text in only)

    record = new_record()
    for patients in sizes:
        size: dict[str, Any] = {"patients": patients, "ours": {}, "peers": {}}
        for part, name, result in measured(patients, repeats, wanted=wanted):
            (size if part == "size" else size[part])[name] = result
            unit = " s" if part == "ours" else ""
            report(f"{patients} patients: {name}: {_said(result)}{unit}")
        record["sizes"].append(size)
    if wanted("import"):
        record["import"] = {key: rounded(value) for key, value in import_times().items()}
        report(f"import: {record['import']}")
    return completed(record)


def _said(result: Any) -> str:
    if isinstance(result, dict):
        return result.get("not_run") or f"{result['seconds']:.4g} s"
    return str(result)


def table(record: dict[str, Any]) -> str:
    """Return the record as a table for the terminal."""
    about = {**record["machine"], **record["versions"], **record["r"]}
    lines = [", ".join(f"{key} {value}" for key, value in about.items()), ""]
    for size in record["sizes"]:
        lines += [f"## {size['patients']} patients, {size['scores']} scores", ""]
        lines += [f"{'ours':38} {'ms':>10} {'x unstructured':>15}"]
        for name, seconds in size["ours"].items():
            ratio = size["times_unstructured"].get(name, float("nan"))
            lines += [f"{name:38} {1000 * seconds:10.1f} {ratio:15.2f}"]
        lines += ["", f"{'peer':38} {'ms':>10} {'x same model':>15} {'x unstructured':>15}"]
        for name, peer in size["peers"].items():
            if "not_run" in peer:
                lines += [f"{name:38} {peer['not_run']}"]
                continue
            ratios = (peer.get(f"times_{key}", float("nan")) for key in _RATIOS)
            same, first = ratios
            lines += [f"{name:38} {1000 * peer['seconds']:10.0f} {same:15.1f} {first:15.1f}"]
        if "process_peak_mb" in size:
            lines += ["", f"peak memory of the whole process: {size['process_peak_mb']:.0f} MB"]
        lines += [""]
    return "\n".join([*lines, goals_text(record["goals"])])


_RATIOS = ("same_model", "unstructured")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the tables and write the record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, nargs="+", help="default: 298 3000 30000")
    parser.add_argument("--repeats", type=int, default=5, help="of what takes less than a second")
    parser.add_argument("--only", nargs="+", default=[], help="measure what has this in its name")
    parser.add_argument("--record", type=Path, help="file to write; default: beside this program")
    options = parser.parse_args(arguments)
    whole = options.patients is None and not options.only
    place = options.record or (RECORD if whole else None)
    # Being ended from outside is an interruption too, so that no program of R is left running.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        record = measure_all(
            options.patients or SIZES,
            options.repeats,
            options.only,
            report=lambda line: print(line, file=sys.stderr, flush=True),
        )
        print(table(record))
        if place is not None:
            write_file(place, record_text(record))
    except KeyboardInterrupt:
        print("Interrupted: nothing was recorded.", file=sys.stderr)
        return 130
    if place is None:
        print("\nNot recorded: only a whole run replaces the record; name a file with --record.")
    else:
        print(f"\nRecorded in {place}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
