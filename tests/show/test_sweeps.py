from __future__ import annotations

from dataclasses import replace
from typing import Any

from helpers.analysis.sweeps import SweptCell
from helpers.show import sweeps as show
from helpers.show.outputs import Output, collected
from helpers.show.page_label import PageLabel, set_page_label


def cell(number: int, estimate: float | None, **values: str) -> SweptCell:
    known = estimate is not None
    return SweptCell(
        number=number,
        values=values,
        label="Synthetic cohort (TINY)",
        synthetic=True,
        same_unit=("tiny", "pain at week 26"),
        estimate=estimate,
        lower=estimate - 1 if known else None,
        upper=estimate + 1 if known else None,
        text=f"{estimate:.2f} (a to b)" if known else "",
        p=".04" if known else "",
        failure="" if known else "It has <failed>.",
        fingerprint="0123456789abcdef",
    )


CELLS = [
    cell(1, -0.5, covariance="us", note=""),
    cell(2, None, covariance="cs", note=""),
    cell(3, -0.4, covariance="us", note="x"),
    cell(4, -0.3, covariance="cs", note="x"),
]


def shown(part: Any, *arguments: Any, **options: Any) -> list[Output]:
    set_page_label(PageLabel("Synthetic cohort (TINY)", synthetic=True))
    with collected() as outputs:
        part(*arguments, **options)
    return outputs


def test_draws_a_panel_for_each_combination_of_the_rest() -> None:
    outputs = shown(show.sweep_figures, CELLS, what="Primary difference")
    figures = [
        output.metadata["trialbook"]["figure"]  # type: ignore[index]
        for output in outputs
        if "trialbook" in output.metadata
    ]
    assert [figure["name"] for figure in figures] == ["fig-sweep-1", "fig-sweep-2"]
    assert "note: (empty)" in figures[0]["caption"]
    assert "Primary difference (pain at week 26)" in figures[0]["caption"]
    assert "covariance: cs failed" in figures[0]["alt"]
    assert "covariance: cs −0.30 (a to b)" in figures[1]["alt"]


def test_labels_each_panel_with_its_own_trial() -> None:
    real = replace(CELLS[3], label="Real patients (OTHER)", synthetic=False)
    outputs = shown(
        show.sweep_figures, [CELLS[0], replace(real, same_unit=("other", ""))], what="x"
    )
    captions = [
        output.metadata["trialbook"]["figure"]["caption"]  # type: ignore[index]
        for output in outputs
        if "trialbook" in output.metadata
    ]
    assert [caption.partition(".")[0] for caption in captions] == [
        "Synthetic cohort (TINY)",
        "Real patients (OTHER)",
    ]


def test_draws_nothing_where_every_cell_of_a_panel_failed() -> None:
    failed = [cell(1, None, level="1"), cell(2, None, level="2")]
    assert shown(show.sweep_figures, failed, what="x") == []


def test_lists_every_cell_and_why_some_failed() -> None:
    [table] = shown(show.cells_table, CELLS, what="Primary difference")
    text = str(table.data["text/html"])
    assert text.count("<tr>") == len(CELLS)
    assert text.count(">failed<") == 1
    assert "0123456789ab<" in text
    [why] = shown(show.failures_table, CELLS)
    assert "It has &lt;failed&gt;." in str(why.data["text/html"])
    assert shown(show.failures_table, CELLS[2:]) == []


def test_lists_what_stays_the_same() -> None:
    [table] = shown(show.fixed_table, {"level": 0.95, "covariates": ""})
    assert "(empty)" in str(table.data["text/html"])
    assert shown(show.fixed_table, {}) == []


def test_counts_the_cells() -> None:
    assert show.sweep_sentence(CELLS) == "3 of 4 cells of the grid ran to their end, 1 failed."
    assert show.sweep_sentence(CELLS[2:]) == "2 of 2 cells of the grid ran to their end."
