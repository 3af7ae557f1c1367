"""Every error that the package raises on purpose, and the words they share.

An error is one sentence that says what was wrong, where, what was expected and what to do.
The command line prints it without a traceback and exits with a status that is not zero; a notebook
shows it without one too.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

_TELLING = 3  # letters from which a part of a name tells which name was meant


class TrialBookError(Exception):
    """Base of every error that a user can put right."""

    def _render_traceback_(self) -> list[str]:
        """Show the sentence alone in a notebook, which asks for this; the way here helps nobody.

        With ``TRIALBOOK_DEBUG=1`` in the environment it is shown all the same, as by the command.
        """
        if os.environ.get("TRIALBOOK_DEBUG") == "1":
            return traceback.format_exception(self)
        return [f"{type(self).__name__}: {self}"]


class SpecificationError(TrialBookError):
    """``trial.yml`` says something that is not valid, or a name in it was not found."""


class DataError(TrialBookError):
    """A table of a trial is missing, unreadable or says something that is not valid."""


class TrialProblems(TrialBookError):
    """Every problem that was found in a trial's folder, reported together.

    Parameters
    ----------
    problems
        One printable problem each: file, row, what is wrong and its remedy.
    """

    def __init__(self, problems: Sequence[object]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[TrialProblems], tuple[Sequence[object]]]:
        # The default would rebuild the error from its message; worker processes send errors whole.
        return (type(self), (self.problems,))


class ParameterError(TrialBookError):
    """A chapter was given a parameter that it does not have, or a value out of its range."""


class EditionError(TrialBookError):
    """An edition is missing or its file is not valid."""


class AnalysisError(TrialBookError):
    """The data cannot answer the question that was asked of them."""


class ExecutionError(TrialBookError):
    """A chapter did not run to its end."""


class BuildError(TrialBookError):
    """The book could not be compiled or put in place."""


def nearest_name(wrong: str, valid: Iterable[str]) -> str | None:
    """Return the valid name that was most likely meant, or None when none or several are near.

    A name of which ``wrong`` is the beginning, or else a part, comes before one that is spelt
    much alike; of those, the one that the fewest single-letter edits lead to.
    """
    names = list(dict.fromkeys(valid))
    if len(wrong) >= _TELLING:
        for fits in (str.startswith, str.__contains__):
            found = [name for name in names if fits(name, wrong)]
            if len(found) == 1:
                return found[0]
    alike = get_close_matches(wrong, names, n=len(names) or 1, cutoff=0.5)
    edits = {name: _edits(wrong, name) for name in alike}
    nearest = [name for name in alike if edits[name] == min(edits.values())]
    return nearest[0] if len(nearest) == 1 else None


def _edits(one: str, other: str) -> int:
    """Count the letters to insert, delete or replace between two words (Levenshtein 1966)."""
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        above, row = row, [at]
        for place, wanted in enumerate(other, start=1):
            replaced = above[place - 1] + (letter != wanted)
            row.append(min(above[place] + 1, row[-1] + 1, replaced))
    return row[-1]


def unknown_name(kind: str, wrong: str, valid: Iterable[str], *, where: str = "") -> str:
    """Say that a name is unknown, which valid one is nearest, and which there are.

    Parameters
    ----------
    kind
        What the name stands for, for example ``"visit"``.
    wrong
        The name as it was given.
    valid
        Every name that would have been accepted.
    where
        Optional place, for example ``"trial.yml, line 12"``.
    """
    names = list(valid)
    near = nearest_name(wrong, names)
    place = f"{where}: " if where else ""
    hint = f" Did you mean {near!r}?" if near else ""
    known = ", ".join(names) if names else "none"
    return f"{place}There is no {kind} named {wrong!r}.{hint} Valid names: {known}."
