"""Put eligibility criteria that a reader changed among the trial's own."""

from __future__ import annotations

from helpers.errors import ParameterError
from helpers.trial.criteria import written
from helpers.trial.criteria_text import read_criteria, same_direction
from helpers.trial.loading import Trial
from helpers.trial.specification import Criterion


def parse_criteria(text: str, trial: Trial) -> tuple[Criterion, ...]:
    """Read changed eligibility criteria and put them among the trial's own.

    Parameters
    ----------
    text
        Criteria divided by semicolons, for example ``"karnofsky >= 70; language in english"``.
        One on the same variable and in the same direction as a criterion of the trial replaces
        it; others are added last. Blank text changes nothing.
    trial
        The trial whose variables and criteria are meant.

    Returns
    -------
    tuple of Criterion
        All criteria in screening order.

    Raises
    ------
    ParameterError
        When a criterion cannot be read, or its variable or value does not exist.
    """
    try:
        changes = read_criteria(text, trial.specification)
    except ParameterError as error:
        raise ParameterError(f"Eligibility: {error}") from None
    criteria = list(trial.specification.eligibility)
    for change in changes:
        places = [i for i, own in enumerate(criteria) if same_direction(change, own)]
        if places:
            criteria[places[0]] = change
            # A trial may state a range twice over; the change stands for all of it.
            for place in reversed(places[1:]):
                del criteria[place]
        else:
            criteria.append(change)
    return tuple(criteria)


def changed_criteria(criteria: tuple[Criterion, ...], trial: Trial) -> tuple[Criterion, ...]:
    """Return those of the criteria that the trial itself does not have.

    They are compared by what they ask for: ``karnofsky >= 60`` typed out is the trial's own.
    """
    own = {written(criterion) for criterion in trial.specification.eligibility}
    return tuple(criterion for criterion in criteria if written(criterion) not in own)
