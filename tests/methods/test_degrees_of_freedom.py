import numpy as np
import pandas as pd
import pytest

from helpers.methods.covariance_points import evaluate
from helpers.methods.covariance_structures import COVARIANCES
from helpers.methods.degrees_of_freedom import joint_denominator
from helpers.methods.mixed_models import fit_mmrm

FORMULA = "score ~ arm * visit + age"
NAMES = {"subject": "patient", "visit": "visit"}


# Ten patients an arm do not determine the covariances with the most parameters.
BY_ARM = [(name, "arm") for name in COVARIANCES if name not in ("us", "toeph", "adh")]


@pytest.mark.parametrize(("covariance", "group"), [(name, None) for name in COVARIANCES] + BY_ARM)
@pytest.mark.parametrize("information", ["observed", "expected"])
@pytest.mark.parametrize("reml", [True, False])
def test_satterthwaite_is_twice_squared_variance_over_its_own_variance(
    small_trial, covariance, information, reml, group
):
    fit = fit_mmrm(
        FORMULA,
        small_trial,
        **NAMES,
        covariance=covariance,
        information=information,
        reml=reml,
        group=group,
        time="week",
    )
    effects = fit._effects
    point, cells = effects.point, effects.cells
    contrast = np.zeros(len(fit.terms))
    contrast[fit.terms.index("arm[T.b]:visit[T.v3]")] = 1

    def variance(theta):
        there = evaluate(point.evaluation.likelihood, point.structures, theta).evaluation
        half = cells.scale * contrast @ cells.basis @ there.root
        return half @ half

    theta = point.theta
    gradient = np.empty(len(theta))
    for i in range(len(theta)):
        step = np.zeros(len(theta))
        step[i] = 1e-6 * max(abs(theta[i]), 0.1)
        gradient[i] = (variance(theta + step) - variance(theta - step)) / (2 * step[i])
    matrix = -point.hessian if information == "observed" else point.expected_information
    spread = gradient @ np.linalg.solve(matrix, gradient)
    expected = 2 * variance(theta) ** 2 / spread
    # Central differences are good to 1e-7.
    assert fit.table.loc["arm[T.b]:visit[T.v3]", "df"] == pytest.approx(expected, rel=1e-6)


def test_joint_denominator_has_the_mean_of_the_sum_of_squared_t():
    df = np.array([10.0, 20.0, 40.0])
    found = joint_denominator(df)
    # E(F) = d / (d - 2) must be the mean of E(t^2) = df / (df - 2).
    assert found / (found - 2) == pytest.approx(np.mean(df / (df - 2)))
    assert joint_denominator(np.array([7.0, 7.0])) == pytest.approx(7.0)
    assert joint_denominator(np.array([1.5, 30.0])) == 2.0


def test_between_within_counts_patients_for_columns_constant_within_them(small_trial):
    fit = fit_mmrm(FORMULA, small_trial, **NAMES, inference="between-within")
    df = fit.table["df"]
    n_between, n_within = 2, 6  # arm and age; three visits and three products
    between = fit.n_subjects - n_between - 1
    within = fit.n_obs - fit.n_subjects - n_within
    assert df["arm[T.b]"] == df["age"] == between
    assert df["Intercept"] == df["visit[T.v2]"] == df["arm[T.b]:visit[T.v2]"] == within
    both = fit.joint_test(["arm[T.b]", "visit[T.v1]"])
    assert both.den_df == min(between, within)


def test_residual_and_normal_inference(small_trial):
    residual = fit_mmrm(FORMULA, small_trial, **NAMES, inference="residual")
    assert (residual.table["df"] == residual.n_obs - 9).all()
    normal = fit_mmrm(FORMULA, small_trial, **NAMES, inference="normal")
    assert np.isinf(normal.table["df"]).all()
    row = normal.table.loc["age"]
    assert row["upper"] - row["estimate"] == pytest.approx(1.959963984540054 * row["se"])
    pd.testing.assert_series_equal(normal.table["se"], residual.table["se"])


@pytest.mark.parametrize("inference", ["satterthwaite", "kenward-roger"])
def test_complete_balanced_data_have_the_textbook_degrees_of_freedom(inference):
    """Split plot: 2 arms x 8 patients x 3 visits; patients within arms have 14 df."""
    generator = np.random.default_rng(8)
    data = pd.DataFrame(
        [
            {"patient": p, "arm": "ab"[p % 2], "visit": v, "score": level + generator.normal()}
            for p, level in enumerate(generator.normal(size=16))
            for v in "xyz"
        ]
    )
    fit = fit_mmrm("score ~ arm * visit", data, **NAMES, covariance="cs", inference=inference)
    wide = data.pivot_table(index=["patient", "arm"], columns="visit", values="score")
    means = wide.mean(axis=1).groupby("arm")
    # Arms averaged over visits: a t test of the patients' means.
    weights = {"arm[T.b]": 1, "arm[T.b]:visit[T.y]": 1 / 3, "arm[T.b]:visit[T.z]": 1 / 3}
    found = fit.contrast(weights)
    expected_se = np.sqrt(means.var().mean() * 2 / 8)
    assert found.df == pytest.approx(14, rel=1e-8)
    assert found.se == pytest.approx(expected_se, rel=1e-8)
    # Arm by visit: the interaction has 2 and 28 df and the split-plot F.
    joint = fit.joint_test(["arm[T.b]:visit[T.y]", "arm[T.b]:visit[T.z]"])
    within = wide.sub(wide.mean(axis=1), axis=0)
    by_arm = within.groupby("arm").mean()
    effect = 8 * float(((by_arm - by_arm.mean()) ** 2).to_numpy().sum()) / 2
    error = within - by_arm.reindex(within.index, level="arm")
    f_value = effect / (float((error**2).to_numpy().sum()) / 28)
    assert joint.den_df == pytest.approx(28, rel=1e-7)
    assert pytest.approx(f_value, rel=1e-8) == joint.F


def test_one_visit_is_the_two_sample_t_test(small_trial):
    data = small_trial.loc[small_trial["visit"] == "v0"]
    fit = fit_mmrm("score ~ arm", data, **NAMES)
    a, b = (data.loc[data["arm"] == arm, "score"] for arm in "ab")
    pooled = np.sqrt((9 * a.var() + 9 * b.var()) / 18 * (1 / 10 + 1 / 10))
    row = fit.contrast({"arm[T.b]": 1})
    assert row.estimate == pytest.approx(b.mean() - a.mean())
    assert row.se == pytest.approx(pooled)
    assert row.df == pytest.approx(18)
