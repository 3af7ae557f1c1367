"""From a file of scores to a book, as somebody does it who has only the page "Your own trial".

What the book says is set beside a fit of the same file that reads neither the trial's description
nor its tables.
"""

from __future__ import annotations

import json
import random
import re
import shlex
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from helpers.methods.mixed_models import fit_clda

pytestmark = pytest.mark.slow

Command = Callable[..., subprocess.CompletedProcess[bytes]]
CHAPTER = re.compile(r"\d\d_\w+|data|model_comparison")


def text_of(page: Path) -> str:
    """Return the words of a page, with single spaces."""
    article = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").find("article")
    assert article is not None
    return " ".join(article.get_text(" ").split())


def where_it_leads(page: Path) -> Path:
    """Return the page to which a page that holds nothing else sends its readers."""
    link = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").find("a", href=True)
    assert link is not None
    return page.parent / str(link["href"])


def differences(scores: pd.DataFrame, *, reference: Any, **options: Any) -> dict[Any, str]:
    """Return estimate and interval at the last visit for each arm, as a page prints them.

    ``scores`` has one row for each patient and visit: columns id, arm, visit (0 first) and score.
    """
    decimals = options.pop("decimals")
    fit = fit_clda(
        scores.dropna(subset="score"),
        outcome="score",
        subject="id",
        visit="visit",
        arm="arm",
        baseline=0,
        reference=reference,
        **options,
    )
    last = fit.differences.loc[fit.differences["visit"] == scores["visit"].max()]
    return {row.arm: printed(row, decimals) for row in last.itertuples()}


def printed(row: Any, decimals: int) -> str:
    estimate, lower, upper = (
        f"{value:.{decimals}f}".replace("-", "−") for value in (row.estimate, row.lower, row.upper)
    )
    return f"{estimate} units (95% CI {lower} to {upper};"


def is_whole_and_names_its_patients(html: Path, label: str) -> None:
    """Check that no page shows a fault, and that those with numbers say whose they are."""
    chapters = [page for page in html.glob("chapters/*.html") if CHAPTER.fullmatch(page.stem)]
    assert html / "chapters" / "05_primary.html" in chapters
    for page in html.rglob("*.html"):
        assert "Traceback" not in page.read_text(encoding="utf-8"), page
    for page in chapters:
        written = page.read_text(encoding="utf-8")
        assert f"Real patients ({label})" in written, page
        assert "REAL PATIENTS: " in written, page
        assert not re.search(r"Synthetic cohort( \(|:)|SYNTHETIC COHORT", written), page


def test_the_commands_of_the_page_lead_from_a_file_to_a_book(
    book: Path,
    command: Command,
    rerun_blocks: list[tuple[str, str]],
    edit: Callable[[Path, str], None],
) -> None:
    said: dict[str, str] = {}
    for kind, content in rerun_blocks:
        if kind == "diff":
            edit(book / "data" / "my_trial" / "trial.yml", content)
            continue
        first, _, _ = content.partition("\n")
        # What the page says of clusters is tested where there is one.
        if not first.startswith("$ trialbook ") or "--scheduler" in content:
            continue
        _, name, *words = shlex.split(first.removeprefix("$ "))
        done = command(book, name, *words)
        told = (done.stdout + done.stderr).decode()
        assert "Traceback" not in told
        assert (done.returncode == 0) == ("1 problem found." not in told), told
        said[name] = told
    assert set(said) == {"new", "check", "build", "run"}

    # The last line of its output names the first page of the book.
    index = Path(said["build"].splitlines()[-1].removeprefix("Edition my_trial is built: "))
    assert index == book / "_build" / "my_trial" / "html" / "index.html"
    first_page = text_of(where_it_leads(index))
    assert "Acupuncture for chronic headache in primary care" in first_page
    assert "Real patients" in first_page
    is_whole_and_names_its_patients(index.parent, "Headache")

    raw = pd.read_csv(book / "data" / "headache" / "source" / "vickers2004_full.csv")
    scores = raw.melt(["id", "group", "age"], ["pk1", "pk2", "pk5"], "visit", "score")
    scores["visit"] = scores["visit"].map({"pk1": 0, "pk2": 13, "pk5": 52})
    scores = scores.rename(columns={"group": "arm"})
    told = "The difference in headache score at 12 months, acupuncture minus usual care, was "
    alone = differences(scores, reference=0, decimals=1)
    assert alone[1] == "−4.7 units (95% CI −7.2 to −2.2;"
    assert told + alone[1] in text_of(index.parent / "chapters" / "05_primary.html")
    results = json.loads((book / "_build/my_trial/results.json").read_text(encoding="utf-8"))
    assert results["primary.n"]["value"] == scores.dropna(subset="score")["id"].nunique()

    # The one chapter that the page runs by itself is adjusted for age.
    adjusted = differences(scores, reference=0, decimals=1, covariates=["age"])
    assert adjusted != alone
    place = Path(said["run"].rstrip().rpartition("its notebook is ")[2])
    ran = nbformat.read(place, as_version=4)
    shown = json.dumps([cell.get("outputs") for cell in ran.cells], ensure_ascii=False)
    assert told + adjusted[1] in shown


ARMS = ("Rückenschule", "Übungen zu Hause", "Kontrolle (üblich)")
BETTER = (3.0, 1.5, 0.4)


class Patient(NamedTuple):
    id: str
    arm: str
    size: float
    before: float
    after: float | None


def patients() -> list[Patient]:
    """Return 90 patients of three arms; every eleventh was not seen again."""
    rng = random.Random(7)
    found = []
    for at in range(90):
        before = round(rng.uniform(4, 10), 1)
        after = round(max(0, before * 0.6 + 2.4 - BETTER[at % 3] + rng.gauss(0, 1.2)), 1)
        seen = after if at % 11 else None
        size = round(rng.uniform(1.5, 2), 2)
        found.append(Patient(f"Pat{at:03d}", ARMS[at % 3], size, before, seen))
    return found


def wide_rows(people: Sequence[Patient]) -> list[tuple[Any, ...]]:
    head = ("Patient", "Gruppe", "Größe", "Schmerz Ausgangswert", "Schmerz 8 Wochen")
    return [head, *people]


def long_rows(people: Sequence[Patient]) -> list[tuple[Any, ...]]:
    seen = [
        (*each[:3], visit, score)
        for each in people
        for visit, score in (("Ausgangswert", each.before), ("Woche 8", each.after))
    ]
    return [("Patient", "Gruppe", "Größe", "Visite", "Schmerz"), *seen]


def german(rows: Sequence[tuple[Any, ...]]) -> str:
    def cell(value: Any) -> str:
        return "" if value is None else str(value).replace(".", ",")

    return "".join(";".join(map(cell, row)) + "\r\n" for row in rows)


@pytest.mark.parametrize(
    ("rows", "encoding", "chapters"),
    [
        pytest.param(wide_rows, "cp1252", (), id="wide, older encoding, every chapter"),
        pytest.param(
            long_rows,
            "utf-8-sig",
            ("02_eligibility", "04_baseline", "05_primary", "06_secondary"),
            id="long, UTF-8, an edition of four chapters",
        ),
    ],
)
def test_a_german_file_with_three_arms_and_one_later_visit_becomes_a_book(
    tmp_path: Path,
    book: Path,
    command: Command,
    rows: Callable[[Sequence[Patient]], list[tuple[Any, ...]]],
    encoding: str,
    chapters: Sequence[str],
) -> None:
    people = patients()
    file = tmp_path / "Schmerzstudie.csv"
    file.write_bytes(german(rows(people)).encode(encoding))
    asked = ["--trial", "schmerz"]
    if chapters:
        edition = tmp_path / "schmerz.yml"
        edition.write_text(
            "title: Rückenschmerz\ntrial: schmerz\naudience: testers\n"
            f"chapters: [{', '.join(chapters)}]\n",
            encoding="utf-8",
        )
        asked = ["--edition", str(edition)]
    options = ("--higher-is", "worse", "--covariate", "Größe")
    for words in (("new", "schmerz", "--from", str(file), *options), ("check", "schmerz")):
        done = command(book, *words)
        assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(b"Valid.\n")
    described = book / "data" / "schmerz" / "trial.yml"
    text = described.read_text(encoding="utf-8")
    assert "\nlanguage: en  #" in text
    language = "en" if chapters else "de"
    described.write_text(text.replace("language: en", f"language: {language}"), encoding="utf-8")
    built = command(book, "build", *asked)
    assert built.returncode == 0, built.stdout + built.stderr
    html = book / "_build" / "schmerz" / "html"
    is_whole_and_names_its_patients(html, "schmerz")

    made = {page.stem for page in html.glob("chapters/*.html") if CHAPTER.fullmatch(page.stem)}
    assert made >= set(chapters or {"01_question", "07_reproduction", "data", "model_comparison"})
    assert not chapters or made == set(chapters)
    scores = pd.DataFrame(
        [(each.id, each.arm, 0, each.before) for each in people]
        + [(each.id, each.arm, 8, each.after) for each in people],
        columns=["id", "arm", "visit", "score"],
    ).astype({"score": float})
    primary = text_of(html / "chapters" / "05_primary.html")
    for arm, said in differences(scores, reference=ARMS[2], decimals=2).items():
        # In a sentence a label begins with a small letter, as English words do.
        names = [arm, "Kontrolle (üblich)"]
        if language == "en":
            names = [each[0].lower() + each[1:] for each in names]
        assert f", {names[0]} minus {names[1]}, was {said}" in primary
    # Two of three arms are compared with the reference, and it with none.
    opening, _, _ = primary.partition("Figure 5.1")
    assert len(re.findall(r"The difference(?: in [Ss]chmerz at [^,]+)?, ", opening)) == 2
    results = json.loads((book / "_build/schmerz/results.json").read_text(encoding="utf-8"))
    assert {name for name in results if re.fullmatch(r"primary\.difference\.\w+\.p", name)} == {
        f"primary.difference.{arm}.p" for arm in ("ruckenschule", "ubungen_zu_hause")
    }
    assert results["primary.n_scores"]["value"] == 171
    for arm in ARMS:
        assert arm in primary
    assert "Größe" in text_of(html / "chapters" / "04_baseline.html")
    for page in html.rglob("*.html"):
        # What an umlaut becomes that was read, or written, in another encoding.
        assert not re.search("Ã[¼¤¶ŸœÖ]|\N{REPLACEMENT CHARACTER}", page.read_text("utf-8")), page
