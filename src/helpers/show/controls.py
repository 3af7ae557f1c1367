"""Controls in a page: a reader changes a setting and sees another result that was computed before.

A control needs no server and computes nothing: every setting's result was computed when the page
was made. Without scripts, on paper and in a notebook it is a figure of one setting, its sentence
and a table in which one setting changes at a time. With the script ``_static/controls.js`` these
are copied, and the copy follows the settings; ``_static/controls.css`` styles both.

A chapter adds one in a few lines::

    display_control(
        grid,  # one row for every combination
        name="control-power",
        title="What if there had been fewer patients?",
        settings=[Setting("n", "Patients", {50: "50", 100: "100"}, slider=True)],
        start={"n": 100},
        lines=[Line("Power", "{printed}", Bar("power"))],
        axis=Axis("Power (%)", 0, 100),
        sentence="With {n} patients the power is {printed}.",
        columns={"Power": "printed"},
        caption="Power of the trial, by its size.",
    )
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from html import escape

import pandas as pd

from helpers.errors import TrialBookError
from helpers.show.control_data import Carried, in_order, packed
from helpers.show.control_drawing import figure_html
from helpers.show.control_form import form_html
from helpers.show.control_parts import Axis, Behind, Line, Setting
from helpers.show.outputs import collected, emit
from helpers.show.page_label import labelled
from helpers.show.records import shown
from helpers.show.tables import display_table

RUN = " (as run)"


def display_control(
    grid: pd.DataFrame,
    *,
    name: str,
    title: str,
    settings: Sequence[Setting],
    start: Mapping[str, Hashable],
    lines: Sequence[Line],
    axis: Axis,
    sentence: str,
    columns: Mapping[str, str],
    caption: str,
    behind: Sequence[Behind] = (),
    instead: str = "",
    notes: Sequence[str] = (),
) -> None:
    """Show a control.

    Parameters
    ----------
    grid
        One row for every combination of the settings: their columns, numbers for the marks, and
        printed texts.
    name
        For example ``"control-primary"``: the id of its section.
    title
        The question that it answers.
    settings
        What can be set, in order.
    start
        The setting that the page begins with, by column; drawn where there is no script.
    lines, axis, behind
        The figure.
    sentence
        The result in words, with columns in braces; a setting's column stands for its words.
    columns
        Headers of the table, and the columns of printed texts below them.
    caption
        Plain text; the page's data label is put before it.
    instead
        A column whose text, where it is not empty, takes the place of the sentence: why there is
        no result.
    notes
        Lines below the table.

    Raises
    ------
    TrialBookError
        When the page has not been labelled, the grid lacks a column or a combination, or there is
        more of it than a page should carry.
    """
    ordered = in_order(grid, settings, name=name)
    sizes = [len(setting.options) for setting in settings]
    begun = tuple(start[setting.column] for setting in settings)
    keys = list(
        ordered[[setting.column for setting in settings]].itertuples(index=False, name=None)
    )
    if begun not in keys:
        raise TrialBookError(
            f"The control {name!r} starts at {begun!r}, which is not among its settings: add it."
        )
    carried = Carried(_with_words(ordered, settings), keys.index(begun))
    said = _sentences(carried, sentence, instead)
    whole = shown(labelled(caption))
    now = carried.filled(said[carried.start])
    drawn = figure_html(lines, axis=axis, behind=behind, carried=carried, alt=labelled(now))
    carried.add("sentence", said)
    table = _table(carried.grid, settings, begun, name=name, columns=columns, notes=notes)
    made = (
        f"{len(grid):,} settings. Each was computed by the analysis itself when this page was "
        "made; a control only shows another of these results."
    )
    numbers = packed(list(carried.columns.values()), sizes, name=name)
    emit(
        {
            "text/html": (
                f'<section class="trial-control" id="{escape(name)}" '
                f'aria-label="{escape(shown(title))}">\n'
                f'<p class="trial-control-title"><strong>{escape(shown(title))}</strong></p>\n'
                f"{form_html(settings, begun, name=name)}"
                '<div class="trial-control-still">\n'
                f"<figure>\n{drawn}<figcaption>{escape(whole)}</figcaption>\n</figure>\n"
                f'<p class="trial-control-said">{escape(now)}</p>\n'
                f'<div class="trial-control-table">\n{table[0]}\n</div>\n</div>\n'
                f'<p class="trial-control-made">{made}</p>\n'
                f'<script type="application/json">{numbers}</script>\n</section>'
            ),
            "text/plain": "\n\n".join([shown(title), now, table[1]]),
        },
        metadata={"trialbook": {"control": {"name": name, "caption": whole}}},
    )


def _with_words(ordered: pd.DataFrame, settings: Sequence[Setting]) -> pd.DataFrame:
    """Replace the values of the settings by the words for them."""
    words = {
        setting.column: [setting.options[value] for value in ordered[setting.column]]
        for setting in settings
    }
    return ordered.assign(**words)


def _sentences(carried: Carried, sentence: str, instead: str) -> list[str]:
    """Return the sentence of every setting, with numbers of columns in its slots."""
    template = carried.template(sentence)
    if not instead:
        return [template] * len(carried.grid)
    return [shown(why) or template for why in carried.grid[instead]]


def _table(
    grid: pd.DataFrame,
    settings: Sequence[Setting],
    begun: tuple[Hashable, ...],
    *,
    name: str,
    columns: Mapping[str, str],
    notes: Sequence[str],
) -> tuple[str, str]:
    """Return the table in which one setting changes at a time, as HTML and as text."""
    start = {
        setting.column: setting.options[value]
        for setting, value in zip(settings, begun, strict=True)
    }
    rows = []
    values = dict(zip(start, begun, strict=True))
    for setting in settings:
        if any(values[other] not in wanted for other, wanted in setting.only_with.items()):
            continue
        others = grid
        for column, words in start.items():
            if column != setting.column:
                others = others[others[column] == words]
        for row in others.to_dict("records"):
            words = str(row[setting.column])
            rows.append(
                {
                    "Setting": setting.label,
                    "Value": words + RUN * (words == start[setting.column]),
                    **{header: str(row[column]) for header, column in columns.items()},
                }
            )
    with collected() as outputs:
        display_table(
            pd.DataFrame(rows),
            name=f"{name}-table",
            caption="One setting changed at a time, the others as in this run.",
            row_header="Value",
            group="Setting",
            notes=notes,
        )
    return str(outputs[0].data["text/html"]), str(outputs[0].data["text/plain"])
