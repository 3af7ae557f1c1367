"""The cells of a sweep: what each found of the one estimate that a page compares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PRIMARY = "primary.difference"

_PARTS = ("estimate", "lower", "upper")


@dataclass(frozen=True)
class SweptCell:
    """One cell of a grid.

    Parameters
    ----------
    number
        Counted from 1.
    values
        Parameter of the grid to its value, as text.
    label, synthetic
        Whose data it shows, for example ``"Synthetic cohort (IMPACT)"``, and of which kind.
    same_unit
        What has to be equal for two estimates to share an axis: trial, and outcome at a visit.
    estimate, lower, upper
        The estimate and its interval; None where the cell failed or has none.
    text, p
        The same as printed; empty where there is none.
    failure
        Why it failed; empty for a cell that ran to its end.
    fingerprint
        Of what the cell was made from.
    """

    number: int
    values: Mapping[str, str]
    label: str
    synthetic: bool
    same_unit: tuple[str, str]
    estimate: float | None
    lower: float | None
    upper: float | None
    text: str
    p: str
    failure: str
    fingerprint: str


@dataclass(frozen=True)
class Panel:
    """Cells that differ in one parameter only; ``values`` are those that they share."""

    values: Mapping[str, str]
    cells: tuple[SweptCell, ...]


def estimate_stem(cells: Sequence[Mapping[str, Mapping[str, Any]]]) -> str | None:
    """Return the name of the estimate to compare, without its last part; None if there is none.

    The primary difference where the chapter records it, else the first by name that every cell
    records with an interval, a difference before anything else.

    Parameters
    ----------
    cells
        Results of the cells that ran to their end.
    """
    if not cells:
        return None
    common = set.intersection(*(set(cell) for cell in cells))
    stems = sorted(
        stem
        for name in common
        if (stem := name.removesuffix(".estimate")) != name
        and all(f"{stem}.{part}" in common for part in _PARTS)
    )
    if PRIMARY in stems:
        return PRIMARY
    differences = [stem for stem in stems if "difference" in stem.split(".")]
    return next(iter([*differences, *stems]), None)


def swept_cell(
    *,
    number: int,
    values: Mapping[str, str],
    trial: str,
    label: str,
    synthetic: bool,
    results: Mapping[str, Mapping[str, Any]] | None,
    stem: str | None,
    failure: str,
    fingerprint: str,
) -> SweptCell:
    """Return what one cell found of the estimate that the cells are compared by."""
    found = results or {}
    numbers = [_number(found.get(f"{stem}.{part}")) for part in _PARTS]
    texts = [str(found.get(f"{stem}.{part}", {}).get("text", "")) for part in _PARTS]
    told = [
        str(found.get(f"primary.{key}", {}).get("text", "")) for key in ("outcome", "visit.label")
    ]
    outcome = " at ".join(part for part in told if part) if stem == PRIMARY else ""
    return SweptCell(
        number=number,
        values=dict(values),
        label=label,
        synthetic=synthetic,
        same_unit=(trial, outcome),
        estimate=numbers[0],
        lower=numbers[1],
        upper=numbers[2],
        text=f"{texts[0]} ({texts[1]} to {texts[2]})" if numbers[0] is not None else "",
        p=str(found.get(f"{stem}.p", {}).get("text", "")),
        failure=failure,
        fingerprint=fingerprint,
    )


def panels_of(cells: Sequence[SweptCell]) -> tuple[str, tuple[Panel, ...]]:
    """Arrange cells in panels: within each, one parameter differs and an axis can be shared.

    Parameters
    ----------
    cells
        All cells of a grid.

    Returns
    -------
    tuple
        The parameter that differs within a panel (empty when each cell has a panel to itself,
        because no parameter keeps trial and outcome the same), and the panels.
    """
    names = list(cells[0].values) if cells else []
    counts = {name: len({cell.values[name] for cell in cells}) for name in names}
    # The parameter with the most values; the first of the grid where several have as many.
    for within in sorted(names, key=lambda name: -counts[name]):
        panels = _panels(cells, within)
        if all(len(_units(panel)) <= 1 for panel in panels):
            return within, panels
    return "", _panels(cells, "")


def _panels(cells: Sequence[SweptCell], within: str) -> tuple[Panel, ...]:
    found: dict[tuple[tuple[str, str], ...], list[SweptCell]] = {}
    for cell in cells:
        shared = tuple((name, value) for name, value in cell.values.items() if name != within)
        found.setdefault(shared, []).append(cell)
    return tuple(Panel(dict(shared), tuple(members)) for shared, members in found.items())


def _units(panel: Panel) -> set[tuple[str, str]]:
    return {cell.same_unit for cell in panel.cells if cell.estimate is not None}


def _number(entry: Mapping[str, Any] | None) -> float | None:
    value = None if entry is None else entry["value"]
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
