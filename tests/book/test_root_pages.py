from __future__ import annotations

from dataclasses import replace

from bs4 import BeautifulSoup

from helpers.book.front_parts import Door, FrontFigure, FrontParts
from helpers.book.root_pages import front_page
from helpers.book.site_editions import SiteEdition

PAGES = frozenset(
    f"chapters/{name}.html" for name in ("index", "01_question", "rerun", "teach", "cite")
)
FRONT = FrontParts(
    FrontFigure("_images/fig a.svg", 'Lines "so"', "Real patients. Means.", "470", "372"),
    (
        Door("Read", "chapters/01_question.html", "The chapters."),
        Door("Rerun", "chapters/rerun.html", "Change a parameter."),
        Door("Teach", "chapters/teach.html", "Every chapter is a lesson."),
    ),
)
REAL = SiteEdition(
    name="headache",
    trial="headache",
    title="Headache (real patients)",
    about="",
    audience="clinicians",
    label="Real patients (Headache)",
    synthetic=False,
    finding="At 12 months it was −4.7.",
    first="chapters/index.html",
    pages=PAGES,
    front=FRONT,
)
MADE = replace(
    REAL,
    name="impact",
    trial="impact",
    title="IMPACT (synthetic cohort)",
    label="Synthetic cohort (IMPACT)",
    synthetic=True,
)


def front(*editions: SiteEdition, compared: str = "", same_trial: bool = False) -> BeautifulSoup:
    text = front_page(
        title="A book",
        editions=editions,
        compared=compared,
        same_trial=same_trial,
        made_by="Made here.",
        style="",
    )
    return BeautifulSoup(text, "html.parser")


def test_three_doors_lead_into_the_pages_of_every_edition() -> None:
    lines = front(REAL, MADE).select(".ways li")
    assert [line.strong.text for line in lines] == ["Read.", "Rerun.", "Teach."]
    assert "Change a parameter." in lines[1].text
    assert [link["href"] for link in lines[0].select("a")] == [
        "headache/chapters/01_question.html",
        "impact/chapters/01_question.html",
    ]
    links = [link for line in lines for link in line.select("a")]
    named = [link["aria-label"] for link in links]
    assert len(set(named)) == len(named) == 6
    for link in links:
        # The name that is read out holds the words that are seen.
        assert link.text in link["aria-label"]


def test_a_door_to_a_page_that_an_edition_leaves_out_is_closed_there() -> None:
    without = replace(MADE, pages=PAGES - {"chapters/teach.html"})
    [_, _, teach] = front(REAL, without).select(".ways li")
    assert [link["href"] for link in teach.select("a")] == ["headache/chapters/teach.html"]
    bare = replace(REAL, front=FrontParts())
    assert front(bare).select(".ways") == []


def test_every_edition_shows_its_figure() -> None:
    first, second = front(REAL, MADE).select(".editions li")
    [image] = first.select("figure img")
    assert image.attrs == {
        "src": "headache/_images/fig%20a.svg",
        "alt": 'Lines "so"',
        "width": "470",
        "height": "372",
        "loading": "lazy",
        "decoding": "async",
    }
    assert first.figcaption.text == "Real patients. Means."
    assert second.img["src"].startswith("impact/")
    assert front(replace(REAL, front=FrontParts())).select("figure") == []


def test_who_it_is_for_is_said_once_when_it_is_the_same() -> None:
    assert front(REAL, MADE).text.count("For clinicians.") == 1
    other = front(REAL, replace(MADE, audience="students"))
    assert [each.text for each in other.select(".editions .way")] == [
        "For clinicians.",
        "For students.",
    ]


def test_licences_and_how_to_cite() -> None:
    page = front(REAL, replace(MADE, pages=frozenset({"chapters/index.html"})))
    assert "Text and figures: CC BY 4.0. Code: MIT." in page.text
    cited = [each["href"] for each in page.select("a") if each.text.startswith("How to cite")]
    assert cited == ["headache/chapters/cite.html"]


def test_what_is_promised_of_the_comparison_depends_on_the_trials() -> None:
    place = "compare/index.html"
    [link] = front(REAL, MADE, compared=place).select(f'a[href="{place}"]')
    assert link.text == "The trials"
    [link] = front(REAL, MADE, compared=place, same_trial=True).select(f'a[href="{place}"]')
    assert link.text == "Every number in which the editions differ"
