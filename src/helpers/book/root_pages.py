"""The pages of a site that belong to no edition: the choice between editions, and the lost reader.

They stand by themselves: one file each, in light and dark, without a script.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

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
.editions a, .ways a { font-weight: 600; }
.editions figure { margin: 0.4rem 0 0.8rem; }
.editions figcaption { font-size: 0.85rem; }
.ways { padding-left: 1.2rem; }
.ways li { margin: 0.3rem 0; max-width: 46rem; }
@media print {
  .editions { grid-template-columns: 1fr 1fr; gap: 0.8rem; }
  .editions li { break-inside: avoid; }
  .editions figure img { max-height: 8cm; width: auto; }
}
"""

_REAL = "Real patients: these people took part in the trial."
_SYNTHETIC = "Synthetic cohort: every patient was made by a computer; none is a real person."
_PURPOSE = (
    "A randomised clinical trial from its first question to its published numbers: the data, the "
    "code and the reasons behind each."
)
_CITE = "chapters/cite.html"
_LICENCES = (
    "Text and figures: CC BY 4.0. Code: MIT. Data of other authors keep their own licences, which "
    "each edition names."
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
    same_trial: bool,
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
    same_trial
        Whether all editions are of one trial, so that their numbers can be compared.
    made_by
        What made the site.
    style
        The book's style sheet.
    """
    # What is the same for all of them is said once.
    readers = {each.audience for each in editions}
    for_all = f"For {readers.pop()}." if len(readers) == 1 else ""
    cards = "\n".join(_card(each, tell_readers=not for_all) for each in editions)
    sections = [Section("Editions", [_html(f'<ul class="editions">\n{cards}\n</ul>')])]
    if ways := _ways(editions):
        sections.insert(0, Section("Ways in", [_html(f'<ul class="ways">\n{ways}\n</ul>')]))
    if compared:
        words = "Every number in which the editions differ" if same_trial else "The trials"
        text = f'<p><a href="{escape(compared)}">{words}</a>, side by side.</p>'
        sections.append(Section("Compare", [_html(text)]))
    sections.append(Section("Licences and citation", [_html(_licences(editions))]))
    return standalone_page(
        title=title,
        notice=notice(each.synthetic for each in editions),
        lead=[*filter(None, (_PURPOSE, for_all)), *([_LEAD] if len(editions) > 1 else [])],
        sections=sections,
        footer=made_by,
        style=f"{style}\n{_STYLE}",
    )


def with_front_metadata(
    soup: BeautifulSoup, *, title: str, editions: Sequence[SiteEdition]
) -> None:
    """Describe the front page in its head, for searches and shared links."""
    described = f"{_PURPOSE} Editions: {'; '.join(each.title for each in editions)}."
    with_root_metadata(soup, title=title, described=described)


def with_root_metadata(soup: BeautifulSoup, *, title: str, described: str) -> None:
    """Describe a page that belongs to no edition in its head, for searches and shared links."""
    add_meta(soup, name="description", content=described)
    add_meta(soup, name="twitter:card", content="summary_large_image")
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


def _ways(editions: Sequence[SiteEdition]) -> str:
    """Return one line for each door of the editions' front pages, with links into their pages."""
    doors = {door.name: door.line for each in reversed(editions) for door in each.front.doors}
    order = dict.fromkeys(door.name for each in editions for door in each.front.doors)
    lines = []
    for name in order:
        links = [
            f'<a href="{escape(f"{each.name}/{door.place}")}" '
            f'aria-label="{escape(f"{name}: {each.label}")}">{escape(each.label)}</a>'
            for each in editions
            for door in each.front.doors
            if door.name == name and door.place in each.pages
        ]
        if links:
            told = f" {escape(doors[name])}" if doors[name] else ""
            lines.append(f"<li><strong>{escape(name)}.</strong>{told} {', '.join(links)}</li>")
    return "\n".join(lines)


def _licences(editions: Sequence[SiteEdition]) -> str:
    cited = [
        f'<a href="{escape(f"{each.name}/{_CITE}")}">How to cite: {escape(each.label)}</a>'
        for each in editions
        if _CITE in each.pages
    ]
    return f"<p>{escape(_LICENCES)}</p>" + (f"<p>{'; '.join(cited)}.</p>" if cited else "")


def _figure(edition: SiteEdition) -> str:
    """Return the figure of an edition's front page; nothing where it has none."""
    figure = edition.front.figure
    if figure is None:
        return ""
    size = "".join(
        f' {name}="{escape(value)}"'
        for name, value in (("width", figure.width), ("height", figure.height))
        if value
    )
    source = quote(f"{edition.name}/{figure.place}")
    return (
        f'<figure>\n<img src="{source}" alt="{escape(figure.alt)}"{size} loading="lazy" '
        f'decoding="async">\n<figcaption>{escape(figure.caption)}</figcaption>\n</figure>'
    )


def _card(edition: SiteEdition, *, tell_readers: bool) -> str:
    kind = "synthetic" if edition.synthetic else "real"
    place = escape(f"{edition.name}/{edition.first}")
    told = [
        f'<p class="whose">{escape(_SYNTHETIC if edition.synthetic else _REAL)}</p>',
        f'<h3><a href="{place}">{escape(edition.title)}</a></h3>',
    ]
    if edition.finding:
        told.append(f'<p class="found">{escape(f"{edition.label}: {edition.finding}")}</p>')
    told.append(_figure(edition))
    if edition.about:
        told.append(f"<p>{escape(edition.about)}</p>")
    if tell_readers:
        told.append(f'<p class="way">For {escape(edition.audience)}.</p>')
    return f'<li class="{kind}">\n' + "\n".join(filter(None, told)) + "\n</li>"


def _html(text: str) -> Output:
    return Output({"text/html": text})
