"""Read the words with which a table names a visit: ``Week 6``, ``6w``, ``m3``, ``Baseline``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from helpers.trial.raw_values import words_of

Unit = Literal["day", "week", "month", "year"]

WEEKS: Mapping[Unit, float] = {"day": 1 / 7, "week": 1.0, "month": 52 / 12, "year": 52.0}

_UNIT_WORDS: Mapping[Unit, str] = {
    "day": "days day d tage tag t jours jour j dias dia dagen dag giorni giorno день дни дн "
    "日 天 일",
    "week": "weeks week wks wk w wochen woche wo semaines semaine sem semanas semana settimane "
    "settimana veckor vecka uger uge weken неделя недели недель нед 週 周 週間 주",
    "month": "months month mths mth mon mos mo m monate monat mois meses mes mesi mese maanden "
    "maand månader månad måneder måned месяц месяца месяцев мес 月 ヶ月 か月 个月 個月 개월",
    "year": "years year yrs yr y jahre jahr années année ans an años año anni anno jaar год года "
    "年 년",
}
_UNITS: dict[str, Unit] = {
    word: unit for unit, words in _UNIT_WORDS.items() for word in words.split()
}
_BASELINE_TEXT = (
    "baseline base basel basln bl bsl bas basal pre prae prä pretest pretreatment "
    "pretreat before preop baselinevisit randomisation randomization rand entry "
    "enrolment enrollment inclusion initial avant eingang aufnahme ausgangswert "
    "basislinie baslinje исходно исходный начало до start "
    "ベースライン 基线 基線 投与前 治療前 治疗前 기저"
)
_BASELINE = frozenset(_BASELINE_TEXT.split())
_SCREENING = frozenset(["screening", "screen", "scr", "scrn", "runin"])
_NUMBERED_TEXT = (
    "visit visite vis v time timepoint tp t wave assessment occasion fu followup follow "
    "up post measurement termin messzeitpunkt mzp zeitpunkt vis визит"
)
_NUMBERED = frozenset(_NUMBERED_TEXT.split())
_NUMBER = r"[-+−]?\d+(?:[.,]\d+)?"


@dataclass(frozen=True)
class VisitWords:
    """What the name of a visit says.

    ``kind``: ``baseline``, ``screening``, ``time`` (``number`` in ``unit``), ``number`` (of a
    visit, or a time whose unit is not said) or ``named``.
    """

    text: str
    kind: Literal["baseline", "screening", "time", "number", "named"]
    number: float | None = None
    unit: Unit | None = None

    @property
    def week(self) -> float | None:
        """Weeks since baseline, as far as the words say."""
        if self.kind == "baseline":
            return 0.0
        if self.kind != "time" or self.number is None or self.unit is None:
            return None
        exact = self.number * WEEKS[self.unit]
        return float(round(exact)) if self.unit in ("month", "year") else round(exact, 2)


def read_visit(text: str, *, unit: Unit | None = None, whole: bool = False) -> VisitWords:
    """Read the name of a visit.

    Parameters
    ----------
    text
        The name.
    unit
        The unit of a bare number, where the name of its column tells it.
    whole
        Whether all of the text must be the visit's name, with no other words beside it.
    """
    cleaned = re.sub(r"[\s_.\-:/()]+", " ", text.casefold()).strip()
    bare = text.strip().replace("−", "-").replace(",", ".")
    if re.fullmatch(_NUMBER, bare):
        kind: Literal["time", "number"] = "time" if unit else "number"
        return VisitWords(text, kind, float(bare), unit)
    before = re.fullmatch(r"\s*([^\W\d]+)\s+[-−]\s*(\d+)\s*", text.casefold())
    if before and before[1] in _UNITS:
        return VisitWords(text, "time", -float(before[2]), _UNITS[before[1]])
    joined = cleaned.replace(" ", "")
    if joined in _BASELINE or ("baseline" in joined and not whole):
        return VisitWords(text, "baseline")
    if joined in _SCREENING or ("screening" in joined and not whole):
        return VisitWords(text, "screening")
    found = _timed(cleaned, whole=whole)
    if found is not None:
        return replace(found, text=text)
    numbered = re.fullmatch(r"([^\W\d]+(?: [^\W\d]+)?) ?(\d+)", cleaned)
    if numbered and set(numbered[1].split()) <= _NUMBERED:
        return VisitWords(text, "number", float(numbered[2]))
    if numbered and numbered[1] in _BASELINE and numbered[2] == "0":
        return VisitWords(text, "baseline")
    return VisitWords(text, "named")


def is_unplanned(text: str) -> bool:
    """Tell whether a visit's name says that it was not planned: unscheduled, early termination."""
    words = re.sub(r"[\s_.\-]+", "", text.casefold())
    return re.search(r"unsched|unplanned|earlyterm|au(ß|ss)erplan|nonplanifi", words) is not None


def _timed(cleaned: str, *, whole: bool) -> VisitWords | None:
    """Read a number with its unit, standing alone or, spelt out, among other words."""
    found = re.fullmatch(r"([^\W\d]+) ?(\d+(?: \d+)?)", cleaned)
    if found and found[1] in _UNITS and found[1] != "t":
        return _at(found[2], _UNITS[found[1]])
    found = re.fullmatch(r"(\d+(?: \d+)?) ?(?:st|nd|rd|th)? ?([^\W\d]+)", cleaned)
    if found and found[2] in _UNITS:
        return _at(found[1], _UNITS[found[2]])
    if whole:
        return None
    for match in re.finditer(r"([^\W\d]{3,}) ?(\d+)|(\d+) ?([^\W\d]{3,})", cleaned):
        word, number = (match[1], match[2]) if match[1] else (match[4], match[3])
        if word in _UNITS:
            return _at(number, _UNITS[word])
    return None


def _at(number: str, unit: Unit) -> VisitWords:
    value = float(number.replace(" ", "."))
    return VisitWords("", "time", value, unit)


def unit_of(name: str) -> Unit | None:
    """Return the unit of time that the name of a column tells: ``week``, ``visit_month``."""
    for word in words_of(name):
        if len(word) > 1 and word in _UNITS and word not in ("mes", "an", "sem", "mo", "wo", "dia"):
            return _UNITS[word]
        stripped = word.rstrip("s")
        if stripped in ("week", "month", "day", "year"):
            return _UNITS[stripped]
    return None
