"""Tables as the page needs them: a caption, headers with a scope, and the book's own style.

great_tables lays out the table; its inline style and its ids (which repeat from table to table)
are taken out, so that the book's style sheet rules in light and in dark and the page stays valid.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd
from great_tables import GT

from helpers.show.outputs import emit
from helpers.show.page_label import labelled
from helpers.show.records import shown

_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
_UNWANTED = re.compile(
    r'\s(?:id|headers|style|aria-labelledby|data-quarto-[a-z-]+|rowspan|colspan)="([^"]*)"'
)
_NAMED_ROW = re.compile(r'(gt_stub"[^>]*>)([A-Za-z]\w*(?:\.\w+)+)(?=</th>)')
_GROUP_ROW = re.compile(r'<tr class="gt_group_heading_row">')
# The heading of a group is as wide as its table; its words stay in sight while that scrolls.
_GROUP_WORDS = re.compile(r'(<th class="trial-group"[^>]*>)(.*?)(</th>)', re.DOTALL)


def display_table(
    frame: pd.DataFrame,
    *,
    name: str,
    caption: str,
    notes: Sequence[str] = (),
    row_header: str,
    group: str | None = None,
    spanners: Mapping[str, Sequence[str]] | None = None,
    text_columns: Sequence[str] = (),
    fold: str = "",
) -> None:
    """Show a table of printed texts.

    Parameters
    ----------
    frame
        Texts, ready to print; the column names are the headers.
    name
        Name of the table, for example ``"tab-primary"``: the id of its wrapper.
    caption
        Plain text; the page's data label is put before it.
    notes
        Lines under the table: sources, abbreviations, methods.
    row_header
        Column that names each row.
    group
        Column whose values head groups of rows (equal values must stand together).
    spanners
        Header over several columns, to the names of those columns.
    text_columns
        Columns of words, aligned to the left; all others are numbers, aligned to the right.
    fold
        The line under which a long table is folded away until the reader opens it; an empty text
        leaves it open.

    Raises
    ------
    TrialBookError
        When the page has not been labelled.
    """
    whole = shown(labelled(caption))
    below = [shown(note) for note in notes]
    printed = frame.map(lambda cell: shown(str(cell)))
    html = _html(
        printed,
        name=name,
        caption=whole,
        notes=below,
        row_header=row_header,
        group=group,
        spanners=spanners or {},
        text_columns=text_columns,
    )
    if fold:
        summary = f"<summary>{escape(shown(fold))}</summary>"
        html = f'<details class="trial-fold">{summary}\n{html}\n</details>'
    emit(
        {
            "text/html": html,
            "text/plain": _plain(printed, caption=whole, notes=below),
        },
        metadata={"trialbook": {"table": {"name": name, "caption": whole}}},
    )


def _html(
    frame: pd.DataFrame,
    *,
    name: str,
    caption: str,
    notes: Sequence[str],
    row_header: str,
    group: str | None,
    spanners: Mapping[str, Sequence[str]],
    text_columns: Sequence[str],
) -> str:
    numbers = [
        column for column in frame.columns if column not in {row_header, group, *text_columns}
    ]
    table = GT(frame, rowname_col=row_header, groupname_col=group, id="trial-table")
    table = table.tab_stubhead(row_header)
    for label, columns in spanners.items():
        table = table.tab_spanner(label, columns=list(columns))
    if numbers:
        table = table.cols_align("right", columns=numbers)
    if text_columns:
        table = table.cols_align("left", columns=list(text_columns))
    text = _STYLE.sub("", table.as_raw_html())
    text = text[text.index("<table") : text.index("</table>") + len("</table>")]
    text = _UNWANTED.sub(_kept_span, text)
    text = _NAMED_ROW.sub(_breaking, text)
    # A group heading names its own rows, which therefore are a body of their own.
    text = _GROUP_ROW.sub("</tbody>\n<tbody>\n<tr>", text)
    text = text.replace('<tbody class="gt_table_body">\n  </tbody>\n', "")
    text = text.replace('class="gt_group_heading" colspan', 'class="trial-group" colspan')
    text = re.sub(r'(class="trial-group"[^>]*) scope="colgroup"', r'\1 scope="rowgroup"', text)
    text = _GROUP_WORDS.sub(r"\1<span>\2</span>\3", text)
    heading = f"<caption><span>{escape(caption)}</span></caption>"
    text = re.sub(r"<table[^>]*>", lambda _: f'<table class="trial-table">\n{heading}', text)
    foot = "".join(f"<p>{escape(note)}</p>" for note in notes)
    below = f'\n<div class="trial-table-notes">{foot}</div>' if notes else ""
    return (
        f'<div class="trial-table-block" id="{escape(name)}">\n'
        # The wrapper scrolls sideways; the keyboard reaches it by its tab stop.
        f'<div class="trial-table-wrapper" role="region" tabindex="0" '
        f'aria-label="Table: {escape(caption)}">\n{text}\n</div>{below}\n</div>'
    )


def _breaking(cell: re.Match[str]) -> str:
    """Let the name of a result go on in the next line after its points, not within its words."""
    return cell[1] + cell[2].replace(".", ".<wbr>")


def _kept_span(attribute: re.Match[str]) -> str:
    """Drop an attribute, unless it spans more than one row or column."""
    whole = attribute.group(0)
    spans = whole.lstrip().startswith(("rowspan", "colspan")) and attribute.group(1) != "1"
    return whole if spans else ""


def _plain(frame: pd.DataFrame, *, caption: str, notes: Sequence[str]) -> str:
    return "\n\n".join([caption, frame.to_string(index=False), *notes])
