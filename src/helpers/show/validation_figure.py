"""The figure of the validation page: how much of its tolerance each difference uses."""

from __future__ import annotations

import math

import pandas as pd

from helpers.methods.reference_rows import KINDS
from helpers.show.figures import ARM_STYLES, display_figure
from helpers.show.records import percent
from helpers.show.row_plot import Mark, Row, row_figure
from helpers.show.scientific import power_of_ten
from helpers.show.validation_notes import HEADINGS, NAMES, SOFTWARE

_STYLES = dict(zip(SOFTWARE, ARM_STYLES, strict=False))
_LEFT = -3.0  # powers of ten: a thousandth of a tolerance or less is drawn here


def differences_figure(table: pd.DataFrame) -> None:
    """Show how much of its tolerance the difference of each kind of quantity uses."""
    table = table.loc[~table["structure"].str.endswith("not polished")]
    share = (table["difference"] / table["tolerance"]).clip(lower=10**_LEFT)
    rows, said = [], []
    for kind in KINDS:
        marks, numbers = [], []
        for line, software in enumerate(SOFTWARE):
            own = share.loc[(table["kind"] == kind) & (table["software"] == software)]
            if own.empty:
                numbers.append(f"{software}: none")
                continue
            marks.append(_mark(own, software, line))
            numbers.append(f"{software}: {len(own)}")
            said.append(
                f"{HEADINGS[kind]}, {NAMES[software]}, {len(own)} values, largest share "
                f"{percent(100 * own.max(), decimals=1)}"
            )
        rows.append(Row(HEADINGS[kind], tuple(marks), numbers=tuple(numbers), bold=True))
    ticks = list(range(int(_LEFT), 1))
    labels = [f"≤ {power_of_ten(ticks[0])}", *(power_of_ten(tick) for tick in ticks[1:-1]), "1"]
    display_figure(
        row_figure(
            rows,
            x_label="Difference, in tolerances (log scale)",
            x_limits=(_LEFT - 0.15, 0.15),
            lines=len(SOFTWARE),
            guides=(0.0,),
            ticks=ticks,
            tick_labels=labels,
        ),
        name="fig-validation",
        caption=(
            "Differences from each program as a share of their tolerance (dashed line): the "
            "largest (marker) and the range of all (line). An open marker: all are a thousandth of "
            "the tolerance or less. To the right: how many values were compared. Without the "
            "model of mmrm whose optimum was not polished."
        ),
        alt=f"One line for each program under each quantity. {'; '.join(said)}.",
    )


def _mark(share: pd.Series, software: str, line: int) -> Mark:
    style = _STYLES[software]
    ends = [round(math.log10(value), 2) for value in (share.min(), share.max())]
    return Mark(
        ends[1],
        ends[0],
        ends[1],
        colour=style.colour,
        marker=style.marker,
        filled=ends[1] > _LEFT,
        line=line,
    )
