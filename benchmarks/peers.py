"""The peers of the engine: statsmodels, and R's packages where Rscript and they are installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from measuring import FORMULA, clock, run_apart

SCRIPT = Path(__file__).with_name("peers.R")
LIMIT = 900  # seconds after which a fit of R is given up
TOO_LONG = "not run: more than five minutes expected"


@dataclass(frozen=True)
class Peer:
    """A fit of somebody else's software.

    Attributes
    ----------
    ours
        The measurement of ours that answers the same question.
    largest
        Most patients with which it is expected to end within five minutes.
    """

    ours: str
    largest: int = 30000


STATSMODELS = "statsmodels, random slope"
PEERS = {
    STATSMODELS: Peer("random slope, Satterthwaite"),
    "statsmodels, random slope, lbfgs": Peer("random slope, Satterthwaite"),
    "mmrm, us, Satterthwaite": Peer("us, Satterthwaite"),
    "mmrm, us, linear Kenward-Roger": Peer("us, linear Kenward-Roger", largest=3000),
    "lmerTest, random slope, Satterthwaite": Peer("random slope, Satterthwaite"),
    "lmerTest, random slope, Kenward-Roger": Peer("random slope, Kenward-Roger"),
    "lme4, random slope, no df": Peer("random slope, Satterthwaite"),
    "glmmTMB, us, no df": Peer("us, Satterthwaite", largest=3000),
    "nlme gls, us, no df": Peer("us, Satterthwaite", largest=298),
}


def peer_actions(
    data: pd.DataFrame, patients: int, repeats: int, folder: Path
) -> dict[str, Callable[[], dict[str, Any]]]:
    """Return what measures each peer, by its name.

    Each gives ``{"seconds", "estimate", "se"}`` (estimate and standard error of the difference
    between the arms at the last visit), or ``{"not_run": why}``.

    Parameters
    ----------
    data
        The trial, with this many ``patients``.
    repeats
        Further runs of a fit that takes less than a second.
    folder
        Where R finds the data.
    """
    table = folder / "data.csv"

    def of(name: str, peer: Peer) -> Callable[[], dict[str, Any]]:
        if name.startswith("statsmodels"):
            return lambda: _statsmodels(data, repeats, lbfgs="lbfgs" in name)
        if patients > peer.largest:
            return lambda: {"not_run": TOO_LONG}
        return lambda: _r_fit(name, data, table, repeats)

    return {name: of(name, peer) for name, peer in PEERS.items()}


def r_versions() -> dict[str, str]:
    """Return the versions of R and of its packages that are installed; nothing without R."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return {}
    _, said = run_apart([rscript, str(SCRIPT), "versions"])
    return dict(line.split()[:2] for line in said.splitlines() if len(line.split()) >= 2)


def _statsmodels(data: pd.DataFrame, repeats: int, *, lbfgs: bool) -> dict[str, Any]:
    import statsmodels.formula.api as smf

    options = {"method": "lbfgs"} if lbfgs else {}
    found: list[Any] = []

    def action() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = smf.mixedlm(FORMULA, data, groups="id", re_formula="~t")
            found[:] = [model.fit(reml=True, **options)]

    seconds = clock(action, repeats)
    (fit,) = found
    return {"seconds": seconds, "estimate": float(fit.params["d9"]), "se": float(fit.bse["d9"])}


def _r_fit(name: str, data: pd.DataFrame, table: Path, repeats: int) -> dict[str, Any]:
    rscript = shutil.which("Rscript")
    if rscript is None:
        return {"not_run": "not run: R is not installed"}
    if not table.exists():
        data.to_csv(table, index=False)
    command = [rscript, str(SCRIPT), "fit", name, str(table), str(repeats)]
    try:
        status, said = run_apart(command, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return {"not_run": f"not run to its end: stopped after {LIMIT} seconds"}
    if status == 3:
        return {"not_run": "not run: the package is not installed"}
    if status != 0:
        return {"not_run": "not run: R ended with an error"}
    seconds, estimate, se = map(float, said.split()[-3:])
    return {"seconds": seconds, "estimate": estimate, "se": se}


def scratch_folder() -> tempfile.TemporaryDirectory[str]:
    """Return a folder for the data that R reads, deleted when the block is left."""
    return tempfile.TemporaryDirectory(prefix="trialbook-")
