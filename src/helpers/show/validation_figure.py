"""The figure of the validation page: how much of its tolerance each difference uses."""

from __future__ import annotations

import math

import pandas as pd

from helpers.methods.reference_rows import KINDS
from helpers.show.figures import ARM_STYLES, Numbers, display_figure
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
        numbers=_numbers(share, table),
    )


def _numbers(share: pd.Series, table: pd.DataFrame) -> Numbers:
    """Arrange the shares by quantity and program."""
    rows = []
    for pair, own in share.groupby([table["kind"], table["software"]], sort=False):
        kind, software = map(str, pair)  # type: ignore[call-overload]
        low, high = own.min(), own.max()
        rows.append(
            {
                "Quantity": HEADINGS[kind],
                "Program": NAMES[software],
                "Values": str(len(own)),
                "Smallest share": _share(low),
                "Largest share": _share(high),
            }
        )
    frame = pd.DataFrame(rows)
    order = [HEADINGS[kind] for kind in KINDS]
    frame = frame.sort_values("Quantity", key=lambda names: names.map(order.index), kind="stable")
    return Numbers(
        frame[["Program", "Quantity", "Values", "Smallest share", "Largest share"]],
        of="shares of their tolerance that the differences take up",
        group="Quantity",
    )


def _share(share: float) -> str:
    least = 10**_LEFT
    return f"≤ {percent(100 * least, decimals=1)}" if share <= least else percent(100 * share)


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
