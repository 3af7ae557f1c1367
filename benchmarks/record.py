"""The record of a run: machine, versions, times, and the project's goals beside what was found."""

from __future__ import annotations

import datetime
import json
import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from goals import goal, rounded
from measuring import load
from peers import PEERS, STATSMODELS, r_versions

RECORD = Path(__file__).with_suffix(".json").with_name("mixed_models.json")
PACKAGES = ("numpy", "scipy", "pandas", "statsmodels", "formulaic")
SATTERTHWAITE = "us, Satterthwaite"
ROGER = "us, linear Kenward-Roger"


def machine() -> dict[str, Any]:
    """Describe the machine, without its name."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "system": _system(),
        "openblas_coretype": os.environ.get("OPENBLAS_CORETYPE"),
        "load_before": load(),
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that the times depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}


def new_record() -> dict[str, Any]:
    """Return a record that holds everything but measurements."""
    return {
        "format": 1,
        "measured_on": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "machine": machine(),
        "versions": versions(),
        "r": r_versions(),
        "sizes": [],
        "import": None,
        "goals": [],
    }


def completed(record: dict[str, Any]) -> dict[str, Any]:
    """Add the ratios, the load at the end and the goals to a record whose times are measured."""
    for size in record["sizes"]:
        ours = size["ours"]
        first = ours.get(SATTERTHWAITE)
        size["times_unstructured"] = {
            name: rounded(seconds / first) for name, seconds in ours.items() if first
        }
        for name, peer in size["peers"].items():
            same = ours.get(PEERS[name].ours)
            if "seconds" in peer and same:
                peer["same_model"] = PEERS[name].ours
                peer["times_same_model"] = rounded(peer["seconds"] / same)
            if "seconds" in peer and first:
                peer["times_unstructured"] = rounded(peer["seconds"] / first)
    record["machine"]["load_after"] = load()
    record["goals"] = goals(record)
    return record


def goals(record: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the project's goals beside what was measured, without those that were not."""
    sizes = {size["patients"]: size for size in record["sizes"]}
    small, middle, large = (sizes.get(patients) for patients in (298, 3000, 30000))
    found = [
        goal(
            "298 patients, unstructured with Satterthwaite: times faster than statsmodels' "
            "random slope",
            55,
            _faster(small, STATSMODELS, SATTERTHWAITE),
        ),
        goal(
            "298 patients, linear Kenward-Roger: times faster than statsmodels' random slope",
            40,
            _faster(small, STATSMODELS, ROGER),
        ),
        goal(
            "298 patients, unstructured with Satterthwaite: times faster than mmrm",
            25,
            _faster(small, "mmrm, us, Satterthwaite", SATTERTHWAITE),
        ),
        goal(
            "298 patients, linear Kenward-Roger: times faster than mmrm",
            300,
            _faster(small, "mmrm, us, linear Kenward-Roger", ROGER),
        ),
        goal(
            "3,000 patients, unstructured with Satterthwaite: times faster than mmrm",
            100,
            _faster(middle, "mmrm, us, Satterthwaite", SATTERTHWAITE),
        ),
        goal(
            "any number of patients, slowest other covariance: times the unstructured fit",
            3,
            _slowest(record["sizes"], "Satterthwaite"),
            most=True,
        ),
        goal(
            "any number of patients, slowest of four covariates: times the fit without them",
            3,
            _slowest(record["sizes"], "covariate"),
            most=True,
        ),
        goal(
            "30,000 patients, unstructured with Satterthwaite: seconds",
            0.25,
            large["ours"].get(SATTERTHWAITE) if large else None,
            most=True,
        ),
        goal(
            "30,000 patients: peak memory of the whole process, MB",
            1024,
            large.get("process_peak_mb") if large else None,
            most=True,
        ),
        goal(
            "importing the engine: times importing pandas, numpy, scipy and formulaic",
            1.2,
            record["import"]["engine"] / record["import"]["libraries"]
            if record["import"]
            else None,
            most=True,
        ),
    ]
    return [each for each in found if each is not None]


def record_text(record: dict[str, Any]) -> str:
    """Return the content of the record's file."""
    return json.dumps(record, indent=1, ensure_ascii=True) + "\n"


def _faster(size: dict[str, Any] | None, peer: str, ours: str) -> float | None:
    if size is None or ours not in size["ours"]:
        return None
    seconds = size["peers"].get(peer, {}).get("seconds")
    return seconds / size["ours"][ours] if seconds else None


def _slowest(sizes: list[dict[str, Any]], ending: str) -> float | None:
    others = [
        seconds / size["ours"][SATTERTHWAITE]
        for size in sizes
        for name, seconds in size["ours"].items()
        if name.endswith(ending) and name != SATTERTHWAITE and not name.startswith("random")
        if SATTERTHWAITE in size["ours"]
    ]
    return max(others, default=None)


def _processor() -> str:
    described = Path("/proc/cpuinfo")
    if described.is_file():
        for line in described.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _system() -> str:
    try:
        name = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        name = f"{platform.system()} {platform.mac_ver()[0]}".strip()
    return f"{name}, {platform.machine()}"
