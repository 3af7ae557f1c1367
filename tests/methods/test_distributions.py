import numpy as np
import pytest
from scipy import stats

from helpers.methods.distributions import f_upper, t_quantile, t_two_sided


@pytest.mark.parametrize("df", [1.3, 4.0, 231.85, 1e6])
@pytest.mark.parametrize("t", [0.0, 0.3, 2.1, 9.0, 40.0])
def test_t_agrees_with_scipy_stats(t, df):
    assert t_two_sided(-t, df) == pytest.approx(2 * stats.t.sf(t, df), rel=1e-9)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
@pytest.mark.parametrize("df", [1.3, 4.0, 231.85])
def test_quantiles_agree_with_scipy_stats(level, df):
    assert t_quantile(level, df) == pytest.approx(stats.t.ppf((1 + level) / 2, df), rel=1e-9)


def test_infinite_degrees_of_freedom_are_normal_and_chi_square():
    assert t_two_sided(1.959963984540054, np.inf) == pytest.approx(0.05)
    assert t_quantile(0.95, np.inf) == pytest.approx(1.959963984540054)
    assert f_upper(2.5, 3, np.inf) == pytest.approx(stats.chi2.sf(7.5, 3))
    mixed = t_quantile(0.95, np.array([10.0, np.inf]))
    np.testing.assert_allclose(mixed, [stats.t.ppf(0.975, 10), stats.norm.ppf(0.975)])


def test_f_agrees_with_scipy_stats():
    assert f_upper(5.3, 9, 254.66) == pytest.approx(stats.f.sf(5.3, 9, 254.66), rel=1e-9)
