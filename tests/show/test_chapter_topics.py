"""Everything that the chapters call, on two trials: what is recorded, shown and said."""

import re

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.dates import date2num

from helpers.analysis.allocation_settings import vary_allocation
from helpers.analysis.baseline import describe_baseline
from helpers.analysis.eligibility import screen
from helpers.analysis.eligibility_settings import vary_thresholds
from helpers.analysis.flow import participant_flow
from helpers.analysis.missingness import observed_by_visit, trajectories
from helpers.analysis.primary import analyse_primary, published_analyses
from helpers.analysis.primary_settings import vary_primary
from helpers.analysis.proportions import analyse_proportions
from helpers.analysis.randomization import (
    describe_allocation,
    example_list,
    regenerate_allocation,
)
from helpers.analysis.recorded_scores import recorded_scores
from helpers.analysis.reproduction import compare_with_published
from helpers.analysis.secondary import analyse_secondary
from helpers.errors import AnalysisError
from helpers.show import (
    baseline,
    data,
    eligibility,
    primary,
    question,
    randomization,
    reproduction,
    secondary,
)
from helpers.show.allocation_over_time import date_locator
from helpers.show.page_label import SIMULATED


def show_question(trial):
    question.record_question(trial)
    question.estimand_table(trial)
    question.schedule_figure(trial)
    question.outcomes_table(trial)
    question.sources_table(trial)


def show_eligibility(trial):
    screening = screen(trial)
    eligibility.record_screening(screening)
    eligibility.criteria_table(screening)
    eligibility.exclusions_figure(screening)
    eligibility.thresholds_control(vary_thresholds(trial))
    flow = participant_flow(trial)
    eligibility.record_flow(flow)
    eligibility.flow_figure(flow)
    eligibility.flow_table(flow)


def show_randomization(trial):
    allocation = describe_allocation(trial)
    randomization.record_allocation(allocation)
    randomization.allocation_table(allocation)
    randomization.allocation_figure(allocation)
    randomization.strata_figure(allocation)
    regenerated = regenerate_allocation(trial)
    randomization.record_regenerated(regenerated)
    randomization.regenerated_table(regenerated)
    example = example_list(trial, seed=1, block_sizes=(0,), length=24)
    randomization.record_example(example)
    randomization.example_table(example)
    randomization.allocation_control(vary_allocation(trial, seed=1, simulations=20))


def show_baseline(trial):
    found = describe_baseline(trial)
    baseline.record_baseline(found)
    baseline.baseline_table(found)
    baseline.smd_figure(found)
    observed = observed_by_visit(trial)
    baseline.record_missing(observed)
    baseline.missing_table(observed)
    baseline.missing_figure(observed)
    baseline.trajectory_figure(trajectories(trial))


def show_primary(trial):
    result = analyse_primary(trial)
    primary.record_primary(result)
    primary.primary_table(result)
    primary.means_figure(result)
    primary.difference_figure(result)
    primary.checks_figure(result)
    primary.spread_table(result)
    settings = vary_primary(trial)
    primary.record_primary_settings(settings)
    primary.primary_control(settings)
    found = published_analyses(trial, role="primary")
    primary.record_published_analyses(found)
    primary.published_analyses_table(found)


def show_secondary(trial):
    result = analyse_secondary(trial)
    secondary.record_secondary(result)
    secondary.secondary_table(result)
    secondary.forest_figure(result)
    proportions = analyse_proportions(trial)
    secondary.record_proportions(proportions)
    secondary.proportions_table(proportions)
    found = published_analyses(trial, role="secondary")
    secondary.record_published_analyses(found)
    secondary.published_analyses_table(found)


def show_data(trial):
    data.record_data(trial)
    data.recorded_figure(recorded_scores(trial))
    data.provenance_table(trial)
    data.assumptions_table(trial)
    data.unknown_table(trial)
    data.tables_table(trial)
    data.dictionary_table(trial)


CHAPTERS = {
    "question": show_question,
    "eligibility": show_eligibility,
    "randomization": show_randomization,
    "baseline": show_baseline,
    "primary": show_primary,
    "secondary": show_secondary,
    "data": show_data,
}
# The names that prose and the published rows of trial.yml rely on; * stands for one arm, outcome...
NAMES = {
    "question": "question.sentence",
    "eligibility": """screening.sentence flow.sentence flow.assessed flow.eligible flow.excluded
        flow.declined flow.randomised flow.analysed flow.*.randomised flow.*.started flow.*.analysed
        flow.*.observed.* flow.observed.*""",
    "randomization": """randomisation.sentence randomisation.imbalance.sentence
        randomisation.regenerated randomisation.regenerated.sentence
        randomisation.example.sentence randomisation.*.n randomisation.max_imbalance""",
    "baseline": """baseline.sentence baseline.smd.sentence missing.sentence baseline.*.mean
        baseline.*.sd baseline.*.n baseline.*.missing baseline.*.*.n baseline.*.*.percent
        baseline.*.*.denominator baseline.*.*.mean baseline.*.*.*.n baseline.smd.*
        baseline.smd.largest""",
    "primary": """primary.difference.sentence primary.change.sentence
        primary.interpretation.sentence primary.difference.estimate primary.difference.lower
        primary.difference.upper primary.difference.p primary.difference.se
        primary.difference.*.estimate primary.change.*.estimate primary.change.*.lower
        primary.change.*.upper primary.change.*.se primary.contributors.phrase primary.n
        primary.n_scores primary.outcome primary.outcome.phrase primary.visit
        primary.visit.label primary.level primary.model.sentence primary.inference
        primary.inference.sentence primary.covariance primary.difference.df ancova.sentence""",
    "secondary": """secondary.sentence secondary.multiplicity.sentence ancova.secondary.sentence
        secondary.*.difference.estimate secondary.*.difference.lower secondary.*.difference.upper
        secondary.*.difference.p secondary.*.difference.p_holm secondary.*.difference.p_bh
        secondary.*.difference.standardised secondary.*.difference.*.estimate
        secondary.*.change.*.estimate proportion.*.n proportion.*.denominator
        proportion.*.percent proportion.*.lower proportion.*.upper proportion.*.*.n
        proportion.*.*.percent""",
    "data": "data.sentence data.participants",
}


@pytest.mark.filterwarnings("error", "ignore::ResourceWarning")
@pytest.mark.parametrize("name", CHAPTERS)
def test_every_chapter_adapts_to_odd_trials(odd, name, showing):
    page = showing(odd, CHAPTERS[name])
    for record, found in page.records.items():
        if record.endswith(".sentence"):
            assert not re.search(r"\bnan\b|None|  |\.\.", found["text"]), found["text"]
    for found in page.tables:
        assert "nan" not in re.split(r"\W+", found["data"]["text/plain"])
    for found in page.figures:
        assert "nan" not in re.split(r"\W+", found["alt"])
    shown = " ".join([*page.paragraphs, *(found["caption"] for found in page.figures)])
    if name == "eligibility":
        assert "There is no screening log" in shown
    if name == "randomization" and odd.participants["randomised_on"].isna().all():
        said = page.records["randomisation.imbalance.sentence"]["text"]
        assert "dates of randomisation are not in these data" in said
        assert "no figure is drawn" in shown
        assert not any(found["name"] == "fig-allocation" for found in page.figures)


def test_a_visit_without_an_arm_is_left_out_and_said(gappy):
    result = analyse_primary(gappy)
    assert list(result.visit_labels) == ["visit0", "visit1", "visit4"]
    assert "Week 4 has no scores of Pain and is not in the model." in result.messages
    assert (
        "Week 8 is not in the model: no participant of B has a score of Pain there."
        in result.messages
    )
    with pytest.raises(AnalysisError, match="No participant of B has a score of Pain at Week 8"):
        analyse_primary(gappy, visit="visit3")


@pytest.fixture(params=CHAPTERS, scope="module")
def chapter(request):
    return request.param


@pytest.fixture(params=["tiny", "tiny_real"], scope="module")
def shown(request, chapter, showing):
    """A chapter of a trial, shown once for all the tests that only look at it."""
    trial = request.getfixturevalue(request.param)
    return chapter, trial, showing(trial, CHAPTERS[chapter])


def test_the_names_of_the_contract_are_published(shown):
    chapter, _, page = shown
    for name in NAMES[chapter].split():
        pattern = re.escape(name).replace(r"\*", "[^.]+")
        assert any(re.fullmatch(pattern, found) for found in page.records), name


def test_sentences_are_sentences(shown):
    _, _, page = shown
    sentences = [r["text"] for name, r in page.records.items() if name.endswith(".sentence")]
    assert sentences
    for text in sentences:
        assert text == text.strip()
        assert text.endswith(".")
        assert not text[0].islower()
        assert not re.search(r"\bnan\b|None|  |\.\.", text), text


def test_everything_says_whose_data_it_shows(shown):
    _, trial, page = shown
    label = f"{trial.specification.data_label} ({trial.specification.short_title}). "
    assert page.tables
    for found in (*page.tables, *page.figures):
        whose = f"{SIMULATED}. " if found["name"] == "tab-example-list" else label
        assert found["caption"].startswith(whose)
    for table in page.tables:
        whose = SIMULATED if table["name"] == "tab-example-list" else trial.specification.data_label
        assert whose in table["data"]["text/html"]
        assert "nan" not in re.split(r"\W+", table["data"]["text/plain"])
    for figure in page.figures:
        assert figure["alt"].startswith(label)


def test_alternative_texts_give_the_numbers(shown):
    _, _, page = shown
    for figure in page.figures:
        without_label = figure["alt"].split(". ", 1)[1]
        assert len(re.findall(r"\d+", without_label)) >= 2, figure["name"]
        assert len(without_label) > 60
        assert "nan" not in re.split(r"\W+", without_label)


def test_names_of_tables_and_figures_are_unique_in_a_chapter(shown):
    _, _, page = shown
    names = [found["name"] for found in (*page.tables, *page.figures)]
    assert len(names) == len(set(names))


def test_a_figure_is_the_same_whenever_it_is_drawn(tiny, showing):
    result = analyse_primary(tiny)

    def draw():
        primary.means_figure(result)
        primary.difference_figure(result)
        primary.checks_figure(result)

    first, second = (
        [figure["data"]["image/svg+xml"] for figure in showing(tiny, lambda _: draw()).figures]
        for _ in range(2)
    )
    assert len(first) == 3
    assert first == second


def test_rows_of_single_participants_are_drawn_only_from_public_trials(
    tiny_real, trial, unlabelled
):
    baseline.trajectory_figure(trajectories(trial))
    [figure] = unlabelled.figures
    public = trial.specification.public
    assert ("Each thin line is one participant" in figure["caption"]) == public
    assert ("may not be shown" in figure["caption"]) != public
    assert not tiny_real.specification.public


def test_table_1_has_no_p_values(trial, unlabelled):
    baseline.baseline_table(describe_baseline(trial))
    [table] = unlabelled.tables
    headers = re.findall(r"<th[^>]*scope=\"col\"[^>]*>([^<]*)<", table["data"]["text/html"])
    assert "SMD" in headers
    assert "P" not in headers


def test_a_restricted_cohort_says_what_was_left_out(tiny, page):
    flow = participant_flow(tiny, eligibility="mobility >= 60")
    eligibility.record_flow(flow)
    eligibility.flow_figure(flow)
    records = page.records
    assert records["flow.removed_by_changes"]["value"] > 0
    assert records["flow.randomised"]["value"] == flow.included
    assert "meet the criteria as changed" in records["flow.sentence"]["text"]


def results_of(trial, page):
    show_primary(trial)
    show_eligibility(trial)
    return {name: {**record, "chapter": "x"} for name, record in page.records.items()}


def test_a_reproduction_marks_its_verdict_by_symbol_and_word(tiny, page):
    comparison = compare_with_published(tiny, results_of(tiny, page))
    page.outputs.clear()
    reproduction.record_reproduction(comparison)
    reproduction.reproduction_table(comparison)
    reproduction.reproduction_figure(comparison)
    reproduction.mismatch_table(comparison)
    reproduction.meaning_of_agreement(comparison)
    html = page.tables[0]["data"]["text/html"]
    for row in comparison.rows:
        for part in row.parts:
            assert reproduction.status_text(part.status) in html
    assert len({text[0] for text in reproduction.SYMBOLS.values()}) == 4
    assert "mismatch" in page.figures[0]["alt"]
    assert page.records["reproduction.rows"]["value"] == len(comparison.rows)
    assert "no evidence about the treatments" in page.paragraphs[-1]


def test_a_run_without_results_says_so_and_shows_what_was_published(tiny, page):
    comparison = compare_with_published(tiny, {})
    reproduction.record_reproduction(comparison)
    reproduction.reproduction_table(comparison)
    reproduction.reproduction_figure(comparison)
    assert page.paragraphs == [reproduction.ALONE]
    assert page.records["reproduction.sentence"]["text"] == reproduction.ALONE
    assert "Run trialbook build" in reproduction.ALONE
    for shows in (reproduction.mismatch_table, reproduction.meaning_of_agreement):
        shows(comparison)
        assert page.paragraphs[-1].startswith("This run has no results")
    assert "here none" in page.figures[0]["alt"]
    assert "○ not in this run" in page.tables[0]["data"]["text/html"]


def test_a_trial_without_published_numbers_is_said_to_have_none(tiny_real, page):
    comparison = compare_with_published(tiny_real, {})
    for shows in (
        reproduction.reproduction_table,
        reproduction.reproduction_figure,
        reproduction.mismatch_table,
        reproduction.meaning_of_agreement,
    ):
        shows(comparison)
    assert len(page.paragraphs) == 4
    assert page.tables == []


@pytest.mark.parametrize("days", [0, 1, 10, 59, 60, 100, 400, 888, 2000, 5000, 20000])
def test_dates_on_the_axis_are_few_and_cause_no_warning(days):
    first = pd.Timestamp("2019-09-19")
    last = first + pd.Timedelta(days=days)
    locator = date_locator(first, last)
    ticks = [tick for tick in locator.tick_values(first, last) if within(tick, first, last)]
    assert len(ticks) <= 6
    assert len(ticks) >= (2 if days > 200 else 0)


def within(tick, first, last):
    return date2num(first) <= tick <= date2num(last)


def test_the_first_stratum_names_the_marks_where_there_is_room(tiny, showing, monkeypatch):
    drawn = []
    monkeypatch.setattr(
        randomization, "row_figure", lambda rows, **_: drawn.append(rows) or plt.figure()
    )
    showing(tiny, show_randomization)
    [rows] = drawn
    labels = [tiny.specification.arm(arm).label for arm in tiny.specification.arm_ids]
    assert rows[0].remark == f"● {labels[0]} : □ {labels[1]}"
    assert [row.remark for row in rows[1:]] == [""] * (len(rows) - 1)
    monkeypatch.setattr(randomization, "NAMES_ROOM", 0.5)
    showing(tiny, show_randomization)
    assert [row.remark for row in drawn[1]] == [""] * len(rows)
