import numpy as np
import pandas as pd
import pytest

from helpers.errors import AnalysisError
from helpers.methods.mixed_models import fit_clda, fit_mmrm, fit_random_effects

NAMES = {"subject": "patient", "visit": "visit"}


@pytest.fixture(scope="module")
def slopes(sleep):
    return fit_random_effects("Reaction ~ Days", sleep, subject="Subject", random="1 + Days")


@pytest.fixture(scope="module")
def fit(small_trial):
    return fit_mmrm("score ~ arm * visit + age", small_trial, **NAMES)


NEW = pd.DataFrame({"Subject": [308, 309, 372], "Days": [0, 4.5, 12]}, index=list("abc"))


def test_predictions_are_lme4s(slopes):
    """Frozen from R 4.2.2, lme4 1.1-31.

    f <- lmer(Reaction ~ Days + (Days | Subject), sleepstudy,
              control = lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-14)))
    new <- data.frame(Subject = c(308, 309, 372), Days = c(0, 4.5, 12))
    predict(f, new); predict(f, new, re.form = NA)
    """
    conditional = slopes.predict(NEW, conditional=True)
    assert list(conditional.index) == list("abc")
    # lme4 is good to about 1e-7 of the standard deviations, which are 25.
    np.testing.assert_allclose(
        conditional["estimate"], [253.663655798, 219.320590819, 404.735393390], atol=5e-5
    )
    np.testing.assert_allclose(
        slopes.predict(NEW)["estimate"], [251.405104848, 298.507891667, 377.012536364], rtol=1e-9
    )


def test_conditional_predictions_are_statsmodels(slopes, sleep):
    import statsmodels.formula.api as smf

    model = smf.mixedlm("Reaction ~ Days", sleep, groups="Subject", re_formula="~Days")
    expected = model.fit(reml=True, method="lbfgs").fittedvalues
    # MixedLM's optimum is good to about 1e-4 of the residual SD of 26.
    np.testing.assert_allclose(slopes.predict(conditional=True)["estimate"], expected, atol=0.02)


@pytest.mark.parametrize("inference", ["satterthwaite", "normal"])
def test_conditional_errors_are_hendersons(sleep, inference):
    """Henderson (1975): the inverse of the mixed model equations is the errors' covariance."""
    fit = fit_random_effects(
        "Reaction ~ Days", sleep, subject="Subject", random="1 + Days", inference=inference
    )
    ones, days = np.ones(len(sleep)), sleep["Days"].to_numpy()
    people, own = np.unique(sleep["Subject"], return_inverse=True)
    effects = np.zeros((len(sleep), len(people), 2))
    effects[np.arange(len(sleep)), own] = np.column_stack([ones, days])
    both = np.hstack([np.column_stack([ones, days]), effects.reshape(len(sleep), -1)])
    penalty = np.zeros((both.shape[1],) * 2)
    inverse = np.linalg.inv(fit.random_covariance)
    penalty[2:, 2:] = np.kron(np.eye(len(people)), inverse)
    covariance = np.linalg.inv(both.T @ both / fit.residual_variance + penalty)
    solution = covariance @ both.T @ sleep["Reaction"].to_numpy() / fit.residual_variance
    variance = np.einsum("ij,jk,ik->i", both, covariance, both)
    mean = fit.predict(conditional=True)
    np.testing.assert_allclose(mean["estimate"], both @ solution, rtol=1e-9)
    np.testing.assert_allclose(mean["se"], np.sqrt(variance), rtol=1e-7)
    assert np.isinf(mean["df"]).all()
    score = fit.predict(conditional=True, interval="prediction")
    np.testing.assert_allclose(score["se"], np.sqrt(variance + fit.residual_variance), rtol=1e-7)
    half = 1.959963984540054 * score["se"]
    np.testing.assert_allclose(score["upper"] - score["estimate"], half)
    same = fit.predict(sleep, conditional=True)
    np.testing.assert_allclose(same, mean, rtol=1e-9)


def test_a_new_score_varies_by_the_models_variance(fit, small_trial, slopes, sleep):
    mean, score = fit.predict(), fit.predict(interval="prediction")
    variance = np.diag(fit.covariance)[small_trial["visit"].str[1].astype(int)]
    np.testing.assert_allclose(score["se"] ** 2, mean["se"] ** 2 + variance, rtol=1e-9)
    np.testing.assert_allclose(fit.predict(small_trial, interval="prediction"), score, rtol=1e-9)
    np.testing.assert_array_equal(score["df"], mean["df"])
    by_arm = fit_mmrm("score ~ visit", small_trial, **NAMES, covariance="csh", group="arm")
    np.testing.assert_allclose(
        by_arm.predict(small_trial, interval="prediction"),
        by_arm.predict(interval="prediction"),
        rtol=1e-9,
    )
    extra = slopes.predict(NEW, interval="prediction")["se"] ** 2 - slopes.predict(NEW)["se"] ** 2
    z = np.column_stack([np.ones(3), NEW["Days"]])
    expected = np.diag(z @ slopes.random_covariance.to_numpy() @ z.T) + slopes.residual_variance
    np.testing.assert_allclose(extra, expected, rtol=1e-9)
    np.testing.assert_allclose(
        slopes.predict(sleep, interval="prediction"),
        slopes.predict(interval="prediction"),
        rtol=1e-9,
    )


def test_own_times_have_one_variance(small_trial):
    moved = small_trial.assign(week=small_trial["week"] + 0.01 * small_trial["dose"])
    fit = fit_mmrm("score ~ visit", moved, **NAMES, covariance="sp_exp", time="week")
    new = fit.predict(moved, interval="prediction")
    np.testing.assert_allclose(new, fit.predict(interval="prediction"), rtol=1e-9)


@pytest.mark.parametrize(
    "formula",
    [
        "score ~ arm * visit + age",
        "score ~ C(arm, contr.sum) + bs(age, df=4)",
        "score ~ center(age) * arm + np.log(age)",
    ],
)
def test_new_rows_are_coded_as_in_the_fit(small_trial, formula):
    fit = fit_mmrm(formula, small_trial, **NAMES, covariance="cs")
    few = small_trial.iloc[[5, 1, 30]]
    np.testing.assert_allclose(fit.predict(few), fit.predict().loc[few.index], rtol=1e-9)


def test_missing_values_are_missing_predictions(fit, slopes, small_trial):
    new = small_trial.head(3).copy()
    new.loc[new.index[0], "age"] = np.nan
    new.loc[new.index[1], "arm"] = None
    found = fit.predict(new, interval="prediction")
    assert found["estimate"].isna().tolist() == [True, True, False]
    assert found["lower"].isna().tolist() == [True, True, False]
    gap = NEW.assign(Days=[0, np.nan, 12])
    found = slopes.predict(gap, conditional=True)
    assert found["estimate"].isna().tolist() == [False, True, False]


def test_what_cannot_be_predicted_is_refused(fit, slopes, small_trial):
    new = small_trial.head(2)
    with pytest.raises(AnalysisError, match="no column named 'age'"):
        fit.predict(new.drop(columns="age"))
    with pytest.raises(AnalysisError, match="level of arm that the fit has not seen: 'c'"):
        fit.predict(new.assign(arm="c"))
    with pytest.raises(AnalysisError, match="'age' of the new data must be numeric"):
        fit.predict(new.assign(age="old"))
    with pytest.raises(AnalysisError, match="no random effects"):
        fit.predict(conditional=True)
    with pytest.raises(AnalysisError, match="no interval named"):
        fit.predict(interval="tolerance")
    with pytest.raises(AnalysisError, match="patient that the fit has not seen: 5"):
        slopes.predict(NEW.assign(Subject=5), conditional=True)
    with pytest.raises(AnalysisError, match="no column 'Subject'"):
        slopes.predict(NEW.drop(columns="Subject"), conditional=True)
    no_visit = fit_mmrm("score ~ age", small_trial, **NAMES)
    with pytest.raises(AnalysisError, match="no column 'visit'"):
        no_visit.predict(new.drop(columns="visit"), interval="prediction")
    with pytest.raises(AnalysisError, match="visit that the fit has not seen"):
        no_visit.predict(new.assign(visit="v9"), interval="prediction")
    clda = fit_clda(small_trial, outcome="score", **NAMES, arm="arm", baseline="v0")
    with pytest.raises(AnalysisError, match="not fitted from a formula"):
        clda.model.predict(new)
    assert len(clda.model.predict()) == len(small_trial)
