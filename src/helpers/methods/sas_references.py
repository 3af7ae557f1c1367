"""Fits by SAS PROC MIXED, as its listings print them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from helpers.methods.mixed_models import fit_mmrm
from helpers.methods.r_references import FORMULAS, STRUCTURES
from helpers.methods.reference_rows import ReferenceCase, Row, compared, largest

_NAMES = {"UN": "us", "AR(1)": "ar1", "CS": "cs", "TOEP": "toep"}
_KINDS = {"estimate": "estimate", "se": "standard error", "df": "degrees of freedom"}
# How far short of the optimum SAS stopped, relative: in estimates and, for TOEP, in the degrees of
# freedom, where its estimate is 4e-6 short.
_SHORT = {"us": 3e-4, "toep": 1e-4}
_NEARER = 1e-6


def sas_cases(folder: Path, fev: pd.DataFrame) -> list[ReferenceCase]:
    """List the fits in a folder of SAS listings, all of the lung function data."""
    roger = pd.read_csv(folder / "fev_armcd_kenward_roger.csv")
    listing = pd.read_csv(folder / "fev_unstructured_satterthwaite.csv")
    cases = [
        _roger_case({str(key): value for key, value in record.items()}, fev)
        for record in roger.to_dict("records")
    ]
    cases.append(
        ReferenceCase(
            name="sas_fev_us_satterthwaite",
            software="SAS",
            structure=f"{STRUCTURES['us']}, printed listing",
            title="lung function by arm and visit; Satterthwaite",
            source="SAS PROC MIXED, repeated AVISIT / type=un, ddfm=satterthwaite",
            compare=lambda: _listing(listing, fev),
        )
    )
    return cases


def _roger_case(record: dict[str, Any], fev: pd.DataFrame) -> ReferenceCase:
    covariance = _NAMES[record["covariance"]]
    linear = "linear" in record["ddfm"]
    tolerance = _SHORT.get(covariance, _NEARER)

    def compare() -> Iterator[Row]:
        fit = fit_mmrm(
            "FEV1 ~ ARMCD",
            fev,
            subject="USUBJID",
            visit="AVISIT",
            covariance=covariance,
            inference="kenward-roger-linear" if linear else "kenward-roger",
        )
        found = fit.contrast({"ARMCD[T.TRT]": 1})
        # SAS's -2 log-likelihood is a minimum: it may not be below ours by more than rounding.
        printed, what = record["neg2_res_loglik"], "-2 log-likelihood"
        yield compared("log-likelihood", what, -2 * fit.loglik, printed, 2e-5, "absolute")
        for key, kind in _KINDS.items():
            what = f"difference of arms, {key}"
            yield compared(kind, what, found[key], record[key], tolerance)

    kind = "kr(linear)" if linear else "kr"
    return ReferenceCase(
        name=f"sas_fev_{covariance}_{'krlin' if linear else 'kr'}",
        software="SAS",
        structure=STRUCTURES[covariance],
        title=f"lung function by arm; {'linear ' if linear else ''}Kenward-Roger",
        source=f"SAS PROC MIXED, type={record['covariance'].lower()}, ddfm={kind}",
        compare=compare,
    )


def _listing(listing: pd.DataFrame, fev: pd.DataFrame) -> Iterator[Row]:
    """LS means and their differences as SAS printed them: four decimals, df without decimals."""
    fit = fit_mmrm(FORMULAS["fev"], fev, subject="USUBJID", visit="AVISIT")
    means = fit.ls_means("ARMCD", by="AVISIT").set_index(["AVISIT", "ARMCD"])
    for listed, name in (("lsmean", "LS mean"), ("fixef", "coefficient")):
        printed = listing.loc[listing["kind"] == listed].drop_duplicates("term")
        for key, kind in _KINDS.items():
            if listed == "lsmean":
                ours = [means.loc[tuple(term.split(":")), key] for term in printed["term"]]
            else:
                ours = [fit.table.loc[_coefficient(term), key] for term in printed["term"]]
            # Half of the last digit, and SAS's own distance from the optimum (3e-4 of an SE).
            allowed = 0.5 + 0.05 if key == "df" else 0.5e-4 + 4e-4
            yield largest(
                kind,
                f"{name}, {key}",
                pd.Series(ours, index=list(printed["term"])),
                pd.to_numeric(printed[key]).to_numpy(),
                allowed,
                "absolute",
            )
    printed_2 = listing.loc[listing["kind"] == "neg2_res_loglik", "estimate"].astype(float).iloc[0]
    what = "-2 log-likelihood"
    yield compared("log-likelihood", what, -2 * fit.loglik, printed_2, 1e-5, "absolute")


def _coefficient(term: str) -> str:
    """Formulaic's name of a coefficient that SAS calls ``AVISIT*ARMCD VIS2 TRT``."""
    if term == "Intercept":
        return term
    factor, _, level = term.partition(" ")
    if "*" in factor:
        visit, arm = level.split()
        return f"ARMCD[T.{arm}]:AVISIT[T.{visit}]"
    return f"{factor}[T.{level}]"
