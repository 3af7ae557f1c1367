"""The pages of a site that belong to no edition: the choice between editions, and the lost reader.

They stand by themselves: one file each, in light and dark, without a script.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from bs4 import BeautifulSoup

from helpers.book.page_metadata import add_meta
from helpers.book.pages import notice
from helpers.book.site_editions import SiteEdition
from helpers.show.outputs import Output
from helpers.show.standalone import Section, standalone_page

_STYLE = """
.editions { display: grid; gap: 1.25rem; padding: 0; list-style: none;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
.editions li { display: flex; flex-direction: column; padding: 1.1rem 1.25rem;
  border: 1px solid var(--pst-color-border); border-left: 0.4rem solid var(--pst-color-info);
  border-radius: 0.25rem; background: var(--pst-color-surface); }
.editions li.synthetic { border-left: 0.4rem double var(--pst-color-warning); }
.editions h3 { margin: 0.2rem 0 0.5rem; font-size: 1.15rem; line-height: 1.3; }
.editions p { margin: 0 0 0.6rem; }
.editions .whose { margin: 0; font-weight: 700; }
.editions .found { font-size: 1.05rem; }
.editions .way { margin-top: auto; margin-bottom: 0; }
.editions a { font-weight: 600; }
"""

_REAL = "Real patients: these people took part in the trial."
_SYNTHETIC = "Synthetic cohort: every patient was made by a computer; none is a real person."
_PURPOSE = (
    "A randomised clinical trial from its first question to its published numbers: the data, the "
    "code and the reasons behind each."
)
_LEAD = (
    "The same chapters, run for more than one trial or with other choices. Choose an edition; "
    "on each of its pages a line at the top leads to the same page of the others."
)


def front_page(
    *,
    title: str,
    editions: Sequence[SiteEdition],
    compared: str,
    made_by: str,
    style: str,
) -> str:
    """Return the page that leads to each edition.

    Parameters
    ----------
    title
        Of the book.
    editions
        In the order in which they are offered.
    compared
        Place of the page that compares them; empty for none.
    made_by
        What made the site.
    style
        The book's style sheet.
    """
    cards = "\n".join(_card(each) for each in editions)
    sections = [Section("Editions", [_html(f'<ul class="editions">\n{cards}\n</ul>')])]
    if compared:
        text = (
            f'<p><a href="{escape(compared)}">Every number in which the editions differ</a>, '
            "side by side.</p>"
        )
        sections.append(Section("Compare", [_html(text)]))
    return standalone_page(
        title=title,
        notice=notice(each.synthetic for each in editions),
        lead=[_PURPOSE, *([_LEAD] if len(editions) > 1 else [])],
        sections=sections,
        footer=made_by,
        style=f"{style}\n{_STYLE}",
    )


def with_front_metadata(
    soup: BeautifulSoup, *, title: str, editions: Sequence[SiteEdition]
) -> None:
    """Describe the front page in its head, for searches and shared links."""
    described = f"{_PURPOSE} Editions: {'; '.join(each.title for each in editions)}."
    add_meta(soup, name="description", content=described)
    add_meta(soup, name="twitter:card", content="summary")
    add_meta(soup, property="og:type", content="website")
    add_meta(soup, property="og:title", content=title)
    add_meta(soup, property="og:description", content=described)
    add_meta(soup, property="og:locale", content="en_GB")


def not_found_page(
    *, title: str, editions: Sequence[SiteEdition], address: str, made_by: str, style: str
) -> str:
    """Return the page for an address at which there is nothing.

    A server shows it at any depth, so that its links begin at the address of the site, or at the
    top of the server where the site has none.

    Parameters
    ----------
    title, editions, made_by, style
        See :func:`front_page`.
    address
        Of the site; may be empty.
    """
    top = address or "/"
    places = [("All editions", top)]
    places += [(each.title, f"{top}{each.name}/{each.first}") for each in editions]
    listed = "\n".join(
        f'<li><a href="{escape(place)}">{escape(words)}</a></li>' for words, place in places
    )
    return standalone_page(
        title="There is no such page",
        notice=notice(each.synthetic for each in editions),
        lead=[
            f"{title} has no page at this address. It may have been renamed, or be part of an "
            "edition that has other chapters."
        ],
        sections=[Section("Where to go on", [_html(f"<ul>\n{listed}\n</ul>")])],
        footer=made_by,
        style=style,
    )


def _card(edition: SiteEdition) -> str:
    kind = "synthetic" if edition.synthetic else "real"
    place = escape(f"{edition.name}/{edition.first}")
    told = [
        f'<p class="whose">{escape(_SYNTHETIC if edition.synthetic else _REAL)}</p>',
        f'<h3><a href="{place}">{escape(edition.title)}</a></h3>',
    ]
    if edition.finding:
        told.append(f'<p class="found">{escape(f"{edition.label}: {edition.finding}")}</p>')
    if edition.about:
        told.append(f"<p>{escape(edition.about)}</p>")
    told.append(f'<p class="way">For {escape(edition.audience)}.</p>')
    return f'<li class="{kind}">\n' + "\n".join(told) + "\n</li>"


def _html(text: str) -> Output:
    return Output({"text/html": text})
