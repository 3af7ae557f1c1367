"""What a chapter that compares results is given when it runs outside a build."""

from __future__ import annotations

from helpers.book.chapters import Chapter
from helpers.book.editions import Edition
from helpers.book.planning import results_parameter
from helpers.book.project import Project


def results_given(project: Project, chapter: Chapter, edition: Edition | None) -> str | None:
    """Return the results of finished books, as the chapter finds them in its results file.

    None when the chapter asks for none, when it runs without an edition, or when a book that it
    needs has not been built.
    """
    if edition is None or results_parameter(chapter) is None:
        return None
    if chapter.compares:
        names = [edition.name, *(str(each.value) for each in edition.compare)]
        if not all((project.build / name / "build.json").is_file() for name in names):
            return None
        from helpers.book.compared import compared_text, results_of_book

        return compared_text(results_of_book(project, name) for name in names)
    results = project.build / edition.name / "results.json"
    return results.read_text(encoding="utf-8") if results.is_file() else None
