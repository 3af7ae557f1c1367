import numpy as np
import pandas as pd
import pytest

from helpers.errors import AnalysisError
from helpers.methods.mixed_models import fit_clda, fit_mmrm

NAMES = {"subject": "patient", "visit": "visit"}


@pytest.fixture(scope="module")
def fit(small_trial):
    data = small_trial.assign(centre=np.where(small_trial["patient"] < "p07", "n", "s"))
    return fit_mmrm("score ~ arm * visit + centre + age", data, **NAMES), data


def test_means_weigh_other_factors_equally_and_covariates_at_their_mean(fit):
    fit, data = fit
    b = fit.params
    means = fit.ls_means("arm", by="visit").set_index(["arm", "visit"])["estimate"]
    base = b["Intercept"] + 0.5 * b["centre[T.s]"] + data["age"].mean() * b["age"]
    assert means["a", "v0"] == pytest.approx(base)
    expected = base + b["arm[T.b]"] + b["visit[T.v2]"] + b["arm[T.b]:visit[T.v2]"]
    assert means["b", "v2"] == pytest.approx(expected)
    overall = fit.ls_means("arm").set_index("arm")["estimate"]
    assert overall["b"] == pytest.approx(means["b"].mean())
    moved = fit.ls_means("arm", by="visit", at={"age": 0.0})["estimate"]
    assert moved.iloc[0] == pytest.approx(base - data["age"].mean() * b["age"])


def test_differences_are_differences_of_means_with_their_own_errors(fit):
    fit, _ = fit
    differences = fit.ls_mean_differences("arm", by="visit", reference="a")
    assert list(differences["visit"]) == ["v0", "v1", "v2", "v3"]
    assert set(differences["arm"]) == {"b"}
    assert set(differences["reference"]) == {"a"}
    row = differences.iloc[3]
    direct = fit.contrast({"arm[T.b]": 1, "arm[T.b]:visit[T.v3]": 1})
    for name in ("estimate", "se", "df", "p", "lower", "upper"):
        assert row[name] == pytest.approx(direct[name], rel=1e-10)
    pairs = fit.ls_mean_differences("visit")
    assert len(pairs) == 6
    assert (pairs.iloc[0]["visit"], pairs.iloc[0]["reference"]) == ("v1", "v0")


def test_numeric_variables_with_few_values_can_be_named(small_trial):
    data = small_trial.assign(active=(small_trial["arm"] == "b").astype(int))
    by_number = fit_mmrm("score ~ active * visit", data, **NAMES)
    by_name = fit_mmrm("score ~ arm * visit", data, **NAMES)
    found = by_number.ls_means("active", by="visit")
    expected = by_name.ls_means("arm", by="visit")
    np.testing.assert_allclose(found["estimate"], expected["estimate"], rtol=1e-9)
    assert list(found["active"].unique()) == [0, 1]


def test_numeric_visits_inside_c_are_levels(pain):
    fit = fit_mmrm("pain ~ C(visit) + arm:C(visit)", pain, subject="id", visit="visit")
    means = fit.ls_means("visit")
    assert list(means["visit"]) == list(range(10))


def test_what_is_not_in_the_model_is_refused(fit, small_trial):
    fit, _ = fit
    with pytest.raises(AnalysisError, match="no factor named 'arms'"):
        fit.ls_means("arms")
    with pytest.raises(AnalysisError, match="no numeric covariate"):
        fit.ls_means("arm", at={"weight": 1})
    with pytest.raises(AnalysisError, match="no level of arm named 'c'"):
        fit.ls_mean_differences("arm", reference="c")
    clda = fit_clda(small_trial, outcome="score", **NAMES, arm="arm", baseline="v0")
    with pytest.raises(AnalysisError, match="not fitted from a formula"):
        clda.model.ls_means("arm")


def test_the_last_name_varies_fastest(fit):
    fit, _ = fit
    labels = fit.ls_means(["visit", "arm"])[["visit", "arm"]]
    expected = pd.MultiIndex.from_product([["v0", "v1", "v2", "v3"], ["a", "b"]])
    assert list(labels.itertuples(index=False, name=None)) == list(expected)
