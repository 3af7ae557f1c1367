import numpy as np
import pytest

from helpers.errors import AnalysisError
from helpers.methods.formula_parsing import parse_formula
from helpers.methods.mixed_models import fit_mmrm, fit_random_effects
from helpers.methods.model_formulas import build_frame

NAMES = {"subject": "patient", "visit": "visit"}


@pytest.fixture(scope="module")
def spaced(small_trial):
    return small_trial.assign(**{"pain score": small_trial["score"]})


@pytest.mark.parametrize(
    "left",
    [
        "score",
        "(score)",
        "`pain score`",
        "{score - dose}",
        "I(score - dose)",
        "I(`pain score` / 2 - dose)",
        "np.log(score + 20)",
        "log(score + 20)",
        "center(score)",
    ],
)
def test_the_left_side_is_what_formulaic_makes_of_it(spaced, left):
    from formulaic import Formula

    frame = build_frame(f"{left} ~ arm", spaced, **NAMES)
    expected = Formula(f"{left} ~ arm").get_model_matrix(spaced, context={"np": np}).lhs
    np.testing.assert_allclose(frame.outcome, expected.iloc[:, 0], rtol=1e-13)


@pytest.mark.parametrize("left", ["I(score - dose)", "{score - dose}"])
def test_a_difference_is_fitted_as_a_difference(small_trial, left):
    data = small_trial.assign(change=small_trial["score"] - small_trial["dose"])
    expected = fit_mmrm("change ~ arm", data, **NAMES)
    assert fit_mmrm(f"{left} ~ arm", data, **NAMES).loglik == pytest.approx(expected.loglik)
    options = {"subject": "patient", "start": "moments"}
    expected = fit_random_effects("change ~ arm", data, **options)
    found = fit_random_effects(f"{left} ~ arm", data, **options)
    np.testing.assert_allclose(found.params, expected.params)


@pytest.mark.parametrize(
    "left",
    [
        "score - dose",
        "score-dose",
        "score:dose",
        "score ** 2",
        "score * score",
        "score / 2",
        "score + dose",
        "score + score",
        "0 + score",
        "-score",
        "score | dose",
        "`score` - dose",
    ],
)
def test_operators_on_the_left_point_to_a_wrapped_expression(left):
    with pytest.raises(AnalysisError, match=r"one outcome; wrap arithmetic in I\(\.\.\.\)"):
        parse_formula(f"{left} ~ arm")


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("~ arm", "one outcome on the left"),
        ("1 ~ arm", "one outcome on the left"),
        ("score", "one outcome on the left"),
        ("", "one outcome on the left"),
        ("score ~ arm | dose", r"a '\|' on the right"),
        ("score ~ arm ~ dose", "cannot be read: Operator `~` is incorrectly used.$"),
        ("score ~ arm +* age", "cannot be read: Operator"),
    ],
)
def test_formulas_that_cannot_be_read_are_refused_in_one_line(formula, message):
    with pytest.raises(AnalysisError, match=message) as caught:
        parse_formula(formula)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("left", "message"),
    [
        ("C(arm)", "not one column of numbers"),
        ("I(arm)", "not one column of numbers|cannot be evaluated"),
        ("nothing(score)", "cannot be evaluated"),
        ("np.log(score - score.mean())", "missing or infinite in [0-9]+ of"),
    ],
)
def test_left_sides_that_are_no_scores_are_refused(small_trial, left, message):
    with pytest.raises(AnalysisError, match=message):
        build_frame(f"{left} ~ age", small_trial, **NAMES)


def test_scores_lost_in_a_transformation_are_counted_and_missing_ones_are_not(small_trial):
    data = small_trial.copy()
    data.loc[data.index[:3], "score"] = np.nan
    low = int((data["score"] <= 4.5).sum())
    assert low > 0
    with pytest.raises(AnalysisError, match=f"in {low} of {len(data) - 3} rows whose scores"):
        fit_mmrm("np.log(score - 4.5) ~ arm", data, **NAMES)
    assert fit_mmrm("np.log(score + 20) ~ arm", data, **NAMES).n_dropped == 3
