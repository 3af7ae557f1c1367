"""The mixed-model engine beside R and SAS: every reference value, ours, and their difference.

The reference values are files made by other people's software (``tests/references``): mmrm with its
optimiser run until the gradient vanished, lme4 with lmerTest and pbkrtest, nlme, and listings of
SAS PROC MIXED. The tests and the validation page of the book use the same cases:
``r_references`` and ``sas_references`` hold them, with their tolerances, and ``reference_optima``
shows where a reference stopped short of its own optimum.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from helpers.errors import AnalysisError
from helpers.methods.r_references import r_cases, read_data
from helpers.methods.reference_rows import ReferenceCase
from helpers.methods.sas_references import sas_cases

__all__ = [
    "ReferenceCase",
    "reference_cases",
    "reference_data",
    "validated_table",
    "validation_table",
]

# Name of the data, file, column that names the person, outcome, what they are.
_DATA = (
    (
        "pain",
        "pain",
        "id",
        "pain",
        "simulated for these references: two arms, a baseline and nine visits, about 30% dropout",
    ),
    (
        "lung function",
        "fev",
        "USUBJID",
        "FEV1",
        "artificial trial of the R package mmrm: two arms, four visits",
    ),
    (
        "dental distance",
        "ortho",
        "Subject",
        "distance",
        "27 children measured at four ages (Potthoff and Roy, Biometrika 1964)",
    ),
    (
        "reaction time",
        "sleep",
        "Subject",
        "Reaction",
        "18 people deprived of sleep, on ten days (Belenky and colleagues, J Sleep Res 2003)",
    ),
)

_NAMED = 5  # disagreements that the error names one by one


def validation_table(folder: Path) -> pd.DataFrame:
    """Compare the engine with every reference case.

    Parameters
    ----------
    folder
        The references: ``data``, ``r`` and ``sas``.

    Returns
    -------
    DataFrame
        ``case, quantity, ours, reference, difference, measure, tolerance, agrees``; ``kind, what,
        term, terms`` say the quantity in parts, ``software, structure, title, source`` what the
        case is. Where a case has several terms, the row shows the one that differs most.

    Raises
    ------
    AnalysisError
        When a model of a case cannot be fitted; it names the case.
    """
    rows = []
    for case in reference_cases(folder):
        about = {
            "software": case.software,
            "structure": case.structure,
            "title": case.title,
            "source": case.source,
        }
        try:
            rows += [{"case": case.name, **row, **about} for row in case.compare()]
        except AnalysisError as error:
            raise AnalysisError(f"Reference case {case.name}: {error}") from error
    return pd.DataFrame(rows)


def validated_table(folder: Path) -> pd.DataFrame:
    """Return :func:`validation_table`, if every value agrees with its reference.

    Raises
    ------
    AnalysisError
        Which names the rows that do not agree.
    """
    table = validation_table(folder)
    wrong = table.loc[~table["agrees"]].to_dict("records")
    if not wrong:
        return table
    named = [
        f"{row['case']}, {row['quantity']}: ours {row['ours']:.10g}, reference "
        f"{row['reference']:.10g}, difference {row['difference']:.2g} ({row['measure']}), "
        f"tolerance {row['tolerance']:g}"
        for row in wrong[:_NAMED]
    ]
    more = [f"and {len(wrong) - _NAMED} more"] if len(wrong) > _NAMED else []
    raise AnalysisError(
        f"{len(wrong)} of {len(table)} values of the mixed models disagree with R or SAS, so the "
        f"page would be untrue ({'; '.join([*named, *more])}): find out which of the two is wrong, "
        "and leave the tolerance as it is."
    )


def reference_cases(folder: Path) -> list[ReferenceCase]:
    """List every case in a folder of references."""
    if not (folder / "r").is_dir():
        raise AnalysisError(f"There are no references in {folder}: it has no folder 'r'.")
    data = read_data(folder / "data")
    return r_cases(folder / "r", data) + sas_cases(folder / "sas", data["fev"])


def reference_data(folder: Path) -> pd.DataFrame:
    """Describe the data of the references: ``data, people, scores, what``."""
    data = read_data(folder / "data")
    rows = []
    for name, key, person, outcome, what in _DATA:
        seen = data[key].dropna(subset=[outcome])
        rows.append(
            {"data": name, "people": seen[person].nunique(), "scores": len(seen), "what": what}
        )
    return pd.DataFrame(rows)
