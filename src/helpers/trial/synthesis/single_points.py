"""Changes of one score by one point: the finest moves that whole scores allow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.errors import AnalysisError
from helpers.trial.synthesis.cohort import CohortTables
from helpers.trial.synthesis.constants import Adjustment
from helpers.trial.synthesis.settings import Settings
from helpers.trial.synthesis.streams import stream
from helpers.trial.synthesis.trajectories import responder_limit

COST_OF_A_CHANGE = 0.002  # in half units: among equals the shorter list wins
VARIATIONS, VARIED = 40, 6  # random variations of a choice, and changes put in or out by each


def match_responders(settings: Settings, tables: CohortTables) -> tuple[Adjustment, ...]:
    """Move patients next to the limit by one point until each arm has its published responders.

    Parameters
    ----------
    settings
        Published numbers of responders and the definition of a response.
    tables
        A cohort without adjustments.

    Raises
    ------
    AnalysisError
        When too few patients stand next to the limit.
    """
    generator = stream(settings.seed, "responders")
    last = _last_scores(settings, tables)
    last["noise"] = generator.random(len(last))
    adjustments: list[Adjustment] = []
    for arm in settings.arms:
        people = last[last["arm"] == arm].sort_values("noise")
        over = people["score"] - people["limit"]
        lacking = settings.pain.responders[arm] - int((over <= 0).sum())
        points = -1 if lacking > 0 else 1
        edge = people[over == (1 if lacking > 0 else 0)].head(abs(lacking))
        if len(edge) < abs(lacking):
            raise AnalysisError(
                f"Only {len(edge)} patients of arm {arm} stand next to the limit of a response and "
                f"{abs(lacking)} would have to cross it; move `settings.pain.start.means` in "
                "synthesis.yml nearer to the published change."
            )
        adjustments += [
            Adjustment(participant=name, visit=settings.last_visit, points=points)
            for name in edge["participant"]
        ]
    return tuple(sorted(adjustments, key=lambda change: change.participant))


def allowed_changes(
    settings: Settings,
    tables: CohortTables,
    count: int,
    generator: np.random.Generator,
    *,
    taken: tuple[Adjustment, ...] = (),
) -> tuple[Adjustment, ...]:
    """Draw changes of one point that keep the scale, the baseline and every responder's status.

    Parameters
    ----------
    settings
        The scale and the definition of a response.
    tables
        The cohort as it stands.
    count
        How many changes; half of them at the last visit, where they weigh most.
    generator
        Draws them.
    taken
        Changes made already: their scores are left alone.
    """
    pain = settings.pain
    scores = _pain(settings, tables)
    scores = scores[scores["visit"] != settings.visit_ids[0]]
    used = {(change.participant, change.visit) for change in taken}
    free = np.array(
        [place not in used for place in zip(scores["participant"], scores["visit"], strict=True)]
    )
    scores = scores[free].copy()
    scores["points"] = generator.choice([-1, 1], size=len(scores))
    moved = scores["score"] + scores["points"]
    kept = (moved <= scores["limit"]) == (scores["score"] <= scores["limit"])
    last = scores["visit"] == settings.last_visit
    valid = scores[moved.between(pain.minimum, pain.maximum) & (kept | ~last)]
    # Patients far from the mean, at this visit and at baseline, come first: they have the longest
    # lever on the spread and on the correlation with baseline.
    lever = (valid["score"] - valid.groupby("visit")["score"].transform("mean")).abs() + 0.5
    lever *= (valid["baseline"] - valid["baseline"].mean()).abs() + 0.5
    keys = lever.map(np.log) + generator.gumbel(size=len(valid))
    shuffled = valid.loc[keys.sort_values(ascending=False).index]
    last = shuffled["visit"] == settings.last_visit
    drawn = pd.concat([shuffled[last].head(count // 2), shuffled[~last].head(count - count // 2)])
    return tuple(
        Adjustment(participant=participant, visit=visit, points=int(points))
        for participant, visit, points in zip(
            drawn["participant"], drawn["visit"], drawn["points"], strict=True
        )
    )


def best_subset(
    distances: NDArray[np.float64],
    effects: NDArray[np.float64],
    *,
    start: Sequence[int] = (),
    generator: np.random.Generator,
) -> list[int]:
    """Choose changes whose summed effects bring the largest distance lowest.

    A local search: one or two changes are put in or taken out as long as that helps. It begins at
    the choice given and, to leave its neighbourhood, at random variations of the best choice.

    Parameters
    ----------
    distances
        Distances from the targets without any of the changes.
    effects
        Changes by targets: what each change adds to the distances.
    start
        The choice to begin with.
    generator
        Draws the variations.

    Returns
    -------
    list of int
        Indices of the chosen changes, in increasing order.
    """
    count = len(effects)
    singles = np.eye(count, dtype=bool)
    firsts, seconds = np.triu_indices(count, k=1)
    steps = np.vstack([singles, singles[firsts] | singles[seconds]])

    def descend(choice: NDArray[np.bool_]) -> tuple[float, NDArray[np.bool_]]:
        loss = _loss(distances + choice @ effects, choice.sum())
        while True:
            signs = np.where(choice, -1.0, 1.0)
            sums = distances + choice @ effects + (steps * signs) @ effects
            losses = _loss(sums, choice.sum() + (steps * signs).sum(axis=1))
            winner = int(np.argmin(losses))
            if losses[winner] >= loss - 1e-9:
                return float(loss), choice
            loss, choice = losses[winner], choice ^ steps[winner]

    chosen = np.zeros(count, dtype=bool)
    chosen[list(start)] = True
    best, chosen = descend(chosen)
    for _ in range(VARIATIONS):
        varied = chosen.copy()
        varied[generator.integers(count, size=VARIED)] ^= True
        loss, varied = descend(varied)
        if loss < best:
            best, chosen = loss, varied
    return [int(index) for index in np.flatnonzero(chosen)]


def _loss(distances: NDArray[np.float64], changes: NDArray[np.float64] | float) -> NDArray:
    return np.abs(distances).max(axis=-1) + COST_OF_A_CHANGE * changes


def _pain(settings: Settings, tables: CohortTables) -> pd.DataFrame:
    pain = tables.outcomes[tables.outcomes["outcome"] == settings.pain.outcome]
    baseline = pain[pain["visit"] == settings.visit_ids[0]]
    first = pain["participant"].map(baseline.set_index("participant")["score"])
    return pain.assign(
        baseline=first, limit=responder_limit(settings, first.to_numpy())
    ).reset_index(drop=True)


def _last_scores(settings: Settings, tables: CohortTables) -> pd.DataFrame:
    pain = _pain(settings, tables)
    return pain[pain["visit"] == settings.last_visit].merge(
        tables.participants[["participant", "arm"]], on="participant"
    )
