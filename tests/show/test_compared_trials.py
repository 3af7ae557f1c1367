from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from helpers.analysis.compared_trials import ComparedTrial, compared_trials
from helpers.analysis.comparison import EditionResults, compare_editions
from helpers.show.compared_trials import trials_table
from helpers.show.outputs import collected
from helpers.show.page_label import PageLabel, set_page_label
from helpers.trial.reading import read_specification

DATA = Path(__file__).parents[2] / "data"


def edition(name: str, *, synthetic: bool, **texts: str) -> EditionResults:
    return EditionResults(
        name=name,
        title=f"Title of {name}",
        trial=name,
        label=name,
        synthetic=synthetic,
        public=True,
        parameters={},
        results={
            key.replace("__", "."): {"value": text, "text": text, "chapter": "05_primary"}
            for key, text in texts.items()
        },
    )


def parsed(*trials: ComparedTrial) -> BeautifulSoup:
    set_page_label(PageLabel(text="Test data", synthetic=True))
    with collected() as outputs:
        trials_table(trials)
    [output] = [each for each in outputs if "text/html" in each.data]
    return BeautifulSoup(str(output.data["text/html"]), "html.parser")


def names_of(*trials: ComparedTrial) -> list[str]:
    return [cell.get_text() for cell in parsed(*trials).select("thead th")]


def table(*trials: ComparedTrial) -> dict[str, list[str]]:
    return {
        row.th.get_text(): [cell.get_text() for cell in row.select("td")]
        for row in parsed(*trials).select("tbody tr")
    }


@pytest.fixture(scope="module")
def both() -> tuple[ComparedTrial, ...]:
    specifications = {name: read_specification(DATA / name) for name in ("headache", "impact")}
    editions = [
        edition(
            name,
            synthetic=name == "impact",
            primary__outcome="pain",
            primary__visit=each.primary.visit,
            primary__visit__label="the end",
        )
        for name, each in specifications.items()
    ]
    return compared_trials(compare_editions(editions), specifications)


def test_every_column_says_whose_data_it_shows(both: tuple[ComparedTrial, ...]) -> None:
    rows = table(*both)
    assert rows["Data"] == ["Real patients", "Synthetic cohort: made by a computer"]
    assert rows["Primary outcome"] == ["Pain, at the end"] * 2


def test_published_results_lie_as_the_book_s_do_and_have_their_sources(
    both: tuple[ComparedTrial, ...],
) -> None:
    headache, impact = table(*both)["Published result"]
    assert headache.startswith("−4.6 (−7.0 to −2.2; P = .0002), by the paper's own analysis of cov")
    assert "turned here. Source: BMJ 2004;328:744" in headache
    assert impact == "−0.48 (−0.98 to 0.03; P = .07). Source: JAMA abstract"


def test_columns_are_called_by_their_trials(both: tuple[ComparedTrial, ...]) -> None:
    assert names_of(*both) == ["Trial", "Acupuncture for headache", "IMPACT"]
    assert names_of(both[0], both[0])[1] == "Acupuncture for headache (headache)"


def test_what_no_edition_says_has_no_row(both: tuple[ComparedTrial, ...]) -> None:
    assert not {"Question", "Randomised", "Arms", "Primary result here"} & set(table(*both))
