from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.methods.reference_optima import POLISHED, UNPOLISHED, reference_optimum

REFERENCES = Path(__file__).parents[1] / "references"


def test_the_one_file_of_mmrm_that_stopped_early_is_the_one_that_is_named():
    gradients = {
        path.stem: json.loads(path.read_text(encoding="utf-8"))["max_abs_grad"]
        for path in (REFERENCES / "r").glob("mmrm_*.json")
    }
    assert [name for name, gradient in gradients.items() if gradient > 1e-9] == [UNPOLISHED]


def test_it_stopped_short_of_the_top_of_a_likelihood_on_which_both_agree():
    found = reference_optimum(REFERENCES, UNPOLISHED)
    assert found.loglik_there == pytest.approx(found.loglik, abs=1e-9)
    assert found.gradient > 1e-3
    assert found.short == pytest.approx(7.22e-6, rel=1e-3)
    # Newton's step from there promises what our optimum has more: nothing else is different.
    assert found.promised == pytest.approx(found.short, rel=1e-3)


def test_the_same_model_polished_is_at_the_top():
    found = reference_optimum(REFERENCES, POLISHED)
    assert abs(found.short) < 1e-9
    assert found.gradient < 1e-8
    assert found.promised < 1e-15
