from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from helpers.analysis.estimates import Estimate
from helpers.analysis.model_comparison import ANCOVA, MIXED, compare_models
from helpers.analysis.primary import analyse_primary
from helpers.analysis.scores import resolve_outcome, score_table
from helpers.errors import AnalysisError, ParameterError

# The scores of the headache trial as scores_of() gives them, in R 4.5 with lme4 and nlme:
#   d$d1 <- (d$arm == "acupuncture") * (d$visit == "month3"); d$d2 <- ... "month12"
#   ri <- lmer(score ~ visit + d1 + d2 + (1 | participant), d)
#   rs <- lmer(score ~ visit + d1 + d2 + (1 + I(week / 52) | participant), d)
#   us <- gls(score ~ visit + d1 + d2, d, correlation = corSymm(form = ~v | participant),
#             weights = varIdent(form = ~1 | visit))
#   ar1 <- gls(score ~ visit + d1 + d2, d, correlation = corAR1(form = ~v | participant))
# d2: its coefficient, -2 * logLik + 2 * (covariance parameters); rel = 1e-6 (the R optimisers stop
# there).
R_MODELS = {
    "random_intercept": (-4.63743451115, 8091.30681473, 2),
    "random_slope": (-4.69628563115, 8094.48854861, 4),
    "us": (-4.70033371835, 8096.9365122, 6),
    "ar1": (-5.13141276534, 8136.33786884, 2),
}


@pytest.fixture(scope="module")
def compared(headache):
    return compare_models(headache)


@pytest.mark.parametrize("name", MIXED)
def test_mixed_models_are_those_of_r(compared, name):
    model = compared.model(name)
    estimate, aic, parameters = R_MODELS[name]
    assert model.difference["acupuncture"].estimate == pytest.approx(estimate, rel=1e-6)
    assert model.aic == pytest.approx(aic, abs=1e-5)
    assert model.n_parameters == parameters
    assert model.n == 401
    assert model.problem is None


def test_the_spread_of_ar1_is_that_of_r(compared):
    spread = compared.model("ar1").spread
    # coef(ar1$modelStruct$corStruct, unconstrained = FALSE); ar1$sigma. rel = 1e-5: at their
    # optimum R's log-likelihood and ours agree to 1e-9, which leaves that much room.
    assert spread.correlation.iloc[0, 1] == pytest.approx(0.740260439, rel=1e-5)
    assert spread.correlation.iloc[0, 2] == pytest.approx(0.740260439**2, rel=1e-5)
    np.testing.assert_allclose(spread.sd, 16.1756567433, rtol=1e-5)


def test_ancova_is_that_of_r_and_of_statsmodels(compared, headache):
    ancova = compared.model(ANCOVA)
    found = ancova.difference["acupuncture"]
    # lm(score.month12 ~ I(arm == "acupuncture") + score.baseline): rel = 1e-9
    assert found.estimate == pytest.approx(-4.586840865517, rel=1e-9)
    assert found.se == pytest.approx(1.2517715194226, rel=1e-9)
    assert found.p == pytest.approx(2.93518270410e-04, rel=1e-9)
    assert (found.lower, found.upper) == pytest.approx((-7.050272771812, -2.123408959222), rel=1e-9)
    scores = score_table(headache, resolve_outcome(headache, "primary"))
    arm = headache.participants.set_index("participant")["arm"].astype(str)
    fit = smf.ols("month12 ~ arm + baseline", scores.assign(arm=arm).dropna(subset="month12")).fit()
    assert ancova.n == fit.nobs
    assert found.df == fit.df_resid
    assert abs(found.estimate) == pytest.approx(abs(fit.params.filter(like="arm").iloc[0]))


def test_the_unstructured_model_is_the_primary_one(compared, headache):
    primary = analyse_primary(headache, covariance="us", inference="kenward-roger")
    assert compared.model("us").difference == primary.difference


def test_the_observed_spread_is_that_of_the_residuals(compared, headache):
    scores = score_table(headache, resolve_outcome(headache, "primary"))
    arm = headache.participants.set_index("participant")["arm"].astype(str)
    residual = {
        visit: smf.ols(f"{visit} ~ arm", scores.assign(arm=arm)).fit() for visit in scores.columns
    }
    for visit, fit in residual.items():
        assert compared.observed.sd[visit] == pytest.approx(np.sqrt(fit.mse_resid))
    pair = pd.concat([residual["baseline"].resid, residual["month12"].resid], axis=1).dropna()
    expected = np.corrcoef(pair.to_numpy().T)[0, 1]
    assert compared.observed.correlation.loc["baseline", "month12"] == pytest.approx(expected)


def test_a_random_intercept_takes_one_spread_and_one_correlation(impact):
    compared = compare_models(impact)
    spread = compared.model("random_intercept").spread
    assert spread.sd.max() == pytest.approx(spread.sd.min())
    off = spread.correlation.to_numpy()[np.triu_indices(len(spread.sd), 1)]
    assert off.max() == pytest.approx(off.min())
    # The synthetic cohort drifts apart, so its standard error is the smallest of the mixed models.
    se = {name: compared.model(name).difference["massage"].se for name in MIXED}
    assert min(se, key=se.__getitem__) == "random_intercept"


def test_three_arms_and_one_later_visit(tiny_real):
    compared = compare_models(tiny_real, level=0.9)
    assert compared.level == 0.9
    others = [arm for arm in compared.arm_labels if arm != compared.reference]
    assert len(others) == 2
    for model in compared.models:
        assert set(model.difference) == set(others)
        assert model.problem is None
    # With two visits a random slope is the unstructured covariance, and says so.
    slope, free = compared.model("random_slope"), compared.model("us")
    assert slope.aic == pytest.approx(free.aic)
    assert "cannot be told" in " ".join(slope.messages)


def test_a_model_that_cannot_be_fitted_says_why(tiny):
    few = tiny.participants["participant"].iloc[[0, 1, 2, 3]]
    small = replace(
        tiny,
        participants=tiny.participants[tiny.participants["participant"].isin(few)],
        outcomes=tiny.outcomes[tiny.outcomes["participant"].isin(few)],
    )
    compared = compare_models(small)
    failed = [model for model in compared.models if model.problem]
    assert failed
    for model in failed:
        assert model.difference == {}
        assert model.n is None
        assert model.problem.endswith(".")


def test_level_moves_the_interval_and_not_the_estimate(tiny):
    wide, narrow = compare_models(tiny), compare_models(tiny, level=0.5)
    for one, other in zip(wide.models, narrow.models, strict=True):
        for arm, difference in one.difference.items():
            assert isinstance(difference, Estimate)
            assert other.difference[arm].estimate == difference.estimate
            assert other.difference[arm].upper < difference.upper


def test_unknown_names_are_refused(tiny):
    with pytest.raises(ParameterError, match="stiffness"):
        compare_models(tiny, outcome="stifness")


def test_an_outcome_that_was_not_planned_is_refused(tiny):
    with pytest.raises(AnalysisError, match="not planned"):
        compare_models(tiny, outcome="wellbeing", visit="week4")
