"""Chapter 7: what was published against what this run of the book found."""

from __future__ import annotations

import pandas as pd

from helpers.analysis.reproduction import ReproducedPart, ReproducedRow, Reproduction
from helpers.show.figures import INK, arm_styles, display_figure
from helpers.show.outputs import show_paragraphs
from helpers.show.page_label import page_label
from helpers.show.records import Record, count, number, publish, shown
from helpers.show.row_plot import Mark, Row, row_figure
from helpers.show.sentences import counted, listed
from helpers.show.tables import display_table

SYMBOLS = {
    "match": "✓",
    "mismatch": "✗",
    "not in the data": "–",
    "not in this run": "○",
}

ALONE = (
    "Nothing is compared yet, because this chapter was given no results: they come from the "
    "chapters before it. Run trialbook build, which gives it theirs; after that, trialbook run "
    "07_reproduction --edition NAME takes those of the finished book."
)

# What the printed parts are called in the table; any other part by its own name.
PARTS = {
    "estimate": "Estimate",
    "lower": "Interval, lower limit",
    "upper": "Interval, upper limit",
    "p": "P",
    "mean": "Mean",
    "sd": "SD",
    "n": "Number",
    "denominator": "Out of",
    "percent": "Per cent",
}


def record_reproduction(comparison: Reproduction) -> None:
    """Publish how many published rows match, and one sentence."""
    counts = {
        "rows": len(comparison.rows),
        "matched": comparison.matched,
        "mismatched": comparison.mismatched,
        "not_in_data": comparison.not_in_data,
        "not_in_run": comparison.not_in_run,
    }
    said = reproduction_sentence(comparison)
    changes = changes_sentence(comparison)
    publish(
        [
            Record("reproduction.sentence", said, said),
            Record("reproduction.changes.sentence", changes, changes),
            *(Record(f"reproduction.{key}", value, count(value)) for key, value in counts.items()),
        ]
    )


def reproduction_sentence(comparison: Reproduction) -> str:
    """Say how many published rows there are and how they compare."""
    if not comparison.rows:
        return "No published number is listed for this trial."
    if _alone(comparison):
        return ALONE
    parts = [
        (comparison.matched, "matches", "match"),
        (comparison.mismatched, "does not match", "do not match"),
        (comparison.not_in_data, "cannot come from these data", "cannot come from these data"),
        (comparison.not_in_run, "was not computed in this run", "were not computed in this run"),
    ]
    said = [f"{n} {one if n == 1 else many}" for n, one, many in parts if n]
    return f"Of {counted(len(comparison.rows), 'published row')}, {listed(said)}."


def _alone(comparison: Reproduction) -> bool:
    """Say whether there are published numbers, and none of them was computed in this run."""
    return bool(comparison.not_in_run) and not comparison.matched + comparison.mismatched


def changes_sentence(comparison: Reproduction) -> str:
    """Say whether the run's parameters are those of the published results."""
    if not comparison.rows:
        return "No published result is listed for this trial, so that nothing is compared."
    if _alone(comparison):
        return "This run has no results to compare with the published ones."
    if not comparison.changed:
        return "These are the settings with which the published results are compared."
    return (
        f"This run changes {listed(list(comparison.changed))}, so that its results answer another "
        "question than the published ones."
    )


def status_text(status: str) -> str:
    """Return a status as a symbol and words: ``"✓ match"``."""
    return f"{SYMBOLS[status]} {status}"


def reproduction_table(comparison: Reproduction) -> None:
    """Show every printed number with the number found, their difference and a verdict."""
    if not comparison.rows:
        show_paragraphs("No published number is listed for this trial.")
        return
    if _alone(comparison):
        show_paragraphs(ALONE)
    rows = [_cells(row, part) for row in comparison.rows for part in row.parts]
    display_table(
        pd.DataFrame(rows),
        name="tab-reproduction",
        caption="Every published number, and the same number in this run.",
        row_header="Number",
        group="Published",
        text_columns=["Verdict"],
        notes=[
            "A number matches when it rounds to the printed digits. Difference: reproduced minus "
            "printed.",
            *_explanations(comparison),
        ],
    )


def _explanations(comparison: Reproduction) -> list[str]:
    """Return what is known of the rows; it holds for the published parameters only."""
    if comparison.changed:
        return [changes_sentence(comparison)]
    return [f"{row.label}: {row.explanation}" for row in comparison.rows if row.explanation]


def _cells(row: ReproducedRow, part: ReproducedPart) -> dict[str, str]:
    return {
        "Published": f"{row.label} ({row.source})",
        "Number": part_label(part),
        "Printed": part.printed,
        "Reproduced": exact_text(part),
        "Difference": signed(part),
        "Verdict": status_text(part.status),
    }


def part_label(part: ReproducedPart) -> str:
    """Return what a printed part is called: ``"Interval, lower limit"``."""
    whole = "." not in part.printed  # a count, named by what its row is about
    return PARTS.get(part.key, "Number" if whole else part.key.replace("_", " ").capitalize())


def exact_text(part: ReproducedPart, *, more: int = 2) -> str:
    """Print the value found with ``more`` digits than were published, so that rounding shows."""
    if part.value is None:
        return ""
    if float(part.value).is_integer() and "." not in part.printed:
        return count(part.value)
    return number(part.value, decimals=len(part.printed.partition(".")[2]) + more)


def signed(part: ReproducedPart, *, more: int = 2) -> str:
    """Print a difference with its sign and the digits of the value found; "0" is none at all."""
    value = part.difference
    if value is None:
        return ""
    if abs(value) < 1e-9:
        return "0"
    whole = float(value).is_integer() and "." not in part.printed
    decimals = 0 if whole else len(part.printed.partition(".")[2]) + more
    least = 10.0**-decimals
    if abs(value) < least:
        return f"< {least:.{decimals}f}"
    return f"{value:+.{decimals}f}"


def mismatch_table(comparison: Reproduction) -> None:
    """Show the rows that do not match and why, as far as it is known; a note when all match."""
    if _alone(comparison):
        show_paragraphs(changes_sentence(comparison))
        return
    rows = [
        {
            "Published": f"{row.label} ({row.source})",
            "Verdict": status_text(row.status),
            "Printed, reproduced": "; ".join(
                f"{part_label(part)}: {part.printed}, {exact_text(part) or 'none'}"
                for part in row.parts
                if part.status == row.status
            ),
            "Why": (
                "this run changes parameters"
                if comparison.changed and row.status == "mismatch"
                else row.explanation or "not known"
            ),
        }
        for row in comparison.rows
        if row.status != "match"
    ]
    if not rows:
        show_paragraphs(
            "Every published row matches." if comparison.rows else reproduction_sentence(comparison)
        )
        return
    display_table(
        pd.DataFrame(rows),
        name="tab-mismatch",
        caption="Published rows that this run does not reproduce.",
        row_header="Published",
        text_columns=["Verdict", "Printed, reproduced", "Why"],
    )


def meaning_of_agreement(comparison: Reproduction) -> None:
    """Say what agreement proves, for patients and for a synthetic cohort."""
    if not comparison.rows:
        show_paragraphs(
            "Nothing is compared, so that nothing is proved. Once the trial is published, its "
            "numbers can be written under published in trial.yml, as printed; this chapter then "
            "sets each beside the number computed here."
        )
        return
    if _alone(comparison):
        show_paragraphs(changes_sentence(comparison))
        return
    if page_label().synthetic:
        text = (
            "The cohort is synthetic, and it was built so that the analysis returns the published "
            "figures. Agreement therefore proves that it was built well, and that the analysis "
            "is stable; it is no evidence about the treatments, and none that the paper is right."
        )
    else:
        text = (
            "The data are those of the patients. Agreement therefore shows that the published "
            "analysis has been understood and can be made again from the shared rows; it does not "
            "show that this analysis was the best one to make."
        )
    show_paragraphs(f"{reproduction_sentence(comparison)} {text}")


def reproduction_figure(comparison: Reproduction) -> None:
    """Show every published interval beside the reproduced one; a note when there is none."""
    found = [row for row in comparison.rows if _printed_interval(row) is not None]
    if not found:
        show_paragraphs("No published interval is listed for this trial, so that none is drawn.")
        return
    styles = arm_styles(["reproduced"])
    rows, said = [], []
    reach = 1.0
    for row in found:
        printed = _printed_interval(row)
        assert printed is not None
        middle, half = (printed[1] + printed[2]) / 2, (printed[2] - printed[1]) / 2
        marks = [_mark(printed, middle, half, colour=INK, marker="D", line=0)]
        parts = {part.key: part for part in row.parts}
        values = _values(parts)
        if values is not None:
            style = styles["reproduced"]
            mark = _mark(values, middle, half, colour=style.colour, marker="o", line=1)
            marks.append(mark)
            reach = max(reach, abs(mark.lower or 0.0), abs(mark.upper or 0.0))
        numbers = (_printed_text(parts), _text(parts))
        verdict = _verdict(row)
        remark = f"{SYMBOLS[row.status]} {verdict}"
        rows.append(Row(row.label, tuple(marks), numbers=numbers, remark=remark))
        said.append(f"{row.label}: printed {numbers[0]}, here {numbers[1] or 'none'}, {verdict}")
    display_figure(
        row_figure(
            rows,
            x_label="In half-widths of the printed interval",
            x_limits=(-reach * 1.12, reach * 1.12),
            lines=2,
            guides=(-1.0, 1.0),
            ticks=(-1, 0, 1),
        ),
        name="fig-reproduction",
        caption=(
            "Published intervals (diamonds, above) and those of this run (circles, below), each "
            "row scaled to its printed interval, whose ends are the dashed lines."
        ),
        alt=shown(
            f"One row for each published interval, two intervals in each. {'; '.join(said)}."
        ),
        numbers="tab-reproduction",
    )


def _verdict(row: ReproducedRow) -> str:
    """Return the status of a row, and to which number it belongs if the figure does not draw it."""
    parts = [part for part in row.parts if part.status == row.status]
    if row.status != "mismatch" or any(part.key in _DRAWN for part in parts):
        return row.status
    return f"{row.status} of {listed([part_label(part) for part in parts])}"


def _mark(
    values: tuple[float | None, float, float],
    middle: float,
    half: float,
    *,
    colour: str,
    marker: str,
    line: int,
) -> Mark:
    estimate, lower, upper = values
    scaled = None if estimate is None else (estimate - middle) / half
    return Mark(
        float("nan") if scaled is None else scaled,
        (lower - middle) / half,
        (upper - middle) / half,
        colour=colour,
        marker=marker,
        line=line,
    )


ESTIMATES = ("estimate", "percent", "mean")
_DRAWN = (*ESTIMATES, "lower", "upper")


def _printed_interval(row: ReproducedRow) -> tuple[float | None, float, float] | None:
    printed = {part.key: part.printed.replace("−", "-") for part in row.parts}
    if "lower" not in printed or "upper" not in printed:
        return None
    main = next((key for key in ESTIMATES if key in printed), None)
    lower, upper = float(printed["lower"]), float(printed["upper"])
    if not lower < upper:
        return None
    return (None if main is None else float(printed[main]), lower, upper)


def _values(parts: dict[str, ReproducedPart]) -> tuple[float | None, float, float] | None:
    lower, upper = parts["lower"].value, parts["upper"].value
    if lower is None or upper is None:
        return None
    main = next((parts[key].value for key in ESTIMATES if key in parts), None)
    return (main, lower, upper)


def _printed_text(parts: dict[str, ReproducedPart]) -> str:
    return _with_limits({key: part.printed for key, part in parts.items()})


def _text(parts: dict[str, ReproducedPart]) -> str:
    if parts["lower"].value is None:
        return ""
    return _with_limits({key: exact_text(part, more=1) for key, part in parts.items()})


def _with_limits(texts: dict[str, str]) -> str:
    main = next((texts[key] for key in ESTIMATES if key in texts), "")
    return shown(f"{main} ({texts['lower']} to {texts['upper']})".strip())
