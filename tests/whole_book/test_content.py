"""What the finished pages say and how they hang together, as a reader finds it in Chromium."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.browser]

ROOT = Path(__file__).parents[2]
EDITIONS = ("impact", "headache")
WHOSE = {
    "impact": "Synthetic cohort (IMPACT)",
    "headache": "Real patients (Acupuncture for headache)",
}
CHAPTERS = sorted(path.stem for path in (ROOT / "chapters").glob("*.ipynb"))
# The only pages that are no chapters and not read from their beginning to their end.
LOOKED_UP = ("glossary", "references", "index")
NUMBER = r"(?:\d+|[A-Z])\.\d+"


@pytest.fixture(params=EDITIONS)
def html(request: pytest.FixtureRequest, books: Path) -> Path:
    """The folder of an edition's pages."""
    return books / str(request.param) / "html"


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


def chapters_of(html: Path) -> list[Path]:
    found = [html / "chapters" / f"{name}.html" for name in CHAPTERS]
    return [path for path in found if path.is_file()]


def test_every_chapter_opens_with_question_answer_and_figure(page: Any, html: Path) -> None:
    for path in chapters_of(html):
        page.goto(path.as_uri())
        line = page.locator("main article h1 + p.trial-meta").inner_text()
        whose, _, where = line.partition(" · ")
        # No patient is behind the data of the one chapter about the software.
        software = path.stem == "validation"
        assert whose == ("Software test data" if software else WHOSE[html.parent.name])
        assert re.fullmatch(r"(Chapter \d+|Supplement [A-Z]) · about \d+ minutes? to read", where)
        question = page.locator("p.trial-chapter + p").inner_text()
        answer = page.locator("p.trial-chapter + p + p").inner_text()
        assert question.endswith("?"), path.name
        assert len(answer) > 30, path.name
        assert "glue" not in answer
        tops = page.evaluate(
            """() => ['main article figure', 'div.objectives', '#parameters']
                .map(each => document.querySelector(each).getBoundingClientRect().top)"""
        )
        assert tops == sorted(tops), path.name
        # One screen of a desktop shows where the figure begins.
        assert tops[0] < 900, path.name


def test_the_first_page_has_three_doors_and_the_trial_in_one_figure(page: Any, html: Path) -> None:
    page.goto((html / "chapters" / "index.html").as_uri())
    doors = page.locator(".door > p:first-child a")
    assert [text.strip() for text in doors.all_inner_texts()] == ["Read", "Rerun", "Teach"]
    for door in doors.all():
        target = door.evaluate("link => link.href")
        assert Path(unquote(urlsplit(target).path)).is_file()
    # The whole card leads to its page.
    card = page.locator(".door").nth(1).bounding_box()
    under = page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).closest('a')?.innerText",
        [card["x"] + card["width"] - 8, card["y"] + 8],
    )
    assert under == "Rerun"
    figure = page.locator("main figure")
    assert figure.count() == 1
    assert figure.locator("img").evaluate("image => image.naturalWidth") > 300
    assert re.search(r"Figure 5\.1 in The primary result\.", figure.inner_text())
    text = page.locator("main").inner_text()
    for words in ("95% CI", "What is real, and what is synthetic", "minutes in all"):
        assert words in text


@pytest.mark.parametrize("width", [390, 1440])
def test_the_doors_stand_within_the_page(page: Any, html: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto((html / "chapters" / "index.html").as_uri())
    boxes = [card.bounding_box() for card in page.locator(".door, .kind").all()]
    assert len(boxes) == 5
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
    assert all(box["width"] > 180 for box in boxes)
    lefts = {round(box["x"]) for box in boxes[:3]}
    assert len(lefts) == (1 if width == 390 else 3)


def test_figures_and_tables_are_numbered_in_order(page: Any, html: Path) -> None:
    for path in chapters_of(html):
        page.goto(path.as_uri())
        found = page.evaluate(
            """() => [...document.querySelectorAll(
                'main figcaption .caption-text > strong:first-child, main caption .trial-number')]
                .map(each => each.textContent.replace(/\\.$/, ''))"""
        )
        for kind in ("Figure", "Table"):
            own = [text for text in found if text.startswith(kind)]
            assert own, (path.name, kind)
            mark = own[0].split()[1].split(".")[0]
            assert own == [f"{kind} {mark}.{at}" for at in range(1, len(own) + 1)], path.name
        # A control carries a figure and a table of its own, under its own heading.
        figures = page.locator("main figure:not(.trial-control *)").count()
        assert figures == sum(text.startswith("Figure") for text in found), path.name
        # Only parameters and provenance, under headings of their own, have tables without number.
        bare = page.locator("main table.trial-table:not(.trial-control *)").count() - sum(
            text.startswith("Table") for text in found
        )
        assert bare == 2, path.name


def test_every_figure_and_table_is_referred_to(page: Any, html: Path) -> None:
    for path in chapters_of(html):
        page.goto(path.as_uri())
        missing = page.evaluate(
            """() => {
                const links = [...document.querySelectorAll('main p a, main figcaption a')];
                const texts = links.map(each => each.textContent);
                const range = /^Tables \\S+\\.(\\d+) to \\S+\\.(\\d+)$/;
                const ranges = texts.map(text => text.match(range)).filter(each => each);
                return [...document.querySelectorAll(
                    'main figcaption strong:first-child, main caption .trial-number')]
                    .map(each => each.textContent.replace(/\\.$/, ''))
                    .filter(label => !texts.includes(label) && !ranges.some(([, low, high]) => {
                        const at = Number(label.split('.').pop());
                        return label.startsWith('Table') && low <= at && at <= high;
                    }));
            }"""
        )
        assert missing == [], path.name


def test_references_lead_to_what_they_name(page: Any, html: Path) -> None:
    for path in chapters_of(html):
        page.goto(path.as_uri())
        lost = page.evaluate(
            """pattern => [...document.querySelectorAll('main a[href^="#"]')]
                .filter(each => new RegExp(pattern).test(each.textContent))
                .filter(each => {
                    const target = document.getElementById(each.hash.slice(1));
                    const label = each.textContent.replace(/ to .*/, '').replace('Tables', 'Table');
                    return !target || !target.textContent.includes(`${label}.`);
                }).map(each => each.textContent)""",
            f"^(Figure|Tables?) {NUMBER}",
        )
        assert lost == [], path.name
        assert "not shown in this run" not in page.locator("main").inner_text(), path.name


def test_prose_names_only_what_some_edition_shows(books: Path) -> None:
    """A reference in parentheses vanishes with what it names: a misspelt one would go unseen."""
    shown: dict[str, set[str]] = {}
    for edition in EDITIONS:
        for path in (books / edition / "notebooks").glob("*.ipynb"):
            for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
                for output in cell.get("outputs", []):
                    told = output.get("metadata", {}).get("trialbook", {})
                    names = {told[kind]["name"] for kind in ("figure", "table") if kind in told}
                    shown.setdefault(path.stem, set()).update(names)
    for name in CHAPTERS:
        notebook = json.loads((ROOT / "chapters" / f"{name}.ipynb").read_text(encoding="utf-8"))
        prose = "\n".join(
            "".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "markdown"
        )
        for target in re.findall(r"\[(?:Figure|Table)s?\]\(#([\w*-]+)\)", prose):
            pattern = re.compile(re.escape(target).replace(r"\*", ".*"))
            assert any(pattern.fullmatch(each) for each in shown[name]), (name, target)


def test_behind_every_figure_stand_its_numbers(page: Any, html: Path) -> None:
    for path in chapters_of(html):
        page.goto(path.as_uri())
        for control in page.locator(".trial-control-live").all():
            assert control.locator("table tbody tr").count() > 0, path.name
        for caption in page.locator("main figcaption:not(.trial-control *)").all():
            link = caption.locator("a.reference.internal").last
            assert re.search(rf"Its numbers: Table {NUMBER}\.", caption.inner_text()), path.name
            rows = page.locator(f"{link.get_attribute('href')} tbody tr").count()
            assert rows > 0, (path.name, caption.inner_text())


def test_the_numbers_of_a_figure_open_when_they_are_followed(page: Any, html: Path) -> None:
    page.goto((html / "chapters" / "05_primary.html").as_uri())
    table = page.locator("#tab-means-numbers table")
    assert not table.is_visible()
    page.locator('figcaption a[href="#tab-means-numbers"]').click()
    table.wait_for(state="visible")
    assert "Week 26" in table.inner_text() or "12 months" in table.inner_text()


def test_terms_lead_to_their_definitions(page: Any, html: Path) -> None:
    page.goto((html / "chapters" / "glossary.html").as_uri())
    defined = set(page.evaluate("[...document.querySelectorAll('dt[id]')].map(each => each.id)"))
    assert len(defined) > 40
    for path in chapters_of(html):
        page.goto(path.as_uri())
        targets = page.evaluate(
            """[...document.querySelectorAll('main a.reference:has(> .std-term)')]
                .map(each => each.href)"""
        )
        assert targets, path.name
        for target in targets:
            file, _, anchor = target.partition("#")
            assert file.endswith("glossary.html")
            assert anchor in defined, (path.name, anchor)


def test_the_index_lists_terms_with_the_chapters_that_use_them(page: Any, html: Path) -> None:
    page.goto((html / "genindex.html").as_uri())
    assert page.locator("main").get_by_role("link", name="estimand", exact=True).count() == 1
    lost = page.evaluate(
        "[...document.querySelectorAll('main .indextable a')].map(each => each.href)"
    )
    assert len(lost) > 100
    for target in set(lost):
        place = urlsplit(target)
        file, anchor = unquote(place.path), unquote(place.fragment)
        assert f'id="{anchor}"' in Path(file).read_text(encoding="utf-8"), target
    # It stands in the contents of every page.
    page.goto((html / "chapters" / "05_primary.html").as_uri())
    links = page.locator("#book-contents").get_by_role("link", name="Index", exact=True)
    assert links.count() == 1


@pytest.mark.parametrize("width", [390, 1440])
def test_asides_stand_in_the_margin_or_in_the_text(page: Any, html: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    for path in chapters_of(html):
        page.goto(path.as_uri())
        asides = page.locator("main aside.margin")
        assert asides.count() > 0, path.name
        titles = set(asides.locator(".sidebar-title").all_inner_texts())
        assert titles <= {"For the clinician", "For the statistician"}, path.name
        article = page.locator("article.bd-article").bounding_box()
        for aside in asides.all():
            box = aside.bounding_box()
            assert box["x"] + box["width"] <= width, path.name
            beside = box["x"] >= article["x"] + article["width"] - 40
            assert beside == (width == 1440), path.name
            if width == 390:
                assert box["width"] > 300, path.name


@pytest.mark.parametrize(("theme", "paper"), [("light", 255), ("dark", 0x1B)])
def test_figures_follow_the_theme_and_not_the_system(
    chromium: Any, html: Path, theme: str, paper: int
) -> None:
    system = "dark" if theme == "light" else "light"
    context = chromium.new_context(color_scheme=system)
    page = context.new_page()
    page.add_init_script(
        f"localStorage.setItem('mode', '{theme}'); localStorage.setItem('theme', '{theme}')"
    )
    page.goto((html / "chapters" / "05_primary.html").as_uri())
    # A canvas may not read a picture from a file: the corner is taken from what is on the screen.
    shot = page.locator("main article figure img").first.screenshot(type="png")
    corner = page.evaluate(
        """async bytes => {
            const blob = new Blob([new Uint8Array(bytes)], {type: 'image/png'});
            const drawn = await createImageBitmap(blob);
            const canvas = new OffscreenCanvas(drawn.width, drawn.height);
            const context = canvas.getContext('2d');
            context.drawImage(drawn, 0, 0);
            return context.getImageData(drawn.width - 16, drawn.height - 16, 1, 1).data[0];
        }""",
        list(shot),
    )
    context.close()
    assert corner == paper


def test_pages_that_are_read_say_how_long_that_takes(page: Any, html: Path) -> None:
    for path in sorted((html / "chapters").glob("*.html")):
        page.goto(path.as_uri())
        told = page.locator("main p.trial-meta").count()
        assert told == (path.stem not in LOOKED_UP), path.name
