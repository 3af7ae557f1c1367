"""The screening log: everybody who was assessed for eligibility, and why some went no further."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.trial.synthesis.recruitment import open_days
from helpers.trial.synthesis.settings import Settings
from helpers.trial.synthesis.streams import stream

Draw = Callable[[np.random.Generator, int], NDArray]


def _platelets(generator: np.random.Generator, size: int) -> NDArray:
    counts = np.exp(generator.normal(np.log(205), 0.42, size))
    return np.clip(np.rint(counts), 16, 620).astype(int) * 1000


def _one_of(values: dict[object, float]) -> Draw:
    def draw(generator: np.random.Generator, size: int) -> NDArray:
        index = generator.choice(len(values), p=list(values.values()), size=size)
        return np.array(list(values))[index]

    return draw


def _between(low: int, high: int) -> Draw:
    return lambda generator, size: generator.integers(low, high, size=size, endpoint=True)


# What each criterion's variable looks like in people who meet it. Participants keep their own age,
# language, Karnofsky status, duration and worst pain; the rest is drawn for everybody.
MET: dict[str, Draw] = {
    "language": _one_of({"english": 0.92, "spanish": 0.08}),
    "age": lambda generator, size: np.clip(np.rint(generator.normal(60, 14, size)), 20, 92).astype(
        int
    ),
    "advanced_cancer": _one_of({"yes": 1.0}),
    "life_expectancy_months": _one_of({6: 0.06, 9: 0.10, 12: 0.27, 18: 0.17, 24: 0.25, 36: 0.15}),
    "karnofsky": _one_of({60: 0.16, 70: 0.28, 80: 0.31, 90: 0.21, 100: 0.04}),
    "musculoskeletal_pain": _one_of({"yes": 1.0}),
    "pain_months": lambda generator, size: np.maximum(
        np.rint(np.exp(generator.normal(np.log(26), 1, size))), 1
    ).astype(int),
    "pain_days": _one_of({15: 0.05, 18: 0.04, 20: 0.14, 22: 0.05, 25: 0.17, 28: 0.11, 30: 0.44}),
    "worst_pain": _one_of({4: 0.07, 5: 0.16, 6: 0.23, 7: 0.22, 8: 0.18, 9: 0.09, 10: 0.05}),
    "platelets": _platelets,
    "cognitive_impairment": _one_of({"no": 1.0}),
}

# And in people who do not.
NOT_MET: dict[str, Draw] = {
    "language": _one_of({"other": 1.0}),
    "age": _one_of({18: 1.0}),
    "advanced_cancer": _one_of({"no": 1.0}),
    "life_expectancy_months": _one_of({1: 0.1, 2: 0.2, 3: 0.4, 4: 0.2, 5: 0.1}),
    "karnofsky": _one_of({30: 0.1, 40: 0.35, 50: 0.55}),
    "musculoskeletal_pain": _one_of({"no": 1.0}),
    "pain_months": _one_of({0: 1.0}),
    "pain_days": _between(2, 14),
    "worst_pain": _one_of({0: 0.05, 1: 0.10, 2: 0.30, 3: 0.55}),
    "platelets": lambda generator, size: 1000 * generator.integers(6, 14, size, endpoint=True),
    "cognitive_impairment": _one_of({"yes": 1.0}),
}


def screening_log(settings: Settings, enrolled: pd.DataFrame) -> pd.DataFrame:
    """Return everybody who was screened, in the order of their screening days.

    Parameters
    ----------
    settings
        Declared numbers of patients who first failed each criterion, and who declined.
    enrolled
        The participants: ``participant``, ``screened_on`` and those criterion variables that are
        also known of participants.

    Returns
    -------
    pandas.DataFrame
        Screening number, day, the variables of the criteria in order, consent, participant.
    """
    rule = settings.screening
    generator = stream(settings.seed, "screening")
    days = open_days(settings.recruitment)
    others = sum(rule.failed.values()) + rule.declined
    first_failed = np.repeat([*rule.failed, "none"], [*rule.failed.values(), rule.declined])
    log = pd.concat(
        [
            _values(enrolled, generator).assign(
                screened_on=enrolled["screened_on"].to_numpy(),
                consented="yes",
                participant=enrolled["participant"].to_numpy(),
            ),
            _failing(_drawn(others, generator), first_failed, rule.further_failure, generator)
            .assign(
                screened_on=days[generator.integers(len(days), size=others)],
                consented=np.where(first_failed == "none", "no", ""),
                participant="",
            )
            .iloc[generator.permutation(others)],
        ],
        ignore_index=True,
    ).sort_values("screened_on", kind="stable", ignore_index=True)
    log["screening_id"] = [f"S{number:03d}" for number in range(1, len(log) + 1)]
    return log[["screening_id", "screened_on", *MET, "consented", "participant"]]


def _drawn(size: int, generator: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame({name: draw(generator, size) for name, draw in MET.items()})


def _values(enrolled: pd.DataFrame, generator: np.random.Generator) -> pd.DataFrame:
    values = _drawn(len(enrolled), generator)
    for name in values.columns.intersection(enrolled.columns):
        values[name] = enrolled[name].to_numpy()
    return values


def _failing(
    values: pd.DataFrame,
    first_failed: NDArray,
    further: float,
    generator: np.random.Generator,
) -> pd.DataFrame:
    names = list(MET)
    position = np.array(
        [names.index(name) if name in names else len(names) for name in first_failed]
    )
    failing = values.copy()
    for index, name in enumerate(names):
        # A criterion that comes after the first failure may fail as well; none before it does.
        also = (index > position) & (generator.random(len(values)) < further)
        wrong = NOT_MET[name](generator, len(values))
        failing[name] = np.where((index == position) | also, wrong, values[name])
    return failing
