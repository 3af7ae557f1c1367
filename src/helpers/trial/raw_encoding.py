"""Decode somebody's table, whatever its encoding, and say where that is in doubt."""

from __future__ import annotations

import re

from helpers.errors import DataError

_STRANGE = 0.3  # share of the signs beside ASCII from which they are hardly Western
_USUAL = "°§±²³€£×½\u00a0–—‘’“”…"  # signs of Western texts
_FEWEST = 4  # of them: fewer prove nothing
# Encodings of other languages, with the letters that make a reading of a file likely.
_OTHERS = (
    ("shift_jis", r"\u3040-\u30ff\u4e00-\u9fff"),
    ("euc_jp", r"\u3040-\u30ff\u4e00-\u9fff"),
    ("big5", r"\u4e00-\u9fff"),
    ("gbk", r"\u4e00-\u9fff"),
    ("euc_kr", r"\uac00-\ud7af"),
    ("cp1251", r"\u0410-\u044f\u0401\u0451"),
)


def decoded(content: bytes, file: str, encoding: str | None) -> tuple[str, str, str]:
    """Return the text of a file, what it was taken for, and why that may be wrong (or nothing).

    Parameters
    ----------
    content, file
        The file's bytes and its name.
    encoding
        The encoding that an option named; None to find out.

    Raises
    ------
    DataError
        When the file is not written in the encoding that was named.
    """
    if encoding is not None:
        try:
            return content.decode(encoding).removeprefix("\ufeff"), encoding, ""
        except LookupError:
            raise DataError(
                f"--encoding {encoding}: Python knows no encoding of this name; write, for "
                "example, utf-8, cp1252 or cp1251."
            ) from None
        except UnicodeDecodeError as error:
            line = content[: error.start].count(b"\n") + 1
            raise DataError(
                f"{file}, line {line} is not written in {encoding}: name another --encoding."
            ) from None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace"), "UTF-16", ""
    try:
        return content.decode("utf-8-sig"), "UTF-8", ""
    except UnicodeDecodeError:
        pass
    try:
        text, name = content.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:
        text, name = content.decode("latin-1"), "Latin-1"
    doubt = _doubt(text, content)
    return text, f"{name} ({doubt or 'if letters look wrong, give --encoding'})", doubt


def _doubt(text: str, content: bytes) -> str:
    """Say that a text is in no language of Western Europe, and which encoding it may have."""
    strange = [sign for sign in text if ord(sign) > 127]
    # Western words mix their accented letters with plain ones.
    runs = sum(len(run) for run in re.findall(r"[^\x00-\x7f]{3,}", text))
    signs = sum(not sign.isalpha() and sign not in _USUAL for sign in strange)
    if len(strange) < _FEWEST or max(runs, signs) < _STRANGE * len(strange):
        return ""
    fitting = [name for name, letters in _OTHERS if _all_in(content, name, letters)]
    named = " or ".join(fitting) or "shift_jis, big5, cp1250 or cp1253"
    return f"its letters seem wrong: give --encoding, for example {named}"


def _all_in(content: bytes, encoding: str, letters: str) -> bool:
    """Tell whether a file in an encoding holds, beside ASCII, nearly nothing but some letters."""
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return False
    beside = re.sub(r"[\x00-\x7f\u3000-\u303f\uff00-\uff60]", "", text)
    return bool(beside) and len(re.findall(f"[{letters}]", beside)) >= 0.9 * len(beside)
