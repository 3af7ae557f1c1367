import re
from dataclasses import replace

import pytest

from helpers.show import page as pages
from helpers.show.page_label import page_label, simulated
from helpers.show.provenance import code_sha256
from helpers.show.records import NOT_AVAILABLE
from helpers.show.sentences import mid_sentence


def test_the_banner_says_that_a_synthetic_cohort_is_not_of_patients(unlabelled, tiny):
    pages.show_data_label(tiny)
    banner, metadata = unlabelled.outputs[0]
    assert metadata["trialbook"]["banner"] == "synthetic"
    assert 'role="note"' in banner["text/html"]
    assert "Synthetic cohort (TINY): these are not patients" in banner["text/html"]
    assert page_label().synthetic
    assert page_label().text == "Synthetic cohort (TINY)"


def test_the_banner_says_that_patients_are_real_and_under_which_licence(unlabelled, tiny_real):
    pages.show_data_label(tiny_real)
    banner, metadata = unlabelled.outputs[0]
    assert metadata["trialbook"]["banner"] == "real"
    assert "Real patients (TRÈS PETIT)" in banner["text/html"]
    assert "CC0 1.0" in banner["text/html"]
    assert "synthetic" not in banner["text/html"].lower()


def test_the_notice_of_a_trial_stands_in_the_banner_and_is_escaped(unlabelled, tiny):
    asked = tiny.specification.model_copy(update={"notice": "Tell <the author> first."})
    pages.show_data_label(replace(tiny, specification=asked))
    banner, _ = unlabelled.outputs[0]
    assert "<p>Tell &lt;the author&gt; first.</p>" in banner["text/html"]
    assert "Tell <the author> first." in banner["text/plain"]


def test_the_facts_of_a_trial_are_published_for_prose(unlabelled, tiny_real):
    pages.show_data_label(tiny_real)
    texts = {name: record["text"] for name, record in unlabelled.records.items()}
    assert texts["trial.arms"] == "eau (Größe 2), thé à la menthe and café crème"
    assert texts["trial.reference_arm.label"] == "eau (Größe 2)"
    assert texts["trial.primary_outcome.phrase"] == "éveil (Échelle d’éveil; higher is better)"
    assert unlabelled.records["trial.arms.n"]["value"] == 3
    assert all(texts[name] for name in texts)


def test_labels_in_another_language_than_english_keep_their_capitals(unlabelled, tiny_real):
    french = tiny_real.specification.model_copy(update={"language": "fr-CH"})
    pages.show_data_label(replace(tiny_real, specification=french))
    texts = {name: record["text"] for name, record in unlabelled.records.items()}
    assert texts["trial.arms"] == "Eau (Größe 2), Thé à la menthe and Café crème"
    assert texts["trial.primary_outcome.phrase"] == "Éveil (Échelle d’éveil; higher is better)"
    with simulated():
        assert mid_sentence("Eau") == "Eau"
    pages.show_data_label(tiny_real)
    assert mid_sentence("Eau") == "eau"


def test_a_note_is_shown_only_where_the_trial_has_one(page, tiny):
    notes = tiny.specification.model_copy(
        update={"notes": {"baseline": "A *note*.\n"}, "eligibility_note": None}
    )
    trial = replace(tiny, specification=notes)
    pages.show_note(trial, "primary")
    pages.show_note(trial, "eligibility")
    assert page.outputs == []
    pages.show_note(trial, "baseline")
    assert page.paragraphs == ["A *note*."]


def test_the_note_on_eligibility_joins_both_places(page, tiny):
    both = tiny.specification.model_copy(
        update={"notes": {"eligibility": "Second."}, "eligibility_note": "First."}
    )
    pages.show_note(replace(tiny, specification=both), "eligibility")
    assert page.paragraphs == ["First.\n\nSecond."]


def shown_provenance(page, trial):
    pages.show_provenance(
        trial, chapter="05_primary", edition="none", parameters={"level": 0.95, "covariates": ""}
    )
    return page.outputs


def test_provenance_names_data_code_and_packages(page, tiny):
    shown_provenance(page, tiny)
    texts = {name: record["text"] for name, record in page.records.items()}
    assert texts["provenance.data_sha256"] == tiny.sha256
    assert texts["provenance.patients"] == "synthetic"
    assert texts["provenance.code_sha256"] == code_sha256()
    assert code_sha256()[:12] in texts["provenance.code_version"]
    assert page.records["provenance.05_primary.level"]["value"] == 0.95
    assert texts["provenance.05_primary.covariates"] == "(empty)"
    for package in ("numpy", "pandas", "scipy", "statsmodels", "matplotlib", "seaborn"):
        assert re.fullmatch(r"\d+(\.\d+)+.*", texts[f"provenance.{package}"])
    for package in ("papermill", "jupyter_book", "python"):
        assert texts[f"provenance.{package}"] != NOT_AVAILABLE
    [table] = page.tables
    assert "provenance" in table["name"]


def test_provenance_has_no_time_and_no_path(page, tiny):
    first = list(shown_provenance(page, tiny))
    page.outputs.clear()
    assert shown_provenance(page, tiny) == first
    said = str(first)
    assert str(tiny.folder) not in said
    assert not re.search(r"\b20\d\d-\d\d-\d\d\b", said)
    assert not re.search(r"\d\d:\d\d", said)


@pytest.mark.parametrize(("value", "text"), [("", "(empty)"), (0.95, "0.95"), (0, "0"), ("a", "a")])
def test_parameters_are_printed_and_an_empty_one_is_said_to_be_empty(value, text):
    assert pages.parameter_text(value) == text


def test_the_banner_says_to_whom_a_run_is_restricted(unlabelled, tiny):
    kept = replace(
        tiny,
        participants=tiny.participants.head(5),
        restriction="age > 40",
        randomised=len(tiny.participants),
    )
    pages.show_data_label(kept)
    banner, _ = unlabelled.outputs[0]
    said = f"the 5 of {len(tiny.participants)} randomised participants who meet the changed"
    assert said in banner["text/html"]
    assert "age &gt; 40" in banner["text/html"]
    assert pages.population_text(tiny) == "everyone who was randomised"
