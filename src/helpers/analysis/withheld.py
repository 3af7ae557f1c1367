"""What stands in place of a number that may not be shown."""

from __future__ import annotations

from typing import Any

WORDS = "not shown"


class NotShown(float):
    """A count that is withheld: not a number, so that whoever forgets it cannot print one.

    Whatever is added to it or taken from it is withheld too.
    """

    def __new__(cls) -> NotShown:
        """Make one; it holds nothing."""
        return super().__new__(cls, "nan")

    def __reduce__(self) -> tuple[type[NotShown], tuple[()]]:
        """Pickle without a value."""
        return (type(self), ())

    def __str__(self) -> str:
        """Return the words that stand in place of the count."""
        return WORDS

    __repr__ = __str__

    def __format__(self, specification: str) -> str:
        """Return the words that stand in place of the count, whatever format was asked for."""
        return WORDS

    def __add__(self, other: Any) -> NotShown:
        """Stay withheld."""
        return self

    __radd__ = __sub__ = __rsub__ = __add__

    def __abs__(self) -> NotShown:
        """Stay withheld."""
        return self


NOT_SHOWN = NotShown()
