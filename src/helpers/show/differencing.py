"""What is said where several books of a private trial stand beside each other."""

from __future__ import annotations

from collections.abc import Sequence

from helpers.show.sentences import counted, listed


def caution(trials: Sequence[str]) -> str:
    """Warn of publishing several books of one trial; ``trials`` are those that are not public."""
    one = len(trials) == 1
    return (
        f"Caution: the trial{'' if one else 's'} {listed(list(trials))} {'is' if one else 'are'} "
        "not public. Do not publish numbers of one private trial that were made with different "
        "parameters side by side: subtracting one from the other gives small groups away."
    )


def withheld_sentence(names: int) -> str:
    """Say how many results are withheld, and why; empty when none is."""
    if not names:
        return ""
    return (
        f"{counted(names, 'result')} that {'differs' if names == 1 else 'differ'} "
        f"{'is' if names == 1 else 'are'} not shown: the trial is not public, and the "
        "difference between two counts of patients is smaller than its small-cell threshold, or "
        "one side withholds what another shows; a subtraction would single out a few patients."
    )
