from __future__ import annotations

import re

from bs4 import BeautifulSoup

from helpers.show.outputs import Output, collected, emit
from helpers.show.standalone import Section, standalone_page

FIGURE = {"trialbook": {"figure": {"name": "f", "caption": "A <caption>", "alt": 'Seen "so"'}}}


def page(
    *sections: Section,
    lead: str = "First < second",
    files: tuple[str, ...] = (),
    notice: str = "SYNTHETIC",
) -> str:
    return standalone_page(
        title="A & B",
        notice=notice,
        lead=[lead],
        files=files,
        sections=sections,
        footer="Made here",
        style=".own { color: red; }",
    )


def test_escapes_words_and_keeps_tables() -> None:
    text = page(Section("Part <1>", [Output({"text/html": "<table>t</table>"})], text="a > b"))
    assert "<title>A &amp; B</title>" in text
    assert "<p>First &lt; second</p>" in text
    assert "<h2>Part &lt;1&gt;</h2>\n<p>a &gt; b</p>\n<table>t</table>" in text
    assert ".own { color: red; }" in text


def test_holds_its_figures_with_their_texts() -> None:
    svg = Output({"image/svg+xml": "<svg></svg>", "text/plain": "x"}, FIGURE)
    text = page(Section("Figures", [svg], side_by_side=True))
    assert 'alt="Seen &quot;so&quot;"' in text
    assert "<figcaption>A &lt;caption&gt;</figcaption>" in text
    assert '<div class="standalone-figures">' in text


def test_the_numbers_of_a_figure_stand_below_it() -> None:
    drawn = Output({"image/svg+xml": "<svg></svg>"}, FIGURE)
    fold = Output({"text/html": "<details>{0}</details>"})
    text = page(Section("Figures", [drawn, fold, drawn, fold], side_by_side=True))
    cells = BeautifulSoup(text, "html.parser").select(".standalone-figures > *")
    assert [[each.name for each in cell.find_all(True, recursive=False)] for cell in cells] == [
        ["figure", "details"],
        ["figure", "details"],
    ]


def test_figures_leave_room_for_themselves() -> None:
    svg = '<svg width="360pt" height="30" viewBox="0 0 1 1"></svg>'
    image = BeautifulSoup(
        page(Section("Figures", [Output({"image/svg+xml": svg}, FIGURE)])), "html.parser"
    ).img
    assert (image["width"], image["height"]) == ("480", "30")
    unknown = page(Section("Figures", [Output({"image/svg+xml": "<svg></svg>"}, FIGURE)]))
    assert "width" not in BeautifulSoup(unknown, "html.parser").img.attrs


def test_whose_data_it_is_stands_in_a_landmark_and_on_every_sheet() -> None:
    text = page(notice='SYNTHETIC "so" </style>')
    [banner] = BeautifulSoup(text, "html.parser").select("body > header.standalone-notice")
    assert banner.text == 'SYNTHETIC "so" </style>'
    assert '@top-left { content: "SYNTHETIC \\22 so\\22  \\3c /style>";' in text
    assert text.count("</style>") == 1


def test_fetches_nothing_and_runs_no_script() -> None:
    svg = Output({"image/svg+xml": "<svg></svg>", "text/plain": "x"}, FIGURE)
    text = page(Section("Figures", [svg]))
    assert "<script" not in text
    assert re.findall(r"""(?:src|href)=["'](?!data:)""", text) == []


def test_a_file_beside_the_page_is_a_link_where_the_lead_names_it() -> None:
    text = page(lead="Numbers < texts stand in all.csv.", files=("all.csv",))
    assert '<p>Numbers &lt; texts stand in <a href="all.csv">all.csv</a>.</p>' in text


def test_leaves_out_empty_sections_and_what_is_only_glued() -> None:
    glued = Output({"text/plain": "'glue'"}, {"scrapbook": {"name": "a"}})
    text = page(Section("Empty", []), Section("Glued", [glued]))
    assert "Empty" not in text
    assert "glue" not in text


def test_outputs_are_gathered_in_place_of_being_displayed() -> None:
    with collected() as outer:
        emit({"text/plain": "one"})
        with collected() as inner:
            emit({"text/plain": "two"}, metadata={"a": 1})
        emit({"text/plain": "three"})
    assert [output.data["text/plain"] for output in outer] == ["one", "three"]
    assert inner == [Output({"text/plain": "two"}, {"a": 1})]
