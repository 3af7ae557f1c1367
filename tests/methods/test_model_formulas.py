import numpy as np
import pandas as pd
import pytest

from helpers.errors import AnalysisError
from helpers.methods.coded_columns import ordered_levels
from helpers.methods.formula_parsing import parse_formula
from helpers.methods.mixed_models import fit_mmrm
from helpers.methods.model_formulas import build_frame

NAMES = {"subject": "patient", "visit": "visit"}


def matrix(frame):
    return frame.design[frame.design_row]


@pytest.mark.parametrize(
    "formula",
    [
        "score ~ arm * visit + age",
        "score ~ 0 + C(arm, contr.sum):visit",
        "score ~ np.log(age) + arm",
        "score ~ center(age) * arm + bs(dose, df=4)",
        "np.sqrt(score + 20) ~ arm",
    ],
)
def test_rows_are_those_of_formulaic_on_the_whole_frame(small_trial, formula):
    from formulaic import Formula

    frame = build_frame(formula, small_trial, **NAMES)
    expected = Formula(formula).get_model_matrix(small_trial, context={"np": np})
    np.testing.assert_allclose(matrix(frame), expected.rhs, rtol=1e-12)
    np.testing.assert_allclose(frame.outcome, expected.lhs.iloc[:, 0], rtol=1e-12)
    assert frame.terms == tuple(expected.rhs.columns)


def test_rows_with_anything_missing_are_left_out_and_counted(small_trial):
    data = small_trial.copy()
    data.loc[3, "age"] = np.nan
    data.loc[5, "score"] = np.nan
    data.loc[8, "patient"] = None
    data.loc[10, "arm"] = None
    frame = build_frame("score ~ arm + age", data, **NAMES)
    assert frame.n_dropped == 4
    assert set(range(len(data))) - set(frame.kept) == {3, 5, 8, 10}


def test_levels_without_rows_are_not_columns(small_trial):
    data = small_trial.assign(
        arm=pd.Categorical(small_trial["arm"], categories=["z", "b", "a"]),
        visit=pd.Categorical(small_trial["visit"], categories=["v3", "v9", "v2", "v1", "v0"]),
    )
    frame = build_frame("score ~ arm * visit", data, **NAMES)
    assert frame.visits == ("v3", "v2", "v1", "v0")
    assert frame.levels["arm"] == ("b", "a")
    assert "arm[T.a]" in frame.terms
    assert len(frame.terms) == 8


def test_levels_are_ordered_as_a_reader_would():
    assert ordered_levels(["week10", "week2", "baseline"]) == ["baseline", "week2", "week10"]
    assert ordered_levels([10, 2, 1.5]) == [1.5, 2, 10]


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("~ arm", "one outcome on the left"),
        ("score ~ arm +* age", "cannot be read"),
        ("score ~ arms", "no column named 'arms'. Did you mean 'arm'"),
        ("arm ~ age", "must be numeric"),
        ("score ~ np.log(dose)", "missing or infinite"),
        ("score ~ nothing(age)", "cannot be evaluated"),
        ("score ~ 0", "no fixed effects"),
    ],
)
def test_formulas_that_cannot_be_used_say_why(small_trial, formula, message):
    with np.errstate(invalid="ignore"), pytest.raises(AnalysisError, match=message):
        build_frame(formula, small_trial, **NAMES)


def test_a_patient_has_one_row_at_a_visit_and_one_group(small_trial):
    twice = pd.concat([small_trial, small_trial.head(1)])
    with pytest.raises(AnalysisError, match=r"Patient p00 .* has 2 rows at visit v0"):
        build_frame("score ~ arm", twice, **NAMES)
    moved = small_trial.copy()
    moved.loc[1, "arm"] = "b"
    with pytest.raises(AnalysisError, match="Patient p00 has more than one value of 'arm'"):
        build_frame("score ~ age", moved, **NAMES, group="arm")
    with pytest.raises(AnalysisError, match="No row of the data"):
        build_frame("score ~ arm", small_trial.assign(score=np.nan), **NAMES)


def test_formulas_are_taken_apart():
    parsed = parse_formula("y ~ C(visit) + center(age) + arm")
    assert parsed.variables == ("age", "arm", "visit")
    assert parsed.categorical == {"visit"}
    assert not parsed.row_wise
    assert parse_formula("y ~ C(visit, contr.sum) * arm").row_wise


def many_rows() -> pd.DataFrame:
    """Return 700 patients with 9 visits, one covariate of their own and one that changes."""
    generator = np.random.default_rng(5)
    patients, visits = 700, 9
    n = patients * visits
    data = pd.DataFrame(
        {
            "id": np.repeat(np.arange(patients), visits),
            "visit": pd.Categorical(np.tile(np.arange(visits), patients)),
            "arm": np.repeat(generator.choice(["a", "b"], patients), visits),
            "age": np.repeat(generator.normal(50, 12, patients), visits),
            "dose": generator.normal(size=n),
            "stage": np.repeat(generator.integers(1, 4, patients), visits),
            "y": generator.normal(size=n),
        }
    )
    data.loc[generator.random(n) < 0.05, "dose"] = np.nan
    return data.sample(frac=1, random_state=1)


@pytest.mark.parametrize(
    "right",
    [
        "arm * visit + age",
        "arm * visit + age * visit + dose:arm",
        "0 + arm + age + dose",
        "arm + age:dose",
        "arm + np.log(age ** 2 + 1) + dose",
        "arm + C(stage) * age",
        "arm + stage:dose",
    ],
)
def test_a_formula_taken_apart_is_the_formula(right):
    from formulaic import model_matrix

    data = many_rows()
    frame = build_frame(f"y ~ {right}", data, subject="id", visit="visit")
    used = data.iloc[frame.kept]
    expected = model_matrix(right, used, context={"np": np})
    assert frame.terms == tuple(expected.columns)
    found = frame.design[frame.design_row]
    # The same products in another order of multiplication.
    np.testing.assert_allclose(found, expected.to_numpy(), rtol=1e-13, atol=1e-13)
    assert len(frame.subjects) == used["id"].nunique()


@pytest.mark.parametrize("right", ["arm * visit + age", "visit + dose + age:arm"])
def test_the_fit_is_the_same_taken_apart_or_whole(right, monkeypatch):
    data = many_rows()

    def fit():
        return fit_mmrm(f"y ~ {right}", data, subject="id", visit="visit", covariance="ar1h")

    apart = fit()
    monkeypatch.setattr("helpers.methods.model_formulas.MANY_ROWS", 10**9)
    monkeypatch.setattr("helpers.methods.coded_columns._MANY", 10**9)
    whole = fit()
    pd.testing.assert_frame_equal(apart.table, whole.table, rtol=1e-9, atol=1e-11)
    assert apart.loglik == pytest.approx(whole.loglik, abs=1e-8)
    pd.testing.assert_series_equal(apart.fitted(), whole.fitted(), rtol=1e-10, atol=1e-12)
    rows = data.dropna().head(20)
    pd.testing.assert_frame_equal(apart.predict(rows), whole.predict(rows), rtol=1e-9, atol=1e-11)


def test_means_of_a_continuous_covariate_leave_missing_values_out():
    data = many_rows()
    fit = fit_mmrm("y ~ arm * visit + dose", data, subject="id", visit="visit")
    assert fit._frame.means["dose"] == pytest.approx(data["dose"].mean(), rel=1e-12)
    assert np.isfinite(fit.ls_means("arm", by="visit")["estimate"]).all()


def test_inference_of_patients_is_the_same_taken_apart_or_whole(monkeypatch):
    """Empirical variances and between-within df look at the design of every patient."""
    data = many_rows()

    def fit(inference):
        return fit_mmrm(
            "y ~ arm * visit + age + dose",
            data,
            subject="id",
            visit="visit",
            covariance="ar1h",
            group="arm",
            inference=inference,
        ).table

    names = ["sandwich-cr2", "between-within", "kenward-roger"]
    apart = [fit(name) for name in names]
    monkeypatch.setattr("helpers.methods.model_formulas.MANY_ROWS", 10**9)
    for name, table in zip(names, apart, strict=True):
        pd.testing.assert_frame_equal(table, fit(name), rtol=1e-8, atol=1e-10)
