from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from helpers.book.book_facts import book_facts
from helpers.book.offered_files import OfferedFiles, offered_files, results_csv
from helpers.book.planning import plan_editions, specification

RESULTS = {
    "alpha.level": {"value": 0.9, "text": "0.90", "chapter": "01_alpha"},
    "alpha.none": {"value": None, "text": "not available", "chapter": "01_alpha"},
    "gamma.rows": {"value": 2, "text": "2", "chapter": "07_gamma"},
}


def offered(book, edition: str, *, public: bool = True) -> OfferedFiles:
    path = book.root / "data" / ("tiny" if edition == "first" else "tiny_real") / "trial.yml"
    if not public:
        text = path.read_text(encoding="utf-8")
        assert "public: true" in text
        path.write_text(text.replace("public: true", "public: false"), encoding="utf-8")
    [planned] = plan_editions(book.project, [edition], {})
    trial = specification(planned.trial)
    facts = book_facts(
        edition=edition, title="A title", trial=trial, results=RESULTS, citation=None
    )
    notebooks = {each.name: json.dumps({"run": each.name}) for each in planned.chapters}
    return offered_files(planned, trial, facts=facts, notebooks=notebooks, results=RESULTS)


def test_a_public_trial_s_chapters_offer_everything(book, tmp_path: Path) -> None:
    found = offered(book, "first")
    places = [each.place for each in found.by_chapter["01_alpha"]]
    assert places[:4] == [
        "_sources/chapters/01_alpha.ipynb",
        "_downloads/notebooks/01_alpha_as_run.ipynb",
        "_downloads/results/01_alpha_results_synthetic.csv",
        "_downloads/data/participants_synthetic.csv",
    ]
    assert places[-1] == "_downloads/data/trial.yml"
    assert [each.place for each in found.by_chapter["02_beta"] if "results" in each.place] == []
    found.write(tmp_path)
    # The notebook to run is written by another step.
    assert {place for place in places if (tmp_path / place).is_file()} == set(places[1:])
    table = "_downloads/data/outcomes_synthetic.csv"
    own = book.root / "data" / "tiny" / "outcomes_synthetic.csv"
    assert (tmp_path / table).read_bytes() == own.read_bytes()


def test_a_private_trial_s_chapters_offer_no_rows(book) -> None:
    found = offered(book, "first", public=False)
    assert set(found.contents) == {
        "_downloads/results/01_alpha_results_synthetic.csv",
        "_downloads/results/07_gamma_results_synthetic.csv",
    }
    assert [each.words for each in found.by_chapter["02_beta"]] == ["Notebook to run"]


def test_words_say_whose_data(book) -> None:
    made = [each.words for each in offered(book, "first").by_chapter["02_beta"]]
    path = book.root / "data" / "tiny_real" / "trial.yml"
    path.write_text("public: true\n" + path.read_text("utf-8"), encoding="utf-8")
    real = [each.words for each in offered(book, "second").by_chapter["02_beta"]]
    assert "Data: outcomes (synthetic, CSV)" in made
    assert "Data: outcomes (real patients, CSV)" in real
    assert not any("synthetic" in words for words in real)


@pytest.mark.parametrize(("synthetic", "kind"), [(True, "synthetic"), (False, "real")])
def test_results_as_a_table(synthetic: bool, kind: str) -> None:
    rows = list(csv.DictReader(io.StringIO(results_csv(RESULTS, synthetic=synthetic))))
    assert rows[:2] == [
        {"data": kind, "name": "alpha.level", "printed": "0.90", "value": "0.9"},
        {"data": kind, "name": "alpha.none", "printed": "not available", "value": ""},
    ]
    assert len(rows) == 3
