from __future__ import annotations

import pytest

from helpers.book.built_parts import with_built_parts
from helpers.errors import BuildError

PARTS = {"citation": "A \\1 citation.", "provenance": "What made it."}


def test_a_part_stands_where_the_page_asks_for_it() -> None:
    page = "# Title\n\n% build: citation\n\nText % build: provenance\n"
    assert with_built_parts(page, PARTS, shown="x.md") == (
        "# Title\n\nA \\1 citation.\n\nText % build: provenance\n"
    )


def test_a_part_that_nobody_writes() -> None:
    with pytest.raises(BuildError, match=r"cite\.md.*Did you mean 'citation'"):
        with_built_parts("% build: citatoin\n", PARTS, shown="chapters/cite.md")
