import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.errors import AnalysisError
from helpers.methods.multiplicity import adjust

# statsmodels collects garbage at every call, which takes a tenth of a second.
few = settings(max_examples=15, deadline=None)
families = st.lists(st.floats(0, 1), min_size=1, max_size=20)
# The 15 P values of Benjamini & Hochberg, J R Stat Soc B 1995;57:289-300, section 4.
THROMBOLYSIS = [
    *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344),
    *(0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0),
]


def test_five_equally_spaced_values():
    # R: p.adjust(c(.01, .02, .03, .04, .05), "holm") and "BH"; by hand the same.
    p = [0.03, 0.01, 0.05, 0.02, 0.04]
    assert adjust(p, method="holm") == pytest.approx([0.09, 0.05, 0.09, 0.08, 0.09])
    assert adjust(p, method="bh") == pytest.approx([0.05] * 5)


def test_the_published_example_keeps_four_by_bh_and_three_by_holm():
    assert (adjust(THROMBOLYSIS, method="bh") <= 0.05).sum() == 4
    assert (adjust(THROMBOLYSIS, method="holm") <= 0.05).sum() == 3


@few
@given(families)
def test_adjusted_values_keep_their_order_and_only_grow(p):
    holm, bh = adjust(p, method="holm"), adjust(p, method="bh")
    order = np.argsort(p, kind="stable")
    for adjusted in (holm, bh):
        assert (np.diff(adjusted[order]) >= 0).all()
        assert (adjusted >= np.array(p) * (1 - 1e-12)).all()
        assert (adjusted <= 1).all()
    # Holm guards against any false claim, so it can never be laxer.
    assert (holm >= bh - 1e-12).all()


@few
@given(families)
def test_holm_is_the_running_maximum_of_its_definition(p):
    order = np.argsort(p, kind="stable")
    factors = len(p) - np.arange(len(p))
    expected = np.minimum(np.maximum.accumulate(np.array(p)[order] * factors), 1)
    np.testing.assert_allclose(adjust(p, method="holm")[order], expected, rtol=1e-12)


def test_an_empty_family_stays_empty():
    assert len(adjust([])) == 0


@pytest.mark.parametrize("p", [[0.1, np.nan], [1.1], [-0.1]])
def test_what_is_no_probability_is_refused(p):
    with pytest.raises(AnalysisError, match="between 0 and 1"):
        adjust(p)


def test_an_unknown_method_is_refused():
    with pytest.raises(AnalysisError, match="Did you mean 'holm'"):
        adjust([0.1], method="holms")
