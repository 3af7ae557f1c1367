"""Published numbers can be compared only with results that there can be."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.trial.reading import read_specification
from helpers.trial.result_names import unknown_result


@pytest.mark.parametrize(
    "name",
    [
        "flow.randomised",
        "flow.excluded.mobility",
        "flow.walking.randomised",
        "flow.walking.observed.week8",
        "flow.observed.week4",
        "randomisation.max_imbalance",
        "randomisation.walking.n",
        "baseline.n",
        "baseline.age.mean",
        "baseline.walking.stiffness.sd",
        "baseline.sex.female.percent",
        "baseline.walking.sex.female.n",
        "baseline.smd.age",
        "baseline.smd.largest",
        "missing.walking.week8.percent",
        "primary.n",
        "primary.difference.p",
        "primary.difference.walking.estimate",
        "primary.change.stretching.lower",
        "secondary.wellbeing.difference.p_holm",
        "secondary.wellbeing.change.walking.estimate",
        "ancova.stiffness_week8.estimate",
        "proportion.response.percent",
        "proportion.response.walking.denominator",
        "screening.failing.age",
    ],
)
def test_names_of_results_are_known(name: str, tiny_trial: Path) -> None:
    assert unknown_result(name, read_specification(tiny_trial)) is None


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("baselin.age.mean", "baseline"),
        ("baseline.agee.mean", "baseline.age"),
        ("baseline.agee", "baseline.age"),
        ("baseline.sex.femal.n", "baseline.sex.female"),
        ("flow.waking.randomised", "flow.walking"),
        ("flow.observed.weeks8", "flow.observed.week8"),
        ("flow.walking.observed.week6", None),
        ("primary.diference.estimate", "primary.difference"),
        ("primary.difference.stretching.estimate", None),
        ("primary.difference.estimate.estimate", None),
        ("secondary.stiffness.difference.estimate", None),
        ("proportion.respons.walking.n", "proportion.response"),
        ("proportion.response.wolking.n", "proportion.response.walking"),
        ("ancova.stiffness_week9.estimate", "ancova.stiffness_week8"),
    ],
)
def test_a_name_with_an_unknown_id_is_not(name: str, nearest: str | None, tiny_trial: Path) -> None:
    unknown = unknown_result(name, read_specification(tiny_trial))
    assert unknown is not None
    assert unknown.nearest == nearest
    assert name.startswith(unknown.wrong)
