from __future__ import annotations

from helpers.book.openings import (
    chapter_line,
    data_label,
    page_line,
    with_line_below_title,
    with_opening_figure,
)


def cell(name: str, *tags: str, figure: bool = False) -> dict:
    told = {"figure": {"name": "fig-x"}} if figure else {}
    return {
        "id": name,
        "cell_type": "code",
        "metadata": {"tags": list(tags)},
        "source": name,
        "outputs": [{"metadata": {"trialbook": told}}],
    }


def notebook(*, figure: bool) -> dict:
    title = {"id": "title", "cell_type": "markdown", "metadata": {}, "source": "# Title\n\nWhy?"}
    cells = [
        title,
        cell("parameters"),
        cell("analysis"),
        cell("draw", "opening", figure=figure),
        cell("draw-numbers", "opening"),
        cell("rest"),
    ]
    return {"cells": cells, "metadata": {}}


def order(book: dict) -> list[str]:
    return [each["id"] for each in book["cells"]]


def test_the_opening_figure_follows_the_title_and_takes_its_numbers_along() -> None:
    source = notebook(figure=True)
    assert order(with_opening_figure(source)) == [
        "title",
        "draw",
        "draw-numbers",
        "parameters",
        "analysis",
        "rest",
    ]
    assert order(source)[3] == "draw"


def test_an_opening_without_a_figure_stays_where_it_is() -> None:
    source = notebook(figure=False)
    assert with_opening_figure(source) == source


def test_the_line_stands_below_the_title() -> None:
    shown = with_line_below_title(notebook(figure=True), "<p>Line</p>")
    title, rest = shown["cells"][0]["source"].split("\n", 1)
    assert title == "# Title"
    assert rest.index("<p>Line</p>") < rest.index("Why?")


def test_a_page_without_a_title_gets_no_line() -> None:
    plain = {"cells": [{"cell_type": "markdown", "source": "Words."}]}
    assert with_line_below_title(plain, "<p>Line</p>") == plain
    assert with_line_below_title({"cells": []}, "x") == {"cells": []}


def test_a_page_of_test_data_is_not_labelled_as_the_trial() -> None:
    def chapter(banner: str) -> dict:
        output = {"metadata": {"trialbook": {"banner": banner}}}
        return {"cells": [{"cell_type": "markdown"}, {"outputs": [{}, output]}]}

    assert data_label(chapter("real"), trial="Real patients (C)") == "Real patients (C)"
    assert data_label(chapter("software"), trial="Real patients (C)") == "Software test data"


def test_lines_name_chapters_and_supplements() -> None:
    line = chapter_line("5", time="7 minutes", label="Real patients (A & B)")
    assert "Real patients (A &amp; B)</strong> · Chapter 5 · about 7 minutes to read" in line
    line = chapter_line("B", time="1 minute", label="Synthetic cohort (C)")
    assert "Supplement B · about 1 minute to read" in line
    assert "About 3 minutes to read" in page_line(time="3 minutes")
