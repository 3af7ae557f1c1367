import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import AnalysisError, ParameterError
from helpers.methods.covariance_structures import COVARIANCES
from helpers.methods.mixed_models import fit_mmrm

FORMULA = "score ~ arm * visit + age"
NAMES = {"subject": "patient", "visit": "visit"}
INFERENCES = [
    "satterthwaite",
    "kenward-roger",
    "kenward-roger-linear",
    "between-within",
    "residual",
    "sandwich",
    "sandwich-cr2",
    "sandwich-cr3",
    "normal",
]


@pytest.fixture(scope="module")
def fit(small_trial):
    return fit_mmrm(FORMULA, small_trial, **NAMES)


def close(one, other, rtol=1e-6):
    np.testing.assert_allclose(one, other, rtol=rtol, atol=1e-10)


@pytest.mark.parametrize("covariance", COVARIANCES)
@pytest.mark.parametrize("reml", [True, False])
def test_every_covariance_ends_at_the_maximum_of_the_full_likelihood(
    small_trial, dense, covariance, reml
):
    fit = fit_mmrm(FORMULA, small_trial, **NAMES, covariance=covariance, time="week", reml=reml)
    design, outcome, variance, *_ = dense.parts(fit)
    loglik, beta, vcov = dense.loglik(design, outcome, variance, reml=reml)
    assert fit.loglik == pytest.approx(loglik, abs=1e-8)
    close(fit.params, beta)
    close(fit.vcov, vcov)
    point = fit._effects.point
    scaled = point.gradient / np.sqrt(-np.diag(point.hessian))
    assert np.abs(scaled).max() < 1e-6
    assert np.linalg.eigvalsh(point.hessian).max() < 0
    assert fit.converged


@pytest.mark.parametrize("inference", INFERENCES)
@pytest.mark.parametrize("group", [None, "arm"])
def test_every_inference_answers_contrasts_and_joint_tests(small_trial, inference, group):
    fit = fit_mmrm(
        FORMULA, small_trial, **NAMES, covariance="csh", inference=inference, group=group
    )
    table = fit.table
    assert np.isfinite(table.drop(columns="df").to_numpy()).all()
    assert (table["df"] > 0).all()
    for term in table.index:
        one = fit.contrast({term: 1.0})
        close(one.to_numpy(), table.loc[term].to_numpy(), rtol=1e-10)
        joint = fit.joint_test([term])
        assert pytest.approx(one.t**2, rel=1e-8) == joint.F
        assert joint.num_df == 1
        assert joint.p == pytest.approx(one.p, rel=1e-6)
    terms = [f"arm[T.b]:visit[T.v{i}]" for i in (1, 2, 3)]
    test = fit.joint_test(terms)
    assert test.num_df == 3
    assert 0 < test.p < 1
    repeated = fit.joint_test([*terms, {terms[0]: 1, terms[1]: -1}])
    assert repeated.num_df == 3
    assert pytest.approx(test.F, rel=1e-8) == repeated.F


@settings(max_examples=12)
@given(seed=st.integers(0, 2**32 - 1), covariance=st.sampled_from(COVARIANCES))
def test_order_of_rows_and_names_do_not_matter(seed, covariance):
    generator = np.random.default_rng(seed)
    data = _trial(generator)
    first = fit_mmrm(FORMULA, data, **NAMES, covariance=covariance, time="week")
    patients = data["patient"].unique()
    new = dict(zip(patients, generator.permutation(len(patients)) + 100, strict=True))
    shuffled = data.sample(frac=1, random_state=seed % 2**31).assign(
        patient=lambda d: d["patient"].map(new)
    )
    second = fit_mmrm(FORMULA, shuffled, **NAMES, covariance=covariance, time="week")
    assert second.loglik == pytest.approx(first.loglik, abs=1e-8)
    close(second.table, first.table)
    close(second.covariance, first.covariance)
    back = second.residuals("cholesky").reindex(data.index)
    close(back, first.residuals("cholesky"), rtol=1e-5)


@settings(max_examples=12)
@given(
    seed=st.integers(0, 2**32 - 1),
    scale=st.floats(1e-4, 1e4),
    shift=st.floats(-1e3, 1e3),
    covariance=st.sampled_from(COVARIANCES),
)
def test_rescaling_the_outcome_rescales_the_answer(seed, scale, shift, covariance):
    data = _trial(np.random.default_rng(seed))
    options = {**NAMES, "covariance": covariance, "time": "week", "inference": "kenward-roger"}
    plain = fit_mmrm(FORMULA, data, **options)
    other = data.assign(score=scale * data["score"] + shift)
    scaled = fit_mmrm(FORMULA, other, **options)
    close(scaled.table["se"], scale * plain.table["se"], rtol=1e-5)
    close(scaled.table["df"], plain.table["df"], rtol=1e-5)
    np.testing.assert_allclose(
        scaled.params.iloc[1:], scale * plain.params.iloc[1:], rtol=1e-5, atol=1e-7 * scale
    )
    close(scaled.covariance, scale**2 * plain.covariance, rtol=1e-5)
    n, p = plain.n_obs, len(plain.terms)
    expected = plain.loglik - (n - p) * np.log(scale)
    assert scaled.loglik == pytest.approx(expected, rel=1e-9, abs=1e-6)


@settings(max_examples=8)
@given(seed=st.integers(0, 2**32 - 1))
def test_another_coding_of_the_factors_is_the_same_model(seed):
    data = _trial(np.random.default_rng(seed))
    treatment = fit_mmrm("score ~ arm * visit", data, **NAMES)
    cells = fit_mmrm(
        "score ~ 0 + C(arm, contr.sum):C(visit, contr.helmert) + C(arm, contr.sum)"
        " + C(visit, contr.helmert)",
        data,
        **NAMES,
    )
    close(
        cells.ls_means("arm", by="visit").iloc[:, 2:],
        treatment.ls_means("arm", by="visit").iloc[:, 2:],
    )


def test_ml_and_reml_agree_in_large_samples_and_differ_by_the_degrees_of_freedom():
    """For one visit REML divides the squares by n - p, ML by n."""
    data = _trial(np.random.default_rng(1)).query("visit == 'v0'")
    n = len(data)
    reml, ml = (
        fit_mmrm("score ~ arm", data, **NAMES, reml=reml).covariance.iloc[0, 0]
        for reml in (True, False)
    )
    assert ml / reml == pytest.approx((n - 2) / n, rel=1e-10)


def test_complete_data_without_structure_are_the_multivariate_regression():
    generator = np.random.default_rng(6)
    data = _trial(generator, missing=0.0)
    fit = fit_mmrm("score ~ arm * visit", data, **NAMES)
    wide = data.pivot_table(index=["arm", "patient"], columns="visit", values="score")
    within = wide - wide.groupby("arm").transform("mean")
    pooled = within.T @ within / (len(wide) - 2)
    np.testing.assert_allclose(fit.covariance, pooled, rtol=1e-9)
    means = fit.ls_means("arm", by="visit").set_index(["arm", "visit"])
    expected = wide.groupby("arm").mean().stack()
    np.testing.assert_allclose(means["estimate"], expected, rtol=1e-9)
    se = np.sqrt(np.diag(pooled) * (2 / (len(wide) / 2)))
    difference = fit.ls_mean_differences("arm", by="visit", reference="a")
    np.testing.assert_allclose(difference["se"], se, rtol=1e-9)
    np.testing.assert_allclose(difference["df"], len(wide) - 2, rtol=1e-7)


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_complete_data_have_the_means_of_the_cells_whatever_the_covariance(covariance):
    """Every patient has the same design within an arm, so generalised is ordinary least squares."""
    data = _trial(np.random.default_rng(12), missing=0.0)
    fit = fit_mmrm("score ~ arm * visit", data, **NAMES, covariance=covariance, time="week")
    means = fit.ls_means("arm", by="visit").set_index(["arm", "visit"])
    expected = data.groupby(["arm", "visit"])["score"].mean()
    np.testing.assert_allclose(means["estimate"], expected, rtol=1e-9)
    per_arm = data["patient"].nunique() / 2
    variance = np.diag(fit.covariance) / per_arm
    np.testing.assert_allclose(means.loc["b", "se"] ** 2, variance, rtol=1e-8)


@pytest.mark.parametrize("covariance", COVARIANCES)
def test_ml_and_reml_meet_when_there_are_many_patients(covariance):
    data = _trial(np.random.default_rng(13))
    options = {**NAMES, "covariance": covariance, "time": "week"}

    def gap(data):
        reml, ml = (fit_mmrm(FORMULA, data, **options, reml=r).covariance for r in (True, False))
        return float(np.abs(ml / reml - 1).to_numpy().max())

    many = pd.concat([data.assign(patient=data["patient"] + 100 * i) for i in range(50)])
    # The difference is of the order of coefficients over patients.
    assert gap(many) < 0.03 * gap(data)


def test_groups_with_their_own_covariance_are_separate_fits():
    data = _trial(np.random.default_rng(3))
    both = fit_mmrm("score ~ arm * visit", data, **NAMES, group="arm")
    alone = {arm: fit_mmrm("score ~ visit", data.loc[data["arm"] == arm], **NAMES) for arm in "ab"}
    assert both.loglik == pytest.approx(sum(f.loglik for f in alone.values()), abs=1e-7)
    for arm in "ab":
        close(both.covariance[arm], alone[arm].covariance)
        assert list(both.parameters["group"]).count(arm) == 10
    row = both.contrast({"visit[T.v3]": 1})
    close(row.to_numpy(), alone["a"].table.loc["visit[T.v3]"].to_numpy())


def test_times_of_their_own_and_shared_times_agree_for_the_exponential(small_trial):
    shared = fit_mmrm(FORMULA, small_trial, **NAMES, covariance="sp_exp", time="week")
    # One patient a moment later: the times are no longer shared.
    moved = small_trial.assign(week=small_trial["week"] + 1e-9 * (small_trial["patient"] == "p03"))
    own = fit_mmrm(
        FORMULA, moved, **NAMES, covariance="sp_exp", time="week", inference="kenward-roger"
    )
    assert own.loglik == pytest.approx(shared.loglik, abs=1e-6)
    same = fit_mmrm(
        FORMULA, small_trial, **NAMES, covariance="sp_exp", time="week", inference="kenward-roger"
    )
    close(own.table, same.table, rtol=1e-5)
    close(own.parameters[["estimate", "se"]], same.parameters[["estimate", "se"]], rtol=1e-5)
    by_arm = fit_mmrm(FORMULA, moved, **NAMES, covariance="sp_exp", time="week", group="arm")
    expected = fit_mmrm(
        FORMULA, small_trial, **NAMES, covariance="sp_exp", time="week", group="arm"
    )
    assert by_arm.loglik == pytest.approx(expected.loglik, abs=1e-6)
    close(by_arm.table, expected.table, rtol=1e-5)


def test_parameters_have_the_errors_of_their_information(small_trial):
    fit = fit_mmrm(FORMULA, small_trial, **NAMES, covariance="ar1")
    parameters = fit.parameters.set_index("parameter")
    assert list(parameters.index) == ["variance", "correlation"]
    covariance = fit.covariance.to_numpy()
    assert parameters.loc["variance", "estimate"] == pytest.approx(covariance[0, 0])
    assert parameters.loc["correlation", "estimate"] == pytest.approx(
        covariance[0, 1] / covariance[0, 0]
    )
    double = fit_mmrm(
        FORMULA,
        small_trial.assign(score=2 * small_trial["score"]),
        **NAMES,
        covariance="ar1",
    ).parameters.set_index("parameter")
    close(
        double.loc["variance"].iloc[1:].astype(float),
        4 * parameters.loc["variance"].iloc[1:].astype(float),
    )
    close(
        double.loc["correlation"].iloc[1:].astype(float),
        parameters.loc["correlation"].iloc[1:].astype(float),
    )
    assert fit.n_parameters == 2
    assert fit.aic == pytest.approx(-2 * fit.loglik + 4)
    assert fit.bic == pytest.approx(-2 * fit.loglik + 2 * np.log(20))


def test_residuals_and_predictions(fit, small_trial, dense):
    design, outcome, variance, subject, visit = dense.parts(fit)
    raw = fit.residuals()
    np.testing.assert_allclose(raw, outcome - design @ fit.params)
    assert raw.index.equals(small_trial.index)
    np.testing.assert_allclose(fit.fitted() + raw, small_trial["score"])
    np.testing.assert_allclose(fit.residuals("pearson"), raw / np.sqrt(np.diag(variance)))
    white = np.empty(len(raw))
    for patient in range(fit.n_subjects):
        rows = np.flatnonzero(subject == patient)
        rows = rows[np.argsort(visit[rows])]
        lower = np.linalg.cholesky(variance[np.ix_(rows, rows)])
        white[rows] = np.linalg.solve(lower, raw.to_numpy()[rows])
    np.testing.assert_allclose(fit.residuals("cholesky"), white)
    predicted = fit.predict()
    np.testing.assert_allclose(predicted["estimate"], fit.fitted())
    new = pd.DataFrame({"arm": ["b"], "visit": ["v3"], "age": [50.0]}, index=["x"])
    row = fit.predict(new).loc["x"]
    weights = {
        "Intercept": 1,
        "arm[T.b]": 1,
        "visit[T.v3]": 1,
        "arm[T.b]:visit[T.v3]": 1,
        "age": 50,
    }
    direct = fit.contrast(weights)
    assert row["estimate"] == pytest.approx(direct.estimate)
    assert row["lower"] == pytest.approx(direct.lower)
    with pytest.raises(AnalysisError, match="residual"):
        fit.residuals("studentised")
    with pytest.raises(AnalysisError, match="no column named 'age'"):
        fit.predict(new.drop(columns="age"))


def test_levels_of_confidence(fit):
    wide = fit.contrast({"age": 1}, level=0.99)
    narrow = fit.contrast({"age": 1}, level=0.5)
    assert wide.upper - wide.lower > narrow.upper - narrow.lower
    assert wide.p == narrow.p
    with pytest.raises(ParameterError, match="between 0 and 1"):
        fit.contrast({"age": 1}, level=95)


def test_rows_left_out_are_reported(small_trial):
    data = small_trial.copy()
    data.loc[[2, 9], "age"] = np.nan
    fit = fit_mmrm(FORMULA, data, **NAMES, covariance="cs")
    assert fit.n_dropped == 2
    assert fit.n_obs == len(data) - 2
    assert "2 of 63 rows were left out" in fit.messages[0]
    assert len(fit.residuals()) == len(data) - 2


def test_the_order_of_visits_is_said_when_it_matters_and_nobody_set_it(small_trial):
    plain = fit_mmrm(FORMULA, small_trial, **NAMES, covariance="ar1")
    assert "v0, v1, v2, v3" in plain.messages[0]
    ordered = small_trial.assign(
        visit=pd.Categorical(small_trial["visit"], ["v0", "v1", "v2", "v3"], ordered=True)
    )
    assert fit_mmrm(FORMULA, ordered, **NAMES, covariance="ar1").messages == ()
    assert fit_mmrm(FORMULA, small_trial, **NAMES, covariance="us").messages == ()


def test_a_rank_deficient_design_names_its_columns(small_trial):
    data = small_trial.assign(months=12 * small_trial["age"])
    with pytest.raises(AnalysisError, match=r"months \(a combination of age\)"):
        fit_mmrm("score ~ arm + age + months", data, **NAMES)
    sparse = small_trial.loc[(small_trial["arm"] == "a") | (small_trial["visit"] != "v3")]
    with pytest.raises(AnalysisError, match=r"arm\[T.b\]:visit\[T.v3\] \(zero in every row\)"):
        fit_mmrm(FORMULA, sparse, **NAMES)


def test_visits_never_seen_together_are_refused_or_structured(small_trial):
    even = small_trial["patient"].str[-1].astype(int) % 2 == 0
    apart = small_trial.loc[~(even & (small_trial["visit"] == "v2"))]
    apart = apart.loc[~(~even.reindex(apart.index) & (apart["visit"] == "v3"))]
    with pytest.raises(AnalysisError, match="both visit v2 and visit v3"):
        fit_mmrm("score ~ visit", apart, **NAMES)
    fit = fit_mmrm("score ~ visit", apart, **NAMES, fallback=True)
    assert fit.covariance_name == "toeph"
    assert "Fell back from covariance 'us'" in fit.messages[0]
    chosen = fit_mmrm("score ~ visit", apart, **NAMES, fallback=["cs"])
    assert chosen.covariance_name == "cs"


def test_too_few_patients_are_an_error_or_a_warning(small_trial):
    few = small_trial.loc[small_trial["patient"] < "p09"]
    fit = fit_mmrm("score ~ visit", few, **NAMES, covariance="us", fallback=True)
    assert fit.messages
    with pytest.raises(AnalysisError, match=r"(did not converge|fixed effects)"):
        fit_mmrm(FORMULA, small_trial.loc[small_trial["patient"] < "p03"], **NAMES)


def test_a_likelihood_without_a_maximum_is_said_to_rise_without_end(small_trial):
    """With these rows ever more singular matrices are ever more likely."""
    with pytest.raises(AnalysisError, match="rises without end as the covariance becomes singular"):
        fit_mmrm(FORMULA, small_trial.drop(index=[2, 9]), **NAMES)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"covariance": "un"}, "no covariance named 'un'"),
        ({"inference": "satterthwait"}, "Did you mean 'satterthwaite'"),
        ({"information": "fisher"}, "no information named"),
        ({"subject": "id"}, "no column named 'id'"),
        ({"visit": "visits"}, "Did you mean 'visit'"),
        ({"group": "arms"}, "no column named 'arms'"),
        ({"covariance": "sp_exp"}, "time"),
        ({"fallback": ["un"]}, "no covariance named 'un'"),
        ({"reml": False, "inference": "kenward-roger"}, "REML only"),
    ],
)
def test_options_that_do_not_exist_are_refused(small_trial, change, message):
    with pytest.raises(AnalysisError, match=message):
        fit_mmrm(FORMULA, small_trial, **{**NAMES, **change})


def test_other_errors_say_what_to_do(small_trial, fit):
    with pytest.raises(ParameterError, match="between 0 and 1"):
        fit_mmrm(FORMULA, small_trial, **NAMES, level=95)
    with pytest.raises(AnalysisError, match="do not vary"):
        fit_mmrm("score ~ visit", small_trial.assign(score=3.0), **NAMES)
    with pytest.raises(AnalysisError, match="no term named"):
        fit.contrast({"arm": 1})
    with pytest.raises(AnalysisError, match="no weight"):
        fit.contrast({"age": 0})
    with pytest.raises(AnalysisError, match="joint test"):
        fit.joint_test([])
    twice = small_trial.assign(week=np.where(small_trial["visit"] < "v2", 0.0, small_trial["week"]))
    with pytest.raises(AnalysisError, match="two scores at time 0"):
        fit_mmrm(FORMULA, twice, **NAMES, covariance="sp_exp", time="week")


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.assign(visit=pd.Categorical(d["visit"], ordered=True)),
        lambda d: d.assign(visit=pd.Categorical(d["visit"], ["v9", "v0", "v1", "v2", "v3"])),
        lambda d: d.assign(visit=d["visit"].astype("string"), arm=d["arm"].astype("string")),
        lambda d: d.assign(visit=d["visit"].astype(object), arm=d["arm"].astype("category")),
        lambda d: d.astype({"patient": "Int64", "score": "Float64", "age": "Float64"}),
        lambda d: d.set_index(pd.Index([7] * len(d))),
        lambda d: d.set_index(["patient", "visit"], drop=False).rename_axis([None, None]),
        lambda d: d.assign(C=1.0, center="x", np=2),
    ],
)
def test_kinds_of_columns_and_indexes_do_not_matter(change):
    data = _trial(np.random.default_rng(5))
    expected = fit_mmrm(FORMULA, data, **NAMES)
    fit = fit_mmrm(FORMULA, change(data), **NAMES)
    np.testing.assert_allclose(fit.table, expected.table, rtol=1e-7)
    np.testing.assert_allclose(fit.residuals("cholesky"), expected.residuals("cholesky"), atol=1e-7)
    np.testing.assert_allclose(
        fit.predict(interval="prediction"), expected.predict(interval="prediction"), rtol=1e-7
    )


@pytest.mark.parametrize("unit", [1e-12, 1e-8, 1e8, 1e12])
def test_units_of_outcome_and_covariate_do_not_matter(unit):
    data = _trial(np.random.default_rng(5))
    expected = fit_mmrm(FORMULA, data, **NAMES).table
    outcome = fit_mmrm(FORMULA, data.assign(score=data["score"] * unit), **NAMES).table
    np.testing.assert_allclose(outcome["estimate"], expected["estimate"] * unit, rtol=1e-6)
    np.testing.assert_allclose(outcome["df"], expected["df"], rtol=1e-6)
    covariate = fit_mmrm(FORMULA, data.assign(age=data["age"] * unit), **NAMES).table
    np.testing.assert_allclose(covariate["t"], expected["t"], rtol=1e-6)


@pytest.mark.parametrize(
    ("formula", "change", "message"),
    [
        (FORMULA, {"score": np.inf}, "'score' is infinite"),
        (FORMULA, {"age": -np.inf}, "age of the formula is missing or infinite"),
        (FORMULA, {"score": 1j}, "'score' must be numeric"),
        (FORMULA, {"score": "high"}, "'score' must be numeric"),
        (FORMULA, {"score": 1e6 + 0.1}, "do not vary"),
        (FORMULA, {"arm": ["a", 1]}, "mixes labels of different kinds"),
        ("score ~ day", {"day": pd.Timestamp("2024-01-01")}, "turn it into a number"),
    ],
)
def test_values_that_cannot_be_used_say_why(formula, change, message):
    data = _trial(np.random.default_rng(5))
    ((name, value),) = change.items()
    if isinstance(value, list):
        data[name] = pd.Series(value * len(data), dtype=object).iloc[: len(data)]
    elif np.isscalar(value) and isinstance(value, float) and np.isinf(value):
        data.loc[3, name] = value
    else:
        data[name] = value
    with pytest.raises(AnalysisError, match=message):
        fit_mmrm(formula, data, **NAMES)


def test_data_that_are_no_frame_or_have_a_column_twice_are_refused():
    data = _trial(np.random.default_rng(5))
    with pytest.raises(AnalysisError, match="pandas DataFrame"):
        fit_mmrm(FORMULA, data.to_dict("list"), **NAMES)
    with pytest.raises(AnalysisError, match="two columns named 'age'"):
        fit_mmrm(FORMULA, pd.concat([data, data[["age"]]], axis=1), **NAMES)
    with pytest.raises(AnalysisError, match="'visit' must be numeric"):
        fit_mmrm(FORMULA, data, **NAMES, covariance="sp_exp", time="visit")
    late = data.assign(week=data["week"].where(data.index != 2, np.inf))
    with pytest.raises(AnalysisError, match="'week' is infinite"):
        fit_mmrm(FORMULA, late, **NAMES, covariance="sp_exp", time="week")
    truth = data.assign(old=(data["age"] > 60).astype("boolean"))
    truth.loc[4, "old"] = pd.NA
    assert fit_mmrm("score ~ old", truth, **NAMES).n_dropped == 1


@pytest.mark.slow
@pytest.mark.parametrize("size", [40, 60, 100])
def test_small_samples_converge(pain, constrained, size):
    generator = np.random.default_rng(size)
    patients = pain["id"].unique()
    for _ in range(50):
        drawn = generator.choice(patients, size, replace=False)
        fit = fit_mmrm(
            constrained[0], pain.loc[pain["id"].isin(drawn)], subject="id", visit="visitf"
        )
        assert fit.converged
        assert (
            fit._effects.point.gradient
            @ np.linalg.solve(-fit._effects.point.hessian, fit._effects.point.gradient)
            < 1e-12
        )
        assert ("55 parameters for 40 patients" in " ".join(fit.messages)) == (size == 40)
        row = fit.contrast({"d9": 1})
        assert 10 < row.df < size


def _trial(generator, *, n=36, missing=0.2):
    """Two arms, four visits, random level and slope, scores missing at random."""
    patient, visit = np.meshgrid(np.arange(n), np.arange(4), indexing="ij")
    lines = generator.normal(size=(n, 2))
    score = 4 + lines[:, :1] + 0.4 * lines[:, 1:] * visit + generator.normal(0, 0.7, (n, 4))
    data = pd.DataFrame(
        {
            "patient": patient.ravel(),
            "visit": np.char.add("v", visit.ravel().astype(str)),
            "week": visit.ravel() ** 2.0,
            "arm": np.where(patient.ravel() % 2, "b", "a"),
            "age": np.repeat(generator.normal(60, 8, n), 4),
            "score": score.ravel(),
        }
    )
    gone = (generator.random(len(data)) < missing) & (visit.ravel() > 0)
    return data.loc[~gone].reset_index(drop=True)


def test_one_fallback_may_be_named_by_itself(small_trial):
    few = small_trial.drop(index=[2, 9])
    fit = fit_mmrm(FORMULA, few, **NAMES, fallback="cs")
    assert fit.covariance_name == "cs"
    with pytest.raises(AnalysisError, match="no covariance named 'sc'"):
        fit_mmrm(FORMULA, few, **NAMES, fallback="sc")


@pytest.mark.parametrize("weight", [np.nan, np.inf])
def test_weights_of_a_contrast_are_finite(fit, weight):
    with pytest.raises(AnalysisError, match=r"weight of term 'arm\[T.b\]' is (nan|inf)"):
        fit.contrast({"arm[T.b]": weight})
    with pytest.raises(AnalysisError, match="needs finite weights"):
        fit.joint_test([{"arm[T.b]": weight}])
    row = np.zeros(len(fit.terms))
    row[1] = weight
    with pytest.raises(AnalysisError, match="needs finite weights"):
        fit.estimate(row)
    with pytest.raises(AnalysisError, match="one for each of the 9 fixed effects"):
        fit.estimate(np.ones(3))


@pytest.mark.parametrize("unit", [1e150, 1e-150, 1e300, 1e-300])
def test_a_unit_beyond_floating_point_is_refused(small_trial, unit):
    data = small_trial.assign(score=small_trial["score"] * unit)
    with pytest.raises(AnalysisError, match="measure it in another unit"):
        fit_mmrm(FORMULA, data, **NAMES)


@pytest.mark.parametrize("unit", [1e60, 1e-60])
def test_a_unit_within_floating_point_does_not_matter(small_trial, fit, unit):
    data = small_trial.assign(score=small_trial["score"] * unit)
    table = fit_mmrm(FORMULA, data, **NAMES).table
    close(table["df"], fit.table["df"])
    close(table["se"] / unit, fit.table["se"])


def test_numbers_held_as_text_are_hinted_at(small_trial):
    data = small_trial.assign(
        dose=small_trial["dose"].round(3).astype(str),
        age=small_trial["age"].round(3).astype(str),
        place="site " + small_trial["patient"],
    )
    with pytest.raises(AnalysisError) as caught:
        fit_mmrm("score ~ arm + place + age + dose", data, **NAMES)
    said = str(caught.value)
    assert "more. Leave these terms out" in said
    assert "Column 'age' holds numbers as text" in said
    assert len(said) < 1200
