"""The commands ``site``, ``zip``, ``serve`` and ``links``: the pages as they are published."""

from __future__ import annotations

from pathlib import Path

import click

from helpers.book import command_options as options

PORT = 8000

_editions = options.editions("Put this edition into the site", otherwise=options.PUBLISHED)


@click.command()
@_editions
@options.jobs
@options.timeout
@options.scheduler
def site(
    editions: tuple[str, ...], jobs: int | None, timeout: float, scheduler: str | None
) -> None:
    """Put all published editions under one root, _build/site.

    Editions are built first where they are not up to date.
    """
    index = _assembled(editions, jobs, timeout, scheduler) / "index.html"
    click.echo(f"The site is {index}")


@click.command(name="zip")
@_editions
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write.  [default: _build/site.zip]",
)
@options.jobs
@options.timeout
@options.scheduler
def zip_(
    editions: tuple[str, ...],
    output: Path | None,
    jobs: int | None,
    timeout: float,
    scheduler: str | None,
) -> None:
    """Pack the site into one file to open without a server.

    The same content gives the same bytes.
    """
    from helpers.book.zipping import zip_folder

    folder = _assembled(editions, jobs, timeout, scheduler)
    place = output or folder.with_suffix(".zip")
    zip_folder(folder, place)
    size = place.stat().st_size / 1e6
    click.echo(f"The site is packed in {place} ({size:.1f} MB); unpack it and open index.html")


@click.command(short_help="Show finished pages in the browser, on this machine.")
@click.argument("edition", required=False)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    help="Where to listen on this machine; 0 takes any port that is free.",
)
def serve(edition: str | None, port: int) -> None:
    """Show finished pages in the browser, to this machine only; Ctrl-C ends it.

    Without EDITION it shows the site, or the one edition that has been built.
    """
    from helpers.book.served import served_folder
    from helpers.book.serving import server_of

    folder = served_folder(options.current_project(), edition)
    with server_of(folder, port=port) as server:
        host, taken = server.server_address[:2]
        click.echo(f"Serving {folder} at http://{host!s}:{taken}/ (Ctrl-C ends it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo()  # after the ^C that a terminal shows


@click.command()
@click.option(
    "--external", is_flag=True, help="Ask other sites too whether they still have what is linked."
)
def links(external: bool) -> None:
    """Check that every link of the site leads somewhere.

    It looks at the site as it was last put together.
    """
    from helpers.book.link_checking import answers, is_gone, links_of
    from helpers.book.served import SITE
    from helpers.book.site_address import site_address
    from helpers.errors import BuildError

    project = options.current_project()
    folder = project.build / SITE
    if not (folder / "index.html").is_file():
        raise BuildError("There is no site yet: run 'trialbook site' first.")
    found = links_of(folder, address=site_address(project))
    broken = [*found.broken]
    if external:
        for url, said in answers(found.outward).items():
            sentence = f"{found.outward[url]} links to {url}: {said}."
            if is_gone(said):
                broken.append(sentence)
            else:
                click.echo(f"Not known: {sentence}")
    if broken:
        more = "\n".join(broken)
        raise BuildError(f"{len(broken)} links lead nowhere:\n{more}")
    asked = f" and {len(found.outward)} to other sites" if external else ""
    click.echo(f"Every link within the site{asked} leads somewhere")


def _assembled(
    editions: tuple[str, ...], jobs: int | None, timeout: float, scheduler: str | None
) -> Path:
    """Build what is not up to date and put it together; return the folder of the site."""
    from helpers.book.builds import commit_for_readers
    from helpers.book.command_building import brought_up_to_date
    from helpers.book.withholding import is_private

    project, planned = brought_up_to_date(editions, jobs=jobs, timeout=timeout, scheduler=scheduler)
    from helpers.book.site_assembly import assemble_site

    private = [each.trial for each in planned if is_private(each.trial)]
    if several := {trial.name for trial in private if private.count(trial) > 1}:
        from helpers.show.differencing import caution

        click.echo(caution(sorted(several)), err=True)
    published = commit_for_readers(project, planned, lambda line: None)
    return assemble_site(project, planned, published=published)
