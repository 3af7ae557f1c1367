from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

REFERENCES = Path(__file__).parents[1] / "references"
EFFECTS = [f"d{i}" for i in range(1, 10)]
CONSTRAINED = "pain ~ visitf + " + " + ".join(EFFECTS)


@pytest.fixture(scope="session")
def references():
    return REFERENCES


@pytest.fixture(scope="session")
def pain():
    data = pd.read_csv(REFERENCES / "data" / "pain_rct.csv")
    data["visitf"] = pd.Categorical(data["visit"])
    return data


@pytest.fixture(scope="session")
def fev():
    data = pd.read_csv(REFERENCES / "data" / "fev_data.csv")
    data["SEX"] = pd.Categorical(data["SEX"], categories=["Male", "Female"])
    return data


@pytest.fixture(scope="session")
def sleep():
    return pd.read_csv(REFERENCES / "data" / "sleepstudy.csv")


@pytest.fixture(scope="session")
def small_trial():
    """Twenty patients, four visits, two arms, a baseline covariate, a third of scores missing."""
    generator = np.random.default_rng(11)
    rows = []
    for patient in range(20):
        level, slope, age = generator.normal(size=3)
        for visit in range(4):
            if visit and generator.random() < 0.3:
                continue
            noise = generator.normal(scale=0.6 + 0.1 * visit)
            rows.append(
                {
                    "patient": f"p{patient:02d}",
                    "arm": "ab"[patient % 2],
                    "visit": f"v{visit}",
                    "week": float(visit**2),
                    "age": 60 + 8 * age,
                    "dose": generator.normal(),
                    "score": 5 + level + 0.4 * slope * visit + 0.2 * age + noise,
                }
            )
    return pd.DataFrame(rows)


# The mixed model written out with full matrices, one row per score: slow, simple, independent.


def _dense_parts(fit):
    """X, y, V and the patient and visit of each row of a fitted model."""
    frame = fit._frame
    design = frame.design[frame.design_row]
    sigma = fit.covariance
    sigmas = (
        [sigma[g].to_numpy() for g in fit.groups] if isinstance(sigma, dict) else [sigma.to_numpy()]
    )
    return design, frame.outcome, _marginal(frame, sigmas), frame.subject, frame.visit


def _marginal(frame, sigmas):
    """V of all scores together."""
    n = len(frame.outcome)
    out = np.zeros((n, n))
    for patient in range(len(frame.subjects)):
        rows = np.flatnonzero(frame.subject == patient)
        visits = frame.visit[rows]
        out[np.ix_(rows, rows)] = sigmas[frame.group[patient]][np.ix_(visits, visits)]
    return out


def _dense_loglik(design, outcome, variance, *, reml=True):
    """Harville's (1977) log-likelihood, and the GLS fit."""
    n, p = design.shape
    inverse = np.linalg.inv(variance)
    information = design.T @ inverse @ design
    beta = np.linalg.solve(information, design.T @ inverse @ outcome)
    residual = outcome - design @ beta
    value = np.linalg.slogdet(variance)[1] + residual @ inverse @ residual
    if reml:
        value += np.linalg.slogdet(information)[1] + (n - p) * np.log(2 * np.pi)
    else:
        value += n * np.log(2 * np.pi)
    return -value / 2, beta, np.linalg.inv(information)


@pytest.fixture(scope="session")
def dense():
    return SimpleNamespace(parts=_dense_parts, marginal=_marginal, loglik=_dense_loglik)


@pytest.fixture(scope="session")
def constrained():
    """Formula of the constrained model of the pain trial, and its nine effects."""
    return CONSTRAINED, EFFECTS
