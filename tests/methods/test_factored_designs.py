"""Tests of designs kept as few rows and the values of continuous covariates."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.methods.factored_designs import FactoredDesign


def a_design(seed: int, patients: int, visits: int, kind: str) -> tuple[FactoredDesign, np.ndarray]:
    """Return a design of two covariates for patients seen at every visit, and its rows."""
    generator = np.random.default_rng(seed)
    few, columns, n = 2 * visits, 4, patients * visits
    own = np.repeat(generator.normal(60, 12, patients), visits)
    changing = generator.normal(size=n)
    values = {
        "own": [own, own**2 / 1e3],
        "changing": [own, changing],
        "equal": [np.full(n, 7.0), changing],
    }[kind]
    design = FactoredDesign(
        base=generator.normal(size=(few, columns)),
        slopes=generator.normal(size=(2, few, columns)),
        row=np.tile(np.arange(visits), patients),
        values=np.stack(values),
    )
    return design, np.arange(n).reshape(patients, visits)


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10_000),
    patients=st.integers(1, 60),
    visits=st.integers(1, 4),
    kind=st.sampled_from(["own", "changing", "equal"]),
)
def test_pseudo_patients_keep_every_sum_of_the_likelihood(seed, patients, visits, kind):
    design, rows = a_design(seed, patients, visits, kind)
    scores = np.random.default_rng(seed + 1).normal(5, 2, rows.shape)
    few, values = design.at(rows)
    small, small_scores, products = design.pseudo_patients(few[0], values, scores)
    assert len(small) <= patients
    whole = design.dense[rows]
    # X'WX and X'Wy for every W follow from the sums over patients of products of their elements.
    joined = np.dstack([whole, scores])
    expected = np.einsum("ntp,nsq->tpsq", joined, joined)
    joined = np.dstack([small, small_scores])
    found = np.einsum("ntp,nsq->tpsq", joined, joined)
    found[:, -1, :, -1] += products
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * np.abs(expected).max())


def test_the_dense_rows_are_the_sums_of_their_factors():
    design, _ = a_design(3, 5, 2, "changing")
    for number, row in enumerate(design.row):
        expected = design.base[row] + sum(
            z[number] * slope[row] for z, slope in zip(design.values, design.slopes, strict=True)
        )
        np.testing.assert_allclose(design.dense[number], expected, rtol=1e-13)


def test_a_row_that_is_not_there_has_no_combination_and_no_value():
    design, _ = a_design(3, 5, 2, "own")
    few, values = design.at(np.array([[0, -1]]))
    assert few.tolist() == [[0, -1]]
    assert values[:, 0, 0] == pytest.approx(design.values[:, 0])
    assert not values[:, 0, 1].any()
