"""The validation page, from the references themselves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpers.methods.reference_optima import ReferenceOptimum
from helpers.methods.validation import reference_data, validation_table
from helpers.show import validation
from helpers.show.scientific import scientific, small_difference

REFERENCES = Path(__file__).parents[1] / "references"


@pytest.fixture(scope="module")
def table():
    return validation_table(REFERENCES)


def test_the_page_says_that_it_shows_nobody_of_the_trial(unlabelled, tiny, tiny_real):
    for trial, words in ((tiny, "synthetic"), (tiny_real, "real patients")):
        unlabelled.outputs.clear()
        validation.show_software_label(trial)
        validation.data_table(reference_data(REFERENCES))
        banner, _ = unlabelled.outputs[0]
        assert "No number on it comes from the trial" in banner["text/html"]
        (shown,) = unlabelled.tables
        assert shown["caption"].startswith("Software test data, not the ")
        assert words in shown["caption"].lower()
        assert unlabelled.records["trial.id"]["value"] == trial.specification.id


@pytest.mark.slow
def test_the_sentence_counts_what_was_compared(page, table):
    validation.record_validation(table)
    records = page.records
    assert records["validation.n"]["value"] == len(table) == 817
    assert records["validation.cases"]["value"] == 98
    assert records["validation.agree"]["value"] == 817
    programs = sum(records[f"validation.{name}.n"]["value"] for name in ("mmrm", "lme4", "nlme"))
    assert programs + records["validation.sas.n"]["value"] == 817
    assert 0 < records["validation.worst_share"]["value"] <= 1
    said = records["validation.sentence"]["text"]
    assert said.startswith("In this build 817 values of 98 models were computed again")
    for version in ("R mmrm 0.3.18", "R lme4 1.1-31", "lmerTest 3.1-3", "R nlme 3.1-162", "SAS"):
        assert version in said


@pytest.mark.slow
def test_nothing_recorded_depends_on_rounding(page, table):
    """Another processor's last bits must not change results.json."""
    validation.record_validation(table)
    first = page.records
    page.outputs.clear()
    nudged = table.assign(difference=table["difference"] + 3e-13)
    validation.record_validation(nudged)
    assert page.records == first


@pytest.mark.slow
def test_every_value_stands_in_one_folded_table(page, table):
    validation.rows_tables(table)
    html = [shown["data"]["text/html"] for shown in page.tables]
    assert all(text.startswith('<details class="trial-fold"><summary>') for text in html)
    assert len({shown["name"] for shown in page.tables}) == len(html) >= 20
    cells = sum(len(re.findall("✓ agrees", text)) for text in html)
    assert cells == len(table)
    assert sum(int(re.search(r"(\d+) values?\)</summary>", text)[1]) for text in html) == len(table)
    together = "\n".join(html)
    assert "mmrm_fev" not in together  # names of files
    assert "PROC MIXED, type=un, ddfm=kr" in together
    assert "−1693.2249" in together


@pytest.mark.slow
def test_a_value_that_differs_says_so(page, table):
    validation.rows_tables(table.head(4).assign(agrees=False))
    assert "✗ differs" in page.tables[0]["data"]["text/html"]


@pytest.mark.slow
def test_the_summary_has_a_row_for_each_program_and_structure(page, table):
    validation.summary_table(table)
    (shown,) = page.tables
    rows = table.groupby(["software", "structure"]).ngroups
    assert shown["data"]["text/html"].count("</tr>") == rows + 4 + 2  # programs, two header rows
    assert "Unstructured, optimum not polished" in shown["data"]["text/html"]


@pytest.mark.slow
def test_the_figure_describes_every_mark(page, table):
    validation.differences_figure(table)
    (figure,) = page.figures
    assert figure["name"] == "fig-validation"
    polished = table.loc[~table["structure"].str.endswith("not polished")]
    marks = polished.groupby(["kind", "software"]).ngroups
    assert figure["alt"].count("largest share") == marks
    assert "Degrees of freedom, SAS PROC MIXED, 10 values, largest share 93.6%" in figure["alt"]


def test_the_unpolished_optimum_is_told_with_its_numbers(page):
    optimum = ReferenceOptimum("a", -3264.1, -3264.1, -3264.0999928, 0.0189, 7.2e-6)
    validation.record_optimum(optimum)
    said = page.records["validation.unpolished.sentence"]["text"]
    assert "gradient there is 0.019 and not zero" in said
    assert "promises a rise of 7.20\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10⁻⁶" in said
    assert page.records["validation.unpolished.short"]["value"] == 7.2e-6


@pytest.mark.parametrize(
    ("value", "digits", "printed"),
    [
        (3e-10, 1, "3 × 10⁻¹⁰"),
        (1e-7, 1, "10⁻⁷"),
        (1.24e-5, 2, "1.2 × 10⁻⁵"),
        (0.55, 2, "0.55"),
        (0.0, 1, "0"),
        (9.96e-7, 2, "10⁻⁶"),
    ],
)
def test_small_numbers_are_powers_of_ten(value, digits, printed):
    assert scientific(value, digits=digits).replace("\N{NO-BREAK SPACE}", " ") == printed


def test_differences_of_rounding_are_not_told_apart():
    assert small_difference(0.0) == small_difference(9.9e-11) == "<\N{NO-BREAK SPACE}10⁻¹⁰"
