"""What the operating system refuses, told in a sentence that says what to do."""

from __future__ import annotations

import errno
import os
import re
import shutil
from pathlib import Path

from helpers.book.replacing import PARTIAL

DEBUG = "TRIALBOOK_DEBUG"
"""Set to 1, this variable lets whoever looks for a fault read tracebacks."""

FULL = "The disk is full: free some space and run the same command again"

_PARTIAL = re.compile(re.escape(PARTIAL).replace(re.escape("{name}"), "(?P<name>.+)"))
_NO_FOLDER = {errno.EEXIST, errno.ENOTDIR}
_NEXT_TO_NOTHING = 1 << 16
_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_FULL_WORDS = re.compile(
    rf"\[Errno (?:{errno.ENOSPC}|{errno.EDQUOT})\]|OSError\({errno.ENOSPC},"
    rf"|{re.escape(os.strerror(errno.ENOSPC))}|{re.escape(os.strerror(errno.EDQUOT))}"
    r"|database or disk is full",
    re.IGNORECASE,
)


def disk_is_full(error: BaseException | None) -> bool:
    """Say whether a full disk is at the bottom of an error."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _NO_SPACE:
            return True
        # It lists the files that could not be copied, each with a text.
        if isinstance(error, shutil.Error) and tells_of_a_full_disk(str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False


def no_space_left(folder: Path) -> bool:
    """Say whether so little space is left that whatever has just failed may have failed by it."""
    try:
        return shutil.disk_usage(folder).free < _NEXT_TO_NOTHING
    except OSError:
        return False


def tells_of_a_full_disk(said: str) -> bool:
    """Say whether a program that failed speaks of a full disk."""
    return bool(_FULL_WORDS.search(said))


def system_sentence(error: OSError) -> str:
    """Say what the system refused, where, and what to do about it."""
    if disk_is_full(error):
        return f"{FULL}; nothing was replaced."
    if error.filename is None:
        return f"{error.strerror or error}."
    written = _PARTIAL.fullmatch(Path(os.fsdecode(error.filename)).name)
    place = Path(os.fsdecode(error.filename))
    place = place.with_name(written["name"]) if written else place
    why = f"{place}: {error.strerror or error}."
    if error.errno in _FORBIDDEN:
        return f"{why} Give yourself the right to it, or work in a copy of the book of your own."
    in_the_way = next((each for each in (place, *place.parents) if each.is_file()), None)
    if error.errno in _NO_FOLDER and in_the_way:
        return f"{in_the_way} is a file, and a folder is needed there: move or rename the file."
    if error.errno == errno.EISDIR:
        return f"{place} is a folder, and a file is needed there: move or rename the folder."
    if written:
        return f"{why} It cannot be written there; choose another folder."
    return why
