"""Make the tables of the two invented trials beside this file.

Run it after a change of their ``trial.yml``: ``python tests/trial/folders/make_folders.py``.
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
Row = dict[str, object]


def write(path: Path, rows: list[Row], *, synthetic: bool) -> None:
    marked = [{"data": "synthetic", **row} for row in rows] if synthetic else rows
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(marked[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(marked)


def clipped(value: float, low: float, high: float) -> float:
    return float(min(max(value, low), high))


def make_tiny(generator: np.random.Generator) -> None:
    """Make 40 participants of 60 people screened, with scores that improve over time."""
    people: list[Row] = []
    participants: list[Row] = []
    outcomes: list[Row] = []
    sessions: list[Row] = []
    events: list[Row] = []
    blocks = {"north": ["stretching", "walking"] * 20, "south": ["walking", "stretching"] * 20}
    for at in range(60):
        screened = date(2020, 1, 6) + timedelta(days=3 * at)
        excluded, declined = at % 6 == 5, at % 6 == 2
        name = "" if excluded or declined else f"P{len(participants) + 1:03d}"
        age = round(clipped(generator.normal(52, 12), 18, 95), 1)
        mobility = 20 + at % 15 if excluded else 45 + int(generator.integers(0, 50))
        consented = "" if excluded else "no" if declined else "yes"
        people.append(
            {
                "screening_id": f"S{at + 1:03d}",
                "screened_on": screened,
                "age": age,
                "mobility": mobility,
                "consented": consented,
                "participant": name,
            }
        )
        if not name:
            continue
        centre = "north" if generator.random() < 0.5 else "south"
        arm = blocks[centre].pop(0)
        randomised = screened + timedelta(days=7)
        number = len(participants)
        left_after = "baseline" if number % 13 == 12 else "week4" if number % 11 == 10 else ""
        started = "no" if left_after == "baseline" else "yes"
        reason = "moved away" if left_after == "week4" else "no reason given" if left_after else ""
        participants.append(
            {
                "participant": name,
                "arm": arm,
                "randomised_on": randomised,
                "age": age,
                "sex": "" if number == 4 else "female" if generator.random() < 0.6 else "male",
                "centre": centre,
                "kept_diary": "" if left_after else "yes" if generator.random() < 0.5 else "no",
                "started_treatment": started,
                "left_after": left_after,
                "left_reason": reason,
            }
        )
        severity, slope = generator.normal(6.5, 1.2), generator.normal(-0.2, 0.08)
        gain = -0.12 if arm == "walking" else 0.0
        visits = {"baseline": 0, "week4": 4, "week8": 8}
        if left_after:
            visits = {
                key: visits[key] for key in ("baseline", "week4")[: 1 + (left_after == "week4")]
            }
        for visit, week in visits.items():
            day = randomised + timedelta(days=7 * week + (-3 if week == 0 else number % 5))
            score = severity + (slope + gain) * week + generator.normal(0, 0.8)
            row: Row = {"participant": name, "visit": visit}
            outcomes.append(
                {
                    **row,
                    "outcome": "stiffness",
                    "score": round(clipped(score, 0, 10)),
                    "assessed_on": day,
                }
            )
            if visit != "week4":
                well = clipped(40 + 1.5 * week + generator.normal(0, 6), 0, 100)
                outcomes.append(
                    {**row, "outcome": "wellbeing", "score": round(well, 1), "assessed_on": day}
                )
        for session in range(1, 4) if started == "yes" else ():
            came = (number + session) % 6 != 0
            held = randomised + timedelta(days=14 * session)
            sessions.append(
                {
                    "participant": name,
                    "session": session,
                    "kind": arm,
                    "planned_week": 2 * session,
                    "held_on": held if came else "",
                    "attended": "yes" if came else "no",
                }
            )
        if arm == "walking" and started == "yes" and number % 3 == 0:
            events.append(
                {
                    "participant": name,
                    "event": "blisters",
                    "onset_on": randomised + timedelta(days=20),
                    "severity": "mild",
                    "related": "yes",
                }
            )
    tables = {
        "participants": participants,
        "outcomes": outcomes,
        "screening": people,
        "sessions": sessions,
        "adverse_events": events,
    }
    for table, rows in tables.items():
        write(HERE / "tiny" / f"{table}_synthetic.csv", rows, synthetic=True)


def make_tiny_real(generator: np.random.Generator) -> None:
    """Make 36 participants of three arms with one visit after baseline and no dates of visits."""
    arms = ["tea", "water", "coffee"]
    gains = {"tea": 6.0, "water": 0.0, "coffee": 12.0}
    remarks = ["", "prefers “crème brûlée”", "wohnt in Köln, allein", "żaden"]
    participants: list[Row] = []
    outcomes: list[Row] = []
    for at in range(36):
        name, arm = f"Ñ{at + 1:02d}", arms[(at * 2 + at // 3) % 3]
        participants.append(
            {
                "participant": name,
                "arm": arm,
                "randomised_on": date(2021, 3, 1) + timedelta(days=2 * at),
                "age": round(clipped(generator.normal(40, 10), 18, 90)),
                "region": "nse"[int(generator.integers(0, 3))],
                "remark": remarks[at % 4],
            }
        )
        alert, sleep = generator.normal(50, 10), generator.normal(10, 3)
        for visit in ("start", "later"):
            if visit == "later" and at % 9 == 8:
                continue
            after = visit == "later"
            score = alert + after * gains[arm] + generator.normal(0, 5)
            trouble = sleep - after * 1.0 + generator.normal(0, 1.5)
            row: Row = {"participant": name, "visit": visit}
            outcomes.append(
                {**row, "outcome": "alertness", "score": round(clipped(score, 0, 100), 1)}
            )
            outcomes.append({**row, "outcome": "sleep", "score": round(clipped(trouble, 0, 21))})
    write(HERE / "tiny_real" / "participants.csv", participants, synthetic=False)
    write(HERE / "tiny_real" / "outcomes.csv", outcomes, synthetic=False)


if __name__ == "__main__":
    make_tiny(np.random.default_rng(20200106))
    make_tiny_real(np.random.default_rng(20210301))
