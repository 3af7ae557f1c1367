"""Make ids that ``trial.yml`` accepts out of labels in any language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_CYRILLIC_LATIN = (
    "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya i i e g"
)
_CYRILLIC = dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґ", _CYRILLIC_LATIN.split(), strict=True))
_GREEK_LATIN = "a b g d e z i th i k l m n x o p r s s t y f ch ps o"
_GREEK = dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω", _GREEK_LATIN.split(), strict=True))
_LETTERS = {
    **{letter: latin.replace("_", "") for letter, latin in {**_CYRILLIC, **_GREEK}.items()},
    **{"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ð": "d", "þ": "th", "ł": "l", "đ": "d"},
    **{"ı": "i", "ħ": "h", "%": " percent ", "&": " and ", "+": " plus ", "µ": "u"},
}


def latin_of(text: str) -> str:
    """Write a text in small letters from a to z, digits and underscores, as far as it can be."""
    letters = "".join(_LETTERS.get(letter, letter) for letter in text.casefold())
    decomposed = unicodedata.normalize("NFKD", letters)
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    bare = "".join(_LETTERS.get(letter, letter) for letter in bare)
    return re.sub(r"[^a-z0-9]+", "_", bare).strip("_")


def safe_id(label: str, *, fallback: str, taken: Iterable[str] = ()) -> str:
    """Return an id for a label that no other part has.

    Parameters
    ----------
    label
        The words to keep as far as possible.
    fallback
        What an id begins with when the label begins with a digit, and what it is when the label
        has no letter that can be written in Latin (``arm``).
    taken
        Ids that are in use or reserved.
    """
    used = set(taken)
    name = latin_of(label)[:40].strip("_")
    if not name:
        name = fallback
    elif name[0].isdigit():
        name = f"{fallback}_{name}"
    if name in used and name == latin_of(label):
        name = f"{name}_{fallback}" if f"{name}_{fallback}" not in used else name
    number, chosen = 2, name
    while chosen in used:
        chosen, number = f"{name}_{number}", number + 1
    return chosen


def safe_codes(values: Iterable[str]) -> dict[str, str]:
    """Return a code for every value of a categorical column, as ``trial.yml`` can write it."""
    codes: dict[str, str] = {}
    for value in values:
        if re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]*", value) and value not in codes.values():
            codes[value] = value
            continue
        plain = latin_of(value) or "code"
        number, code = 2, plain
        while code in codes.values():
            code, number = f"{plain}_{number}", number + 1
        codes[value] = code
    return codes
