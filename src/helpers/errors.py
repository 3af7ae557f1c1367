"""Every error that the package raises on purpose, and the words they share.

An error is one sentence that says what was wrong, where, what was expected and what to do.
The command line prints it without a traceback and exits with a status that is not zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class TrialBookError(Exception):
    """Base of every error that a user can put right."""


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
    """Return the valid name most like ``wrong``, or None when none is near."""
    found = get_close_matches(wrong, list(valid), n=1, cutoff=0.5)
    return found[0] if found else None


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
