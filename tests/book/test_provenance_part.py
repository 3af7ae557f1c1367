from __future__ import annotations

import hashlib
import re

import pytest
from bs4 import BeautifulSoup

from helpers.book.fingerprints import Fingerprints
from helpers.book.finishing import Page, Site
from helpers.book.planning import plan_editions, specification
from helpers.book.provenance_part import provenance_part
from helpers.book.trial_books import OfTrial
from helpers.book.wall_times import wall_times, with_wall_times
from helpers.show.provenance import code_sha256


def part(book, edition="first", overrides=None) -> str:
    [planned] = plan_editions(book.project, [edition], overrides or {})
    return provenance_part(
        planned,
        specification(planned.trial),
        fingerprints=Fingerprints(book.project),
        prints={each.name: f"print of {each.name}" for each in planned.chapters},
        notebooks={each.name: f"notebook {each.name}" for each in planned.chapters},
    )


def rows(text: str, table: str) -> dict[str, str]:
    found = BeautifulSoup(text, "html.parser").select(f"table[id='{table}'] tbody tr")
    return {row.th.text: row.td.text for row in found}


def test_what_made_each_chapter(book) -> None:
    assert rows(part(book), "made-01_alpha") == {
        "Chapter": "01_alpha",
        "Fingerprint": "print of 01_alpha",
        "Notebook as run (SHA-256)": hashlib.sha256(b"notebook 01_alpha").hexdigest(),
        "Seeds": "none of its parameters is a seed",
        "Parameter trial": "tiny",
        "Parameter level": "0.9",
        "Run it alone": "trialbook run 01_alpha --edition first",
    }


def test_a_chapter_alone_gets_the_values_that_it_has(book) -> None:
    given = rows(part(book, overrides={"level": "0.8"}), "made-01_alpha")
    assert given["Run it alone"] == "trialbook run 01_alpha --edition first -p level=0.8"
    own = rows(part(book, OfTrial("tiny")), "made-01_alpha")
    assert own["Run it alone"] == "trialbook run 01_alpha --trial FOLDER_OF_TINY"


def test_seeds_are_named(book) -> None:
    book.chapter("01_alpha", parameters=SEEDED)
    assert rows(part(book), "made-01_alpha")["Seeds"] == "draw_seed = 7"


SEEDED = (
    'trial: str = "tiny"  # trial [trial]\nedition: str = "none"  # edition [text]\n'
    "level: float = 0.95  # level [0.5 to 0.999]\n"
    "draw_seed: int = 7  # seed of the draw [integer 0 to 100]\n"
)


def test_what_made_the_whole_book(book) -> None:
    [planned] = plan_editions(book.project, ["first"], {})
    fingerprints = Fingerprints(book.project)
    whole = rows(part(book), "made")
    assert whole["Fingerprint of the edition"] == fingerprints.edition(planned)
    assert whole["Code (hash of src/helpers)"] == code_sha256()
    assert re.search(r"numpy \d", whole["Packages"])
    lock = (book.root / "requirements.lock").read_bytes()
    assert whole["Lock (SHA-256 of requirements.lock)"] == hashlib.sha256(lock).hexdigest()


@pytest.mark.parametrize("name", ["data", "files", "made"])
def test_no_two_tables_have_one_name(book, name: str) -> None:
    book.chapter(name)
    ids = re.findall(r' id="([^"]+)"', part(book))
    assert f"made-{name}" in ids
    assert len(ids) == len(set(ids))


def test_a_checksum_for_every_file_of_a_public_trial(book) -> None:
    path = book.root / "data" / "tiny" / "outcomes_synthetic.csv"
    files = rows(part(book), "files-of-the-trial")
    assert files["outcomes_synthetic.csv"] == hashlib.sha256(path.read_bytes()).hexdigest()
    described = book.root / "data" / "tiny" / "trial.yml"
    text = described.read_text(encoding="utf-8").replace("public: true", "public: false")
    described.write_text(text, encoding="utf-8")
    assert list(rows(part(book), "files-of-the-trial")) == ["every file of the folder together"]


@pytest.mark.parametrize(
    ("edition", "overrides", "command"),
    [
        ("first", {}, "trialbook build --edition first\n"),
        ("first", {"level": "0.8"}, "trialbook build --edition first -p level=0.8\n"),
        (
            OfTrial("tiny"),
            {},
            "trialbook build --trial FOLDER_OF_TINY\ntrialbook status --trial FOLDER_OF_TINY ",
        ),
    ],
)
def test_how_to_make_it_again(book, edition, overrides, command: str) -> None:
    assert command in part(book, edition, overrides)


def test_the_same_content_gives_the_same_part(book) -> None:
    assert part(book) == part(book)


def test_wall_times_stand_on_the_page_about_provenance_alone(book) -> None:
    for name, seen in (("chapters/provenance.html", True), ("chapters/cite.html", False)):
        soup = BeautifulSoup(part(book), "html.parser")
        page = Page(Site(book.root, "first"), name)
        with_wall_times(soup, page, seconds={"01_alpha": 3.25, "gone": 1.0})
        assert ("Wall time of the run" in rows(str(soup), "made-01_alpha")) is seen
        assert "Wall time of the run" not in rows(str(soup), "made-02_beta")


def test_wall_times_are_those_of_the_kept_runs(book, ran) -> None:
    from helpers.book.builds import build_editions

    build_editions(
        book.project, ["first"], overrides={}, jobs=1, timeout=9.0, report=lambda line: None
    )
    found = wall_times(book.project.build, "first", ["01_alpha", "02_beta", "unknown"])
    assert found == {"01_alpha": 0.1, "02_beta": 0.1}
