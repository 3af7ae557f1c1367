from __future__ import annotations

import pytest

from helpers.book.cross_references import NOT_SHOWN, with_references
from helpers.book.numbering import link_to

LABELS = {
    "05_primary": {
        "fig-means": "Figure 5.1",
        "tab-primary": "Table 5.2",
        "tab-each-a": "Table 5.3",
        "tab-each-b": "Table 5.4",
    },
    "02_eligibility": {"fig-flow": "Figure 2.1", "tab-flow": "Table 2.1"},
}
MEANS = link_to("fig-means", "Figure 5.1")
PRIMARY = link_to("tab-primary", "Table 5.2")


def resolved(text: str, page: str = "05_primary") -> str:
    return with_references(text, page=page, labels=LABELS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("In [Table](#tab-primary) and so on.", f"In {PRIMARY} and so on."),
        ("Low ([Figure](#fig-means)).", f"Low ({MEANS})."),
        ("Low ([Figure](#fig-gone)).", "Low."),
        ("Low. ([Figure](#fig-gone))", "Low."),
        ("Low ([Figure](#fig-gone), [Table](#tab-primary)).", f"Low ({PRIMARY})."),
        (
            "Low ([Table](#tab-primary), [Figure](#fig-gone) and [Figure](#fig-means)).",
            f"Low ({PRIMARY} and {MEANS}).",
        ),
        ("[Figure](#fig-gone) shows it.", f"Figure {NOT_SHOWN} shows it."),
        ("([Tables](#tab-each-*))", f"({link_to('tab-each-a', 'Tables 5.3 to 5.4')})"),
        ("([Table](#tab-prim*))", f"({PRIMARY})"),
        # Of another page, Sphinx knows the figures only.
        ("[Figure](02_eligibility.ipynb#fig-flow)", "[Figure 2.1](#fig-flow)"),
        ("[Table](02_eligibility.ipynb#tab-flow)", "[Table 2.1](02_eligibility.ipynb)"),
        # Other links and other parentheses stay.
        ("[Figure of eight](#fig-means) (see [it](x.md))",) * 2,
        ("[The figure](#fig-means), [](05_primary.ipynb#tab-primary)",) * 2,
        ("(as [Table](#tab-primary) says)", f"(as {PRIMARY} says)"),
    ],
)
def test_references_become_links_with_numbers(text: str, expected: str) -> None:
    assert resolved(text) == expected


def test_a_page_that_is_no_chapter_names_the_chapter() -> None:
    assert resolved("[Figure](05_primary.ipynb#fig-means)", page="") == "[Figure 5.1](#fig-means)"
    assert resolved("([Figure](#fig-means))", page="") == ""
