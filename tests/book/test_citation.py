from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from helpers.book.citation import Author, Citation, apa, bibtex, read_citation, ris
from helpers.book.citation_part import citation_part, publication_part
from helpers.book.project import Project
from helpers.errors import BuildError
from helpers.trial.reading import read_specification

ROOT = Path(__file__).parents[2]

PEOPLE = Citation(
    title="Trials & tables: 5_6",
    authors=(Author("de la Cruz", "Ana María"), Author("Öz", "Ö-Kim"), Author("A Group")),
    version="1.2.0",
    date="2027-03-04",
    doi="10.5555/book",
)


def written(root: Path, **changes) -> Project:
    told = {
        "title": "A book",
        "version": "0.1.0",
        "date-released": "2026-11-22",
        "authors": [{"name": "The authors"}],
    }
    told = {key: value for key, value in (told | changes).items() if value is not None}
    (root / "CITATION.cff").write_text(yaml.safe_dump(told), encoding="utf-8")
    return Project.at(root)


def test_bibtex() -> None:
    assert bibtex(PEOPLE) == (
        "@software{trialstables2027,\n"
        "  author = {de la Cruz, Ana María and Öz, Ö-Kim and {A Group}},\n"
        "  title = {{Trials \\& tables: 5\\_6}},\n"
        "  year = {2027},\n"
        "  version = {1.2.0},\n"
        "  doi = {10.5555/book},\n"
        "  url = {https://doi.org/10.5555/book}\n"
        "}"
    )


def test_ris() -> None:
    assert ris(PEOPLE).splitlines() == [
        "TY  - COMP",
        "AU  - de la Cruz, Ana María",
        "AU  - Öz, Ö-Kim",
        "AU  - A Group",
        "TI  - Trials & tables: 5_6",
        "PY  - 2027",
        "DA  - 2027/03/04",
        "ET  - 1.2.0",
        "DO  - 10.5555/book",
        "UR  - https://doi.org/10.5555/book",
        "ER  - ",
    ]


def test_apa() -> None:
    assert apa(PEOPLE) == (
        "de la Cruz, A. M., Öz, Ö. K., & A Group. (2027). Trials & tables: 5_6 (Version 1.2.0) "
        "[Computer software]. https://doi.org/10.5555/book"
    )


def test_the_book_s_own_file(tmp_path: Path) -> None:
    found = read_citation(Project.at(ROOT))
    assert found is not None
    assert "trialbook" in apa(found)
    assert f"(Version {found.version})" in apa(found)


def test_no_address_is_invented(tmp_path: Path) -> None:
    found = read_citation(written(tmp_path))
    assert found is not None
    assert "http" not in bibtex(found) + ris(found) + apa(found)
    assert apa(found) == "The authors. (2026). A book (Version 0.1.0) [Computer software]."


def test_names_in_parts(tmp_path: Path) -> None:
    author = {"family-names": "Berg", "name-particle": "van den", "given-names": "Jo"}
    found = read_citation(written(tmp_path, authors=[author], url="https://example.org/b"))
    assert found is not None
    assert found.authors == (Author("van den Berg", "Jo"),)
    assert found.address == "https://example.org/b"


@pytest.mark.parametrize(
    ("changes", "lacking"),
    [
        ({"title": None}, "title"),
        ({"authors": []}, "authors"),
        ({"version": None}, "version"),
        ({"date-released": "2026"}, "date-released"),
        ({"authors": [{"email": "a@example.org"}]}, "neither a name nor family-names"),
        ({"authors": ["Somebody"]}, "an author has a name"),
    ],
)
def test_what_a_citation_lacks_is_told(tmp_path: Path, changes: dict, lacking: str) -> None:
    with pytest.raises(BuildError, match=r"CITATION\.cff") as raised:
        read_citation(written(tmp_path, **changes))
    assert lacking in str(raised.value)


def test_a_book_without_the_file_says_so(tmp_path: Path) -> None:
    assert read_citation(Project.at(tmp_path)) is None
    assert "CITATION.cff" in citation_part(None, edition="E")


def test_each_form_can_be_copied() -> None:
    part = citation_part(PEOPLE, edition="Trial & co (synthetic cohort)")
    told = replace(PEOPLE, edition="Trial & co (synthetic cohort)")
    for form in (apa, bibtex, ris):
        assert f"``````{{code-block}} text\n:class: citation-form\n\n{form(told)}\n``````" in part
    assert "(Version 1.2.0; edition “Trial & co (synthetic cohort)”) [Computer" in apa(told)
    assert "  note = {Edition: Trial \\& co (synthetic cohort)},\n" in bibtex(told)
    assert "N1  - Edition: Trial & co (synthetic cohort)" in ris(told)


def test_a_synthetic_edition_warns_of_citing_its_numbers() -> None:
    warned = "Do not cite them as results of"
    assert f"{warned} IMPACT" in publication_part(read_specification(ROOT / "data" / "impact"))
    assert warned not in publication_part(read_specification(ROOT / "data" / "headache"))


def test_the_publication_of_a_trial_is_linked_where_it_has_a_doi() -> None:
    trial = read_specification(ROOT / "data" / "headache")
    doi = "10.1136/bmj.38029.421863.EB"
    part = publication_part(trial)
    assert part.startswith(r"Vickers AJ\, Rees RW")
    assert part.endswith(f"](<https://doi.org/{doi}>)")
    old = trial.citation.model_copy(update={"doi": "10.1016/S0304-3959(01)00349-9"})
    with_brackets = publication_part(trial.model_copy(update={"citation": old}))
    assert with_brackets.endswith("(<https://doi.org/10.1016/S0304-3959%2801%2900349-9>)")
    whole = old.model_copy(update={"doi": f"https://doi.org/{doi}"})
    assert publication_part(trial.model_copy(update={"citation": whole})) == part
    none = old.model_copy(update={"doi": None})
    assert "doi" not in publication_part(trial.model_copy(update={"citation": none}))
