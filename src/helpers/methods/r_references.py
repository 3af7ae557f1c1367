"""Fits by R's packages: mmrm, lme4 with lmerTest and pbkrtest, and nlme."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from helpers.methods.mixed_models import fit_mmrm, fit_random_effects
from helpers.methods.random_effects import RandomEffectsFit
from helpers.methods.reference_rows import (
    ReferenceCase,
    Row,
    compared,
    compared_means,
    compared_terms,
    largest,
)

VERSIONS = {
    "mmrm": "mmrm 0.3.18",
    "lme4": "lme4 1.1-31 with lmerTest 3.1-3 and pbkrtest 0.5.2",
    "nlme": "nlme 3.1-162",
}

# Goals of the engine, relative unless the quantity says otherwise.
_TIGHT = {"estimate": 1e-7, "se": 1e-7, "df": 1e-6, "covariance": 1e-7, "loglik": 1e-7, "F": 1e-6}
_OTHER = {"estimate": 1e-6, "se": 1e-6, "df": 1e-6, "covariance": 1e-6, "loglik": 1e-6, "F": 1e-6}
# nlme stops earlier: where mmrm has the same model, ours agrees with mmrm to 1e-12.
_NLME = {"estimate": 3e-5, "se": 3e-5, "covariance": 1e-4, "loglik": 1e-6}
# mmrm's file for this one case holds an optimum with a gradient of 0.01 (the others: 1e-11).
_UNPOLISHED = {"estimate": 1e-4, "se": 1e-5, "df": 1e-4, "covariance": 1e-3, "loglik": 2e-5}

_INFERENCE = {
    "satt": "satterthwaite",
    "kr": "kenward-roger",
    "krlin": "kenward-roger-linear",
    "bw": "between-within",
    "satt_emp": "sandwich",
    "satt_cr2": "sandwich-cr2",
    "satt_cr3": "sandwich-cr3",
    "satt_ml": "satterthwaite",
    "satt_byarm": "satterthwaite",
}
_INFERENCE_IN_WORDS = {
    "satt": "Satterthwaite",
    "kr": "Kenward-Roger",
    "krlin": "linear Kenward-Roger",
    "bw": "between-within",
    "satt_emp": "sandwich",
    "satt_cr2": "sandwich CR2",
    "satt_cr3": "sandwich CR3",
    "satt_ml": "Satterthwaite, ML",
    "satt_byarm": "Satterthwaite, a covariance for each arm",
}
_VCOV = {
    "krlin": "Kenward-Roger-Linear",
    "satt_emp": "Empirical",
    "satt_cr2": "Empirical-Bias-Reduced",
    "satt_cr3": "Empirical-Jackknife",
}
STRUCTURES = {
    "us": "unstructured",
    "cs": "compound symmetry",
    "csh": "compound symmetry, heterogeneous",
    "ar1": "autoregressive",
    "ar1h": "autoregressive, heterogeneous",
    "toep": "Toeplitz",
    "toeph": "Toeplitz, heterogeneous",
    "ad": "ante-dependence",
    "adh": "ante-dependence, heterogeneous",
    "car1": "spatial exponential",
    "ri": "random intercept",
    "ris": "random intercept and slope",
}
_MODELS = {
    "fev": "lung function by arm and visit",
    "pain_clda": "pain, constrained baseline",
    "pain_ancova": "pain, baseline as a covariate",
}
_DATA = {"pain": "pain", "ortho": "dental distance", "sleep": "reaction time"}
_D = [f"d{i}" for i in range(1, 10)]
FORMULAS = {
    "fev": "FEV1 ~ RACE + SEX + ARMCD * AVISIT",
    "pain_clda": "pain ~ visitf + " + " + ".join(_D),
    "pain_ancova": "pain ~ base * visitf + arm:visitf",
}


def read_data(folder: Path) -> dict[str, pd.DataFrame]:
    """Read the data of the references, by the name that the files of values use."""
    pain = pd.read_csv(folder / "pain_rct.csv")
    pain["visitf"] = pd.Categorical(pain["visit"])
    pain["tarm"] = pain["t"] * pain["arm"]
    fev = pd.read_csv(folder / "fev_data.csv")
    fev["SEX"] = pd.Categorical(fev["SEX"], categories=["Male", "Female"])
    ortho = pd.read_csv(folder / "orthodont.csv")
    ortho["Sex"] = pd.Categorical(ortho["Sex"], categories=["Male", "Female"])
    ortho["agec"] = ortho["age"] - 11
    return {
        "fev": fev,
        "pain": pain,
        "pain_clda": pain,
        "pain_ancova": pain.loc[pain["visit"] > 0],
        "ortho": ortho,
        "sleep": pd.read_csv(folder / "sleepstudy.csv"),
    }


def r_cases(folder: Path, data: dict[str, pd.DataFrame]) -> list[ReferenceCase]:
    """List the fits in a folder of R's values."""
    makers = {"mmrm": _mmrm_case, "lmer": _lmer_case, "gls": _gls_case}
    cases = []
    for path in sorted(folder.glob("*.json")):
        make = makers.get(path.stem.split("_")[0])
        if make is not None:
            reference = json.loads(path.read_text(encoding="utf-8"))
            cases.append(make(path.stem, reference, data))
    return cases


def _mmrm_case(
    name: str, reference: dict[str, Any], data: dict[str, pd.DataFrame]
) -> ReferenceCase:
    stem = name.removeprefix("mmrm_")
    trial = next(key for key in FORMULAS if stem.startswith(key))
    covariance, method = stem.removeprefix(trial + "_").split("_", 1)
    tolerance = _TIGHT if covariance == "us" else _OTHER
    structure = STRUCTURES[covariance]
    if reference["max_abs_grad"] > 1e-6:
        tolerance, structure = _UNPOLISHED, f"{structure}, optimum not polished"
    subject, visit = ("USUBJID", "AVISIT") if trial == "fev" else ("id", "visitf")
    # Plain Kenward-Roger in mmrm depends on its own parameters; its standard errors differ.
    without_se = method == "kr"
    group = "ARMCD" if method == "satt_byarm" else None

    def compare() -> Iterator[Row]:
        fit = fit_mmrm(
            FORMULAS[trial],
            data[trial],
            subject=subject,
            visit=visit,
            covariance=covariance,
            group=group,
            reml=reference["reml"],
            inference=_INFERENCE[method],
        )
        yield from compared_terms(fit, reference, tolerance, se=not without_se)
        if "joint" in reference:
            joint, expected = fit.joint_test(_D), reference["joint"]
            if not without_se:
                near = tolerance["F"]
                yield compared("F", "F, nine effects", joint.F, expected["f_stat"], near)
            near = tolerance["df"]
            yield compared(
                "degrees of freedom", "denominator df", joint.den_df, expected["denom_df"], near
            )
        if "emmeans" in reference:
            yield from compared_means(fit, reference, tolerance, se=not without_se)

    reml = str(reference["reml"]).upper()
    who = f"{group} / {subject}" if group else subject
    call = f"{reference['formula']} + {covariance}({visit} | {who})"
    vcov = f", vcov = '{_VCOV[method]}'" if method in _VCOV else ""
    return ReferenceCase(
        name=name,
        software="mmrm",
        structure=structure,
        title=f"{_MODELS[trial]}; {_INFERENCE_IN_WORDS[method]}",
        source=f"R {VERSIONS['mmrm']}: mmrm({call}, method = '{reference['method']}', "
        f"reml = {reml}{vcov})",
        compare=compare,
    )


def _lmer_case(
    name: str, reference: dict[str, Any], data: dict[str, pd.DataFrame]
) -> ReferenceCase:
    trial = name.split("_")[1]
    fixed, random = reference["formula"].rsplit("(", 1)
    correlated = "||" not in random
    effects, subject = (part.strip() for part in random.rstrip(")").replace("||", "|").split("|"))
    formula = fixed.strip().rstrip("+")
    subject = {"idf": "id"}.get(subject, subject)

    def fit(inference: str, information: str) -> RandomEffectsFit:
        return fit_random_effects(
            formula,
            data[trial],
            subject=subject,
            random=effects,
            correlated=correlated,
            reml=reference["reml"],
            inference=inference,
            information=information,  # type: ignore[arg-type]
            start="moments",
        )

    def compare() -> Iterator[Row]:
        plain = fit("satterthwaite", "observed")
        renamed = {**reference, "df": reference["df_satt"]}
        yield from compared_terms(plain, renamed, _OTHER, covariance=False)
        yield from _compared_variances(plain, reference)
        df = "degrees of freedom"
        if "joint_satt" in reference:
            joint, expected = plain.joint_test(_D), reference["joint_satt"]
            yield compared("F", "F, nine effects", joint.F, expected["F value"], 1e-6)
            yield compared(df, "denominator df", joint.den_df, expected["DenDF"], 1e-6)
        if "se_kr" in reference:
            roger = fit("kenward-roger", "expected")
            se, expected_se = roger.table["se"], reference["se_kr"]
            yield largest("standard error", "Kenward-Roger SE", se, expected_se, 1e-6)
            yield largest(df, "Kenward-Roger df", roger.table["df"], reference["df_kr"], 1e-6)
            if "joint_kr" in reference:
                joint, expected = roger.joint_test(_D), reference["joint_kr"]
                yield compared("F", "Kenward-Roger F", joint.F, expected["F value"], 1e-6)
                what = "Kenward-Roger denominator df"
                yield compared(df, what, joint.den_df, expected["DenDF"], 1e-6)

    reml = str(reference["reml"]).upper()
    slope = effects not in ("1", "")
    structure = STRUCTURES["ris" if slope else "ri"] + ("" if correlated else ", uncorrelated")
    # Two models of the same scores: a mean for each visit, and a straight line.
    line = ", straight line" if "_lin" in name else ""
    return ReferenceCase(
        name=name,
        software="lme4",
        structure=structure,
        title=f"{_DATA[trial]}{line}; Satterthwaite"
        + (" and Kenward-Roger" if "se_kr" in reference else "")
        + ("" if reference["reml"] else ", ML"),
        source=f"R {VERSIONS['lme4']}: lmer({reference['formula']}, REML = {reml})",
        compare=compare,
    )


def _compared_variances(fit: RandomEffectsFit, reference: dict[str, Any]) -> Iterator[Row]:
    """Yield the rows of D, of the residual variance and of the predicted random effects.

    The file holds the predictions of the first participants in the order of their labels.
    """
    random, kind = fit.random_covariance, "covariance"
    names = list(random.columns)
    elements = [(j, k) for j in range(len(names)) for k in range(j + 1)]
    expected = np.reshape(reference["D"], random.shape)
    if "||" in reference["formula"]:
        elements = [(j, k) for j, k in elements if j == k]
    labels = [f"{names[j]}, {names[k]}" for j, k in elements]
    ours = pd.Series([random.iloc[j, k] for j, k in elements], index=labels)
    theirs = [expected[j, k] for j, k in elements]
    # A covariance or a single prediction may be near zero by chance; the spread is its unit.
    sd = np.sqrt(np.diag(expected))
    unit = np.array([sd[j] * sd[k] for j, k in elements])
    what = "covariance of random effects"
    yield largest(kind, what, ours, theirs, 1e-6, "in SD", unit)
    residual = reference["sigma"] ** 2
    yield compared(kind, "residual variance", fit.residual_variance, residual, 1e-6)
    head = np.asarray(reference["ranef_head"], dtype=float).reshape(-1, len(names))
    predicted = fit.random_effects.sort_index().iloc[: len(head)]
    labels = [f"participant {who}" for who in predicted.index]
    for number, name in enumerate(names):
        spread = np.full(len(head), sd[number])
        values = predicted[name].set_axis(labels)
        what = f"predicted {name}"
        yield largest("estimate", what, values, head[:, number], 1e-6, "in SD", spread)


def _gls_case(name: str, reference: dict[str, Any], data: dict[str, pd.DataFrame]) -> ReferenceCase:
    trial, covariance = name.split("_")[1:]
    structure = "sp_exp" if covariance == "car1" else covariance
    subject, visit = ("Subject", "age") if trial == "ortho" else ("id", "visitf")

    def compare() -> Iterator[Row]:
        fit = fit_mmrm(
            reference["formula"],
            data[trial],
            subject=subject,
            visit=visit,
            covariance=structure,
            time="t" if covariance == "car1" else None,
        )
        yield from compared_terms(fit, reference, _NLME, df=False)

    return ReferenceCase(
        name=name,
        software="nlme",
        structure=STRUCTURES[covariance],
        title=_DATA[trial],
        source=f"R {VERSIONS['nlme']}: gls({reference['formula']}), covariance {covariance}",
        compare=compare,
    )
