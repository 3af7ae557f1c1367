"""A small book, made by the real papermill and the real Jupyter Book."""

from __future__ import annotations

import html
import json
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.book.foreign_requests import foreign_requests

COMMON = 'trial: str = "tiny"  # trial [trial]\nedition: str = "none"  # edition [text]\n'
LEVEL = "level: float = 0.95  # confidence level [0.5 to 0.999]\n"
RESULTS = 'results: str = ""  # results of the others [results file]\n'
PUBLISH = "from helpers.show.records import Record, publish\n"

CAPTION = 'Said "so", he\'s 5 < 6 & *not* $x$: {{ edition_name }} <b>'
ALT = 'A "line" & a <b>curve</b>: 5 < 6, *it*\'s'

TABLE = (
    '<details class="trial-fold"><summary>The numbers</summary>'
    '<div id="tab-alpha"><table><caption><span>Numbers.</span></caption></table></div></details>'
)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'


def show_figure(name: str) -> str:
    figure = {"name": name, "caption": CAPTION, "alt": ALT, "numbers": "tab-alpha"}
    shown = [
        ({"image/svg+xml": SVG}, {"figure": figure}),
        ({"text/html": TABLE}, {"table": {"name": "tab-alpha", "caption": "Numbers."}}),
    ]
    return "from IPython.display import display\n" + "\n".join(
        f"display({data!r}, raw=True, metadata={ {'trialbook': told}!r})" for data, told in shown
    )


INTERRUPTED = (
    "Interrupted: nothing was replaced, and no chapter is still running. The same command goes on "
    "with what has finished."
)


def fill(book) -> None:
    book.page("glossary", "# Glossary\n\n```{glossary}\nlevel\n  How sure.\n```\n")
    (book.root / "genindex.md").write_text("# Index\n", encoding="utf-8")
    book.listed += ["glossary", "../genindex"]
    book.chapter(
        "01_alpha",
        PUBLISH + "publish([Record('alpha.level', -level / 3, f'-{level / 3:.2f}')])",
        show_figure("fig-alpha"),
        parameters=COMMON + LEVEL,
        prose="The level is {glue:text}`alpha.level` and $x^2$ in [Figure](#fig-alpha) "
        "([Table](#tab-alpha), [Table](#tab-gone)). A {term}`level`.",
    )
    book.chapter(
        "07_gamma",
        "from helpers.book.results import read_results\n"
        + PUBLISH
        + "publish([Record('gamma.rows', len(read_results(results)), '1')])",
        parameters=COMMON + RESULTS,
        after_all=True,
    )
    book.edition("first", "parameters:\n  shared: {level: 0.9}\n")
    book.page(
        "index", "# The book\n\nLevel {{ alpha_level }} in {{ edition_title }}; {{ data_label }}."
    )


def start(root: Path, *arguments: str) -> subprocess.Popen:
    """Start the command in a process of its own, in the folder of a book."""
    program = "from helpers.book.commands import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def trialbook(root: Path, *arguments: str) -> tuple[int, str, str]:
    """Run the command to its end; return its exit code, output and error output."""
    process = start(root, *arguments)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def page(root: Path, name: str) -> str:
    return (root / "_build" / "first" / "html" / "chapters" / f"{name}.html").read_text("utf-8")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, book_at) -> list:
    """Two books of the same content, built in folders of different names."""
    folder = tmp_path_factory.mktemp("books")
    books = [book_at(folder / name) for name in ("one", "Étude n° 1 – ж")]
    for book in books:
        fill(book)
    processes = [start(book.root, "build") for book in books]
    for book, process in zip(books, processes, strict=True):
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        lines = out.splitlines()
        assert [line.split(" took ")[0] for line in lines[:2]] == [
            "first/01_alpha",
            "first/07_gamma",
        ]
        index = book.root / "_build" / "first" / "html" / "index.html"
        assert lines[2] == f"Edition first is built: {index}"
    return books


@pytest.mark.slow
def test_two_builds_of_one_source_are_the_same_byte_for_byte(built) -> None:
    one, two = (
        {
            path.relative_to(book.root): path.read_bytes()
            for path in (book.root / "_build" / "first").rglob("*")
            if path.is_file()
        }
        for book in built
    )
    assert set(one) == set(two)
    assert [path for path in one if one[path] != two[path]] == []
    assert len(one) > 50


@pytest.mark.slow
def test_keeps_every_number_in_one_file(built) -> None:
    results = json.loads((built[0].root / "_build" / "first" / "results.json").read_text())
    prints = {name: results.pop(name) for name in list(results) if name.startswith("provenance.")}
    assert set(prints) == {f"provenance.{name}.fingerprint" for name in ("01_alpha", "07_gamma")}
    assert results == {
        "alpha.level": {"chapter": "01_alpha", "text": "-0.30", "value": -0.3},
        "gamma.rows": {"chapter": "07_gamma", "text": "1", "value": 1},
    }


@pytest.mark.slow
def test_pages_say_what_the_run_found_and_whose_data_it_was(built) -> None:
    index, chapter = (re.sub(r"<[^>]+>", "", page(built[0].root, name)) for name in PAGES)
    assert "Level −0.30 in The edition first; Synthetic cohort." in index
    assert "The level is −0.30 and" in chapter
    for text in (index, chapter):
        assert "SYNTHETIC COHORT: every patient" in text


@pytest.mark.slow
def test_captions_and_alternative_texts_survive_every_character(built) -> None:
    text = page(built[0].root, "01_alpha")
    [image] = re.findall(r"<img [^>]*>", text.split("<article")[1])
    [alt] = re.findall(r'alt="([^"]*)"', image)
    assert html.unescape(alt) == ALT
    [caption] = re.findall(r'<figcaption>.*?<span class="caption-text">(.*?)</span>', text, re.S)
    # Sphinx sets typographic quotes; everything else is as written.
    label, end = "<strong>Figure 1.1.</strong> ", " Its numbers: "
    assert caption.startswith(label)
    written, found, link = caption.removeprefix(label).partition(end)
    plain = html.unescape(written).replace("“", '"').replace("”", '"').replace("’", "'")
    assert plain == CAPTION
    assert found
    assert link == '<a class="reference internal" href="#tab-alpha">Table 1.1</a>.'


@pytest.mark.slow
def test_prose_refers_to_figures_and_tables_by_their_numbers(built) -> None:
    text = page(built[0].root, "01_alpha")
    [sentence] = re.findall(r"<p>The level is.*?</p>", text)
    said = re.sub(r"<[^>]+>", "", sentence)
    # What this run does not show is not referred to.
    assert said.endswith("in Figure 1.1 (Table 1.1). A level.")
    targets = re.findall(r'href="#([^"]+)"', sentence)
    assert targets == ["fig-alpha", "tab-alpha"]
    assert all(f'id="{target}"' in text for target in targets)
    assert '<span class="trial-number">Table 1.1.</span> The numbers</summary>' in text


@pytest.mark.slow
def test_the_index_leads_from_a_term_to_the_chapters_that_use_it(built) -> None:
    root = built[0].root / "_build" / "first" / "html"
    index = (root / "genindex.html").read_text("utf-8")
    assert 'href="chapters/glossary.html#term-level"' in index
    [place] = re.findall(r'<a href="chapters/01_alpha.html#([^"]+)">Title of 01_alpha</a>', index)
    assert f'id="{place}"' in page(built[0].root, "01_alpha")
    assert 'href="glossary.html#term-level"' in page(built[0].root, "01_alpha")


@pytest.mark.slow
def test_the_download_button_gives_the_chapter_to_run(built) -> None:
    root = built[0].root
    [button] = set(re.findall(r'href="([^"]*01_alpha\.ipynb)"', page(root, "01_alpha")))
    place = (root / "_build" / "first" / "html" / "chapters" / button).resolve()
    chapter = json.loads(place.read_text("utf-8"))
    assert not any(cell.get("outputs") for cell in chapter["cells"])
    assert "level: float = 0.9  #" in json.dumps(chapter)


@pytest.mark.slow
def test_hides_the_injected_parameters_behind_a_click(built) -> None:
    text = page(built[0].root, "01_alpha")
    cell = text[text.index("tag_injected-parameters") :]
    assert cell.index("<details") < cell.index("level")


@pytest.mark.slow
def test_needs_no_network(built) -> None:
    folder = built[0].root / "_build" / "first" / "html"
    assert foreign_requests(folder) == ()
    assert "mathjax/" not in page(built[0].root, "01_alpha").lower()
    assert "<math><msup><mi>x</mi><mn>2</mn></msup></math>" in page(built[0].root, "01_alpha")
    assert "unpkg" not in page(built[0].root, "01_alpha")


@pytest.mark.slow
def test_a_warning_is_an_error_with_its_place_and_the_good_book_stays(
    built, book_at, tmp_path
) -> None:
    book = book_at(tmp_path / "book")
    fill(book)
    shutil.copytree(built[0].root / "_build", book.root / "_build")
    good = page(book.root, "index")
    book.page("index", "# The book\n\nText.\n\nLevel {{ alpha_lever }}.\n\n[](#nowhere)\n")
    code, out, err = trialbook(book.root, "build")
    assert code == 1
    # Nothing was run again for a page.
    assert out == ""
    first, *faults = err.strip().splitlines()
    assert first == "The edition first was not compiled, because Sphinx warned:"
    assert faults[0].startswith("chapters/index.md:5: ")
    assert "alpha_lever" in faults[0]
    assert faults[1].startswith("chapters/index.md:7: ")
    assert len(faults) == 2
    assert page(book.root, "index") == good

    fill(book)
    book.chapter(
        "01_alpha",
        PUBLISH + "publish([Record('alpha.level', 1, '1')])",
        prose="\n\n{glue:text}`alpha.lever`",
        parameters=COMMON + LEVEL,
    )
    code, out, err = trialbook(book.root, "build")
    assert code == 1
    assert re.search(r"chapters/01_alpha.ipynb, cell 1, line \d+: .*alpha.lever", err)
    assert page(book.root, "index") == good


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        (signal.SIGINT, 130, INTERRUPTED),
        (signal.SIGTERM, 143, ""),
        (signal.SIGKILL, -9, ""),
    ],
)
def test_a_build_that_is_stopped_leaves_no_kernel_and_the_good_book(
    built, book_at, tmp_path, wait_for, alive, number, code, words
) -> None:
    book = book_at(tmp_path / "book")
    fill(book)
    shutil.copytree(built[0].root / "_build", book.root / "_build")
    good = (book.root / "_build" / "first" / "results.json").read_bytes()
    marker = tmp_path / "pid"
    book.chapter(
        "01_alpha",
        f"import os, time\nopen({str(marker)!r}, 'w').write(str(os.getpid()) + ' ')",
        "time.sleep(600)",
        parameters=COMMON + LEVEL,
    )
    process = start(book.root, "build")
    wait_for(lambda: marker.is_file() and marker.read_text().endswith(" "))
    process.send_signal(number)
    _, err = process.communicate(timeout=20)
    assert process.returncode == code
    # A kernel whose build was killed says that it leaves.
    assert number == signal.SIGKILL or err.strip() == words
    wait_for(lambda: not alive(int(marker.read_text())))
    assert (book.root / "_build" / "first" / "results.json").read_bytes() == good

    # What a killed build leaves behind does not disturb the next one.
    if number == signal.SIGKILL:
        assert (book.root / "_build" / ".staging").exists()
        fill(book)
        assert trialbook(book.root, "build")[0] == 0
        assert not (book.root / "_build" / ".staging").exists()


PAGES = ("index", "01_alpha")
