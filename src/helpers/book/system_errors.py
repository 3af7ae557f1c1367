"""What the operating system refuses, told in a sentence that says what to do."""

from __future__ import annotations

import errno
import os
import re
import shutil
from pathlib import Path

DEBUG = "TRIALBOOK_DEBUG"
"""Set to 1, this variable lets whoever looks for a fault read tracebacks."""

FULL = "The disk is full: free some space and run the same command again"

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
    place = f"{error.filename}: " if error.filename else ""
    why = f"{place}{error.strerror or error}."
    if error.errno in _FORBIDDEN:
        return f"{why} Give yourself the right to it, or work in a copy of the book of your own."
    return why
