"""Read spellings of one word that differ in capitals or blanks as the same word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from helpers.trial.raw_table import RawTable
from helpers.trial.raw_values import is_missing

MOST = 60  # different words above which a column holds no categories


def with_one_spelling(
    table: RawTable, *, besides: Collection[str], missing: Sequence[str] = ()
) -> tuple[RawTable, dict[str, str]]:
    """Write each word of a column as most of its rows do, and say what was joined in which column.

    Parameters
    ----------
    table
        The table.
    besides
        Columns to leave as they are: in ids capitals may tell patients apart.
    missing
        Words for a missing value, which stay as they are.
    """
    columns, told = dict(table.columns), {}
    for name, cells in table.columns.items():
        if name in besides or len(set(cells)) > 2 * MOST:
            continue
        counts = Counter(cell for cell in cells if not is_missing(cell, missing))
        spellings: dict[str, list[str]] = {}
        for cell, _ in counts.most_common():
            spellings.setdefault(" ".join(cell.split()).casefold(), []).append(cell)
        several = [words for words in spellings.values() if len(words) > 1]
        if not several or len(spellings) > MOST:
            continue
        kept = {other: words[0] for words in several for other in words[1:]}
        columns[name] = [kept.get(cell, cell) for cell in cells]
        told[name] = "; ".join(
            f"{' and '.join(map(repr, words[1:]))} in {name} read as {words[0]!r}"
            for words in several
        )
    return replace(table, columns=columns), told
