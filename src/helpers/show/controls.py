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
from helpers.show.control_data import LARGEST, Carried, in_order, packed
from helpers.show.control_drawing import figure_html
from helpers.show.control_form import form_html
from helpers.show.control_parts import Axis, Behind, Line, Setting
from helpers.show.outputs import collected, emit
from helpers.show.page_label import labelled
from helpers.show.records import shown
from helpers.show.sentences import listed
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
        What can be set, in order. Where every combination is more than a page should carry, the
        last of them stay as in the run, and the page says so; one with a single option is not
        offered.
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
        no result. It too may have columns in braces, which keeps what the page carries small.
    notes
        Lines below the table.

    Raises
    ------
    TrialBookError
        When the page has not been labelled, the grid lacks a column or a combination, or the
        first setting alone has more options than a page should carry.
    """
    ordered = in_order(grid, settings, name=name)
    for setting in settings:
        if start[setting.column] not in setting.options:
            raise TrialBookError(
                f"The control {name!r} starts with {setting.column} at {start[setting.column]!r}, "
                "which is not among its options: add it."
            )
    offered = [setting for setting in settings if len(setting.options) > 1] or list(settings[:1])
    held: list[Setting] = []
    while True:
        carried = _carried(ordered, settings, offered, start)
        said = _sentences(carried, sentence, instead)
        now = carried.filled(said[carried.start])
        drawn = figure_html(lines, axis=axis, behind=behind, carried=carried, alt=labelled(now))
        carried.add("sentence", said)
        numbers = packed(
            list(carried.columns.values()), [len(setting.options) for setting in offered]
        )
        if len(numbers.encode()) <= LARGEST:
            break
        if len(offered) == 1:
            raise TrialBookError(
                f"The control {name!r} would carry {len(numbers.encode())} bytes on its page, more "
                f"than {LARGEST}: give {offered[0].column!r} fewer options."
            )
        held.append(offered.pop())
    begun = tuple(start[setting.column] for setting in offered)
    whole = shown(labelled(caption))
    table = _table(carried.grid, offered, start, name=name, columns=columns, notes=notes)
    emit(
        {
            "text/html": (
                f'<section class="trial-control" id="{escape(name)}" '
                f'aria-label="{escape(shown(title))}">\n'
                f'<p class="trial-control-title"><strong>{escape(shown(title))}</strong></p>\n'
                f"{form_html(offered, begun, name=name)}"
                '<div class="trial-control-still">\n'
                f"<figure>\n{drawn}<figcaption>{escape(whole)}</figcaption>\n</figure>\n"
                f'<p class="trial-control-said">{escape(now)}</p>\n'
                f'<div class="trial-control-table">\n{table[0]}\n</div>\n</div>\n'
                f'<p class="trial-control-made">{_made(carried, held)}</p>\n'
                f'<script type="application/json">{numbers}</script>\n</section>'
            ),
            "text/plain": "\n\n".join([shown(title), now, table[1]]),
        },
        metadata={"trialbook": {"control": {"name": name, "caption": whole}}},
    )


def _carried(
    ordered: pd.DataFrame,
    settings: Sequence[Setting],
    offered: Sequence[Setting],
    start: Mapping[str, Hashable],
) -> Carried:
    """Return the rows of the settings on offer, with words in the place of the settings' values."""
    inside = pd.Series(True, index=ordered.index)
    begun = inside.copy()
    for setting in settings:
        at_start = ordered[setting.column] == start[setting.column]
        begun &= at_start
        if setting not in offered:
            inside &= at_start
    words = {
        setting.column: [setting.options[value] for value in ordered[setting.column]]
        for setting in settings
    }
    rows = ordered.assign(**words)[inside]
    return Carried(rows, int(begun[inside].to_numpy().argmax()))


def _made(carried: Carried, held: Sequence[Setting]) -> str:
    """Say where the results come from, and what cannot be set."""
    words = (
        f"{len(carried.grid):,} settings. Each was computed by the analysis itself when this page "
        "was made; a control only shows another of these results."
    )
    stay = listed([setting.label for setting in reversed(held)])
    if held:
        words += f" To keep the page small, these stay as in this run: {stay}."
    return escape(shown(words))


def _sentences(carried: Carried, sentence: str, instead: str) -> list[str]:
    """Return the sentence of every setting, with numbers of columns in its slots."""
    template = carried.template(sentence)
    if not instead:
        return [template] * len(carried.grid)
    reasons = {why: carried.template(why) for why in dict.fromkeys(carried.grid[instead]) if why}
    return [reasons.get(why, template) for why in carried.grid[instead]]


def _table(
    grid: pd.DataFrame,
    settings: Sequence[Setting],
    start: Mapping[str, Hashable],
    *,
    name: str,
    columns: Mapping[str, str],
    notes: Sequence[str],
) -> tuple[str, str]:
    """Return the table in which one setting changes at a time, as HTML and as text."""
    begun = {setting.column: setting.options[start[setting.column]] for setting in settings}
    rows = []
    for setting in settings:
        if any(start[other] not in wanted for other, wanted in setting.only_with.items()):
            continue
        others = grid
        for column, words in begun.items():
            if column != setting.column:
                others = others[others[column] == words]
        for row in others.to_dict("records"):
            words = str(row[setting.column])
            rows.append(
                {
                    "Setting": setting.label,
                    "Value": words + RUN * (words == begun[setting.column]),
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
