"""The editions of a site, and the way from each page to the same page of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bs4 import BeautifulSoup, Tag

from helpers.book.book_facts import finding
from helpers.book.compared import results_of_book
from helpers.book.finishing import Page, Site, pages_of
from helpers.book.front_parts import FrontParts, front_parts
from helpers.book.project import Project
from helpers.show.social_card import card_text

SWITCH = "edition-switch"

_STYLE = f"""
.{SWITCH} {{ display: flex; flex-wrap: wrap; gap: 0.1rem 1rem; align-items: center;
  padding: 0.35rem clamp(1rem, 4vw, 2rem); font-size: 0.875rem; line-height: 1.5;
  border-bottom: 1px solid var(--pst-color-border, #767676);
  color: var(--pst-color-text-base, inherit); background: var(--pst-color-background, inherit); }}
.{SWITCH} a {{ padding: 0.15rem 0;
  color: var(--pst-color-link, var(--pst-color-accent, #0a58a3)); }}
.{SWITCH} strong {{ font-weight: 600; }}
@media print {{ .{SWITCH} {{ display: none; }} }}
"""


@dataclass(frozen=True)
class SiteEdition:
    """One edition of a site.

    Parameters
    ----------
    name
        Its folder below the site.
    trial
        Id of its trial.
    title, about, audience
        As its file says.
    label
        Whose data it shows.
    synthetic
        Whether its patients are synthetic.
    finding
        Its primary result in one sentence; may be empty.
    first
        Its front page, below its folder.
    pages
        All its pages, likewise.
    front
        What its front page shows.
    """

    name: str
    trial: str
    title: str
    about: str
    audience: str
    label: str
    synthetic: bool
    finding: str
    first: str
    pages: frozenset[str]
    front: FrontParts = field(default_factory=FrontParts)

    @property
    def card_text(self) -> str:
        """What its social card shows."""
        return card_text(title=self.title, finding=self.finding, label=self.label)

    def page_like(self, name: str) -> str:
        """Return its page of the same name, or its front page where it has none."""
        return f"{self.name}/{name if name in self.pages else self.first}"


def site_edition(
    project: Project, name: str, *, first: str, about: str, audience: str
) -> SiteEdition:
    """Return what the site says of an edition whose book is finished.

    Raises
    ------
    BuildError
        When its book is not there or not whole.
    """
    book = results_of_book(project, name)
    html = project.build / name / "html"
    return SiteEdition(
        name=name,
        trial=book.trial,
        title=book.title,
        about=about,
        audience=audience,
        label=book.label,
        synthetic=book.synthetic,
        finding=finding(book.results),
        first=first,
        pages=frozenset(page.name for page in pages_of(Site(html, name))),
        front=front_parts(html, first),
    )


def with_switch(
    soup: BeautifulSoup,
    page: Page,
    *,
    editions: Sequence[SiteEdition],
    compared: str = "",
) -> None:
    """Put links to the same page in the other editions above a page.

    Parameters
    ----------
    soup, page
        The page of one of the editions.
    editions
        All of them.
    compared
        Place of the page that compares them, below the site; empty for none.
    """
    if soup.body is None or soup.head is None or soup.find("article") is None:
        return
    to_site = page.to_root + "../"
    switch = soup.new_tag("nav", attrs={"class": SWITCH, "aria-label": "Editions of the book"})
    labels = [each.label for each in editions]
    for each in editions:
        words = each.label if labels.count(each.label) == 1 else each.title
        switch.append(_entry(soup, each, page, to_site, words))
    others = [("All editions", "index.html"), ("Compare", compared)]
    for words, place in others:
        if place:
            link = soup.new_tag("a", href=to_site + place)
            link.string = words
            switch.append(link)
    _link_kinds(soup, page, editions, to_site)
    style = soup.new_tag("style")
    style.string = _STYLE
    soup.head.append(style)
    notice = soup.select_one("body > .bd-header-announcement, body > aside")
    if notice is not None:
        notice.insert_after(switch)
    else:
        skip = soup.select_one("body > .skip-link, body > #pst-skip-link")
        if skip is not None:
            skip.insert_after(switch)
        else:
            soup.body.insert(0, switch)


def _link_kinds(
    soup: BeautifulSoup, page: Page, editions: Sequence[SiteEdition], to_site: str
) -> None:
    """Lead from what a page says of real and of synthetic patients to the editions that show them.

    Alone, an edition cannot know whether the other stands beside it.
    """
    for kind, synthetic in (("kind-real", False), ("kind-synthetic", True)):
        for card in soup.select(f".{kind}"):
            for edition in editions:
                if edition.synthetic is synthetic and edition.name != page.site.edition:
                    line = soup.new_tag("p")
                    place = f"{to_site}{edition.name}/{edition.first}"
                    link = soup.new_tag("a", attrs={"class": "whose", "href": place})
                    link.string = f"Read: {edition.title}"
                    line.append(link)
                    card.append(line)


def _entry(soup: BeautifulSoup, edition: SiteEdition, page: Page, to_site: str, words: str) -> Tag:
    if edition.name == page.site.edition:
        here = soup.new_tag("strong", attrs={"class": "whose", "aria-current": "true"})
        here.string = words
        return here
    link = soup.new_tag(
        "a", attrs={"class": "whose", "href": to_site + edition.page_like(page.name)}
    )
    link.string = words
    return link


def pages_below(folder: Path) -> tuple[str, ...]:
    """Return the pages of a whole site that readers may look for, below its folder.

    Pages that only lead to another, lists made by machine and the page for lost readers are none.
    """
    left_out = {"genindex.html", "search.html", "404.html"}
    found = []
    for path in sorted(folder.rglob("*.html")):
        name = path.relative_to(folder)
        hidden = any(part.startswith("_") for part in name.parts)
        leads_away = name.name == "index.html" and b"http-equiv=" in path.read_bytes()[:200].lower()
        if not hidden and name.name not in left_out and not leads_away:
            found.append(name.as_posix())
    return tuple(found)
