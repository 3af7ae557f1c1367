import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.optimize import minimize

from helpers.errors import AnalysisError, ParameterError
from helpers.methods.mixed_models import fit_clda

REFERENCES = Path(__file__).parents[1] / "references"
pytestmark = pytest.mark.filterwarnings("error")
COLUMNS = {
    "outcome": "pain",
    "subject": "id",
    "visit": "visit",
    "arm": "arm",
    "time": "week",
    "baseline": "0",
    "reference": "0",
}


@pytest.fixture(scope="module")
def pain():
    return pd.read_csv(REFERENCES / "pain_rct.csv", dtype={"id": str, "arm": str, "visit": str})


@pytest.fixture(scope="module")
def slope_fit(pain):
    return fit_clda(pain, **COLUMNS)


def reference(name):
    return json.loads((REFERENCES / f"lmer_pain_{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("name", "covariance"), [("ris", "random_slope"), ("ri", "random_intercept")]
)
def test_fit_agrees_with_lme4(pain, name, covariance):
    expected = reference(name)
    fit = fit_clda(pain, **COLUMNS, covariance=covariance)
    assert list(fit.coefficients["term"]) == [
        "intercept",
        *(f"visit[{v}]" for v in range(1, 10)),
        *(f"arm[1]:visit[{v}]" for v in range(1, 10)),
    ]
    se = np.array(expected["se"])
    # Measured 1.2e-8; lme4's optimum is good to about 1e-7. MixedLM's lbfgs alone reaches 7e-6.
    assert np.abs((fit.coefficients["estimate"] - expected["est"]) / se).max() < 2e-7
    assert np.abs(fit.coefficients["se"] / se - 1).max() < 2e-7
    assert np.abs(fit.vcov.to_numpy() - expected["vcov"]).max() < 2e-8
    assert fit.loglik == pytest.approx(expected["logLik"], abs=1e-9)
    random = np.atleast_2d(expected["D"])
    components = fit.variance_components.set_index("component")["value"]
    assert components["intercept"] == pytest.approx(random[0, 0], rel=1e-6)
    assert components["residual"] == pytest.approx(expected["sigma"] ** 2, rel=1e-6)
    if name == "ris":
        assert components["slope"] == pytest.approx(random[1, 1], rel=1e-6)
        assert components["intercept_slope"] == pytest.approx(random[0, 1], rel=1e-6)
    predicted = fit.random_effects.iloc[:5, 1:].to_numpy()
    np.testing.assert_allclose(predicted, expected["ranef_head"], atol=1e-6)
    assert (fit.n_obs, fit.n_subjects) == (expected["n_obs"], expected["n_subjects"])
    assert fit.converged
    assert fit.messages == ()


def test_changes_are_visit_effect_plus_arm_effect(slope_fit):
    expected = reference("ris")
    estimates = dict(zip(expected["names"], expected["est"], strict=True))
    vcov = pd.DataFrame(expected["vcov"], expected["names"], expected["names"])
    changes = slope_fit.changes.set_index(["arm", "visit"])
    terms = ["visitf9", "d9"]
    row = changes.loc[("1", "9")]
    assert row["estimate"] == pytest.approx(estimates["visitf9"] + estimates["d9"], abs=1e-7)
    assert row["se"] == pytest.approx(np.sqrt(vcov.loc[terms, terms].to_numpy().sum()), rel=1e-6)
    assert changes.loc[("0", "9"), "estimate"] == pytest.approx(estimates["visitf9"], abs=1e-7)
    differences = slope_fit.differences.set_index(["arm", "visit"])
    assert differences.loc[("1", "9"), "estimate"] == pytest.approx(estimates["d9"], abs=1e-7)
    assert list(slope_fit.differences["reference"].unique()) == ["0"]


def test_inference_is_normal_at_the_level_asked_for(pain, slope_fit):
    row = slope_fit.differences.iloc[-1]
    assert row["df"] == np.inf
    assert row["p"] == pytest.approx(2 * stats.norm.sf(abs(row["estimate"] / row["se"])))
    assert row["upper"] - row["estimate"] == pytest.approx(1.959963984540054 * row["se"])
    narrow = fit_clda(pain, **COLUMNS, level=0.8).differences.iloc[-1]
    assert narrow["upper"] - narrow["estimate"] == pytest.approx(1.2815515655446004 * narrow["se"])


def test_means_share_the_baseline_and_differ_by_the_changes(slope_fit):
    means = slope_fit.means.set_index(["arm", "visit"])
    assert means.loc[("0", "0"), "estimate"] == means.loc[("1", "0"), "estimate"]
    changes = slope_fit.changes.set_index(["arm", "visit"])["estimate"]
    for arm in ("0", "1"):
        difference = means.loc[(arm, "9"), "estimate"] - means.loc[(arm, "0"), "estimate"]
        assert difference == pytest.approx(changes[(arm, "9")])


def test_model_implied_covariance_and_residuals(slope_fit, pain):
    expected = reference("ris")
    random = np.array(expected["D"])
    design = np.array([[1, 0], [1, 1]])
    implied = design @ random @ design.T + expected["sigma"] ** 2 * np.eye(2)
    found = slope_fit.covariance.loc[["0", "9"], ["0", "9"]]
    np.testing.assert_allclose(found, implied, rtol=1e-6)
    residuals = slope_fit.residuals
    assert len(residuals) == len(pain)
    np.testing.assert_allclose(
        residuals["observed"] - residuals["fitted"], residuals["residual"], atol=1e-12
    )
    row = residuals.iloc[0]
    intercept, slope = expected["ranef_head"][0]
    mean = expected["est"][0]
    assert row["residual"] == pytest.approx(4.8 - mean, abs=1e-6)
    assert row["conditional_residual"] == pytest.approx(
        (4.8 - mean - intercept) / expected["sigma"], abs=1e-5
    )
    assert row["standardised_residual"] == pytest.approx(
        (4.8 - mean) / np.sqrt(implied[0, 0]), abs=1e-6
    )
    last = residuals[(residuals["subject"] == "1") & (residuals["visit"] == "2")].iloc[0]
    gone = last["residual"] - intercept - slope * 2 / 26
    assert last["conditional_residual"] == pytest.approx(gone / expected["sigma"], abs=1e-5)


def test_rows_in_any_order_and_with_missing_scores_give_the_same_answer(pain, slope_fit):
    extra = pain.groupby("id").head(1).assign(visit="11", week=30.0, pain=np.nan)
    shuffled = pd.concat([pain, extra]).sample(frac=1, random_state=3)
    fit = fit_clda(shuffled, **COLUMNS)
    found = fit.differences.set_index(["arm", "visit"])
    expected = slope_fit.differences.set_index(["arm", "visit"])
    # Only the last digits depend on the order of sums: results are stored to ten digits.
    assert np.abs((found["estimate"] - expected["estimate"]) / expected["se"]).max() < 1e-11
    assert np.abs(found["se"] / expected["se"] - 1).max() < 1e-11
    assert fit.visits == slope_fit.visits


def test_arms_and_visits_follow_their_categories(pain):
    data = pain.assign(
        arm=pd.Categorical(pain["arm"], categories=["none", "1", "0"]),
        visit=pd.Categorical(pain["visit"], categories=[str(v) for v in range(12)], ordered=True),
    )
    fit = fit_clda(data, **{**COLUMNS, "reference": "1"})
    assert fit.arms == ("1", "0")
    last = fit.differences.iloc[-1]
    assert (last["arm"], last["reference"]) == ("0", "1")
    assert last["estimate"] == pytest.approx(-reference("ris")["est"][-1], abs=1e-6)


def test_three_arms_are_each_compared_with_the_reference(pain):
    numbers = pain["id"].astype(int)
    three = pain.assign(arm=pain["arm"].where(numbers % 3 != 0, "2"))
    fit = fit_clda(three, **COLUMNS)
    assert fit.arms == ("0", "1", "2")
    assert list(fit.differences["arm"].unique()) == ["1", "2"]
    assert set(fit.changes["arm"]) == {"0", "1", "2"}
    assert sum(fit.n_by_arm.values()) == fit.n_subjects
    changes = fit.changes.set_index(["arm", "visit"])["estimate"]
    differences = fit.differences.set_index(["arm", "visit"])["estimate"]
    assert differences[("2", "9")] == pytest.approx(changes[("2", "9")] - changes[("0", "9")])


def test_covariates_enter_as_main_effects_centred_at_their_means(pain):
    numbers = pain["id"].astype(int)
    data = pain.assign(
        age=50.0 + numbers % 17,
        site=pd.Categorical.from_codes(numbers % 3, ["north", "south", "west"]),
    )
    fit = fit_clda(data, **COLUMNS, covariates=("age", "site"))
    assert list(fit.coefficients["term"][-3:]) == ["age", "site[south]", "site[west]"]
    moved = fit_clda(data.assign(age=data["age"] - 1000), **COLUMNS, covariates=("age", "site"))
    # Where the covariate's zero lies must not matter to a mean at the covariates' means.
    np.testing.assert_allclose(moved.means["estimate"], fit.means["estimate"], rtol=1e-7)
    plain = fit_clda(pain, **COLUMNS)
    assert fit.means["estimate"].iloc[0] == pytest.approx(plain.means["estimate"].iloc[0], abs=0.05)


def test_participants_without_a_covariate_are_left_out_and_counted(pain):
    age = pain["id"].astype(float).where(~pain["id"].isin(["1", "2"]))
    fit = fit_clda(pain.assign(age=age), **COLUMNS, covariates=["age"])
    assert fit.n_subjects == 296
    assert fit.messages == ("Left out, because a value of age is missing: 2 of 298 participants.",)


def test_two_visits_with_a_random_slope_are_an_unrestricted_covariance(pain):
    two = pain[pain["visit"].isin(["0", "9"])]
    fit = fit_clda(two, **COLUMNS)
    loglik, estimate, se, covariance = unrestricted_reml(two)
    assert fit.loglik == pytest.approx(loglik, abs=1e-7)
    assert fit.differences["estimate"].iloc[0] == pytest.approx(estimate, abs=1e-4 * se)
    assert fit.differences["se"].iloc[0] == pytest.approx(se, rel=1e-4)
    np.testing.assert_allclose(fit.covariance, covariance, rtol=1e-3)
    assert "cannot be told apart" in fit.messages[0]
    assert fit.residuals["conditional_residual"].isna().all()
    assert fit.residuals["standardised_residual"].notna().all()
    assert fit.variance_components["value"].isna().all()


def unrestricted_reml(two):
    """Maximise the REML likelihood of any 2 x 2 covariance, person by person."""
    people = []
    for _, rows in two.groupby("id"):
        late = (rows["visit"] == "9").to_numpy(float)
        design = np.column_stack([np.ones(len(rows)), late, late * (rows["arm"] == "1")])
        people.append((rows["pain"].to_numpy(float), design, late.astype(int)))

    def solve(parameters):
        factor = np.array([[np.exp(parameters[0]), 0], [parameters[1], np.exp(parameters[2])]])
        covariance = factor @ factor.T
        information, score, squares, determinant = np.zeros((3, 3)), np.zeros(3), 0.0, 0.0
        for y, x, at in people:
            v = covariance[np.ix_(at, at)]
            weighted = np.linalg.solve(v, x)
            information += x.T @ weighted
            score += weighted.T @ y
            squares += y @ np.linalg.solve(v, y)
            determinant += np.log(np.linalg.det(v))
        beta = np.linalg.solve(information, score)
        minus_twice = (
            (len(two) - 3) * np.log(2 * np.pi)
            + determinant
            + np.log(np.linalg.det(information))
            + squares
            - score @ beta
        )
        return minus_twice / 2, beta, information, covariance

    found = minimize(
        lambda p: solve(p)[0],
        np.array([0.5, 0.5, 0.5]),
        method="Nelder-Mead",
        options={"xatol": 1e-7, "fatol": 1e-10, "maxiter": 2000},
    )
    value, beta, information, covariance = solve(found.x)
    return -value, beta[2], np.sqrt(np.linalg.inv(information)[2, 2]), covariance


@pytest.mark.parametrize("column", ["id", "arm", "visit"])
def test_a_blank_id_is_refused(pain, column):
    with pytest.raises(AnalysisError, match=f"Column '{column}' is blank"):
        fit_clda(pain.assign(**{column: pain[column].where(pain.index != 3)}), **COLUMNS)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda d: d[d["arm"] == "0"], "at least two arms"),
        (lambda d: d[~((d["arm"] == "1") & (d["visit"] == "9"))], "Arm 1 has no score at visit 9"),
        (lambda d: d[d["visit"] == "0"], "at least one visit after it"),
        (lambda d: d[d["visit"] != "0"], "no visit named '0'"),
        (lambda d: pd.concat([d, d.head(1)]), "two scores at visit 0"),
        (lambda d: d.assign(arm=d["arm"].where(d.index != 1, "0")), "more than one arm"),
        (lambda d: d.assign(week=d["week"].where(d.index != 1, 7)), "one known time"),
        (lambda d: d.assign(week=d["week"].where(d["visit"] != "0", 27)), "the baseline '0' first"),
        (lambda d: d.drop(columns="week"), "no column named 'week'"),
    ],
)
def test_data_that_cannot_carry_the_model_are_refused(pain, change, sentence):
    with pytest.raises(AnalysisError, match=sentence):
        fit_clda(change(pain), **COLUMNS)


def test_covariates_that_repeat_each_other_are_named(pain):
    age = pain["id"].astype(float)
    with pytest.raises(AnalysisError, match="Term doubled"):
        fit_clda(pain.assign(age=age, doubled=2 * age), **COLUMNS, covariates=("age", "doubled"))
    with pytest.raises(AnalysisError, match="same value for every participant"):
        fit_clda(pain.assign(site="one"), **COLUMNS, covariates=("site",))
    with pytest.raises(AnalysisError, match="used twice"):
        fit_clda(pain, **COLUMNS, covariates=("arm",))


def test_an_impossible_level_is_refused(pain):
    with pytest.raises(ParameterError, match="between 0 and 1"):
        fit_clda(pain, **COLUMNS, level=95)
