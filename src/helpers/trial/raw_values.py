"""What the cells of somebody's table mean: missing values, numbers, dates and names of columns."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime

MISSING_WORDS = frozenset(
    {"", "na", "n/a", "n.a.", "nan", "#n/a", "#na", "null", ".", "-", "--", "?", "missing", "<na>"}
    | {".a", ".b", ".c", ".m", ".z", "#null!", "#value!", "#div/0!", "inf", "-inf", "k.a.", "n/d"}
)
_CODES = (-9999.0, -999.0, -99.0, -9.0, 99.0, 999.0, 9999.0)
_POINT = re.compile(r"[-+−]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_COMMA = re.compile(r"[-+−]?(\d+,?\d*|,\d+)([eE][-+]?\d+)?")
_THOUSANDS_POINT = re.compile(r"[-+−]?\d{1,3}(,\d{3})+(\.\d+)?")
_THOUSANDS_COMMA = re.compile(r"[-+−]?\d{1,3}([.' \u00a0\u202f]\d{3})+(,\d+)?")


def is_missing(cell: str, extra: Iterable[str] = ()) -> bool:
    """Tell whether a cell says that there is no value."""
    return cell.casefold() in MISSING_WORDS or cell in extra


def numbers(cells: Sequence[str], *, extra: Iterable[str] = ()) -> list[float | None] | None:
    """Read cells as numbers, None for those missing; None altogether when they are not numbers.

    A decimal comma is understood where every cell can be read with one, and so are thousands set
    off by commas, points, spaces or apostrophes. ``extra`` are further words for a missing value.
    """
    known = [cell for cell in cells if not is_missing(cell, extra)]
    if not known:
        return None
    for style in (_point, _comma, _thousands_point, _thousands_comma):
        read = {cell: style(cell) for cell in set(known)}
        if all(value is not None for value in read.values()):
            return [read.get(cell) if not is_missing(cell, extra) else None for cell in cells]
    return None


def _point(cell: str) -> float | None:
    return float(cell.replace("−", "-")) if _POINT.fullmatch(cell) else None


def _comma(cell: str) -> float | None:
    return float(cell.replace(",", ".").replace("−", "-")) if _COMMA.fullmatch(cell) else None


def _thousands_point(cell: str) -> float | None:
    return _point(cell.replace(",", "")) if _THOUSANDS_POINT.fullmatch(cell) else _point(cell)


def _thousands_comma(cell: str) -> float | None:
    plain = re.sub(r"[.' \u00a0\u202f]", "", cell)
    return _comma(plain) if _THOUSANDS_COMMA.fullmatch(cell) else _comma(cell)


def missing_codes(values: Iterable[float | None]) -> tuple[float, ...]:
    """Return the numbers that stand for a missing value, judged by how far they lie off.

    -9, -99, -999 and -9999 where nothing else is negative; 99, 999 and 9999 where everything else
    is less than half of them.
    """
    counted = Counter(value for value in values if value is not None)
    candidates = [code for code in _CODES if code in counted]
    rest = [value for value in counted if value not in candidates]
    if not rest:
        return ()
    low, high = min(rest), max(rest)
    return tuple(
        code for code in candidates if (code < 0 <= low) or (code > 0 and high < code / 2 >= 1)
    )


def words_of(name: str) -> list[str]:
    """Split the name of a column into its words and numbers, in small letters."""
    spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", name)
    return [word for word in re.split(r"[^0-9a-z\u00c0-\uffff]+", spaced.lower()) if word]


_DATE_FORMS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y%m%d",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M:%S",
    "%d.%m.%Y",
    "%d.%m.%y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d-%b-%Y",
    "%d %b %Y",
    "%d%b%Y",
    "%d %B %Y",
)


def dates(cells: Sequence[str], *, extra: Iterable[str] = ()) -> list[date | None] | None:
    """Read cells as dates, None for those missing; None altogether when they are not dates.

    Also None when day and month could be either of two numbers throughout.
    """
    known = {cell for cell in cells if not is_missing(cell, extra)}
    if not known or not any(re.search(r"\d", cell) for cell in known):
        return None
    readings = [reading for form in _DATE_FORMS if (reading := _read_all(known, form))]
    readings = [
        reading
        for reading in readings
        if all(date(1900, 1, 1) <= value <= date(2100, 12, 31) for value in reading.values())
    ]
    if not readings or any(reading != readings[0] for reading in readings):
        return None
    return [readings[0].get(cell) for cell in cells]


def _read_all(cells: set[str], form: str) -> dict[str, date] | None:
    try:
        return {cell: datetime.strptime(cell, form).date() for cell in cells}
    except ValueError:
        return None


def plain(number: float) -> str:
    """Write a number as short as it can be read back."""
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(number)
