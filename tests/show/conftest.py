"""A page that remembers what was shown on it, and trials to show."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from helpers.show import outputs, page_label
from helpers.show.page import label_of
from helpers.show.records import RECORD_MIME
from helpers.trial.loading import Trial, load_trial

FOLDERS = Path(__file__).parents[1] / "trial" / "folders"


@dataclass
class Page:
    """Everything that was displayed, in order, as (data, metadata)."""

    outputs: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)

    @property
    def records(self) -> dict[str, dict[str, Any]]:
        found = [data[RECORD_MIME] for data, _ in self.outputs if RECORD_MIME in data]
        assert len({record["name"] for record in found}) == len(found), "a name was glued twice"
        return {record["name"]: record for record in found}

    def _marked(self, kind: str) -> list[dict[str, Any]]:
        return [
            {**metadata["trialbook"][kind], "data": data}
            for data, metadata in self.outputs
            if kind in metadata.get("trialbook", {})
        ]

    @property
    def figures(self) -> list[dict[str, Any]]:
        return self._marked("figure")

    @property
    def tables(self) -> list[dict[str, Any]]:
        return self._marked("table")

    @property
    def paragraphs(self) -> list[str]:
        return [
            data["text/markdown"]
            for data, metadata in self.outputs
            if "text/markdown" in data and "scrapbook" not in metadata
        ]


def _watched(patch: pytest.MonkeyPatch) -> Page:
    page = Page()

    def display(data: dict[str, Any], *, raw: bool, metadata: dict[str, Any]) -> None:
        assert raw
        page.outputs.append((data, metadata))

    patch.setattr(outputs, "display", display)
    patch.setattr(page_label, "_current", None)
    return page


@pytest.fixture(scope="session")
def showing() -> Callable[[Trial, Callable[[Trial], None]], Page]:
    """Give a function that lets something show a trial, and returns the page."""

    def show(trial: Trial, shows: Callable[[Trial], None]) -> Page:
        with pytest.MonkeyPatch.context() as patch:
            page = _watched(patch)
            page_label.set_page_label(label_of(trial.specification))
            shows(trial)
        return page

    return show


@pytest.fixture
def unlabelled(monkeypatch: pytest.MonkeyPatch) -> Page:
    """A page that does not say yet whose data it shows."""
    return _watched(monkeypatch)


@pytest.fixture
def page(unlabelled: Page) -> Page:
    """A page labelled as a synthetic cohort."""
    page_label.set_page_label(page_label.PageLabel("Synthetic cohort (TINY)", synthetic=True))
    return unlabelled


@pytest.fixture(scope="session")
def tiny() -> Trial:
    """An invented synthetic trial: two arms, three visits, every table."""
    return load_trial(FOLDERS / "tiny")


@pytest.fixture(scope="session")
def tiny_real() -> Trial:
    """An invented trial: three arms, one visit after baseline, names that are not ASCII."""
    return load_trial(FOLDERS / "tiny_real")


@pytest.fixture(params=["tiny", "tiny_real"])
def trial(request: pytest.FixtureRequest, unlabelled: Page) -> Trial:
    """Each of the trials, its page labelled."""
    found: Trial = request.getfixturevalue(request.param)
    page_label.set_page_label(label_of(found.specification))
    return found


@dataclass(frozen=True)
class Odd:
    """What is odd about a trial; the rest of it is as plain as it can be.

    ``seen`` says who has a score: a function of arm number, visit number and generator.
    """

    arms: Sequence[str] = ("Control", "Treatment")
    sizes: Sequence[int] = (20, 20)
    weeks: Sequence[float] = (0, 6)
    visits: Sequence[str] = ()
    primary: int = -1
    low: float | None = 0
    high: float | None = 10
    decimals: int = 1
    higher_is: str = "worse"
    label: str = "Pain"
    unit: str = "points"
    secondary: bool = False
    variables: bool = False
    dates: bool = False
    method: str = "unknown"
    constant_baseline: bool = False
    seen: Callable[[int, int, np.random.Generator], bool] = field(
        default=lambda arm, visit, generator: True
    )


def _late_in_one_arm(arm: int, visit: int, generator: np.random.Generator) -> bool:
    """Nobody at visit 2, nobody of the last arm at visit 3, and one in eight missing after."""
    if visit == 2 or (visit == 3 and arm == 2):
        return False
    return visit == 0 or generator.random() > 0.12


def _some_without_baseline(arm: int, visit: int, generator: np.random.Generator) -> bool:
    return generator.random() > 0.2


ODD_TRIALS = {
    "many_visits": Odd(
        arms=("Usual care", "Low dose", "Middle dose", "High dose"),
        sizes=(44, 22, 22, 22),
        weeks=(0, 0.5, 1, 1.5, 2, 3.5, 5, 8, 11, 13, 26, 39, 52, 104),
        secondary=True,
        variables=True,
    ),
    "huge_numbers": Odd(
        low=0, high=5e6, decimals=0, higher_is="better", label="Viral load", unit="copies/mL"
    ),
    "tiny_numbers": Odd(low=0, high=0.01, decimals=6, label="Concentration", unit="g/L"),
    "negative": Odd(low=-50, high=-10, higher_is="better", label="Balance", primary=1),
    "small_and_gappy": Odd(
        arms=("Placebo", "A", "B"),
        sizes=(10, 10, 10),
        weeks=(0, 2, 4, 8, 12),
        secondary=True,
        variables=True,
        seen=_late_in_one_arm,
    ),
    "no_baseline_for_some": Odd(
        sizes=(40, 20), weeks=(-1, 4, 12), low=0, high=100, seen=_some_without_baseline
    ),
    "letters": Odd(
        arms=("Контроль", "Ακουπρεσούρα", "治療"),
        sizes=(15, 15, 15),
        weeks=(0, 2, 8),
        visits=("Исходно", "Εβδομάδα 2", "八週"),
        label="Größe des Schmerzes",
        unit="Punkte",
        variables=True,
        dates=True,
    ),
    "ties": Odd(sizes=(12, 12), low=0, high=3, decimals=0, weeks=(0, 4, 8), label="Grade"),
    "same_baseline": Odd(weeks=(0, 4, 8), constant_baseline=True, secondary=True),
    "many_arms": Odd(
        arms=tuple(f"Arm with a long name, number {at}" for at in range(1, 9)),
        sizes=(10,) * 8,
        weeks=(0, 3, 6),
        dates=True,
        method="simple",
    ),
}


QUICK = ("small_and_gappy", "letters", "no_baseline_for_some")


@pytest.fixture(
    params=[
        pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in ODD_TRIALS
    ],
    scope="session",
)
def odd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """Each of the odd trials."""
    return load_trial(_write_odd_trial(request.param, tmp_path_factory.mktemp("odd") / "trial"))


@pytest.fixture(scope="session")
def gappy(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    """Three arms of ten; nobody came to one visit, and nobody of one arm to another."""
    folder = tmp_path_factory.mktemp("gappy") / "trial"
    return load_trial(_write_odd_trial("small_and_gappy", folder))


def _write_odd_trial(name: str, folder: Path) -> Path:
    """Write the folder of an odd trial and return it."""
    odd = ODD_TRIALS[name]
    generator = np.random.default_rng(sum(map(ord, name)))
    folder.mkdir(parents=True)
    arms = [f"arm{at}" for at in range(len(odd.arms))]
    visits = [f"visit{at}" for at in range(len(odd.weeks))]
    outcomes = ["pain", "fatigue"] if odd.secondary else ["pain"]
    people, scores = [], []
    number = 0
    for place, arm in enumerate(arms):
        for _ in range(odd.sizes[place]):
            number += 1
            who = f"p{number:03d}"
            person: dict[str, Any] = {"participant": who, "arm": arm}
            if odd.dates:
                person["randomised_on"] = f"2020-{1 + number % 12:02d}-{1 + number % 28:02d}"
            if odd.variables:
                person |= {"age": int(generator.integers(18, 90))}
                person |= {"sex": str(generator.choice(["f", "m"]))}
            people.append(person)
            for outcome in outcomes:
                level = generator.normal(0.5, 0.12)
                for at, visit in enumerate(visits):
                    if not odd.seen(place, at, generator):
                        continue
                    value = level + 0.02 * place * (at > 0) + generator.normal(0, 0.08)
                    value = 0.5 if odd.constant_baseline and at == 0 else value
                    scores.append([who, visit, outcome, _score(odd, value)])
    pd.DataFrame(people).to_csv(folder / "participants.csv", index=False)
    columns = ["participant", "visit", "outcome", "score"]
    pd.DataFrame(scores, columns=columns).to_csv(folder / "outcomes.csv", index=False)
    described = _description(name, odd, arms, visits, outcomes)
    # JSON is YAML, and writes every part out.
    text = json.dumps(described, ensure_ascii=False, indent=1)
    (folder / "trial.yml").write_text(text, encoding="utf-8")
    return folder


def _score(odd: Odd, share: float) -> float:
    low, high = odd.low or 0.0, odd.high if odd.high is not None else 10.0
    return round(low + float(np.clip(share, 0, 1)) * (high - low), odd.decimals)


def _description(
    name: str, odd: Odd, arms: list[str], visits: list[str], outcomes: list[str]
) -> dict[str, Any]:
    labels = odd.visits or [f"Week {week:g}" for week in odd.weeks]
    primary = {"outcome": "pain", "visit": visits[odd.primary]}
    absent = {"absent": "Not stated."}
    return {
        "id": name,
        "title": name,
        "short_title": name,
        "patients": "real",
        "registration": absent,
        "citation": absent,
        "licence": "Not stated.",
        "objective": "Does it help?",
        "design": "Randomised trial.",
        "arms": [
            {"id": arm, "label": label, "reference": at == 0}
            for at, (arm, label) in enumerate(zip(arms, odd.arms, strict=True))
        ],
        "visits": [
            {"id": visit, "label": label, "week": week}
            for visit, label, week in zip(visits, labels, odd.weeks, strict=True)
        ],
        "primary": primary,
        "outcomes": [
            {
                "id": outcome,
                "label": odd.label if outcome == "pain" else "Fatigue",
                "instrument": "Scale",
                "minimum": odd.low,
                "maximum": odd.high,
                "higher_is": odd.higher_is,
                "unit": odd.unit,
                "role": "primary" if outcome == "pain" else "secondary",
                "decimals": odd.decimals + 1,
                "meaningful_change": absent,
            }
            for outcome in outcomes
        ],
        "variables": [
            {"id": "age", "label": "Age", "kind": "continuous", "unit": "years"},
            {"id": "sex", "label": "Sex", "kind": "categorical", "codes": {"f": "F", "m": "M"}},
        ]
        if odd.variables
        else [],
        "eligibility_note": "The criteria are not stated.",
        "randomisation": {
            "method": odd.method,
            "ratio": {
                arm: size // min(odd.sizes) for arm, size in zip(arms, odd.sizes, strict=True)
            },
        },
        "populations": [{"id": "randomised", "label": "All", "rule": "randomised"}],
        "tables": {
            "participants": "participants.csv",
            "outcomes": "outcomes.csv",
            **dict.fromkeys(("screening", "sessions", "adverse_events"), absent),
        },
    }
