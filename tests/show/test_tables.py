from html.parser import HTMLParser

import pandas as pd
import pytest

from helpers.errors import TrialBookError
from helpers.show.tables import display_table

FRAME = pd.DataFrame(
    {
        "Part": ["Change & more", "Change & more", "Difference"],
        "Arm": ["Żółć <b>", "Massage", "Massage minus acupuncture"],
        "Estimate": ["-2.53", "-3.01", "-0.48"],
        "P": ["", "", "< .001"],
        "Words": ["a_b", "**c**", "$x$"],
    }
)


class Elements(HTMLParser):
    """Collects elements with their attributes, and texts by element."""

    def __init__(self):
        super().__init__()
        self.found, self.texts, self.open = [], [], []

    def handle_starttag(self, tag, attrs):
        assert len(dict(attrs)) == len(attrs)
        self.found.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data):
        if data.strip():
            self.texts.append((self.open[-1], data.strip()))

    def all(self, tag):
        return [attrs for name, attrs in self.found if name == tag]


def parsed(page):
    elements = Elements()
    elements.feed(page.tables[-1]["data"]["text/html"])
    assert elements.open == []
    return elements


@pytest.fixture
def table(page):
    display_table(
        FRAME,
        name="tab-x",
        caption="Estimates, -1 & <more>.",
        row_header="Arm",
        group="Part",
        spanners={"Result": ["Estimate", "P"]},
        text_columns=["Words"],
        notes=["A note from -1 to 1."],
    )
    return parsed(page)


def test_caption_comes_first_and_says_whose_data(table):
    tags = [tag for tag, _ in table.found]
    assert tags[tags.index("table") + 1] == "caption"
    assert ("span", "Synthetic cohort (TINY). Estimates, −1 & <more>.") in table.texts


def test_every_header_has_a_scope(table):
    scopes = [attrs.get("scope") for attrs in table.all("th")]
    assert scopes.count("row") == 3
    assert scopes.count("rowgroup") == 2
    assert scopes.count("colgroup") == 1
    assert scopes.count("col") == 4
    assert None not in scopes


def test_a_group_is_a_body_of_its_own(table):
    assert len(table.all("tbody")) == 2


def test_the_words_of_a_groups_heading_can_stay_in_sight(table):
    assert ("span", "Change & more") in table.texts
    assert ("span", "Difference") in table.texts


def test_the_wrapper_scrolls_by_keyboard_and_is_named(table):
    wrapper = next(a for a in table.all("div") if a.get("class") == "trial-table-wrapper")
    assert wrapper["tabindex"] == "0"
    assert wrapper["role"] == "region"
    assert wrapper["aria-label"] == "Table: Synthetic cohort (TINY). Estimates, −1 & <more>."


def test_no_inline_style_and_no_id_but_the_tables_own(table):
    assert "style" not in [tag for tag, _ in table.found]
    assert all("style" not in attrs and "headers" not in attrs for _, attrs in table.found)
    assert [attrs["id"] for _, attrs in table.found if "id" in attrs] == ["tab-x"]
    assert [attrs["class"] for attrs in table.all("table")] == ["trial-table"]


def test_numbers_are_aligned_right_and_words_left(table):
    classes = [attrs["class"] for attrs in table.all("td")]
    assert classes == 3 * ["gt_row gt_right", "gt_row gt_right", "gt_row gt_left"]


def test_cells_show_their_characters(table):
    texts = [text for _, text in table.texts]
    for expected in ("Żółć <b>", "Change & more", "−2.53", "< .001", "a_b", "**c**", "$x$"):
        assert expected in texts
    assert ("p", "A note from −1 to 1.") in table.texts


def test_the_name_of_a_result_breaks_after_its_points_only(page):
    rows = ["baseline.cancer_site.breast.n", "0.95", "Mean change."]
    frame = pd.DataFrame({"Result": rows, "Here": ["1", "2", "3"]})
    display_table(frame, name="tab-n", caption="Names.", row_header="Result")
    html = page.tables[-1]["data"]["text/html"]
    assert ">baseline.<wbr>cancer_site.<wbr>breast.<wbr>n</th>" in html
    assert ">0.95</th>" in html
    assert html.count("<wbr>") == 3


def test_plain_text_for_where_there_is_no_page(page, table):
    plain = page.tables[-1]["data"]["text/plain"]
    assert plain.startswith("Synthetic cohort (TINY). ")
    assert "−0.48" in plain
    assert plain.endswith("A note from −1 to 1.")


def test_a_table_without_groups_and_notes(page):
    display_table(FRAME[["Arm", "P"]], name="tab-y", caption="P.", row_header="Arm")
    elements = parsed(page)
    assert len(elements.all("tbody")) == 1
    assert "trial-table-notes" not in page.tables[-1]["data"]["text/html"]


def test_the_same_table_is_the_same_text(page):
    for _ in range(2):
        display_table(FRAME, name="tab-z", caption="x", row_header="Arm")
    first, second = (table["data"]["text/html"] for table in page.tables)
    assert first == second


def test_nothing_is_shown_on_a_page_without_a_label(unlabelled):
    with pytest.raises(TrialBookError, match="does not say yet whose data"):
        display_table(FRAME, name="tab-x", caption="x", row_header="Arm")
    assert unlabelled.outputs == []
