"""The schedule of a trial as a time line."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from helpers.analysis.small_counts import least_in_figure
from helpers.show.figures import FAINT, INK, Numbers, display_figure
from helpers.show.row_plot import Mark, Row, row_figure
from helpers.show.sentences import counted, listed, sentence_start
from helpers.trial.loading import Trial
from helpers.trial.specification import Specification

ACCENT = "#0072B2"
PRIMARY = "#B34A00"


def schedule_figure(trial: Trial) -> None:
    """Show when patients are assessed and treated, in weeks from randomisation."""
    specification = trial.specification
    caption = (
        "The schedule of assessments and treatment, in weeks from randomisation. Points are "
        "planned assessments; the diamond is the primary comparison."
    )
    if any(visit.window_days for visit in specification.visits):
        caption += " Bars on the first line are the windows within which visits are due."
    sessions = planned_sessions(trial)
    if sessions:
        caption += " Triangles are planned treatment sessions."
    weeks = listed([f"{visit.week:g}" for visit in specification.visits])
    alt = (
        f"Time line. Assessments of {counted(len(specification.outcomes), 'outcome')} at weeks "
        f"{weeks}."
    )
    for kind, planned in sessions.items():
        alt += f" {sentence_start(kind)} sessions at weeks {listed([f'{w:g}' for w in planned])}."
    alt += f" The primary comparison is at week {specification.primary_visit.week:g}."
    display_figure(
        draw_schedule(specification, sessions),
        name="fig-schedule",
        caption=caption,
        alt=alt,
        numbers=_numbers(specification, sessions),
    )


def _numbers(specification: Specification, sessions: dict[str, list[float]]) -> Numbers:
    """Arrange the weeks of visits and sessions, and the windows of the visits."""
    rows = [
        {
            "What": visit.label,
            "Weeks": f"{visit.week:g}",
            "Window in days": "{} to {}".format(*visit.window_days) if visit.window_days else "",
        }
        for visit in specification.visits
    ]
    for kind, weeks in sessions.items():
        planned = ", ".join(f"{week:g}" for week in weeks)
        rows.append({"What": f"Sessions: {kind}", "Weeks": planned, "Window in days": ""})
    frame = pd.DataFrame(rows)
    if not any(visit.window_days for visit in specification.visits):
        frame = frame.drop(columns="Window in days")
    return Numbers(
        frame,
        of="visits and treatment sessions, in weeks from randomisation",
        text_columns=("Weeks",),
        notes=("Which outcomes are assessed at which week stands in the table of the outcomes.",),
    )


def planned_sessions(trial: Trial) -> dict[str, list[float]]:
    """Return the planned weeks of each kind of session, or nothing when none were recorded.

    In a trial that is not public, a kind and a week of few participants could tell who they are,
    and are left out.
    """
    if trial.sessions is None:
        return {}
    rows = trial.sessions.dropna(subset=["planned_week"])
    if not trial.specification.public:
        patients = rows.groupby(["kind", "planned_week"])["participant"].transform("nunique")
        rows = rows.loc[patients >= least_in_figure(trial)]
    by_kind = rows.groupby("kind", sort=False)
    found = {
        str(kind): sorted({float(week) for week in rows["planned_week"]}) for kind, rows in by_kind
    }
    return dict(sorted(found.items(), key=lambda item: item[1]))


def draw_schedule(specification: Specification, sessions: dict[str, list[float]]) -> Figure:
    """Draw the time line: visits with their windows, each outcome, then treatment sessions."""
    windows = any(visit.window_days for visit in specification.visits)
    rows = [
        Row(
            "Visits and their windows" if windows else "Visits",
            tuple(
                Mark(
                    visit.week,
                    visit.week + (visit.window_days[0] / 7 if visit.window_days else 0),
                    visit.week + (visit.window_days[1] / 7 if visit.window_days else 0),
                    colour=INK,
                    marker="s",
                )
                for visit in specification.visits
            ),
            bold=True,
        )
    ]
    for outcome in specification.outcomes:
        primary = outcome.id == specification.primary_outcome.id
        rows.append(
            Row(
                outcome.label,
                tuple(
                    Mark(
                        specification.visit(visit).week,
                        colour=ACCENT,
                    )
                    if not (primary and visit == specification.primary.visit)
                    else Mark(specification.visit(visit).week, colour=PRIMARY, marker="D")
                    for visit in outcome.visits
                ),
                remark="diamond: primary comparison" if primary else "",
            )
        )
    for kind, weeks in sessions.items():
        marks = tuple(Mark(week, colour=FAINT, marker="^") for week in weeks)
        rows.append(Row(f"Sessions: {kind}", marks))
    last = max(
        [
            visit.week + (visit.window_days[1] / 7 if visit.window_days else 0)
            for visit in specification.visits
        ]
        + [week for weeks in sessions.values() for week in weeks]
    )
    first = min(
        visit.week + (visit.window_days[0] / 7 if visit.window_days else 0)
        for visit in specification.visits
    )
    edge = 0.02 * (last - first)
    return row_figure(
        rows,
        x_label="Weeks since randomisation",
        x_limits=(first - edge, last + edge),
        ticks=[visit.week for visit in specification.visits],
        tick_labels=_spaced([visit.week for visit in specification.visits], last - first),
        tracks=True,
    )


def _spaced(weeks: list[float], span: float) -> list[str]:
    """Return tick labels, left out where they would touch the one before."""
    labels: list[str] = []
    shown_last = float("-inf")
    for week in weeks:
        near = week - shown_last < 0.07 * span
        labels.append("" if near else f"{week:g}")
        shown_last = shown_last if near else week
    return labels
