"""Parts of pages that the build writes, where the page's source has a line ``% build: NAME``.

The line is a comment of MyST: it shows nothing where the page is read or compiled by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from helpers.errors import BuildError, unknown_name

_PLACE = re.compile(r"^% build: *(?P<name>\S+) *$", re.MULTILINE)


def with_built_parts(page: str, parts: Mapping[str, str], *, shown: str) -> str:
    """Return a page with the parts that it asks for.

    Parameters
    ----------
    page
        Its Markdown.
    parts
        Markdown by name.
    shown
        The page, for messages.

    Raises
    ------
    BuildError
        When it asks for a part that nobody writes.
    """

    def written(place: re.Match[str]) -> str:
        name = place["name"]
        if name not in parts:
            raise BuildError(unknown_name("part of a page", name, sorted(parts), where=shown))
        return parts[name]

    return _PLACE.sub(written, page)
