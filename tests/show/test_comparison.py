from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from helpers.analysis.comparison import EditionResults, compare_editions
from helpers.show import comparison as show
from helpers.show.outputs import Output, collected
from helpers.show.page_label import PageLabel, set_page_label


def edition(
    name: str, estimate: float, *, trial: str = "tiny", public: bool = True, **more: Any
) -> EditionResults:
    values = {
        "primary.difference.estimate": (estimate, f"{estimate:.2f}"),
        "primary.difference.lower": (estimate - 1, f"{estimate - 1:.2f}"),
        "primary.difference.upper": (estimate + 1, f"{estimate + 1:.2f}"),
        "primary.outcome": ("pain", "pain"),
        "primary.visit.label": ("week 26", "week 26"),
        "primary.level": (0.95, "95%"),
        **more,
    }
    return EditionResults(
        name=name,
        title=f"Title of {name}",
        trial=trial,
        label=f"Synthetic cohort ({trial.upper()})",
        synthetic=True,
        public=public,
        parameters={"05_primary": {"eligibility": "" if name == "a" else "age < 75"}},
        results={
            key: {"value": value, "text": text, "chapter": "05_primary"}
            for key, (value, text) in values.items()
        },
    )


PARTS = (
    show.record_comparison,
    show.editions_table,
    show.differing_parameters_table,
    show.primary_estimates_figure,
    show.compared_means_figure,
    show.differing_numbers_tables,
    show.beyond_print_table,
    show.absent_table,
)


def shown(*editions: EditionResults) -> list[Output]:
    comparison = compare_editions(editions)
    set_page_label(show.comparison_label(comparison))
    with collected() as outputs:
        for part in PARTS:
            part(comparison)
    return outputs


def html(outputs: list[Output]) -> str:
    return "\n".join(str(output.data.get("text/html", "")) for output in outputs)


def figures(outputs: list[Output]) -> list[dict[str, Any]]:
    marked = [output.metadata.get("trialbook", {}) for output in outputs]
    return [each["figure"] for each in marked if "figure" in each]  # type: ignore[index]


def test_prints_numbers_as_the_editions_do_and_the_difference_of_values() -> None:
    text = html(shown(edition("a", -0.481), edition("b", -0.349)))
    assert "−0.48" in text
    assert "−0.35" in text
    # -0.349 minus -0.481 is 0.132; the printed texts would have given 0.13 too.
    assert "+0.13" in text
    assert "age &lt; 75" in text
    assert "(empty)" in text
    assert '<details class="trial-fold"><summary>05_primary: 3 numbers differ</summary>' in text


def test_draws_all_editions_on_one_axis_and_says_what_they_are() -> None:
    [figure] = figures(shown(edition("a", -0.481), edition("b", -0.349)))
    assert "Synthetic cohort (TINY)" in figure["caption"]
    assert "pain at week 26, with its 95% interval" in figure["caption"]
    assert "a (synthetic): −0.48 (−1.48 to 0.52)" in figure["alt"]
    assert "b (synthetic): −0.35" in figure["alt"]


ARMS: dict[str, Any] = {
    "primary.reference": ("stretching", "stretching"),
    "primary.higher_is": ("worse", "worse"),
    "primary.label.stretching": ("Stretching", "Stretching"),
    "primary.label.walking": ("Walking", "Walking"),
    "primary.difference.walking.estimate": (-0.5, "-0.50"),
    "primary.difference.walking.lower": (-1.5, "-1.50"),
    "primary.difference.walking.upper": (0.5, "0.50"),
}


def test_says_what_is_subtracted_and_whom_either_side_favours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[dict[str, Any]] = []
    real = show.row_figure
    monkeypatch.setattr(show, "row_figure", lambda rows, **o: drawn.append(o) or real(rows, **o))
    shown(edition("a", -0.5, **ARMS), edition("b", -0.4, **ARMS))
    assert drawn[-1]["x_label"] == "Difference, walking minus stretching"
    assert drawn[-1]["sides"] == ("◂ favours walking", "favours stretching ▸")
    better = ARMS | {"primary.higher_is": ("better", "better")}
    shown(edition("a", -0.5, **better), edition("b", -0.4, **better))
    assert drawn[-1]["sides"] == ("◂ favours stretching", "favours walking ▸")
    # Where the editions do not agree, nobody is named.
    shown(edition("a", -0.5, **ARMS), edition("b", -0.4, **better))
    assert drawn[-1]["sides"] is None


def means(*values: float) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for visit, value in enumerate(values):
        found[f"primary.week.v{visit}"] = (visit * 12.0, f"{visit * 12}")
        for part, shift in (("estimate", 0.0), ("lower", -1.0), ("upper", 1.0)):
            name = f"primary.mean.walking.v{visit}.{part}"
            found[name] = (value + shift, f"{value + shift:.1f}")
    return found


def test_lays_the_means_of_the_editions_over_each_other() -> None:
    found = figures(
        shown(edition("a", -0.5, **ARMS, **means(6, 4)), edition("b", -0.4, **ARMS, **means(5, 3)))
    )
    [figure] = [each for each in found if each["name"] == "fig-compared-means"]
    assert "Walking, a: week 0 6.0 (5.0 to 7.0), week 12 4.0 (3.0 to 5.0)" in figure["alt"]
    assert "Walking, b: week 0 5.0 (4.0 to 6.0), week 12 3.0" in figure["alt"]
    assert figure["caption"].startswith("Synthetic cohort (TINY). Pain by visit in each arm")


def test_a_mean_without_its_interval_or_its_week_is_left_out() -> None:
    whole = means(6, 4, 2)
    del whole["primary.week.v1"]
    del whole["primary.mean.walking.v2.upper"]
    found = compare_editions([edition("a", -0.5, **whole), edition("b", -0.5)]).means
    assert [(each.edition, each.visit) for each in found] == [("a", "v0")]


def test_editions_of_different_trials_share_no_axis() -> None:
    outputs = shown(edition("a", -0.5), edition("b", -0.5, trial="other"))
    assert [figure["name"] for figure in figures(outputs)] == [
        "fig-compared-estimates-1",
        "fig-compared-estimates-2",
    ]
    labels = [figure["caption"].partition(".")[0] for figure in figures(outputs)]
    assert labels == ["Synthetic cohort (TINY)", "Synthetic cohort (OTHER)"]
    text = html(shown(edition("a", -0.5), edition("b", -0.4, trial="other")))
    assert "−0.40" in text
    assert "b − a" not in text
    assert "b − a" in html(shown(edition("a", -0.5), edition("b", -0.4)))
    comparison = compare_editions([edition("a", -0.5), edition("b", -0.5, trial="other")])
    assert show.comparison_sentence(comparison).startswith("These editions are of different trials")


def test_the_sentence_begins_with_the_results() -> None:
    other = ARMS | {
        f"primary.difference.walking.{part}": (value, f"{value:.2f}")
        for part, value in (("estimate", -0.4), ("lower", -1.4), ("upper", 0.6))
    }
    said = show.comparison_sentence(
        compare_editions([edition("a", -0.5, **ARMS), edition("b", -0.4, **other)])
    )
    assert said.startswith(
        "The primary difference, walking minus stretching, is −0.50 (−1.50 to 0.50) in a and "
        "−0.40 (−1.40 to 0.60) in b. Between the editions a and b, "
    )
    unnamed = compare_editions([edition("a", -0.5), edition("b", -0.4)])
    assert show.comparison_sentence(unnamed).startswith("Between the editions")


def test_lists_apart_what_is_printed_alike() -> None:
    text = html(
        shown(edition("a", -0.5, x=(1.0001, "1.00")), edition("b", -0.5, x=(1.0002, "1.00")))
    )
    assert "Printed alike, not quite the same: 1 number differs" in text
    assert "1.0001" in text


def test_says_which_edition_lacks_a_number() -> None:
    text = html(shown(edition("a", -0.5, x=(1, "1"), y=(1, "1")), edition("b", -0.4, x=(2, "2"))))
    assert "Numbers that not every edition has" in text
    three = html(
        shown(edition("a", 0.5, x=(1, "1")), edition("b", 0.5, x=(2, "2")), edition("c", 0.6))
    )
    assert "the edition does not have this number" in three


def test_an_edition_without_the_chapter_gets_no_column_of_dashes() -> None:
    without = edition("c", -0.4)
    without = replace(without, results={})
    outputs = shown(edition("a", -0.5), edition("b", -0.4), without)
    [table] = [each for each in outputs if "tab-differing-05-primary" in str(each.metadata)]
    headers = re.findall(r'<th[^>]*scope="col">([^<]*)</th>', str(table.data["text/html"]))
    assert headers == ["Result", "a", "b", "b − a"]
    assert "Without any of these numbers: c." in str(table.data["text/html"])
    # The numbers of the others have nothing to be subtracted from.
    outputs = shown(without, edition("a", -0.5), edition("b", -0.4))
    [table] = [each for each in outputs if "tab-differing-05-primary" in str(each.metadata)]
    headers = re.findall(r'<th[^>]*scope="col">([^<]*)</th>', str(table.data["text/html"]))
    assert headers == ["Result", "a", "b"]


@pytest.mark.parametrize("editions", [(), (edition("a", -0.5),)])
def test_a_chapter_run_alone_says_that_there_is_nothing_to_compare(editions) -> None:
    comparison = compare_editions(editions)
    assert show.comparison_sentence(comparison) == show.ALONE
    with collected() as outputs:
        for part in PARTS[1:]:
            part(comparison)
    assert [output.data["text/plain"] for output in outputs] == [show.ALONE]
    assert "trialbook build" in show.ALONE


def test_equal_editions_differ_in_nothing() -> None:
    same = [edition("b", -0.5), edition("c", -0.5)]
    outputs = shown(*same)
    told = [str(output.data.get("text/plain")) for output in outputs]
    assert "No number is printed differently." in told
    assert any(text.startswith("No parameter differs") for text in told)


def test_counts_of_a_private_trial_that_lie_close_are_not_shown() -> None:
    counts = [{"primary.n": (number, str(number))} for number in (4711, 4709)]
    public = html(shown(edition("a", 1.0, **counts[0]), edition("b", 2.0, **counts[1])))
    assert "4711" in public
    assert "not public" not in public
    private = html(
        shown(
            edition("a", 1.0, public=False, **counts[0]),
            edition("b", 2.0, public=False, **counts[1]),
        )
    )
    assert "4711" not in private
    assert "4709" not in private
    assert private.count("not shown</td>") == 3
    assert "would single out a few patients" in private
    assert "Caution: the trial tiny is not public" in private
    assert "1.00" in private


@pytest.mark.parametrize(
    ("language", "pair"), [("en", "gehen minus dehnen"), ("de", "Gehen minus Dehnen")]
)
def test_labels_of_another_language_keep_their_capitals(language: str, pair: str) -> None:
    said = ARMS | {
        "primary.label.walking": ("Gehen", "Gehen"),
        "primary.label.stretching": ("Dehnen", "Dehnen"),
        "trial.language": (language, language),
    }
    comparison = compare_editions([edition("a", -0.5, **said), edition("b", -0.4, **said)])
    set_page_label(show.comparison_label(comparison))
    sentence = show.comparison_sentence(comparison)
    set_page_label(PageLabel("Test data", synthetic=True))
    assert f"The primary difference, {pair}, is" in sentence
