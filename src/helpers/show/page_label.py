"""Whose data the page shows: every caption on it begins with these words.

A page has one label. It is set once, by ``page.show_data_label``, and is needed before anything
can be shown, so that a synthetic cohort is never taken for patients.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from helpers.errors import TrialBookError

SIMULATED = "Simulated, no patients"
"""The label of what a simulation made, which are not even the patients of a synthetic cohort."""

SOFTWARE_DATA = "Software test data"
"""The label of a page whose data belong to no trial of the book."""


@dataclass(frozen=True)
class PageLabel:
    """Words that stand beside everything made from a trial's data.

    Parameters
    ----------
    text
        For example ``"Synthetic cohort (IMPACT)"``.
    synthetic
        Whether the patients were made by a computer.
    public
        Whether numbers may be kept more exactly than they are printed.
    lowered
        Whether the trial's labels begin with a small letter within sentences, as English does.
    """

    text: str
    synthetic: bool
    public: bool = True
    lowered: bool = True


_current: PageLabel | None = None


def set_page_label(label: PageLabel) -> None:
    """Label everything that the page shows from now on."""
    global _current
    _current = label


@contextmanager
def labelled_as(label: PageLabel) -> Iterator[None]:
    """Give what is shown within the block a label of its own, on a page that shows several."""
    before = _current
    set_page_label(label)
    try:
        yield
    finally:
        if before is not None:
            set_page_label(before)


@contextmanager
def simulated() -> Iterator[None]:
    """Label what is shown within the block as made by a simulation, whoever the page is about."""
    with labelled_as(replace(page_label(), text=SIMULATED, synthetic=True)):
        yield


def page_label() -> PageLabel:
    """Return the page's label.

    Raises
    ------
    TrialBookError
        When the page has none yet.
    """
    if _current is None:
        raise TrialBookError(
            "The page does not say yet whose data it shows: call page.show_data_label(trial) "
            "before the first table or figure."
        )
    return _current


def is_public() -> bool:
    """Tell whether the page may hold more than it prints; one without a label may."""
    return _current is None or _current.public


def labels_are_lowered() -> bool:
    """Tell whether labels begin with a small letter within the sentences of the page."""
    return _current is None or _current.lowered


def labelled(caption: str) -> str:
    """Return a caption that begins with the page's label."""
    return f"{page_label().text}. {caption}"
