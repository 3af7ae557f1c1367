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


def table(*trials: ComparedTrial) -> dict[str, list[str]]:
    set_page_label(PageLabel(text="Test data", synthetic=True))
    with collected() as outputs:
        trials_table(trials)
    [output] = [each for each in outputs if "text/html" in each.data]
    soup = BeautifulSoup(str(output.data["text/html"]), "html.parser")
    return {
        row.th.get_text(): [cell.get_text() for cell in row.select("td")]
        for row in soup.select("tbody tr")
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


def test_published_results_have_their_sources(both: tuple[ComparedTrial, ...]) -> None:
    for said, trial in zip(table(*both)["Published result"], both, strict=True):
        for each in trial.published:
            assert each.printed["estimate"].replace("-", "−") in said
            assert each.source in said


def test_what_no_edition_says_has_no_row(both: tuple[ComparedTrial, ...]) -> None:
    assert not {"Question", "Randomised", "Arms", "Primary result here"} & set(table(*both))
