import json

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from helpers.errors import AnalysisError, ParameterError
from helpers.methods.mixed_models import fit_clda, fit_mmrm

COLUMNS = {
    "outcome": "pain",
    "subject": "id",
    "visit": "visit",
    "arm": "arm",
    "baseline": 0,
    "reference": 0,
}
SLOPE = {**COLUMNS, "time": "week", "covariance": "random_slope", "inference": "normal"}


@pytest.fixture(scope="module")
def fit(pain):
    return fit_clda(pain, **COLUMNS, inference="satterthwaite")


@pytest.mark.parametrize("covariance", ["us", "ar1h", "toep"])
def test_constrained_model_is_mmrm_with_hand_made_products(pain, references, covariance):
    file = references / "r" / f"mmrm_pain_clda_{covariance}_satt.json"
    expected = json.loads(file.read_text(encoding="utf-8"))
    fit = fit_clda(pain, **COLUMNS, covariance=covariance, inference="satterthwaite")
    assert fit.loglik == pytest.approx(expected["logLik"], abs=1e-7)
    last = fit.differences.set_index("visit").loc[9]
    wanted = expected["contrasts"]["diff_last"]
    for ours, theirs in (("estimate", "est"), ("se", "se"), ("df", "df"), ("p", "p_val")):
        assert last[ours] == pytest.approx(wanted[theirs], rel=1e-7)
    means = fit.means.set_index(["arm", "visit"])
    for arm, name in ((0, "mean_ctrl_last"), (1, "mean_trt_last")):
        wanted = expected["contrasts"][name]
        assert means.loc[(arm, 9), "estimate"] == pytest.approx(wanted["est"], rel=1e-7)
        assert means.loc[(arm, 9), "lower"] == pytest.approx(wanted["lower"], rel=1e-7)
    assert pytest.approx(expected["joint"]["f_stat"], rel=1e-7) == fit.joint.F
    assert fit.joint.den_df == pytest.approx(expected["joint"]["denom_df"], rel=1e-7)
    np.testing.assert_allclose(fit.covariance, expected["Sigma"], rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "covariance"), [("ris", "random_slope"), ("ri", "random_intercept")]
)
def test_random_effects_agree_with_lme4(pain, references, name, covariance):
    file = references / "r" / f"lmer_pain_{name}.json"
    expected = json.loads(file.read_text(encoding="utf-8"))
    fit = fit_clda(pain, **COLUMNS, time="week", covariance=covariance, inference="satterthwaite")
    se = np.array(expected["se"])
    assert np.abs((fit.coefficients["estimate"] - expected["est"]) / se).max() < 1e-7
    np.testing.assert_allclose(fit.coefficients["se"], se, rtol=1e-6)
    np.testing.assert_allclose(fit.coefficients["df"], expected["df_satt"], rtol=1e-6)
    components = fit.variance_components.set_index("component")["value"]
    random = np.atleast_2d(expected["D"])
    assert components["intercept"] == pytest.approx(random[0, 0], rel=1e-6)
    assert components["residual"] == pytest.approx(expected["sigma"] ** 2, rel=1e-6)
    if name == "ris":
        assert components["slope"] == pytest.approx(random[1, 1], rel=1e-6)
        assert components["intercept_slope"] == pytest.approx(random[0, 1], rel=1e-6)
    predicted = fit.random_effects.iloc[:5, 1:].to_numpy()
    head = np.reshape(expected["ranef_head"], predicted.shape)
    np.testing.assert_allclose(predicted, head, atol=1e-6)
    assert fit.residuals["conditional_residual"].notna().all()


def test_changes_are_visit_effect_plus_arm_effect(fit):
    terms = fit.coefficients.set_index("term")["estimate"]
    changes = fit.changes.set_index(["arm", "visit"])
    both = terms["visit[9]"] + terms["arm[1]:visit[9]"]
    assert changes.loc[(1, 9), "estimate"] == pytest.approx(both)
    assert changes.loc[(0, 9), "estimate"] == terms["visit[9]"]
    names = ["visit[9]", "arm[1]:visit[9]"]
    se = np.sqrt(fit.vcov.loc[names, names].to_numpy().sum())
    assert changes.loc[(1, 9), "se"] == pytest.approx(se)
    means = fit.means.set_index(["arm", "visit"])["estimate"]
    assert means[0, 0] == means[1, 0]
    assert means[1, 9] - means[1, 0] == pytest.approx(changes.loc[(1, 9), "estimate"])
    assert list(fit.changes.columns) == [
        "arm",
        "visit",
        "estimate",
        "se",
        "df",
        "statistic",
        "p",
        "lower",
        "upper",
    ]


def test_text_labels_any_order_and_missing_scores_give_the_same_answer(pain, fit):
    text = pain.assign(
        id=pain["id"].astype(str),
        visit="w" + pain["visit"].astype(str),
        arm=pain["arm"].map("ab".__getitem__),
    )
    extra = text.groupby("id").head(1).assign(visit="w11", pain=np.nan)
    shuffled = pd.concat([text, extra]).sample(frac=1, random_state=3)
    options = {**COLUMNS, "baseline": "w0", "reference": "a", "inference": "satterthwaite"}
    other = fit_clda(shuffled, **options)
    assert other.visits == tuple(f"w{v}" for v in range(10))
    assert other.arms == ("a", "b")
    columns = ["estimate", "se", "df", "p"]
    np.testing.assert_allclose(other.differences[columns], fit.differences[columns], rtol=1e-7)
    swapped = fit_clda(shuffled, **{**options, "reference": "b"})
    np.testing.assert_allclose(
        swapped.differences["estimate"], -fit.differences["estimate"], rtol=1e-7
    )
    default = fit_clda(shuffled, **{**options, "reference": None})
    assert default.reference == "a"


def test_residuals_list_every_score_in_order(fit, pain):
    frame = fit.residuals
    assert len(frame) == fit.n_obs == len(pain)
    np.testing.assert_allclose(frame["observed"] - frame["fitted"], frame["residual"], atol=1e-12)
    assert frame["conditional_residual"].isna().all()
    assert frame["scaled_residual"].var() == pytest.approx(1, abs=0.05)
    assert fit.n_by_arm == {0: 149, 1: 149}
    assert fit.random_effects.empty


def test_covariates_are_centred_and_patients_without_them_counted(pain):
    generator = np.random.default_rng(2)
    patients = pain["id"].unique()
    age = pd.Series(generator.normal(60, 9, len(patients)), patients)
    sex = pd.Series(generator.choice(["f", "m"], len(patients)), patients)
    age.iloc[:3] = np.nan
    data = pain.assign(age=pain["id"].map(age), sex=pain["id"].map(sex))
    fit = fit_clda(data, **COLUMNS, covariates=["age", "sex"])
    assert "3 of 298 participants" in fit.messages[0]
    assert fit.n_subjects == 295
    mmrm = fit_mmrm(
        "pain ~ visitf + age + sex + " + " + ".join(f"d{i}" for i in range(1, 10)),
        data,
        subject="id",
        visit="visitf",
        inference="kenward-roger",
    )
    last = fit.differences.iloc[-1]
    row = mmrm.contrast({"d9": 1})
    for name in ("estimate", "se", "df", "p"):
        assert last[name] == pytest.approx(row[name], rel=1e-7)
    used = data.dropna(subset=["age"]).drop_duplicates("id")
    weights = {"Intercept": 1, "age": used["age"].mean(), "sex[T.m]": (used["sex"] == "m").mean()}
    start = fit.means.iloc[0]
    assert start["estimate"] == pytest.approx(mmrm.contrast(weights).estimate, rel=1e-8)


def test_three_arms_and_covariances_by_arm(pain):
    data = pain.assign(arm=pain["arm"] + (pain["id"] % 3 == 0))
    data = data.loc[data["visit"].isin([0, 3, 6])]
    fit = fit_clda(data, **COLUMNS, group_by="arm")
    assert fit.arms == (0, 1, 2)
    assert list(fit.differences["arm"]) == [1, 1, 2, 2]
    assert set(fit.covariance) == {0, 1, 2}
    assert fit.joint.num_df == 4
    assert fit.aic == pytest.approx(-2 * fit.loglik + 36)
    assert fit.bic > fit.aic
    with pytest.raises(AnalysisError, match="group_by"):
        fit_clda(data, **COLUMNS, covariance="random_intercept", group_by="arm")


def test_a_random_slope_over_two_visits_is_an_unrestricted_covariance(pain):
    data = pain.loc[pain["visit"].isin([0, 9])]
    fit = fit_clda(data, **COLUMNS, time="week", covariance="random_slope")
    plain = fit_clda(data, **COLUMNS, covariance="us")
    assert fit.loglik == plain.loglik
    assert "cannot be told" in fit.messages[0]
    assert fit.variance_components["value"].isna().all()


@pytest.fixture(scope="module")
def slope_fit(pain):
    return fit_clda(pain, **SLOPE)


def test_normal_inference_stands_at_the_level_asked_for(pain, slope_fit):
    row = slope_fit.differences.iloc[-1]
    assert row["df"] == np.inf
    assert row["p"] == pytest.approx(2 * stats.norm.sf(abs(row["estimate"] / row["se"])))
    assert row["upper"] - row["estimate"] == pytest.approx(1.959963984540054 * row["se"])
    narrow = fit_clda(pain, **SLOPE, level=0.8).differences.iloc[-1]
    assert narrow["upper"] - narrow["estimate"] == pytest.approx(1.2815515655446004 * narrow["se"])


def test_a_random_slope_implies_the_covariance_and_residuals_of_lme4(pain, references, slope_fit):
    file = references / "r" / "lmer_pain_ris.json"
    expected = json.loads(file.read_text(encoding="utf-8"))
    assert np.abs(slope_fit.vcov.to_numpy() - expected["vcov"]).max() < 2e-8
    assert slope_fit.loglik == pytest.approx(expected["logLik"], abs=1e-9)
    design = np.array([[1, 0], [1, 1]])
    implied = design @ np.array(expected["D"]) @ design.T + expected["sigma"] ** 2 * np.eye(2)
    np.testing.assert_allclose(slope_fit.covariance.loc[[0, 9], [0, 9]], implied, rtol=1e-6)
    residuals = slope_fit.residuals.set_index(["subject", "visit"])
    assert len(residuals) == len(pain)
    first, later = residuals.loc[(1, 0)], residuals.loc[(1, 2)]
    intercept, slope = expected["ranef_head"][0]
    mean = expected["est"][0]
    assert first["residual"] == pytest.approx(4.8 - mean, abs=1e-6)
    assert first["standardised_residual"] == pytest.approx(
        (4.8 - mean) / np.sqrt(implied[0, 0]), abs=1e-6
    )
    for row, effect in ((first, intercept), (later, intercept + slope * 2 / 26)):
        gone = row["residual"] - effect
        assert row["conditional_residual"] == pytest.approx(gone / expected["sigma"], abs=1e-5)


def test_rows_in_any_order_give_the_same_random_slope(pain, slope_fit):
    fit = fit_clda(pain.sample(frac=1, random_state=3), **SLOPE)
    # Only the last digits depend on the order of sums: results are stored to ten digits.
    change = fit.differences["estimate"] - slope_fit.differences["estimate"]
    assert np.abs(change / slope_fit.differences["se"]).max() < 1e-11
    assert np.abs(fit.differences["se"] / slope_fit.differences["se"] - 1).max() < 1e-11


def test_arms_and_visits_follow_their_categories(pain, references):
    file = references / "r" / "lmer_pain_ris.json"
    expected = json.loads(file.read_text(encoding="utf-8"))
    text = pain.astype({"arm": str, "visit": str})
    data = text.assign(
        arm=pd.Categorical(text["arm"], categories=["none", "1", "0"]),
        visit=pd.Categorical(text["visit"], categories=[str(v) for v in range(12)], ordered=True),
    )
    fit = fit_clda(data, **{**SLOPE, "baseline": "0", "reference": "1"})
    assert fit.arms == ("1", "0")
    assert fit.visits == tuple("0123456789")
    last = fit.differences.iloc[-1]
    assert (last["arm"], last["reference"]) == ("0", "1")
    assert last["estimate"] == pytest.approx(-expected["est"][-1], abs=1e-6)


def test_where_a_covariate_s_zero_lies_does_not_matter(pain, slope_fit):
    data = pain.assign(
        age=50.0 + pain["id"] % 17,
        site=pd.Categorical.from_codes(pain["id"] % 3, ["north", "south", "west"]),
    )
    fit = fit_clda(data, **SLOPE, covariates=("age", "site"))
    assert list(fit.coefficients["term"][-3:]) == ["age", "site[south]", "site[west]"]
    moved = fit_clda(data.assign(age=data["age"] - 1000), **SLOPE, covariates=("age", "site"))
    np.testing.assert_allclose(moved.means["estimate"], fit.means["estimate"], rtol=1e-7)
    plain = slope_fit.means["estimate"].iloc[0]
    assert fit.means["estimate"].iloc[0] == pytest.approx(plain, abs=0.05)


def without_variation(*, intercepts):
    """Sixty people's noise without slopes, and without levels unless there are intercepts."""
    generator = np.random.default_rng(4)
    time = np.linspace(0, 1, 4)
    basis, _ = np.linalg.qr(np.column_stack([np.ones(4), time]))
    noise = generator.normal(size=(60, 4))
    noise -= noise @ basis @ basis.T
    levels = 2 * intercepts * generator.normal(size=(60, 1))
    return pd.DataFrame(
        {
            "id": np.repeat(np.arange(60), 4),
            "arm": np.repeat(np.arange(60) % 2, 4),
            "visit": np.tile(np.arange(4), 60),
            "week": np.tile(time, 60),
            "pain": (levels + noise).ravel(),
        }
    )


@pytest.mark.parametrize(
    ("intercepts", "covariance", "sentence"),
    [
        (True, "random_slope", "random_intercept would be a simpler model."),
        (False, "random_slope", "variation between participants is estimated as zero"),
        (False, "random_intercept", "variation between participants is estimated as zero"),
    ],
)
def test_a_singular_fit_is_said_in_the_words_of_the_choice(intercepts, covariance, sentence):
    data = without_variation(intercepts=intercepts)
    options = {**SLOPE, "covariance": covariance}
    (message,) = fit_clda(data, **options).messages
    assert sentence in message
    assert "Degrees of freedom" not in message
    (told,) = fit_clda(data, **{**options, "inference": "satterthwaite"}).messages
    assert told.startswith(message + " Degrees of freedom take the reduced rank as known, unlike")
    expected = {**options, "inference": "kenward-roger", "information": "expected"}
    assert fit_clda(data, **expected).messages[0] == message


@pytest.fixture(scope="module")
def changing(pain):
    """A covariate that changes over time."""
    generator = np.random.default_rng(4)
    return pain.assign(dose=pain["visit"] + generator.normal(size=len(pain)))


def test_means_do_not_depend_on_the_order_of_the_rows(changing):
    """They stand at the mean over participants of each one's own mean over rows."""
    options = {**COLUMNS, "covariance": "cs", "covariates": ["dose", "base"]}
    fit = fit_clda(changing, **options)
    other = fit_clda(changing.sample(frac=1, random_state=2), **options)
    np.testing.assert_allclose(other.means["estimate"], fit.means["estimate"], rtol=1e-9)
    np.testing.assert_allclose(other.means["se"], fit.means["se"], rtol=1e-9)
    plain = fit_mmrm(
        "pain ~ C(visit) + dose + base + " + " + ".join(f"d{i}" for i in range(1, 10)),
        changing,
        subject="id",
        visit="visit",
        covariance="cs",
    )
    own = changing.groupby("id")[["dose", "base"]].mean().mean()
    mean = plain.contrast({"Intercept": 1, "dose": own["dose"], "base": own["base"]})
    assert fit.coefficients["estimate"][0] == pytest.approx(mean.estimate, rel=1e-9)
    constant = changing.groupby("id")["base"].first().mean()
    assert own["base"] == pytest.approx(constant)


def test_the_fit_answers_what_its_model_answers(fit):
    effects = ["arm[1]:visit[8]", "arm[1]:visit[9]"]
    assert list(fit.table.index) == list(fit.terms) == list(fit.params.index)
    assert list(fit.table.columns) == ["estimate", "se", "df", "t", "p", "lower", "upper"]
    np.testing.assert_array_equal(fit.table["se"], fit.coefficients["se"])
    one = fit.contrast({effects[1]: 1}, level=0.9)
    assert one.estimate == fit.differences["estimate"].iloc[-1]
    assert one.upper < fit.differences["upper"].iloc[-1]
    joint = fit.joint_test(effects)
    assert joint.num_df == 2
    predicted = fit.predict(interval="prediction")
    assert len(predicted) == fit.n_obs
    ordered = fit.residuals["fitted"].sort_values().to_numpy()
    np.testing.assert_allclose(predicted["estimate"].sort_values(), ordered)
    assert len(fit.parameters) == 55


def test_a_joint_test_that_does_not_exist_leaves_the_differences(pain, monkeypatch):
    def refused(self, contrasts):
        raise AnalysisError("There is no joint test.")

    monkeypatch.setattr("helpers.methods.kenward_roger.KenwardRoger.joint_degrees", refused)
    fit = fit_clda(pain, **COLUMNS, covariance="cs")
    assert fit.joint.isna().all()
    assert fit.messages[-1] == "There is no joint test."
    assert np.isfinite(fit.differences["p"]).all()


def test_random_effects_that_explain_every_score_are_refused():
    generator = np.random.default_rng(3)
    data = without_variation(intercepts=True)
    lines = generator.normal(size=(60, 2)) @ np.array([np.ones(4), np.linspace(0, 1, 4)])
    with pytest.raises(AnalysisError, match="explain every score"):
        fit_clda(data.assign(pain=lines.ravel()), **SLOPE)


def two_visit_reml(data):
    """REML of the constrained model over two visits, with full matrices and a general optimiser.

    Independent of the package: the design is written out, Sigma is the Cholesky factor's product.
    """
    wide = data.pivot(index="id", columns="visit", values="pain")
    arm = data.groupby("id")["arm"].first().reindex(wide.index).to_numpy()
    seen = wide.notna().to_numpy()
    scores = wide.to_numpy()
    n, p = int(seen.sum()), 3

    def solve(theta):
        root = np.array([[np.exp(theta[0]), 0.0], [theta[1], np.exp(theta[2])]])
        sigma = root @ root.T
        information, pull = np.zeros((p, p)), np.zeros(p)
        value, squares = 0.0, 0.0
        for group, known, row in zip(arm, seen, scores, strict=True):
            at = np.flatnonzero(known)
            design = np.array([[1.0, v, v * group] for v in at])
            inverse = np.linalg.inv(sigma[np.ix_(at, at)])
            information += design.T @ inverse @ design
            pull += design.T @ inverse @ row[at]
            squares += row[at] @ inverse @ row[at]
            value += np.linalg.slogdet(sigma[np.ix_(at, at)])[1]
        beta = np.linalg.solve(information, pull)
        value += np.linalg.slogdet(information)[1] + squares - pull @ beta
        value += (n - p) * np.log(2 * np.pi)
        return value, beta, np.linalg.inv(information), sigma

    start = np.log([1.5, 1.5])
    found = optimize.minimize(
        lambda theta: solve(theta)[0],
        [start[0], 0.5, start[1]],
        method="BFGS",
        options={"gtol": 1e-5},
    )
    return solve(found.x)


@pytest.mark.parametrize("covariance", ["random_slope", "us"])
def test_two_visits_agree_with_an_independent_optimiser(pain, covariance):
    data = pain.loc[pain["visit"].isin([0, 9]) & (pain["id"] <= 80)]
    data = data.assign(visit=(data["visit"] > 0).astype(int))
    # Patients with only one of the two visits stay in.
    data = data.loc[~((data["visit"] == 0) & (data["id"] % 9 == 0))]
    fit = fit_clda(data, **{**COLUMNS, "covariance": covariance, "time": "week"})
    deviance, beta, vcov, sigma = two_visit_reml(data)
    # A general optimiser with numerical derivatives is good to about 1e-6.
    assert fit.loglik == pytest.approx(-deviance / 2, abs=1e-7)
    se = np.sqrt(np.diag(vcov))
    np.testing.assert_allclose((fit.coefficients["estimate"] - beta) / se, 0, atol=1e-5)
    np.testing.assert_allclose(
        fit.model.vcov_model / np.outer(se, se), vcov / np.outer(se, se), atol=1e-5
    )
    np.testing.assert_allclose(fit.covariance, sigma, rtol=1e-5)
    satterthwaite = fit_clda(
        data, **COLUMNS, covariance=covariance, time="week", inference="satterthwaite"
    )
    np.testing.assert_allclose(satterthwaite.coefficients["se"], se, rtol=1e-5)


@pytest.mark.parametrize("baseline", [0, 0.0, "0.0"])
def test_a_baseline_is_known_by_its_value_or_its_name(pain, baseline):
    data = pain.loc[pain["visit"].isin([0, 4, 9])].astype({"visit": float})
    fit = fit_clda(data, **{**COLUMNS, "baseline": baseline})
    assert fit.visits == (0.0, 4.0, 9.0)


def test_two_visits_put_what_the_slope_cannot_say_before_what_was_left_out(pain):
    data = pain.loc[pain["visit"].isin([0, 9])]
    age = data["id"].astype(float).where(data["id"] > 2)
    fit = fit_clda(data.assign(age=age), **SLOPE, covariates=["age"])
    assert "cannot be told apart" in fit.messages[0]
    assert "Left out" in fit.messages[1]
    assert fit.residuals["conditional_residual"].isna().all()
    assert fit.residuals["standardised_residual"].notna().all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"baseline": 10}, "no visit named '10'"),
        ({"baseline": 3, "time": "week"}, "baseline 3 first"),
        ({"reference": 2}, "no arm named '2'"),
        ({"arm": "arms"}, "Did you mean 'arm'"),
        ({"covariates": ["arm"]}, "used twice"),
        ({"covariance": "random"}, "Did you mean"),
        ({"covariance": "random_slope"}, "time"),
        ({"time": "base"}, "one known time"),
        ({"outcome": "word"}, "must be numeric"),
        ({"covariates": ["word"]}, "same value for every participant"),
    ],
)
def test_columns_and_ids_that_do_not_exist_are_refused(pain, change, message):
    data = pain.assign(word="same")
    with pytest.raises(AnalysisError, match=message):
        fit_clda(data, **{**COLUMNS, **change})


def test_data_that_cannot_carry_the_model_are_refused(pain):
    with pytest.raises(AnalysisError, match="at least two arms"):
        fit_clda(pain.loc[pain["arm"] == 0], **COLUMNS)
    with pytest.raises(AnalysisError, match="Arm 1 has no score at visit 9"):
        fit_clda(pain.loc[(pain["arm"] == 0) | (pain["visit"] < 9)], **COLUMNS)
    with pytest.raises(AnalysisError, match="more than one arm"):
        fit_clda(pain.assign(arm=np.where(pain["visit"] > 5, 1, pain["arm"])), **COLUMNS)
    with pytest.raises(AnalysisError, match="2 rows at visit 0"):
        fit_clda(pd.concat([pain, pain.head(1)]), **COLUMNS)
    with pytest.raises(AnalysisError, match="blank in a row with a score"):
        fit_clda(pain.assign(arm=pain["arm"].where(pain["id"] > 1)), **COLUMNS)
    with pytest.raises(AnalysisError, match="No row"):
        fit_clda(pain.assign(pain=np.nan), **COLUMNS)
    with pytest.raises(AnalysisError, match="combination of"):
        fit_clda(
            pain.assign(double=2 * pain["base"], once=pain["base"]),
            **COLUMNS,
            covariates=["once", "double"],
        )
    with pytest.raises(ParameterError, match="between 0 and 1"):
        fit_clda(pain, **COLUMNS, level=95)


@pytest.mark.parametrize("covariance", ["us", "random_slope"])
def test_a_continuous_covariate_is_the_same_taken_apart_or_whole(covariance, monkeypatch):
    generator = np.random.default_rng(8)
    patients, visits = 1500, 4
    data = pd.DataFrame(
        {
            "id": np.repeat(np.arange(patients), visits),
            "visit": np.tile(np.arange(visits), patients),
            "arm": np.repeat(generator.choice(["a", "b"], patients), visits),
            "age": np.repeat(generator.normal(50, 12, patients), visits),
            "sex": np.repeat(generator.choice(["f", "m"], patients), visits),
            "pain": np.repeat(generator.normal(size=patients), visits),
        }
    )
    data["pain"] += generator.normal(size=len(data)) + generator.normal(size=len(data)) * 0.3
    data["week"] = data["visit"]
    data.loc[generator.random(len(data)) < 0.1, "pain"] = np.nan
    names = {"outcome": "pain", "subject": "id", "visit": "visit", "arm": "arm", "baseline": 0}

    def fit():
        return fit_clda(
            data, **names, time="week", covariates=["age", "sex"], covariance=covariance
        )

    apart = fit()
    for module in ("constrained_columns", "model_formulas"):
        monkeypatch.setattr(f"helpers.methods.{module}.MANY_ROWS", 10**9)
    monkeypatch.setattr("helpers.methods.coded_columns._MANY", 10**9)
    whole = fit()
    for part in ("coefficients", "changes", "differences", "means"):
        pd.testing.assert_frame_equal(
            getattr(apart, part), getattr(whole, part), rtol=1e-7, atol=1e-9
        )
    assert apart.loglik == pytest.approx(whole.loglik, abs=1e-7)


@pytest.mark.parametrize("covariance", ["us", "random_slope"])
@pytest.mark.parametrize(
    "inference", ["kenward-roger", "satterthwaite", "between-within", "sandwich-cr2", "normal"]
)
def test_another_inference_of_one_fit_is_that_of_a_fit_of_its_own(pain, covariance, inference):
    options = {**COLUMNS, "time": "week", "covariance": covariance}
    judged = fit_clda(pain, **options, inference="residual").differences_by(
        inference, levels=(0.8, 0.95)
    )
    for level, part in judged.groupby("level"):
        own = fit_clda(pain, **options, inference=inference, level=level).differences
        pd.testing.assert_frame_equal(
            part.drop(columns="level").reset_index(drop=True), own, rtol=1e-12
        )


@pytest.mark.parametrize(
    ("inference", "short"), [("satterthwaite", "satt"), ("kenward-roger-linear", "krlin")]
)
def test_a_judged_fit_agrees_with_mmrm(pain, references, inference, short):
    expected = json.loads((references / "r" / f"mmrm_pain_clda_us_{short}.json").read_text())
    wanted = expected["contrasts"]["diff_last"]
    fit = fit_clda(pain, **COLUMNS, inference="normal")
    last = fit.differences_by(inference, levels=(0.95,)).set_index("visit").loc[9]
    for ours, theirs in (("estimate", "est"), ("se", "se"), ("df", "df"), ("p", "p_val")):
        assert last[ours] == pytest.approx(wanted[theirs], rel=1e-7)


def test_an_inference_that_is_unknown_is_refused(fit):
    with pytest.raises(AnalysisError, match="Did you mean 'satterthwaite'"):
        fit.differences_by("satterthwait", levels=(0.95,))
