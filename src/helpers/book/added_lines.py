"""Lines that the build adds to a page, marked so that faults name the lines of the source."""

from __future__ import annotations

# Comments of MyST: nothing of them is shown.
_BEGIN = "% begin: added by the build"
_END = "% end: added by the build"


def added(text: str) -> str:
    """Return Markdown as lines that do not count, to be put between two lines of a page."""
    return f"{_BEGIN}\n\n{text}\n\n{_END}\n"


def below_heading(page: str, text: str) -> str:
    """Return a page with Markdown added below the heading that it begins with, or before all."""
    heading, found, rest = page.partition("\n")
    if heading.startswith("#"):
        return f"{heading}{found or chr(10)}{added(text)}{rest}"
    return f"{added(text)}{page}"


def line_in_source(page: str, line: int) -> int:
    """Return the line of a page's source that stands at a line of the page as it is compiled."""
    lines = page.splitlines()
    counted, between = max(line - len(lines), 0), False
    for text in lines[:line]:
        if text == _BEGIN:
            between = True
        elif text == _END:
            between = False
        elif not between:
            counted += 1
    return max(counted, 1)
