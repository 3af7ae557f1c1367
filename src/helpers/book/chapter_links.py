"""Links from a chapter to its source: to edit it, to ask about it, to run it elsewhere.

They name a commit, which may change while the book does not; so they are added where the site is
put together, and not when a book is compiled. That the addresses of GitHub, Binder and Colab lead
where they should cannot be tested without a network: the tests know only their documented form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlencode, urlsplit

from bs4 import BeautifulSoup, Tag

from helpers.book.downloads import CELL_ID, as_written, opening_cell
from helpers.book.finishing import Page
from helpers.book.page_ends import DOWNLOADS_ID, LINKS_CLASS, add_link, chapter_of
from helpers.book.parameters import Value
from helpers.book.published_source import PublishedSource
from helpers.show.sentences import listed as enumerated

GITHUB = "github.com"
BRANCH = "main"
DEFAULTS_CLASS = "chapter-defaults"


@dataclass(frozen=True)
class Source:
    """Where the source of the chapters is.

    Parameters
    ----------
    repository
        Address of the repository; empty when the settings name none.
    branch
        Where a reader proposes a change.
    published
        The commit that was built; None where there is none that could be fetched.
    """

    repository: str = ""
    branch: str = BRANCH
    published: PublishedSource | None = None

    @property
    def on_github(self) -> str:
        """OWNER/NAME of a repository on GitHub; empty for any other."""
        parts = urlsplit(self.repository)
        name = parts.path.strip("/").removesuffix(".git")
        known = parts.scheme == "https" and parts.netloc == GITHUB and name.count("/") == 1
        return name if known else ""


def with_chapter_links(
    soup: BeautifulSoup,
    page: Page,
    *,
    source: Source,
    trial: str = "",
    others: Mapping[str, Mapping[str, Value]] | None = None,
) -> None:
    """Add to the downloads of a chapter where else it can be opened.

    Parameters
    ----------
    soup, page
        The page.
    source
        Where its source is.
    trial
        Name of the trial's folder below ``data``; empty for a trial that readers cannot fetch,
        whose chapters run nowhere else.
    others
        By chapter, the values of its parameters that are not its own defaults. The repository has
        the chapter as it was written, so that a reader who opens it there must set them.
    """
    chapter = chapter_of(page)
    listed = soup.select_one(f"#{DOWNLOADS_ID} .{LINKS_CLASS}")
    name = source.on_github
    if listed is None or not name:
        return
    file = f"chapters/{chapter}.ipynb"
    home = f"https://{GITHUB}/{name}"
    if trial and source.published is not None:
        commit = source.published.commit
        query = urlencode({"urlpath": f"lab/tree/{file}"})
        add_link(
            soup, listed, "Open in Binder", f"https://mybinder.org/v2/gh/{name}/{commit}?{query}"
        )
        colab = f"https://colab.research.google.com/github/{name}/blob/{commit}/{file}"
        add_link(soup, listed, "Open in Colab", colab)
        _first_cell(soup, listed, source.published, trial)
        add_link(soup, listed, "Source at this version", f"{home}/blob/{commit}/{file}")
        _say_what_to_set(soup, listed, (others or {}).get(chapter, {}))
    add_link(soup, listed, "Propose a change", f"{home}/edit/{quote(source.branch)}/{file}")
    title = urlencode({"title": f"{chapter} ({page.site.edition}): "})
    add_link(soup, listed, "Report a problem", f"{home}/issues/new?{title}")


def _say_what_to_set(soup: BeautifulSoup, listed: Tag, others: Mapping[str, Value]) -> None:
    """Say beside the links which values the page has and the chapter in the repository has not."""
    if not others:
        return
    line = soup.new_tag("p", attrs={"class": DEFAULTS_CLASS})
    shown = [
        f"<code>{escape(f'{name} = {as_written(value)}')}</code>" for name, value in others.items()
    ]
    said = (
        "Opened in Binder, in Colab or at its source, the chapter has its own defaults: for this "
        f"page set {enumerated(shown)} in its parameters cell."
    )
    line.extend(BeautifulSoup(said, "html.parser").contents[:])
    listed.insert_after(line)


def _first_cell(soup: BeautifulSoup, listed: Tag, published: PublishedSource, trial: str) -> None:
    """Show the cell that Colab needs first: it opens the chapter as committed, without the book."""
    fold = soup.new_tag("details", attrs={"class": CELL_ID})
    summary = soup.new_tag("summary")
    summary.string = "Colab opens the chapter alone: put this cell before its first"
    code = soup.new_tag("code")
    code.string = opening_cell(published, trial=trial)
    block = soup.new_tag("pre", attrs={"tabindex": "0"})
    block.append(code)
    fold.extend([summary, block])
    if isinstance(listed.contents[-1], Tag):
        listed.contents[-1].append(fold)
