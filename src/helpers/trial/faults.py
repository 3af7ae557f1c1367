"""A disagreement between parts of ``trial.yml``, and the ones that every kind of part can have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from helpers.errors import nearest_name
from helpers.trial.positions import Path


@dataclass(frozen=True)
class Fault:
    """A disagreement: the path of the key to correct, what is wrong and what to do."""

    path: Path
    message: str
    remedy: str


Faults = Iterator[Fault]


def unknown_part(path: Path, kind: str, wrong: str, valid: Iterable[str]) -> Fault:
    """Say that a part names another that does not exist, and which there are."""
    names = list(dict.fromkeys(valid))
    near = nearest_name(wrong, names)
    hint = f"Did you mean {near!r}? " if near else ""
    known = ", ".join(names) if names else "none"
    return Fault(path, f"There is no {kind} named {wrong!r}.", f"{hint}Valid names: {known}.")


def repeated(names: Iterable[str]) -> Iterator[tuple[int, str, int]]:
    """Yield position, name and first position of every name that stood before."""
    first: dict[str, int] = {}
    for at, name in enumerate(names):
        if name in first:
            yield at, name, first[name]
        first.setdefault(name, at)


def unique_names(section: str, kind: str, names: Iterable[str], key: str = "id") -> Faults:
    """Yield every name of a section that stands there twice."""
    for at, name, first in repeated(names):
        yield Fault(
            (section, at, key),
            f"Two {kind} are named {name!r}: items {first + 1} and {at + 1} of {section}.",
            "Give each its own name.",
        )


def unique_labels(section: str, kind: str, labels: Iterable[str]) -> Faults:
    """Yield every label of a section that readers could not tell from one before it."""
    for at, _, first in repeated(label.strip().casefold() for label in labels):
        yield Fault(
            (section, at, "label"),
            f"Two {kind} have the same label: items {first + 1} and {at + 1} of {section}.",
            "Write labels that tell them apart; figures and tables show nothing else.",
        )
