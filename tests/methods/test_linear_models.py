from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.errors import AnalysisError, ParameterError
from helpers.methods.linear_models import fit_ancova

REFERENCES = Path(__file__).parents[1] / "references"


@pytest.fixture(scope="module")
def drugs():
    return pd.read_csv(REFERENCES / "drug_test.csv")


@pytest.fixture(scope="module")
def headache():
    table = pd.read_csv(REFERENCES / "headache_ancova.csv")
    return table[table["completer"] == 1]


@pytest.mark.parametrize(
    ("minuend", "difference"),
    # PSI CAMIS, R/ancova.qmd: emmeans of lm(post ~ drug + pre), printed to three decimals.
    [("A", -3.446), ("D", -3.337)],
)
def test_difference_agrees_with_r(drugs, minuend, difference):
    fit = fit_ancova(
        drugs, outcome="post", arm="drug", minuend=minuend, subtrahend="F", covariates=["pre"]
    )
    assert fit.estimate == pytest.approx(difference, abs=5e-4)
    assert fit.df == 26
    assert fit.n_by_arm == {"A": 10, "D": 10, "F": 10}


# Vickers et al., BMJ 2004;328:744: each number as printed there, so within half its last digit.
@pytest.mark.parametrize(
    ("outcome", "baseline", "printed", "p", "p_digit"),
    [
        ("pk5", "pk1", (4.6, 2.2, 7.0), 0.0002, 1e-4),
        ("f5", "f1", (1.8, 0.6, 2.9), 0.003, 1e-3),
        ("f2", "f1", (1.8, 0.7, 2.9), 0.002, 1e-3),
    ],
)
def test_headache_agrees_with_the_published_analysis(
    headache, outcome, baseline, printed, p, p_digit
):
    fit = headache_fit(headache, outcome, baseline)
    assert (fit.estimate, fit.lower, fit.upper) == pytest.approx(printed, abs=0.05)
    # The paper prints .0002 for .000251 and so on: within one unit of the last digit.
    assert fit.p == pytest.approx(p, abs=p_digit)


def test_headache_score_at_three_months(headache):
    fit = headache_fit(headache, "pk2", "pk1")
    assert (fit.estimate, fit.lower, fit.upper) == pytest.approx((3.9, 1.6, 6.3), abs=0.05)
    assert fit.n == 301 - fit.left_out


def headache_fit(table, outcome, baseline):
    return fit_ancova(
        table,
        outcome=outcome,
        arm="arm",
        minuend="usual_care",
        subtrahend="acupuncture",
        covariates=[baseline, "age", "sex", "migraine", "chronicity"],
        factors=["acupuncturist"],
    )


def test_levels_without_a_complete_row_do_not_make_the_design_singular(drugs):
    site = pd.Categorical(["x", "y"] * 15, categories=["w", "x", "y", "z"])
    data = drugs.assign(site=site)
    data.loc[data.index[:1], "site"] = "z"
    data.loc[data.index[:1], "pre"] = np.nan
    options = {"outcome": "post", "arm": "drug", "minuend": "A", "subtrahend": "F"}
    fit = fit_ancova(data, **options, covariates=["pre"], factors=["site"])
    indicator = (data["site"] == "y").astype(float)
    plain = fit_ancova(data.assign(y=indicator), **options, covariates=["pre", "y"])
    assert fit.estimate == pytest.approx(plain.estimate, rel=1e-10)
    assert fit.df == plain.df == 29 - 5
    assert (fit.n, fit.left_out) == (29, 1)


def test_exchanging_the_arms_turns_the_sign(drugs):
    one = fit_ancova(drugs, outcome="post", arm="drug", minuend="A", subtrahend="F")
    other = fit_ancova(drugs, outcome="post", arm="drug", minuend="F", subtrahend="A")
    assert one.estimate == pytest.approx(-other.estimate)
    assert (one.lower, one.p) == pytest.approx((-other.upper, other.p))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"minuend": "B"}, "no arm named 'B'"),
        ({"minuend": "F"}, "compared with itself"),
        ({"outcome": "pots"}, "Did you mean 'post'"),
        ({"covariates": ["site"]}, "not numeric"),
        ({"covariates": ["pre", "twice"]}, "Term twice"),
        ({"factors": ["person"]}, "only 30 complete rows"),
    ],
)
def test_impossible_requests_are_refused(drugs, change, sentence):
    data = drugs.assign(site="one", twice=2 * drugs["pre"] + 1, person=[f"p{i}" for i in range(30)])
    arguments = {"outcome": "post", "arm": "drug", "minuend": "A", "subtrahend": "F", **change}
    with pytest.raises(AnalysisError, match=sentence):
        fit_ancova(data, **arguments)


def test_an_impossible_level_is_refused(drugs):
    with pytest.raises(ParameterError, match="between 0 and 1"):
        fit_ancova(drugs, outcome="post", arm="drug", minuend="A", subtrahend="F", level=0)
