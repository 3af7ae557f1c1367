"""Time and memory of the mixed-model engine beside its peers, on one core.

    python benchmarks/mixed_models.py [--patients 298 3000 30000] [--repeats 5]

The data are ``tests/references/data/pain_rct.csv`` (298 patients, 10 visits) and copies of it with
fresh noise, ten and a hundred times as many patients. Every time starts from a data frame and a
formula. statsmodels' random-slope MixedLM runs always; the R packages mmrm, lme4, nlme and glmmTMB
where ``Rscript`` and they are installed (Debian: ``apt-get install r-base r-cran-lme4 r-cran-nlme
r-cran-glmmtmb``; mmrm: ``Rscript -e 'install.packages("mmrm")'``).

The ratio is a peer's time divided by ours for the same data. Times are processor time of one thread
(R: elapsed time), the median over the repeats; what takes longer than a second runs once.
"""

# The environment must be set before numpy is loaded, so imports come second.
# ruff: noqa: E402

from __future__ import annotations

import os

# One core for every library, set before any of them is loaded.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

REFERENCES = Path(__file__).parents[1] / "tests" / "references" / "data"
EFFECTS = [f"d{i}" for i in range(1, 10)]
FORMULA = "pain ~ visitf + " + " + ".join(EFFECTS)


def trial(patients: int) -> pd.DataFrame:
    """Return the reference trial, or copies of it with fresh noise until there are enough."""
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
    An action of more than a second runs once.
    """
    start = time.process_time()
    action()
    first = time.process_time() - start
    if first > 1:
        return first
    times: list[float] = []
    while len(times) < repeats:
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return statistics.median(times)


def our_times(data: pd.DataFrame, repeats: int) -> dict[str, float]:
    """Seconds of every kind of fit of ours."""
    from helpers.methods.mixed_models import fit_clda, fit_mmrm, fit_random_effects

    names = {"subject": "id", "visit": "visitf"}
    later = data.loc[data["visit"] > 0]
    generator = np.random.default_rng(1)
    changing = data.assign(dose=generator.normal(size=len(data)))

    def last(**options: object) -> Callable[[], object]:
        return lambda: fit_mmrm(FORMULA, data, **names, **options).contrast({"d9": 1})

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
    actions["us, changing covariate"] = lambda: fit_mmrm(
        FORMULA + " + dose", changing, **names
    ).contrast({"d9": 1})
    actions["fit_clda, us, Kenward-Roger"] = lambda: fit_clda(
        data, outcome="pain", subject="id", visit="visit", arm="arm", baseline=0
    )
    actions["random slope, own start"] = lambda: fit_random_effects(
        FORMULA, data, subject="id", random="1 + t", start="moments"
    ).contrast({"d9": 1})
    return {name: clock(action, repeats) for name, action in actions.items()}


def statsmodels_time(data: pd.DataFrame, repeats: int) -> float:
    """Seconds of statsmodels' random-slope MixedLM with its default optimiser."""
    import statsmodels.formula.api as smf

    def action() -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return smf.mixedlm(FORMULA, data, groups="id", re_formula="~t").fit(reml=True)

    return clock(action, repeats)


R_FITS = {
    "mmrm, us, Satterthwaite": "mmrm::mmrm({formula} + us(visitf | id), data = d)",
    "mmrm, us, linear Kenward-Roger": "mmrm::mmrm({formula} + us(visitf | id), data = d, "
    "method = 'Kenward-Roger', vcov = 'Kenward-Roger-Linear')",
    "lme4, random slope": "lme4::lmer({formula} + (1 + t | id), data = d)",
    "glmmTMB, us": "glmmTMB::glmmTMB({formula} + us(0 + visitf | id), data = d, dispformula = ~0, "
    "REML = TRUE)",
    "nlme gls, us": "nlme::gls({formula}, data = d, correlation = nlme::corSymm(form = ~ v | id), "
    "weights = nlme::varIdent(form = ~ 1 | visitf))",
}


def r_times(data: pd.DataFrame) -> dict[str, float]:
    """Seconds of R's packages, without the ones that are not installed."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        return {}
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "data.csv"
        data.to_csv(table, index=False)
        for name, call in R_FITS.items():
            fit = call.format(formula=FORMULA)
            package = fit.split("::")[0]
            code = (
                f"if (!requireNamespace('{package}', quietly = TRUE)) quit(status = 3);"
                f"d <- read.csv('{table}'); d$visitf <- factor(d$visit); d$id <- factor(d$id);"
                f"d$v <- d$visit + 1; t <- system.time(f <- {fit})[['elapsed']]; cat(t)"
            )
            done = subprocess.run(
                [rscript, "-e", code], capture_output=True, text=True, check=False
            )
            if done.returncode == 0:
                found[name] = float(done.stdout.split()[-1])
    return found


def peak_memory(data: pd.DataFrame) -> float:
    """Megabytes that one unstructured fit allocates beyond the data."""
    from helpers.methods.mixed_models import fit_mmrm

    tracemalloc.start()
    fit_mmrm(FORMULA, data, subject="id", visit="visitf").contrast({"d9": 1})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 2**20


def import_times() -> tuple[float, float]:
    """Seconds to import the engine, and pandas, numpy, scipy and formulaic alone."""

    def seconds(code: str) -> float:
        program = f"import time; t = time.process_time(); {code}; print(time.process_time() - t)"
        runs = [
            float(subprocess.check_output([sys.executable, "-c", program], text=True))
            for _ in range(5)
        ]
        return min(runs)

    libraries = "import pandas, numpy, scipy, formulaic"
    return seconds("import helpers.methods.mixed_models"), seconds(libraries)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--patients", type=int, nargs="+", default=[298, 3000, 30000])
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    versions = {m: __import__(m).__version__ for m in ("numpy", "scipy", "pandas", "statsmodels")}
    print(
        f"{platform.platform()}, {platform.processor() or platform.machine()}, "
        f"Python {platform.python_version()}, "
        + ", ".join(f"{name} {version}" for name, version in versions.items())
    )
    core = os.environ.get("OPENBLAS_CORETYPE")
    print(f"OPENBLAS_CORETYPE: {core or 'not set'}; load {os.getloadavg()[0]:.1f}; one core\n")
    for patients in options.patients:
        data = trial(patients)
        ours = our_times(data, options.repeats)
        peers = {
            "statsmodels, random slope": statsmodels_time(data, options.repeats),
            **r_times(data),
        }
        first = ours["us, Satterthwaite"]
        print(f"## {patients} patients, {len(data)} scores\n")
        print(f"{'ours':34} {'ms':>10} {'x unstructured':>15}")
        for name, seconds in ours.items():
            print(f"{name:34} {1000 * seconds:10.1f} {seconds / first:15.2f}")
        print(f"\n{'peer':34} {'ms':>10} {'x Satterthwaite':>15} {'x Kenward-Roger':>15}")
        roger = ours["us, linear Kenward-Roger"]
        for name, seconds in peers.items():
            print(
                f"{name:34} {1000 * seconds:10.0f} {seconds / first:15.0f} {seconds / roger:15.0f}"
            )
        print(
            f"\nmemory of one unstructured fit: {peak_memory(data):.0f} MB beyond the data; "
            f"process peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB\n"
        )
    engine, libraries = import_times()
    print(
        f"import: engine {engine:.2f} s, pandas, numpy, scipy and formulaic {libraries:.2f} s, "
        f"ratio {engine / libraries:.2f}"
    )


if __name__ == "__main__":
    main()
