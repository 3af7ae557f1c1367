"""The chapter on the choice of a model: tables, figures and sentences, on odd trials too."""

from dataclasses import replace

import pytest
from matplotlib import pyplot as plt

from helpers.analysis.inference_comparison import compare_inferences
from helpers.analysis.model_comparison import compare_models
from helpers.analysis.simulated_trials import simulate_type_one_errors
from helpers.show import model_comparison as show
from helpers.show.covariance_maps import draw_covariances
from helpers.show.page_label import SIMULATED
from helpers.show.records import NOT_AVAILABLE
from helpers.trial.loading import load_trial


def show_all(trial, **options):
    models = compare_models(trial, **options)
    show.record_models(models)
    show.models_table(models)
    show.models_figure(models)
    show.covariance_figure(models)
    errors = simulate_type_one_errors(trial, simulations=60)
    show.record_errors(errors)
    show.scenarios_table(errors)
    show.errors_figure(errors)
    inferences = compare_inferences(trial, per_arm=15, **options)
    show.record_inferences(inferences)
    show.inference_table(inferences)


@pytest.fixture(scope="module")
def impact_page(showing):
    return showing(load_trial("impact"), show_all)


def test_everything_is_labelled_and_described(trial, unlabelled):
    show_all(trial)
    assert [figure["name"] for figure in unlabelled.figures] == [
        "fig-models",
        "fig-covariances",
        "fig-errors",
    ]
    assert [table["name"] for table in unlabelled.tables] == [
        "tab-models",
        "tab-covariances-numbers",
        "tab-scenarios",
        "tab-errors-numbers",
        "tab-inference",
    ]
    label = "Synthetic cohort" if trial.specification.is_synthetic else "Real patients"
    simulated = ("fig-errors", "tab-scenarios", "tab-errors-numbers")
    for shown in (*unlabelled.figures, *unlabelled.tables):
        whose = SIMULATED if shown["name"] in simulated else label
        assert shown["caption"].startswith(whose)
    for figure in unlabelled.figures:
        assert len(figure["alt"]) > 100


def test_sentences_are_sentences(trial, unlabelled):
    show_all(trial)
    for name, record in unlabelled.records.items():
        if name.endswith(".sentence"):
            assert record["text"].endswith("."), name
            assert record["text"][0].isupper() or record["text"][0].isdigit(), name
            assert "nan" not in record["text"].split(), name


def test_the_table_has_a_row_for_every_model_and_arm(impact_page):
    (table,) = [table for table in impact_page.tables if table["name"] == "tab-models"]
    html = table["data"]["text/html"]
    for name in ("Random intercept", "Random slope", "Unstructured", "AR(1)", "ANCOVA"):
        assert html.count(f">{name}<") == 1
    records = impact_page.records
    for model in ("random_intercept", "random_slope", "us", "ar1"):
        assert records[f"models.{model}.aic"]["text"] in html
    assert records["models.ancova.aic"]["text"] == NOT_AVAILABLE
    assert "no meaning beside ANCOVA" in html


@pytest.mark.slow
def test_three_arms_have_a_group_of_rows_each(tiny_real, showing):
    page = showing(tiny_real, show_all)
    (table,) = [table for table in page.tables if table["name"] == "tab-models"]
    assert table["data"]["text/html"].count('class="trial-group"') == 2
    assert table["data"]["text/html"].count(">ANCOVA<") == 2
    said = page.records["models.estimates.sentence"]["text"]
    assert said.startswith("Thé à la menthe minus eau (Größe 2): The five models")


def test_sentences_carry_the_numbers_of_the_table(impact_page):
    records = impact_page.records

    def text(name):
        return records[name]["text"]

    for model in ("random_intercept", "random_slope"):
        assert text(f"models.{model}.se") in text("models.estimates.sentence")
    for model in ("random_intercept", "random_slope", "us", "ar1", "ancova"):
        assert text(f"models.{model}.p") in text("models.verdicts.sentence")
    assert text("models.random_slope.aic") in text("models.aic.sentence")
    left_out = records["models.us.n"]["value"] - records["models.ancova.n"]["value"]
    assert f"leaves out {left_out} participants" in text("models.ancova.sentence")
    assert text("errors.this.random_intercept.rate") in text("errors.this.sentence")
    assert text("errors.small.us.normal.rate") in text("errors.small.sentence")
    assert text("inference.small.kenward_roger.df") in text("inference.small.sentence")
    assert text("inference.small.wider") in text("inference.small.sentence")


def test_verdicts_are_parted_where_the_models_disagree(impact_page):
    said = impact_page.records["models.verdicts.sentence"]["text"]
    outside, inside = said.split(", and holds it with ")
    assert "random intercept" in outside
    assert "unstructured" in inside


def test_the_random_intercepts_standard_error_is_called_smaller(impact_page):
    records = impact_page.records
    share = 1 - (records["models.random_intercept.se"]["value"] / records["models.us.se"]["value"])
    assert f"{100 * share:.0f}% smaller" in records["models.intercept.sentence"]["text"]


def test_maps_print_every_correlation_and_every_spread(tiny):
    comparison = compare_models(tiny)
    figure = draw_covariances(comparison)
    visits = len(comparison.visit_labels)
    panels = [axes for axes in figure.axes if axes.axison]
    assert len(panels) == 5
    for axes in panels:
        # The lower triangle with the diagonal.
        assert len(axes.texts) == visits * (visits + 1) // 2
    plt.close(figure)


def test_maps_of_many_visits_stand_one_below_the_other(tiny):
    comparison = compare_models(tiny)
    weeks = {f"week{number}": float(number) for number in range(7)}
    spread = comparison.observed
    names = list(weeks)
    filled = replace(
        spread,
        sd=spread.sd.iloc[[0] * 7].set_axis(names),
        correlation=spread.correlation.iloc[[0] * 7, [1] * 7]
        .set_axis(names, axis=0)
        .set_axis(names, axis=1),
    )
    many = replace(
        comparison,
        visit_labels=dict.fromkeys(names, ""),
        visit_weeks=weeks,
        observed=filled,
        models=(),
    )
    figure = draw_covariances(many)
    assert figure.axes[0].get_subplotspec().get_gridspec().ncols == 1
    plt.close(figure)


@pytest.mark.slow
def test_a_model_that_cannot_be_fitted_is_a_row_with_its_reason(tiny, showing):
    few = tiny.participants["participant"].iloc[[0, 1, 2, 3]]
    small = replace(
        tiny,
        participants=tiny.participants[tiny.participants["participant"].isin(few)],
        outcomes=tiny.outcomes[tiny.outcomes["participant"].isin(few)],
    )
    page = showing(small, show_all)
    (table,) = [table for table in page.tables if table["name"] == "tab-models"]
    failed = [model for model in compare_models(small).models if model.problem]
    text = table["data"]["text/plain"]
    assert text.count("not fitted") == 2 * len(failed)  # in its row and in its note
    for model in failed:
        assert page.records[f"models.{model.model}.estimate"]["text"] == NOT_AVAILABLE


def test_a_trial_that_is_not_simulated_says_why(tiny_real, showing):
    page = showing(tiny_real, show_all)
    said = page.records["errors.this.sentence"]["text"]
    assert said.startswith("This trial itself is not simulated.")
    assert "one visit after baseline" in said
    (figure,) = [figure for figure in page.figures if figure["name"] == "fig-errors"]
    assert "This trial without" not in figure["alt"]
    assert "drift apart, Random intercept" in figure["alt"]


def test_level_is_followed(tiny, showing):
    page = showing(tiny, lambda trial: show_all(trial, level=0.8))
    for table in page.tables:
        if table["name"] in {"tab-models", "tab-inference"}:
            assert "80% CI" in table["data"]["text/html"]
