"""A trial with a marker in every field of every row, and a search for the markers."""

from __future__ import annotations

import base64
import re
import shutil
from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parent / "tiny"
YEAR = 1987
"""Every date lies in this year or the next, and nothing else of the project does."""

# Words that nothing but the rows can have brought in, and numbers with decimals of their own.
WORD = re.compile(rb"zqw(?:ident|remark|reason|screen|kind|event)", re.IGNORECASE)
NUMBER = re.compile(rb"\d\.\d\d7777\d{3}(?!\d)")
MONTHS = b"January|February|March|April|May|June|July|August|September|October|November|December"
SHORT = b"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
DATE = re.compile(rb"198[78]-(?:0\d|1[0-2])|(?:" + MONTHS + rb"|" + SHORT + rb")\.?\s+198[78]")
_IMAGE = re.compile(rb"(?:base64,|image/png\": \")([A-Za-z0-9+/=\\n]{200,})")


def write_marked_trial(target: Path, *, public: bool) -> Path:
    """Copy the tiny trial to ``target`` with a marker in every field."""
    shutil.copytree(FOLDER, target)
    tables = {path.stem.removesuffix("_synthetic"): path for path in target.glob("*.csv")}
    frames = {name: pd.read_csv(path, dtype=str) for name, path in tables.items()}
    numbered = iter(range(100, 10_000))

    def ident(name: object) -> object:
        return f"zqwident{str(name)[1:]}" if isinstance(name, str) else name

    def exact(value: object) -> object:
        # 7777 and three digits of its own; taken from the value, so that no limit is exceeded.
        if not isinstance(value, str):
            return value
        return f"{max(float(value) - 0.1, 0):.2f}7777{next(numbered)}"

    def old(day: object) -> object:
        if not isinstance(day, str):
            return day
        return str((pd.Timestamp(day) - pd.DateOffset(years=33)).date())

    for frame in frames.values():
        if "participant" in frame:
            frame["participant"] = frame["participant"].map(ident, na_action="ignore")
        for name in frame.columns:
            if name.endswith("_on"):
                frame[name] = frame[name].map(old, na_action="ignore")
    people = frames["participants"]
    people["remark"] = [f"zqwremark{row:03d}" for row in range(len(people))]
    left = people["left_reason"].notna()
    people.loc[left, "left_reason"] = [f"zqwreason{row:03d}" for row in range(int(left.sum()))]
    people["age"] = people["age"].map(exact, na_action="ignore")
    outcomes, screening = frames["outcomes"], frames["screening"]
    outcomes["score"] = outcomes["score"].map(exact, na_action="ignore")
    screening["screening_id"] = [f"zqwscreen{row:03d}" for row in range(len(screening))]
    for name in ("age", "mobility"):
        screening[name] = screening[name].map(exact, na_action="ignore")
    ages = people.set_index("participant")["age"]
    theirs = screening["participant"].map(ages)
    screening["age"] = screening["age"].where(theirs.isna(), theirs)
    sessions, events = frames["sessions"], frames["adverse_events"]
    sessions["planned_week"] = sessions["planned_week"].map(exact, na_action="ignore")
    sessions["kind"] = "zqwkind " + sessions["participant"].str[-3:]
    events.loc[0, "event"] = "zqwevent"
    for name, path in tables.items():
        frames[name].to_csv(path, index=False)
    described = (target / "trial.yml").read_text(encoding="utf-8")
    described = described.replace("public: true", f"public: {str(public).lower()}")
    described = described.replace("    integer: true\n", "").replace(", integer: true", "")
    described = described.replace("id: tiny\n", "id: marked\n", 1)
    described = described.replace(
        "later_variables:\n", "later_variables:\n  - {id: remark, label: Remark, kind: text}\n"
    )
    (target / "trial.yml").write_text(described, encoding="utf-8")
    return target


def markers_in(content: bytes) -> set[str]:
    """Return the kinds of marker that a file holds, in its images too."""
    parts = [content]
    for found in _IMAGE.findall(content):
        text = found.replace(b"\\n", b"")
        parts.append(base64.b64decode(text + b"=" * (-len(text) % 4)))
    whole = b"\n".join(parts)
    words = {match.decode().lower() for match in WORD.findall(whole)}
    numbers = {"number"} if NUMBER.search(whole) else set()
    return words | numbers | ({"date"} if DATE.search(whole) else set())
