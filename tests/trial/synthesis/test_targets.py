import pytest

from helpers.errors import SpecificationError
from helpers.trial.synthesis.targets import Target, primary_targets, worst_distance


def test_targets_are_the_printed_figures_of_the_primary_analysis(specification):
    found = {
        target.name: (target.printed, target.half_unit) for target in primary_targets(specification)
    }
    # JAMA abstract.
    assert found == {
        "primary.change.acupuncture.estimate": (-2.53, 0.005),
        "primary.change.acupuncture.lower": (-2.92, 0.005),
        "primary.change.acupuncture.upper": (-2.15, 0.005),
        "primary.change.massage.estimate": (-3.01, 0.005),
        "primary.change.massage.lower": (-3.38, 0.005),
        "primary.change.massage.upper": (-2.63, 0.005),
        "primary.difference.estimate": (-0.48, 0.005),
        "primary.difference.lower": (-0.98, 0.005),
        "primary.difference.upper": (0.03, 0.005),
        "primary.difference.p": (0.07, 0.005),
    }


def test_a_distance_below_one_rounds_to_what_is_printed():
    target = Target(name="x", printed=-0.48, half_unit=0.005)
    assert target.distance(-0.4801) == pytest.approx(-0.02)
    assert abs(target.distance(-0.476)) < 1 < abs(target.distance(-0.4749))


def test_the_worst_distance_is_over_all_targets():
    targets = (Target("a", 1.0, 0.5), Target("b", 2.0, 0.05))
    assert worst_distance(targets, {"a": 1.4, "b": 2.01}) == pytest.approx(0.8)


def test_a_trial_without_a_published_primary_result_is_refused(specification):
    rows = tuple(
        row for row in specification.published if not (row.result or "").startswith("prim")
    )
    with pytest.raises(SpecificationError, match="nothing to calibrate"):
        primary_targets(specification.model_copy(update={"published": rows}))
