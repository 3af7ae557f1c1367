"""The sentences of the validation page: how many values were compared, and how near they are."""

from __future__ import annotations

import pandas as pd

from helpers.methods.reference_optima import ReferenceOptimum
from helpers.methods.reference_rows import KINDS
from helpers.show.records import Record, count_record, percent, publish
from helpers.show.scientific import NEGLIGIBLE, scientific, small_difference
from helpers.show.sentences import counted, listed

SOFTWARE = ("mmrm", "lme4", "nlme", "SAS")
NAMES = {"mmrm": "R mmrm", "lme4": "R lme4", "nlme": "R nlme", "SAS": "SAS PROC MIXED"}
# Above the columns of tables and the rows of figures, and within sentences.
HEADINGS = {
    "log-likelihood": "Log-likelihood, AIC, BIC",
    "estimate": "Estimates",
    "standard error": "Standard errors",
    "degrees of freedom": "Degrees of freedom",
    "F": "F statistics",
    "covariance": "Covariance of visits",
}


_IN_SENTENCES = {**{kind: f"{kind}s" for kind in KINDS}, "degrees of freedom": "degrees of freedom"}
_IN_SENTENCES |= {"covariance": "variances and covariances", "F": "F statistics"}


def record_validation(table: pd.DataFrame) -> None:
    """Publish how many values were compared, with what, and how near they are."""
    ratio = table["difference"] / table["tolerance"]
    worst = table.iloc[int(ratio.to_numpy().argmax())]
    cases = table["case"].nunique()
    texts = {
        "sentence": (
            f"In this build {counted(len(table), 'value')} of {counted(cases, 'model')} were "
            f"computed again and compared with {listed(_programs(table))}; every one agrees within "
            f"its tolerance. The one that comes nearest to its tolerance uses "
            f"{percent(100 * ratio.max(), decimals=0)} of it ({_named(worst)})."
        ),
        "exact.sentence": _exact(table),
        "nlme.sentence": _furthest(table, "nlme"),
        "lme4.sentence": _furthest(table, "lme4"),
        "sas.sentence": _furthest(table.loc[table["measure"] != "absolute"], "SAS"),
    }
    publish(
        [
            count_record("validation.n", len(table)),
            count_record("validation.cases", cases),
            count_record("validation.agree", int(table["agrees"].sum())),
            *(
                count_record(f"validation.{name.lower()}.n", int((table["software"] == name).sum()))
                for name in SOFTWARE
            ),
            Record(
                "validation.worst_share",
                float(f"{ratio.max():.2g}"),
                percent(100 * ratio.max(), decimals=0),
            ),
            *(Record(f"validation.{key}", text, text) for key, text in texts.items()),
        ]
    )


def _programs(table: pd.DataFrame) -> list[str]:
    """Return the programs with their versions, as the sources of the rows name them."""
    parts = [table.loc[table["software"] == name] for name in SOFTWARE]
    return [program(part) for part in parts if len(part)]


def program(part: pd.DataFrame) -> str:
    """Return the program and version from which a part of the rows come."""
    first = part.iloc[0]
    # SAS's listings do not name their version.
    return NAMES["SAS"] if first["software"] == "SAS" else first["source"].split(":")[0]


def _named(row: pd.Series) -> str:
    term = f", {row['term']}" if row["term"] else ""
    program, what = NAMES[row["software"]], f"{row['what']}{term}"
    return f"{program}, {row['structure']}; {row['title']}; {what}"


def _exact(table: pd.DataFrame) -> str:
    """Say how many values differ by no more than rounding, by program."""
    said = []
    for name in SOFTWARE:
        own = table.loc[table["software"] == name, "difference"]
        if len(own):
            near = int((own < NEGLIGIBLE).sum())
            said.append(f"{near} of {len(own)} for {NAMES[name]}")
    return f"Nearer than {scientific(NEGLIGIBLE)} are {listed(said)}."


def _furthest(table: pd.DataFrame, software: str) -> str:
    """Say the largest difference of each kind of quantity for one program."""
    own = table.loc[table["software"] == software]
    said = [
        f"{_IN_SENTENCES[kind]} {small_difference(part.max())}"
        for kind in KINDS
        if kind != "log-likelihood" and len(part := own.loc[own["kind"] == kind, "difference"]) > 0
    ]
    return f"Largest differences from {NAMES[software]}: {listed(said)}."


def record_optimum(optimum: ReferenceOptimum) -> None:
    """Publish how far below the top of the likelihood a reference stopped."""
    there = abs(optimum.loglik - optimum.loglik_there)
    said = (
        f"At its covariance our log-likelihood differs from its own by {small_difference(there)}, "
        f"so both programs compute the same function; the gradient there is "
        f"{scientific(optimum.gradient, digits=2)} and not zero. A Newton step promises a rise of "
        f"{scientific(optimum.promised, digits=3)}, and our optimum lies "
        f"{scientific(optimum.short, digits=3)} higher."
    )
    publish(
        [
            Record("validation.unpolished.sentence", said, said),
            Record(
                "validation.unpolished.short",
                float(f"{optimum.short:.2g}"),
                scientific(optimum.short, digits=2),
            ),
        ]
    )
