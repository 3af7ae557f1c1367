"""Who the synthetic patients are: characteristics whose published totals hold by construction."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from helpers.trial.synthesis.settings import Characteristics, Settings
from helpers.trial.synthesis.streams import by_rank, choose, exactly, normal_quantiles, stream


def characteristics(settings: Settings, *, baseline_pain: NDArray[np.float64]) -> pd.DataFrame:
    """Give every participant the characteristics that are known before the allocation.

    Parameters
    ----------
    settings
        The declared totals.
    baseline_pain
        Worst pain at baseline; patients in better general condition tend to report less.

    Returns
    -------
    pandas.DataFrame
        One row per participant, in the order of randomisation.
    """
    declared = settings.characteristics
    generator = stream(settings.seed, "characteristics")
    people = settings.participants
    sex = exactly(declared.sex, generator)
    site = np.empty(people, dtype=object)
    for code, counts in declared.cancer_site.items():
        site[sex == code] = exactly(counts, generator)
    race = exactly(declared.race, generator)
    hispanic = choose(
        declared.ethnicity["hispanic"],
        among=race != "unknown",
        log_weight=np.where(race == "other", 1.5, np.where(race == "black", -1.0, 0.0)),
        gumbel=generator.gumbel(size=people),
    )
    spanish = choose(
        declared.spanish_first,
        among=hispanic,
        log_weight=np.zeros(people),
        gumbel=generator.gumbel(size=people),
    )
    age = _ages(declared, site, generator)
    karnofsky = by_rank(
        exactly(declared.karnofsky, generator).astype(int),
        -0.02 * age - 0.3 * baseline_pain + generator.normal(size=people),
    )
    diagnosis = _skewed(
        declared.years_since_diagnosis.mean, declared.years_since_diagnosis.log_sd, people
    )
    pain = _skewed(declared.pain_months.mean, declared.pain_months.log_sd, people)
    months = generator.permutation(np.maximum(np.rint(pain), 1)).astype(int)
    return pd.DataFrame(
        {
            "centre": exactly(declared.centre, generator).astype(str),
            "age": age,
            "sex": sex.astype(str),
            "race": np.where(race == "unknown", "", race).astype(str),
            "ethnicity": np.where(hispanic, "hispanic", "not_hispanic"),
            "language": np.where(spanish, "spanish", "english"),
            "tumour_type": np.where(site == "haematologic", "haematologic", "solid"),
            "cancer_site": site.astype(str),
            "years_since_diagnosis": generator.permutation(np.round(diagnosis, 1)),
            "pain_months": months,
            "pain_years": np.round(months / 12, 1),
            "karnofsky": karnofsky,
        }
    )


def opioid_use(
    settings: Settings, *, arms: NDArray, baseline_pain: NDArray, last_pain: NDArray
) -> pd.DataFrame:
    """Say who used opioids at baseline and who of them used less later.

    Parameters
    ----------
    settings
        The declared numbers per arm.
    arms
        Arm of each participant.
    baseline_pain, last_pain
        Worst pain at baseline and at the last visit with a score: more pain makes opioids likelier,
        more relief makes a reduction likelier.

    Returns
    -------
    pandas.DataFrame
        Columns ``opioids`` (yes, no) and ``opioids_reduced`` (yes, no; blank for non-users).
    """
    generator = stream(settings.seed, "opioids")
    using, reduced = (np.zeros(len(arms), dtype=bool) for _ in range(2))
    noise = generator.gumbel(size=(2, len(arms)))
    for arm in settings.arms:
        using |= choose(
            settings.characteristics.opioids[arm],
            among=arms == arm,
            log_weight=0.25 * baseline_pain,
            gumbel=noise[0],
        )
    for arm in settings.arms:
        reduced |= choose(
            settings.characteristics.opioids_reduced[arm],
            among=using & (arms == arm),
            log_weight=0.25 * (baseline_pain - last_pain),
            gumbel=noise[1],
        )
    return pd.DataFrame(
        {
            "opioids": np.where(using, "yes", "no"),
            "opioids_reduced": np.where(reduced, "yes", np.where(using, "no", "")),
        }
    )


def _ages(declared: Characteristics, site: NDArray, generator: np.random.Generator) -> NDArray:
    scores = np.clip(normal_quantiles(len(site)), -declared.age.reach, declared.age.reach)
    # The cut tails would lower the SD: scale it back before the published mean and SD are given.
    ages = np.rint(declared.age.mean + declared.age.sd * scores / scores.std(ddof=1))
    shift = np.array([declared.older_sites.get(name, 0.0) for name in site])
    return by_rank(ages.astype(int), shift + generator.normal(size=len(site)))


def _skewed(mean: float, log_sd: float, size: int) -> NDArray[np.float64]:
    values = np.exp(log_sd * normal_quantiles(size))
    return values * mean / values.mean()
