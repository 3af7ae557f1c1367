"""The counts of a trial's participants by arm, with those withheld that may not be shown.

Every table of participants parts them into categories within arms. The sizes of the arms are
decided first, then who has a value at all, then the categories, always in the same way, so that
what one table withholds does not follow from another.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass

from helpers.analysis.scores import OVERALL, arm_of
from helpers.analysis.suppression import hidden_counts
from helpers.analysis.withheld import NOT_SHOWN, NotShown
from helpers.trial.loading import Trial

Count = int | NotShown

_EVERYONE = "(everyone)"
_INSIDE = "(inside)"
_OUTSIDE = "(outside)"
_REST = "(rest)"
LEAST_IN_FIGURE = 5


@dataclass(frozen=True)
class Counts:
    """Participants by category and arm.

    ``arm`` is an arm or ``overall``; ``inside`` counts those of all categories that were not given
    as outside.
    """

    counts: Mapping[tuple[Hashable, str], int]
    hidden: frozenset[tuple[Hashable, str]]

    def of(self, category: Hashable, arm: str = OVERALL) -> Count:
        """Return how many are of a category, or that it is withheld."""
        return self._get((category, arm))

    def inside(self, arm: str = OVERALL) -> Count:
        """Return how many are in any category that is not outside."""
        return self._get((_INSIDE, arm))

    def outside(self, arm: str = OVERALL) -> Count:
        """Return how many are in no category that is inside."""
        return self._get((_OUTSIDE, arm))

    @property
    def categories(self) -> tuple[Hashable, ...]:
        """The categories that were asked for."""
        own = {_EVERYONE, _INSIDE, _OUTSIDE, _REST}
        return tuple(dict.fromkeys(name for name, _ in self.counts if name not in own))

    def everyone(self, arm: str = OVERALL) -> Count:
        """Return how many there are."""
        return self._get((_EVERYONE, arm))

    def complete(self, category: Hashable, arm: str) -> bool:
        """Tell whether a share can be shown: the category and what it is a share of."""
        return self.hidden.isdisjoint([(category, arm), (_INSIDE, arm)])

    @property
    def any_hidden(self) -> bool:
        """Whether anything is withheld."""
        return bool(self.hidden)

    def _get(self, key: tuple[Hashable, str]) -> Count:
        return NOT_SHOWN if key in self.hidden else self.counts[key]


def count_by_arm(
    trial: Trial,
    members: Mapping[Hashable, Collection[str]],
    *,
    outside: Iterable[Hashable] = (),
) -> Counts:
    """Count the participants of each category by arm and overall, and withhold what is small.

    Parameters
    ----------
    trial
        The trial; nothing is withheld when its ``threshold`` is 0.
    members
        Ids of the participants of each category. Nobody is in two; who is in none is in a further
        category that is not shown.
    outside
        Categories that are not part of the denominator, such as ``"missing"``. Those in none are
        outside too.
    """
    arms = arm_of(trial)
    sets = {category: set(ids) for category, ids in members.items()}
    rest = set(arms.index).difference(*sets.values())
    sets[_REST] = rest
    out = {*outside, _REST}
    columns = [*trial.specification.arm_ids, OVERALL]
    where = {arm: set(arms.index if arm == OVERALL else arms.index[arms == arm]) for arm in columns}
    counts: dict[tuple[Hashable, str], int] = {}
    for arm in columns:
        for category, ids in sets.items():
            counts[category, arm] = len(ids & where[arm])
        counts[_INSIDE, arm] = sum(counts[name, arm] for name in sets if name not in out)
        counts[_OUTSIDE, arm] = sum(counts[name, arm] for name in out)
        counts[_EVERYONE, arm] = len(where[arm])
    return Counts(counts, _hidden(counts, list(sets), out, columns, trial.threshold))


def _hidden(
    counts: Mapping[tuple[Hashable, str], int],
    categories: list[Hashable],
    outside: set[Hashable],
    columns: list[str],
    threshold: int,
) -> frozenset[tuple[Hashable, str]]:
    if not threshold:
        return frozenset()

    def across(name: Hashable) -> tuple[tuple[Hashable, str], list[tuple[Hashable, str]]]:
        return (name, OVERALL), [(name, arm) for arm in columns if arm != OVERALL]

    def parted(
        whole: Hashable, parts: Iterable[Hashable]
    ) -> list[tuple[tuple[Hashable, str], list[tuple[Hashable, str]]]]:
        names = list(parts)
        return [((whole, arm), [(name, arm) for name in names]) for arm in columns]

    decided: set[tuple[Hashable, str]] = set()
    shown: set[tuple[Hashable, str]] = set()
    sums: list[tuple[tuple[Hashable, str], list[tuple[Hashable, str]]]] = []
    halves: list[Hashable] = [_INSIDE, _OUTSIDE]
    within = [name for name in categories if name not in outside]
    beyond = [name for name in categories if name in outside]
    for names, more in (
        ([_EVERYONE], []),
        (halves, parted(_EVERYONE, halves)),
        (categories, [*parted(_INSIDE, within), *parted(_OUTSIDE, beyond)]),
    ):
        sums += [*(across(name) for name in names), *more]
        if names is categories:
            # Who is in a category of a few must not be found in an arm by the zeros of the others.
            few = [name for name in within if 0 < counts[name, OVERALL] < threshold]
            decided |= {(name, arm) for name in few for arm in columns}
        known = {key for key in counts if key[0] in names} | decided | shown
        decided |= hidden_counts(
            {key: counts[key] for key in known},
            sums,
            threshold=threshold,
            shown=shown,
            hidden=decided,
        )
        shown = known - decided
    return frozenset(decided)


def arm_sizes(trial: Trial) -> Counts:
    """Return the sizes of the arms, and of the trial."""
    return count_by_arm(trial, {})


def present(trial: Trial, ids: Collection[str]) -> Counts:
    """Count those with something, such as a score: ``inside``; the others are outside."""
    return count_by_arm(trial, {"present": ids})


def too_few(count: int, trial: Trial) -> bool:
    """Tell whether a mean of so many would say too much about one of them."""
    return 0 < count < trial.threshold


def least_in_figure(trial: Trial) -> int:
    """Return how many participants a point of a figure must stand for; 0 when one will do."""
    return 0 if trial.specification.public else max(trial.threshold, LEAST_IN_FIGURE)
