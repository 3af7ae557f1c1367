"""Decode the text files of a trial, which are all UTF-8."""

from __future__ import annotations

from helpers.trial.problems import Problem


def decode(content: bytes, *, file: str) -> tuple[str, Problem | None]:
    """Return the text of a file, or the problem that it is not UTF-8.

    A byte order mark, which some programs write first, is left out.
    """
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        message = "The file is a spreadsheet's workbook under another name, not text."
        remedy = "Open it in its program and export the sheet as CSV ('CSV UTF-8' in Excel)."
        return "", Problem(file, None, None, message, remedy)
    try:
        return content.decode("utf-8-sig"), None
    except UnicodeDecodeError as error:
        return "", Problem(
            file,
            content[: error.start].count(b"\n") + 1,
            None,
            f"The file is not UTF-8: byte {content[error.start]:#04x} stands here.",
            "Save the file with the encoding UTF-8.",
        )
