"""The controls of the finished chapters, operated by keyboard, against the analysis itself."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from pypdf import PdfReader

from helpers.analysis.allocation_settings import vary_allocation
from helpers.analysis.eligibility import screen
from helpers.analysis.primary import analyse_primary
from helpers.trial.loading import Trial, load_trial

pytestmark = [pytest.mark.slow, pytest.mark.browser]

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CHAPTERS = {
    "eligibility": "02_eligibility",
    "allocation": "03_randomization",
    "primary": "05_primary",
}
TRIED = 3
MOST_TABS = 250
# What a person can operate; the label of a button or a box belongs to its target.
TARGETS = "form select, form input[type=range], form label:has(input), form button, summary"
NUMBER = r"(\N{MINUS SIGN}?[\d,]*\.?\d+)"


@dataclass
class Control:
    """A control on an opened page, and what a reader does with it who has no mouse."""

    page: Any
    name: str

    @property
    def section(self) -> Any:
        return self.page.locator(f"#control-{self.name}")

    @property
    def said(self) -> str:
        return str(self.section.get_by_role("status").inner_text())

    def fields(self) -> list[str]:
        found = "form => [...new Set([...form.elements].map(each => each.name).filter(Boolean))]"
        return list(self.section.locator("form").evaluate(found))

    def go_to(self, wanted: Callable[[str], bool], key: str = "Tab") -> None:
        for _ in range(MOST_TABS):
            self.page.keyboard.press(key)
            here = self.page.evaluate(
                "document.activeElement.name || document.activeElement.localName + '.' + "
                "document.activeElement.type"
            )
            if self._has_focus() and wanted(here):
                return
        raise AssertionError("the keyboard does not get there")

    def _has_focus(self) -> bool:
        return bool(self.section.evaluate("each => each.contains(document.activeElement)"))

    def place(self, field: str) -> int:
        return int(self.section.locator("form").evaluate(f"form => form.elements.{field}.value"))

    def options(self, field: str) -> int:
        return int(
            self.section.locator("form").evaluate(
                f"form => (form.elements.{field}.list?.options ?? form.elements.{field}.options ?? "
                f"form.elements.{field}).length"
            )
        )

    def choose(self, field: str, place: int) -> None:
        """Move to a field, then to its option, with the keys that every browser has for it."""
        self.go_to(lambda here: here == field)
        moves = place - self.place(field)
        slider = self.page.evaluate("document.activeElement.type === 'range'")
        up, down = ("ArrowRight", "ArrowLeft") if slider else ("ArrowDown", "ArrowUp")
        for _ in range(abs(moves)):
            self.page.keyboard.press(up if moves > 0 else down)
        assert self.place(field) == place

    def begin_at_the_title(self) -> None:
        """Let the next Tab begin here; one test comes all the way from the top of the page."""
        self.section.locator(".trial-control-title").evaluate(
            "title => { document.activeElement.blur(); getSelection().collapse(title, 0); }"
        )

    def choose_all(self, places: dict[str, int]) -> None:
        """Choose one option after another, from the first field on."""
        self.begin_at_the_title()
        for field, place in places.items():
            if not self.section.locator(f"[name={field}]").first.is_disabled():
                self.choose(field, place)

    def drawn(self, selector: str, attribute: str) -> list[float]:
        """Return where marks lie, in units of the axis: taken from its printed ticks."""
        ticks = self.section.locator(".trial-control-live .trial-control-axis text").evaluate_all(
            "ticks => ticks.map(tick => [parseFloat(tick.getAttribute('x')), tick.textContent])"
        )
        (x0, first), *_, (x1, last) = [(x, numeric(text)) for x, text in ticks]
        marks = self.section.locator(f".trial-control-live {selector}").evaluate_all(
            f"marks => marks.map(mark => parseFloat(mark.getAttribute('{attribute}')))"
        )
        return [first + (mark - x0) * (last - first) / (x1 - x0) for mark in marks]


def numeric(text: str) -> float:
    return float(text.replace("\N{MINUS SIGN}", "-").replace(",", ""))


@pytest.fixture(scope="module")
def trial() -> Trial:
    return load_trial("impact")


@pytest.fixture(scope="module")
def chapters(books: Path) -> dict[str, str]:
    folder = books / "impact" / "html" / "chapters"
    return {name: (folder / f"{stem}.html").as_uri() for name, stem in CHAPTERS.items()}


@pytest.fixture(params=sorted(CHAPTERS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def opens(
    opened: tuple[Any, list[str]], chapters: dict[str, str]
) -> Iterator[Callable[[str], Control]]:
    """Return what opens the chapter of a control; no fault may come of what a test does there."""
    page, faults = opened

    def control(name: str) -> Control:
        page.goto(chapters[name])
        found = Control(page, name)
        found.section.locator("form").wait_for(state="visible")
        return found

    yield control
    assert faults == []


def chances(control: Control, seed: int) -> Iterator[dict[str, int]]:
    """Yield settings by chance, the same each time."""
    chance = random.Random(seed)
    for _ in range(TRIED):
        yield {field: chance.randrange(control.options(field)) for field in control.fields()}


# --- Each shows what the analysis finds -------------------------------------------------------


def test_thresholds_show_the_screening_itself(
    opens: Callable[[str], Control], trial: Trial
) -> None:
    control = opens("eligibility")
    criteria = trial.specification.eligibility
    for places in chances(control, 1):
        control.choose_all(places)
        asked = []
        for field in control.fields():
            criterion = criteria[int(field.removeprefix("criterion_"))]
            value = re.search(
                r"[\d,.]+",
                control.section.locator(f"[name={field}]").get_attribute("aria-valuetext"),
            )[0].replace(",", "")
            asked.append(f"{criterion.variable} {criterion.operator} {value}")
        found = screen(trial, "; ".join(asked))
        excluded = [criterion.excluded for criterion in found.criteria]
        assert f"{sum(excluded)} would be excluded" in control.said, asked
        assert f"{found.enrolled} would still be enrolled" in control.said, asked
        left_out = f"{found.removed} would not" if found.removed else "nobody would be left out"
        assert re.search(rf"\band {left_out}\b", control.said), asked
        newly = found.newly_eligible
        assert (f"{newly} people whom" if newly > 1 else "trial excluded") in control.said, asked
        bars = control.drawn("rect[data-set]", "width")
        expected = [found.enrolled, *excluded, found.declined, found.not_enrolled]
        assert bars == pytest.approx(expected, abs=0.5), asked


def test_the_primary_result_is_that_of_the_analysis_itself(
    opens: Callable[[str], Control], trial: Trial
) -> None:
    control = opens("primary")
    words = control.section.locator("form").evaluate(
        "form => Object.fromEntries([...form.elements].filter(each => each.options)"
        ".map(each => [each.name, [...each.options].map(one => one.label)]))"
    )
    sets = [(), trial.specification.randomisation.strata, scales(trial)]
    covariances = dict(zip(words["covariance"], COVARIANCES, strict=True))
    inferences = dict(zip(words["inference"], INFERENCES, strict=True))
    fitted = 0
    for places in chances(control, 2):
        control.choose_all(places)
        level = (0.8, 0.9, 0.95, 0.99)[places["level"]]
        covariance = covariances[words["covariance"][places["covariance"]]]
        found = analyse_primary(
            trial,
            covariance=covariance,
            inference=inferences[words["inference"][places["inference"]]],
            covariates=sets[places["covariates"]],
            level=level,
        )
        if found.covariance_used != covariance:
            assert control.said.startswith("No result"), places
            continue
        fitted += 1
        pattern = (
            rf": {NUMBER} points \((\d+)% CI {NUMBER} to {NUMBER}; P ([=<]) {NUMBER}; "
            rf"df (?:{NUMBER}|\N{{INFINITY}})\)"
        ).replace("\\N{INFINITY}", "\N{INFINITY}")
        estimate, percent, lower, upper, sign, p, df = re.search(pattern, control.said).groups()
        difference = found.difference["massage"]
        numbers = (difference.estimate, difference.lower, difference.upper)
        said = tuple(map(numeric, (estimate, lower, upper)))
        assert said == pytest.approx(numbers, abs=0.0051), places
        assert int(percent) == 100 * level
        assert difference.p < numeric(p) if sign == "<" else abs(difference.p - numeric(p)) < 0.0051
        assert df is None or numeric(df) == pytest.approx(difference.df, abs=0.051)
        apart = "excludes" if difference.lower * difference.upper > 0 else "includes"
        assert f"The interval {apart} zero." in control.said
        assert control.drawn("circle.trial-mark", "cx") == pytest.approx(numbers[:1], abs=0.01)
        assert control.drawn("rect.trial-mark", "x") == pytest.approx(numbers[1:2], abs=0.01)
    assert fitted


COVARIANCES = (
    *("us", "cs", "csh", "ar1", "ar1h", "toep", "toeph", "ad", "adh", "sp_exp"),
    *("random_intercept", "random_slope"),
)
INFERENCES = (
    *("kenward-roger", "kenward-roger-linear", "satterthwaite", "between-within", "residual"),
    *("sandwich-cr2", "normal"),
)


def scales(trial: Trial) -> list[str]:
    return [
        item.id
        for item in trial.specification.variables
        if item.kind == "continuous" and item.table1
    ]


def test_the_allocation_shown_is_the_simulation_itself(
    opens: Callable[[str], Control], trial: Trial
) -> None:
    settings = vary_allocation(trial, seed=2342482)  # the chapter's own seed
    control = opens("allocation")
    grid = settings.grid
    for places in chances(control, 3):
        control.choose_all(places)
        now = {field: control.place(field) for field in control.fields()}
        (row,) = grid[
            (grid["method"] == ("simple", "blocks", "stratified", "minimisation")[now["method"]])
            & (grid["block"] == now["block"])
            & (grid["strata"] == (2, 4, 8, 16, 32)[now["strata"]])
            & (grid["size"] == settings.sizes[now["size"]])
        ].to_dict("records")
        said = control.said
        assert f"trials of {row['size']} participants" in said
        ended, within = (
            f"at most {row[half]:g} apart" if row[half] else "even"
            for half in ("final_half", "stratum_half")
        )
        for text in (
            f"half ended with the arms {ended} and 95 in 100 at most {row['final_most']:g}",
            f"never more than {row['running_most']:g} apart",
            f"half ended {within} and 95 in 100 at most {row['stratum_most']:g}",
        ):
            assert text in said, (now, said)
        dots = control.drawn("[data-dots] circle", "cx")
        assert dots == pytest.approx([*row["final_dots"], *row["stratum_dots"]], abs=0.1)


# --- By keyboard, and for those who listen -----------------------------------------------------


def test_each_key_says_the_values_once_and_reset_goes_back(
    opens: Callable[[str], Control], name: str
) -> None:
    control = opens(name)
    status = control.section.get_by_role("status")
    assert status.get_attribute("aria-live") == "polite"
    begun, values = control.said, [control.place(field) for field in control.fields()]
    status.evaluate(
        "said => { window.heard = []; new MutationObserver(() => heard.push(said.textContent))"
        ".observe(said, {childList: true, characterData: true, subtree: true}); }"
    )
    heard = []
    field = control.fields()[0]
    control.begin_at_the_title()
    control.go_to(lambda here: here == field)
    for key in ("ArrowDown", "ArrowDown") if name == "primary" else ("ArrowLeft", "ArrowLeft"):
        control.page.keyboard.press(key)
        heard.append(control.said)
        figure = control.section.locator(".trial-control-live [role=img]")
        assert figure.get_attribute("aria-label").endswith(control.said)
        whose = "Simulated, no patients" if name == "allocation" else "Synthetic cohort"
        assert whose in figure.get_attribute("aria-label")
    assert begun not in heard
    assert control.page.evaluate("heard") == heard

    control.go_to(lambda here: here == "button.reset")
    control.page.keyboard.press("Enter")
    control.page.wait_for_function("text => heard.at(-1) === text", arg=begun)
    assert [control.place(each) for each in control.fields()] == values
    for slider in control.section.locator(".trial-control-setting:has([type=range])").all():
        said = slider.locator(".trial-control-value").inner_text()
        assert said == slider.locator("[type=range]").get_attribute("aria-valuetext")


def test_what_has_the_focus_shows_it_and_has_a_name(
    opens: Callable[[str], Control], name: str
) -> None:
    control = opens(name)
    seen = []
    control.go_to(lambda here: here == control.fields()[0])
    while control._has_focus():
        outline = control.page.evaluate(
            "[getComputedStyle(document.activeElement)].map(style => "
            "[style.outlineStyle, parseFloat(style.outlineWidth)])[0]"
        )
        here = control.page.evaluate("document.activeElement.name || document.activeElement.type")
        assert outline[0] == "solid", here
        assert outline[1] >= 2, here
        seen.append(here)
        control.page.keyboard.press("Tab")
    idle = control.section.locator("form :disabled").evaluate_all("all => all.map(e => e.name)")
    assert [*control.fields(), "reset"] == [
        each for each in seen if each in [*control.fields(), "reset"]
    ] + idle
    for field in control.section.locator("form select, form [type=range]").all():
        assert field.evaluate("field => field.labels.length") == 1
    assert control.section.get_by_role("group").count() >= 1


def test_the_table_opens_by_keyboard(opens: Callable[[str], Control], name: str) -> None:
    control = opens(name)
    table = control.section.locator(".trial-control-live table")
    assert not table.is_visible()
    control.section.locator("form button").focus()
    control.page.keyboard.press("Tab")
    control.page.keyboard.press("Enter")
    assert table.is_visible()
    assert table.locator("tbody tr").count() > 5


def test_block_sizes_rest_where_there_are_no_blocks(opens: Callable[[str], Control]) -> None:
    control = opens("allocation")
    block = control.section.locator("[name=block]")
    for place, idle in ((0, True), (1, False), (2, False), (3, True)):
        control.choose_all({"method": place})
        assert block.is_disabled() == idle
        words = "blocks of" in control.said
        assert words != idle


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_in_a_control_that_was_moved(
    opens: Callable[[str], Control], name: str, colours: str
) -> None:
    control = opens(name)
    control.page.emulate_media(color_scheme=colours)
    control.section.locator("summary").evaluate("each => each.click()")
    control.choose_all({control.fields()[0]: 1})
    control.page.evaluate(AXE)
    for width in (390, 1440):
        control.page.set_viewport_size({"width": width, "height": 900})
        found = control.page.evaluate(
            "([id, values]) => axe.run('#' + id, {preload: false, resultTypes: ['violations'], "
            "runOnly: {type: 'tag', values}, rules: {'target-size': {enabled: true}}})",
            [f"control-{name}", AXE_TAGS],
        )
        wrong = [(each["id"], each["nodes"][0]["html"][:160]) for each in found["violations"]]
        assert wrong == [], width


def test_a_control_fits_a_telephone_and_a_finger(
    opens: Callable[[str], Control], name: str
) -> None:
    control = opens(name)
    control.page.set_viewport_size({"width": 390, "height": 844})
    control.choose_all(dict.fromkeys(control.fields(), 0))
    wide = control.section.evaluate(
        """section => {
          const {left, right} = section.getBoundingClientRect();
          return [...section.querySelectorAll('.trial-control-live *, form *')].filter(each => {
            const box = each.getBoundingClientRect();
            const seen = each.checkVisibility() && getComputedStyle(each).clipPath === 'none';
            return seen && (box.left < left - 0.5 || box.right > right + 0.5);
          }).map(each => each.outerHTML.slice(0, 120));
        }"""
    )
    assert wide == []
    control.section.locator("summary").evaluate("each => each.click()")
    over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert control.page.evaluate(over) <= 1
    for target in control.section.locator(TARGETS).all():
        box = target.bounding_box()
        assert min(box["width"], box["height"]) >= 24, target.evaluate("e => e.outerHTML")


def test_marks_move_for_those_only_who_like_it(opens: Callable[[str], Control]) -> None:
    control = opens("primary")
    lasts = "mark => getComputedStyle(mark).transitionDuration"
    mark = control.section.locator(".trial-control-live .trial-mark").first
    assert "0.15s" in mark.evaluate(lasts)
    control.page.emulate_media(reduced_motion="reduce")
    assert mark.evaluate(lasts) == "0s"


# --- Without scripts, and on paper -------------------------------------------------------------


def still_parts(section: Any) -> list[bool]:
    shown = (".trial-control-still figure", ".trial-control-still table", ".trial-control-made")
    return [section.locator(part).is_visible() for part in shown]


def test_without_scripts_the_still_figure_and_table_are_there(
    chromium: Any, chapters: dict[str, str], name: str
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(chapters[name])
    section = page.locator(f"#control-{name}")
    assert still_parts(section) == [True, True, True]
    assert not section.locator("form").is_visible()
    assert section.locator(".trial-control-live").count() == 0
    assert section.locator("th", has_text="(as run)").count() >= 3
    context.close()


def test_paper_shows_the_run_whatever_was_chosen(
    opens: Callable[[str], Control], name: str
) -> None:
    control = opens(name)
    begun = control.said
    control.choose_all({control.fields()[0]: 1})
    assert control.said != begun
    control.page.emulate_media(media="print")
    assert still_parts(control.section) == [True, True, True]
    assert not control.section.locator("form").is_visible()
    assert not control.section.locator(".trial-control-live").is_visible()
    text = " ".join(
        page.extract_text() for page in PdfReader(BytesIO(control.page.pdf(format="A4"))).pages
    )
    flat = "".join(text.split())
    assert "".join(begun.split()) in flat
    assert "Onesettingchangedatatime,theothersasinthisrun." in flat
    assert "Backtothisrun" not in flat
