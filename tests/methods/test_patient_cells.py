import numpy as np
import pytest

from helpers.methods.design_reduction import DependentColumnsError
from helpers.methods.frame_cells import group_frame
from helpers.methods.model_formulas import build_frame
from helpers.methods.patient_cells import group_patients, lay_out


def sums(design, scores, weight):
    both = np.concatenate([design, scores[:, :, None]], axis=2)
    return np.einsum("ntp,tu,nuq->pq", both, weight, both)


@pytest.mark.parametrize("covariate", ["none", "baseline", "changing"])
def test_grouping_keeps_every_sum_of_the_likelihood(covariate):
    generator = np.random.default_rng(2)
    n, t = 90, 3
    arm = np.repeat([0, 1], n // 2)
    seen = generator.random((n, t)) < 0.8
    seen[:, 0] = True
    extra = {
        "none": np.zeros((n, t, 0)),
        "baseline": np.broadcast_to(generator.normal(60, 9, (n, 1, 1)), (n, t, 1)),
        "changing": generator.normal(size=(n, t, 1)),
    }[covariate]
    at = np.broadcast_to(np.eye(t), (n, t, t))
    design = np.concatenate([at, at * arm[:, None, None], extra], axis=2)
    scores = 50 + generator.normal(size=(n, t))
    subject, visit = np.nonzero(seen)
    rows, number = np.unique(design[subject, visit], axis=0, return_inverse=True)
    cells = group_patients(
        lay_out(
            design=rows,
            design_row=number.ravel(),
            scores=scores[subject, visit],
            subject=subject,
            visit=visit,
            group=np.zeros(n, dtype=int),
            n_visits=t,
        )
    )
    assert cells.n_obs == seen.sum()
    assert cells.n_subjects == n
    # Without covariates one cell for each arm and pattern, with a baseline value one more each;
    # never more pseudo-patients than patients.
    bound = {"none": 8, "baseline": 12, "changing": n}[covariate]
    assert len(cells.design) <= bound
    root = generator.normal(size=(t, t))
    weight = root @ root.T
    back = np.linalg.inv(cells.basis)
    for s in range(len(cells.patients)):
        members = cells.patient_pattern == s
        mask = cells.observed[s].astype(float)
        expected = sums(design[members] * mask[:, None], scores[members] * mask, weight)
        own = cells.pattern == s
        found = sums(cells.design[own] @ back, cells.scores[own] * cells.scale, weight)
        found[-1, -1] += np.sum(weight * cells.products[s]) * cells.scale**2
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-7)
        assert cells.patients[s] == members.sum()


def test_dependent_columns_are_found_with_what_they_repeat(small_trial):
    data = small_trial.assign(months=small_trial["age"] * 12)
    frame = build_frame("score ~ arm + age + months", data, subject="patient", visit="visit")
    patients = lay_out(
        design=frame.design,
        design_row=frame.design_row,
        scores=frame.outcome,
        subject=frame.subject,
        visit=frame.visit,
        group=frame.group,
        n_visits=4,
    )
    with pytest.raises(DependentColumnsError) as caught:
        group_patients(patients)
    assert caught.value.dependent == {3: (2,)}


def test_the_basis_keeps_badly_scaled_covariates_exact(small_trial):
    data = small_trial.assign(born=1e7 + small_trial["age"] * 1e3)
    frame = build_frame("score ~ arm + born", data, subject="patient", visit="visit")
    _, cells = group_frame(frame)
    design = frame.design[frame.design_row]
    np.testing.assert_allclose(
        cells.log_determinant, np.linalg.slogdet(design.T @ design)[1], rtol=1e-5
    )
    flat = cells.design.reshape(-1, 3)
    np.testing.assert_allclose(flat.T @ flat, np.eye(3), atol=1e-10)
