"""Put the finished books of several editions under one root, ready to be published.

Everything that depends on where a site lies, on which commit it was built from or on which other
editions stand beside it is added here, to copies: the book of an edition stays the same, byte for
byte, whatever is published with it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from bs4 import BeautifulSoup

from helpers.book.chapter_links import Source, with_chapter_links
from helpers.book.comparing import write_comparison
from helpers.book.downloads import other_values
from helpers.book.finishing import PageStep, Site, page_text, pages_of, read_page
from helpers.book.locking import only_build
from helpers.book.page_metadata import add_meta
from helpers.book.pages import book_style, made_by
from helpers.book.planning import PlannedEdition
from helpers.book.project import Project, contents, read_settings
from helpers.book.provenance_commit import with_commit
from helpers.book.published_source import PublishedSource, repository_address
from helpers.book.replacing import STAGING, recover, replace_folder
from helpers.book.root_pages import front_page, not_found_page, with_front_metadata
from helpers.book.served import SITE
from helpers.book.serving import NOT_FOUND
from helpers.book.site_address import (
    leads_elsewhere,
    robots,
    site_address,
    sitemap,
    with_address,
)
from helpers.book.site_comparison import as_root_page, comparisons_within
from helpers.book.site_editions import SiteEdition, pages_below, site_edition, with_switch
from helpers.book.wall_times import wall_times, with_wall_times
from helpers.book.withholding import is_private

COMPARED = "compare/index.html"
FRONT = "index.html"
_NOT_JEKYLL = ".nojekyll"
"""Without this empty file GitHub may leave out folders whose names begin with an underscore."""


def assemble_site(
    project: Project, planned: Sequence[PlannedEdition], *, published: PublishedSource | None
) -> Path:
    """Put finished books under one root, in place of what was there.

    Parameters
    ----------
    project
        The book.
    planned
        The editions, whose books are finished; real patients are offered first.
    published
        The commit that was built; None where there is none that readers could fetch.

    Returns
    -------
    Path
        The folder of the site.

    Raises
    ------
    TrialBookError
        When a book is missing or not whole, or a setting is not valid.
    """
    address = site_address(project)
    source = _source(project, published)
    first = f"{contents(project)[0]}.html"
    editions = sorted(
        (
            site_edition(
                project,
                each.name,
                first=first,
                about=each.edition.about,
                audience=each.edition.audience,
            )
            for each in planned
        ),
        key=lambda each: (each.synthetic, each.name),
    )
    compared = _comparison(project, editions)
    title = str(read_settings(project.root / "_config.yml").get("title") or "The book")
    with only_build(project.build):
        recover(project.build)
        staged = project.build / STAGING / SITE
        staged.mkdir(parents=True)
        try:
            for each in planned:
                shutil.copytree(project.build / each.name / "html", staged / each.name)
                steps = _steps(project, each, editions, source, compared=compared is not None)
                _finish(staged / each.name, each.name, steps)
            if compared is not None:
                shutil.copytree(compared, (staged / COMPARED).parent)
                within = comparisons_within(planned, editions)
                _change(staged / COMPARED, partial(as_root_page, editions=editions, within=within))
            texts = _root_texts(project, title, editions, address, compared is not None)
            for name, text in texts.items():
                (staged / name).write_text(text, encoding="utf-8")
            _change(staged / FRONT, partial(with_front_metadata, title=title, editions=editions))
            _change(staged / NOT_FOUND, partial(add_meta, name="robots", content="noindex"))
            if address:
                _with_addresses(staged, editions, address)
            replace_folder(staged, project.build / SITE)
        finally:
            shutil.rmtree(project.build / STAGING, ignore_errors=True)
    return project.build / SITE


def _source(project: Project, published: PublishedSource | None) -> Source:
    told = read_settings(project.root / "_config.yml").get("repository") or {}
    branch = told.get("branch") if isinstance(told, dict) else None
    source = Source(repository_address(project), published=published)
    return source if not branch else Source(source.repository, str(branch), published)


def _comparison(project: Project, editions: Sequence[SiteEdition]) -> Path | None:
    """Return the folder of the page that compares the editions; None for a single one."""
    if len(editions) < 2:
        return None
    page, _ = write_comparison(project, [each.name for each in editions], lists=False)
    return page.parent


def _steps(
    project: Project,
    planned: PlannedEdition,
    editions: Sequence[SiteEdition],
    source: Source,
    *,
    compared: bool,
) -> tuple[PageStep, ...]:
    """Return what is done to the pages of one edition."""
    within = not any(each.elsewhere for each in planned.chapters)
    offered = within and not is_private(planned.trial)
    seconds = wall_times(project.build, planned.name, (each.name for each in planned.chapters))
    return (
        partial(with_switch, editions=editions, compared=COMPARED if compared else ""),
        partial(
            with_chapter_links,
            source=source,
            trial=planned.trial.name if offered else "",
            others={each.name: other_values(each) for each in planned.chapters},
        ),
        partial(with_wall_times, seconds=seconds),
        partial(with_commit, source=source),
    )


def _finish(html: Path, edition: str, steps: Sequence[PageStep]) -> None:
    for page in pages_of(Site(html, edition)):
        soup = read_page(page.path)
        for step in steps:
            step(soup, page)
        page.path.write_text(page_text(soup), encoding="utf-8")


def _change(path: Path, change: Callable[[BeautifulSoup], object]) -> None:
    soup = read_page(path)
    change(soup)
    path.write_text(page_text(soup), encoding="utf-8")


def _root_texts(
    project: Project,
    title: str,
    editions: Sequence[SiteEdition],
    address: str,
    compared: bool,
) -> Mapping[str, str]:
    """Return the files at the root of the site by their names."""
    made = made_by()
    style = book_style(project)
    return {
        FRONT: front_page(
            title=title,
            editions=editions,
            compared=COMPARED if compared else "",
            same_trial=len({each.trial for each in editions}) == 1,
            made_by=made,
            style=style,
        ),
        NOT_FOUND: not_found_page(
            title=title, editions=editions, address=address, made_by=made, style=style
        ),
        _NOT_JEKYLL: "",
    }


def _with_addresses(site: Path, editions: Sequence[SiteEdition], address: str) -> None:
    """Say on every page where it is, and list them for those who search."""
    names = pages_below(site)
    by_name = {each.name: each for each in editions}
    for name in names:
        # A page that belongs to no edition is shared with the picture of the first.
        edition = by_name.get(name.partition("/")[0], editions[0])
        _change(
            site / name,
            partial(
                with_address,
                name=name,
                address=address,
                edition=edition.name,
                card_text=edition.card_text,
            ),
        )
    listed = [name for name in names if not leads_elsewhere(read_page(site / name))]
    (site / "sitemap.xml").write_text(sitemap(address, listed), encoding="utf-8")
    (site / "robots.txt").write_text(robots(address), encoding="utf-8")
