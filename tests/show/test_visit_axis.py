"""The weeks on the axis of the visits."""

from itertools import pairwise

import pytest

from helpers.show.text_fit import text_width
from helpers.show.visit_axis import ROOM, visit_axis


def ids(number):
    return [f"v{at}" for at in range(number)]


def test_few_visits_all_show_their_week():
    axis = visit_axis(ids(4), [0, 4, 8, 26])
    assert axis.apart() == set(ids(4))


@pytest.mark.parametrize("number", [12, 20, 40])
def test_numbers_of_many_visits_do_not_touch(number):
    weeks = [at * 2.5 for at in range(number)]
    axis = visit_axis(ids(number), weeks)
    kept = [visit for visit in ids(number) if visit in axis.apart()]
    assert kept[0] == "v0"
    assert kept[-1] == f"v{number - 1}"
    inches = {visit: axis.positions[visit] / axis.span * ROOM for visit in kept}
    for one, other in pairwise(kept):
        half = [text_width(f"{axis.weeks[visit]:g}", bold=False) / 2 for visit in (one, other)]
        assert inches[other] - inches[one] > sum(half)


def test_wide_numbers_beneath_leave_more_out():
    axis = visit_axis(ids(10), list(range(10)))
    assert axis.apart(width=0.6) < axis.apart()
