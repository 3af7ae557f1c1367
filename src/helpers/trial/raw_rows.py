"""Split the text of somebody's table into rows and cells, whatever separates them."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from helpers.errors import DataError

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "spaces"}
_LOOKED_AT = 200  # rows that decide on the separator


def split_rows(text: str, file: str) -> tuple[str, list[list[str]], list[int]]:
    """Return the separator, and the rows that are not blank with the lines on which they begin."""
    first, _, rest = text.partition("\n")
    told = re.fullmatch(r'"?sep=(.)"?\s*', first, flags=re.IGNORECASE)
    skipped = 1 if told else 0
    body = rest if told else text
    best = told[1] if told and told[1] in SEPARATORS else None
    if best is None:
        scores = {separator: _regularity(body, separator) for separator in SEPARATORS}
        best = max(scores, key=lambda separator: scores[separator])
        if scores[best] <= 0:
            raise DataError(
                f"{file} has a single column, so no table can be made of it: export it with "
                "commas, semicolons or tabs between the columns."
            )
    reader = csv.reader(
        io.StringIO(body, newline=""), delimiter=best, skipinitialspace=best in ", "
    )
    rows: list[list[str]] = []
    lines: list[int] = []
    begins = 1 + skipped
    try:
        for row in reader:
            stripped = [cell.strip() for cell in row]
            if any(stripped) and not (stripped[0].startswith("#") and not rows):
                rows.append(stripped)
                lines.append(begins)
            begins = reader.line_num + 1 + skipped
    except csv.Error as error:
        raise DataError(
            f"{file}, line {begins}: the row that begins here cannot be read ({error}); close "
            "every quote and export the file again."
        ) from None
    return best, rows, lines


def _regularity(text: str, separator: str) -> float:
    """Say how much a text looks like a table with this separator: columns, if rows agree."""
    lines = [line for line in text.splitlines()[: 4 * _LOOKED_AT] if line.strip()][:_LOOKED_AT]
    lines = [line for line in lines if not line.startswith("#")]
    try:
        rows = csv.reader(lines, delimiter=separator, skipinitialspace=separator in ", ")
        widths = Counter(len(row) for row in rows)
    except csv.Error:
        return 0.0
    if not widths:
        return 0.0
    width, agreeing = widths.most_common(1)[0]
    share = agreeing / sum(widths.values())
    # Prose has spaces too: they separate columns only where every row agrees.
    if separator == " " and len(widths) > 2:
        return 0.0
    quality = 0.001 if separator == " " else 1.0
    return (width - 1) * share * share * quality
