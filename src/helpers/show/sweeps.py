"""Small multiples and the table of a sweep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from helpers.analysis.sweeps import Panel, SweptCell, panels_of
from helpers.show.figures import ARM_STYLES, display_figure
from helpers.show.page_label import PageLabel, labelled_as
from helpers.show.records import count, shown
from helpers.show.row_plot import Mark, Row, row_figure
from helpers.show.tables import display_table

DONE = "done"
FAILED = "failed"
SHOWN_DIGITS = 12
"""Of a fingerprint, in the table."""

_ROOM = 0.08  # of the range of the estimates, left free at either end of the axis


def sweep_sentence(cells: Sequence[SweptCell]) -> str:
    """Say how many cells there are and how they ended."""
    failed = sum(bool(cell.failure) for cell in cells)
    done = len(cells) - failed
    said = f"{count(done)} of {count(len(cells))} cells of the grid ran to their end"
    return f"{said}, {count(failed)} failed." if failed else f"{said}."


def sweep_figures(cells: Sequence[SweptCell], *, what: str) -> None:
    """Show the estimate and its interval in every cell: one panel for each combination.

    Parameters
    ----------
    cells
        All cells, failed ones included: they keep their place.
    what
        What is estimated, for the axis and the captions.
    """
    within, panels = panels_of(cells)
    limits = _limits(cells)
    for place, panel in enumerate(panels, start=1):
        if any(cell.estimate is not None for cell in panel.cells):
            of = panel.cells[0]
            with labelled_as(PageLabel(of.label, of.synthetic)):
                _panel(panel, within, place, what, limits)


def _limits(cells: Sequence[SweptCell]) -> dict[tuple[str, str], tuple[float, float]]:
    """Return the range of the axis, the same wherever trial and outcome are the same."""
    ends: dict[tuple[str, str], list[float]] = {}
    for cell in cells:
        if cell.estimate is not None:
            known = (cell.estimate, cell.lower, cell.upper)
            ends.setdefault(cell.same_unit, [0.0]).extend(x for x in known if x is not None)
    found = {}
    for unit, values in ends.items():
        room = _ROOM * ((max(values) - min(values)) or 1.0)
        found[unit] = (min(values) - room, max(values) + room)
    return found


def _panel(
    panel: Panel,
    within: str,
    place: int,
    what: str,
    limits: Mapping[tuple[str, str], tuple[float, float]],
) -> None:
    style = ARM_STYLES[0]
    rows, said = [], []
    for cell in panel.cells:
        label = f"{within}: {_shown(cell.values[within])}" if within else f"cell {cell.number}"
        marks: tuple[Mark, ...] = ()
        if cell.estimate is not None:
            marks = (
                Mark(
                    cell.estimate,
                    cell.lower,
                    cell.upper,
                    colour=style.colour,
                    marker=style.marker,
                ),
            )
        told = cell.text or (FAILED if cell.failure else "no estimate")
        rows.append(Row(label, marks, remark=shown(told), bold=True))
        said.append(f"{label} {told}")
    shared = ", ".join(f"{name}: {_shown(value)}" for name, value in panel.values.items())
    unit = next(cell.same_unit for cell in panel.cells if cell.estimate is not None)
    where = f"{shared}. " if shared else ""
    of = f"{what} ({unit[1]})" if unit[1] else what
    display_figure(
        row_figure(rows, x_label=of, x_limits=limits[unit], zero=0.0),
        name=f"fig-sweep-{place}",
        caption=f"{where}{of} with its interval.",
        alt=f"{where}Points with intervals on one axis, with a line at zero. {'; '.join(said)}.",
        numbers="tab-sweep-cells",
    )


def _shown(value: str) -> str:
    return value or "(empty)"


def cells_table(cells: Sequence[SweptCell], *, what: str | None) -> None:
    """Show every cell: its values, how it ended, what it found.

    Parameters
    ----------
    cells
        All cells.
    what
        What is estimated; None when the chapter has no estimate to show.
    """
    rows = []
    for cell in cells:
        row = {"Cell": str(cell.number)}
        row |= {name: _shown(value) for name, value in cell.values.items()}
        row["State"] = FAILED if cell.failure else DONE
        if what is not None:
            row[what] = cell.text
            row["P"] = cell.p
        row["Fingerprint"] = cell.fingerprint[:SHOWN_DIGITS]
        rows.append(row)
    names = list(cells[0].values)
    display_table(
        pd.DataFrame(rows),
        name="tab-sweep-cells",
        caption="Cells of the grid.",
        row_header="Cell",
        text_columns=[*names, "State", "Fingerprint"],
    )


def failures_table(cells: Sequence[SweptCell]) -> None:
    """Show why cells failed; nothing when none did."""
    failed = [cell for cell in cells if cell.failure]
    if not failed:
        return
    display_table(
        pd.DataFrame([{"Cell": str(cell.number), "Why": cell.failure} for cell in failed]),
        name="tab-sweep-failures",
        caption="Cells that failed.",
        row_header="Cell",
        text_columns=["Why"],
    )


def fixed_table(values: Mapping[str, object]) -> None:
    """Show the values that are the same in every cell."""
    if not values:
        return
    rows = [{"Parameter": name, "Value": _shown(str(each))} for name, each in values.items()]
    display_table(
        pd.DataFrame(rows),
        name="tab-sweep-fixed",
        caption="Parameters that are the same in every cell.",
        row_header="Parameter",
        text_columns=["Value"],
    )
