"""References from prose to figures and tables: ``[Figure](#fig-means)`` becomes "Figure 5.1".

What a chapter shows depends on the trial: without a screening log there is no figure of exclusions.
A reference in parentheses that finds nothing is left out with its parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase

from helpers.book.numbering import Labels, link_to

NOT_SHOWN = "(not shown in this run)"

_REFERENCE = r"\[(?:Figures?|Tables?)\]\((?:[\w-]+\.ipynb)?#[\w*-]+\)"
_ONE = re.compile(
    r"\[(?P<words>Figures?|Tables?)\]\((?:(?P<page>[\w-]+)\.ipynb)?#(?P<name>[\w*-]+)\)"
)
_IN_PARENTHESES = re.compile(
    rf"(?P<space>\s?)\((?P<inside>{_REFERENCE}(?:(?:, | and |, and |; ){_REFERENCE})*)\)"
)


def with_references(text: str, *, page: str, labels: Mapping[str, Labels]) -> str:
    """Return Markdown whose references to figures and tables are links with their numbers.

    Parameters
    ----------
    text
        The Markdown. A name may end in ``*``, for a series of tables.
    page
        The chapter in which it stands; empty for a page that is no chapter.
    labels
        Of every chapter of the edition, by its name.
    """

    def in_parentheses(group: re.Match[str]) -> str:
        found = [_resolved(one, page, labels) for one in _ONE.finditer(group["inside"])]
        kept = [each for each in found if each]
        if not kept:
            return ""
        listed = ", ".join(kept[:-1]) + " and " + kept[-1] if len(kept) > 1 else kept[0]
        return f"{group['space']}({listed})"

    def anywhere(one: re.Match[str]) -> str:
        return _resolved(one, page, labels) or f"{one['words']} {NOT_SHOWN}"

    return _ONE.sub(anywhere, _IN_PARENTHESES.sub(in_parentheses, text))


def _resolved(one: re.Match[str], page: str, labels: Mapping[str, Labels]) -> str:
    """Return a reference as a link; an empty text when this run does not show what is meant."""
    where = one["page"] or page
    known = labels.get(where, {})
    names = [name for name in known if fnmatchcase(name, one["name"])]
    if not names:
        return ""
    label = known[names[0]]
    if len(names) > 1:
        label = f"{one['words']} {label.split()[-1]} to {known[names[-1]].split()[-1]}"
    if where == page:
        return link_to(names[0], label)
    # Of another page Sphinx knows the figures; the tables stand in outputs.
    figure = names[0].startswith("fig-")
    return f"[{label}](#{names[0]})" if figure else f"[{label}]({where}.ipynb)"
