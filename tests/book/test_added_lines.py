from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from helpers.book.added_lines import added, below_heading, line_in_source


@given(
    page=st.lists(st.sampled_from(["", "# Heading", "Words.", "% comment"]), min_size=1),
    at=st.lists(st.integers(0, 8), max_size=3),
)
def test_lines_are_counted_as_if_nothing_had_been_added(page: list[str], at: list[int]) -> None:
    numbered = [f"{number} {line}" for number, line in enumerate(page, start=1)]
    lines = [f"{line}\n" for line in numbered]
    for place in at:
        lines.insert(min(place, len(lines)), added("Two\nlines."))
    whole = "".join(lines)
    for number, line in enumerate(numbered, start=1):
        assert line_in_source(whole, whole.splitlines().index(line) + 1) == number


def test_what_is_added_stands_below_the_heading() -> None:
    page = below_heading("## A\n\nB.", "New.")
    assert page.index("## A") < page.index("New.") < page.index("B.")
    assert below_heading("B.", "New.").endswith("B.")
    assert below_heading("## A", "New.").startswith("## A\n%")
