"""Say why a column of somebody's table is no variable of the trial.

A private trial's book prints the categories of its variables, so what was written about one
patient alone must never become a category.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

from helpers.trial.loading import SMALL_CELLS
from helpers.trial.raw_roles import IDENTIFYING, is_site, role_words
from helpers.trial.raw_values import dates, numbers

FEW = 7  # different numbers up to which a column of whole numbers is a column of codes
_LONG_WORDS = 5  # words from which what few patients have is a remark, and no category
_LONG_LETTERS = 40
_NUMBER_OF = re.compile(
    r"(^|_)(codes?|no|nr|num|number|nummer|numero|numéro|key|id|ids|pid|pt|pat|patient|patienten|"
    r"participant|proband|subj|subject|sujet|person|case|fall|chart|akte|dossier|folio|"
    r"expediente|record|rec|file|mrn|код|номер)(_|$)|番号|编号|編號|번호"
)
_REMARKS = re.compile(
    r"(^|_)(comments?|remarks?|notes?|text|txt|freetext|narrative|verbatim|memo|specify|details?|"
    r"explain|explanation|description|descr|bemerkung(en)?|kommentare?|anmerkung(en)?|notiz(en)?|"
    r"freitext|beschreibung|commentaires?|remarques?|précisez|comentarios?|observaci[oó]n(es)?|"
    r"notas?|observaç(ão|ões)|comentários?|commento|commenti|osservazion[ei]|opmerking(en)?|"
    r"toelichting|anmärkning(ar)?|bemærkning(er)?|merknad(er)?|uwagi|komentarz|poznámk[ay]|"
    r"комментари[йи]|примечани[ея]|замечани[ея])(_|$)|備考|コメント|備註|备注|비고"
)
_REASONS = re.compile(r"(^|_)(reasons?|why|gr[uü]nde?|grund|raisons?|motifs?|motivos?|reden)(_|$)")
_MONTHS = (
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sept sep oct nov dec januar februar märz mai juni juli oktober "
    "dezember okt dez janvier février mars avril juin juillet août septembre octobre novembre "
    "décembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
)
_MONTH = "(?:" + "|".join(_MONTHS.split()) + r")\b\.?"
_DATED = re.compile(
    r"\b\d{1,2}[./-]\d{1,2}[./-](\d{4}|\d{2})\b|\b(19|20)\d\d[./-]\d{1,2}[./-]\d{1,2}\b|"
    rf"\b\d{{1,2}}(st|nd|rd|th|\.)?\s*(of |de )?{_MONTH}|\b{_MONTH}\s*\d{{1,4}}\b|"
    r"\d{1,4}\s*年|\d{1,2}\s*月\s*\d{1,2}\s*日",
    flags=re.IGNORECASE,
)


def names_patients(name: str, cells: Mapping[str, str]) -> str | None:
    """Say why a column would point to single patients, whoever asked for it; else None.

    Parameters
    ----------
    name
        The column.
    cells
        Its cell of each patient who has one.
    """
    values = list(cells.values())
    read = numbers(values)
    if IDENTIFYING.search(role_words(name)):
        return "may identify patients"
    # Numbers of eight digits are dates only where they are written so.
    if read is None and dates(values) is not None:
        return "holds dates"
    if len(set(values)) < len(values) or len(values) < 2:
        return None
    if read is None:
        return "is different for every patient, as an id is"
    whole = all(value is not None and value == int(value) for value in read)
    if whole and _NUMBER_OF.search(role_words(name)):
        return "is named like a number of each patient, and different for every one"
    return None


def why_no_variable(name: str, cells: Mapping[str, str], arms: Mapping[str, str]) -> str | None:
    """Say why a column for which nobody asked is no variable of the trial; else None.

    Parameters
    ----------
    name, cells
        The column and its cell of each patient who has one.
    arms
        The arm of each patient, to leave out a column that only says the same.
    """
    values = list(cells.values())
    read = numbers(values)
    if read is None and _REMARKS.search(role_words(name)):
        return "free text, to judge by the name"
    if len(set(values)) == 1:
        return "holds one value only"
    pairs = {(arms[who], cell) for who, cell in cells.items() if who in arms}
    if len(pairs) == len({arm for arm, _ in pairs}) == len({cell for _, cell in pairs}):
        return "says the same as the arm"
    why = names_patients(name, cells)
    if why is not None:
        return why
    if read is None:
        return _free_text(name, values)
    if len(values) > FEW and read == sorted(read, key=lambda value: value or 0.0):
        steps = {round((b or 0.0) - (a or 0.0), 9) for a, b in pairwise(read)}
        if steps == {1.0} and read[0] in (0.0, 1.0):
            return "only counts the rows"
    coded = len(set(read)) < FEW and all(value == int(value or 0) for value in read)
    return _all_rare(name, values) if coded else None


def _free_text(name: str, values: list[str]) -> str | None:
    """Say why words are remarks about single patients rather than categories."""
    counts = Counter(values)
    rare = [text for text, number in counts.items() if number < SMALL_CELLS]
    if rare and _REASONS.search(role_words(name)):
        return "reasons that few patients had, to judge by the name"
    if any(_DATED.search(text) for text in counts):
        return "free text that holds dates"
    if any(len(text) > _LONG_LETTERS or len(text.split()) >= _LONG_WORDS for text in rare):
        return "free text: what few patients have is as long as a remark"
    return _all_rare(name, values)


def _all_rare(name: str, values: list[str]) -> str | None:
    # The words for a centre tell of its patients no more than the centre does.
    if is_site(name) or any(number >= SMALL_CELLS for number in Counter(values).values()):
        return None
    return f"every category has fewer than {SMALL_CELLS} patients"
