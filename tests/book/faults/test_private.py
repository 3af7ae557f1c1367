"""What a trial that is not public leaves when a run is broken off or fails: nothing of its rows."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from types import ModuleType

import pytest

LOAD = "from helpers.trial.loading import load_trial\ndata = load_trial(trial)"
SAY = (
    "import sys\nprint(data.participants.to_csv())\nprint(data.outcomes.to_csv(), file=sys.stderr)"
)
NAME = "somebody = str(data.participants['participant'].iloc[0])\n"
FAILURES = {
    "03_library": "raise KeyError(somebody)",
    "04_own": "from helpers.errors import AnalysisError\n"
    "raise AnalysisError(f'The score of {somebody} is odd; correct it.')",
    "06_end": "sys.exit(somebody)",
    "07_date": "from helpers.errors import AnalysisError\n"
    "raise AnalysisError(f'Odd: {data.participants.randomised_on.iloc[0]:%Y-%m-%d}.')",
    "08_crash": "os.abort()",
    # The last, because no chapter is begun once the data cannot be read.
    "09_tables": "from helpers.errors import DataError\nraise DataError(somebody)",
}


@pytest.fixture
def found(bench, marked: ModuleType):
    """Search the book's folder, but for the trial, for what is in the trial's rows."""

    def search(*said: str) -> set[str]:
        files = [
            path
            for path in bench.root.rglob("*")
            if path.is_file() and bench.root / "data" not in path.parents
        ]
        kinds = (marked.markers_in(path.name.encode() + path.read_bytes()) for path in files)
        return set().union(*kinds, *(marked.markers_in(each.encode()) for each in said))

    return search


@pytest.fixture
def trial(bench, marked: ModuleType):
    """Put the trial in which everything is marked into the book, public or not."""
    bench.compiles = True

    def put(*, public: bool) -> Path:
        return marked.write_marked_trial(bench.root / "data" / "marked", public=public)

    return put


def talk(bench) -> None:
    """Make the first chapter print all rows and then wait at the gate."""
    wait = (bench.root / "chapters" / "01_alpha.ipynb").read_text()
    assert "GATE" in wait
    source = "\n".join(
        [
            "import os, pathlib, time",
            'gate = pathlib.Path(os.environ.get("GATE", "/nowhere"))',
            'while gate.is_dir() and not (gate / "open-talk").exists():',
            '    (gate / "talk.partial").write_text(str(os.getpid()))',
            '    (gate / "talk.partial").replace(gate / "talk")',
            "    time.sleep(0.05)",
        ]
    )
    bench.book.chapter("01_alpha", LOAD, SAY, source, "publish = 1")


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize(
    "arguments",
    [("build", "--trial", "marked"), ("sweep", "1", "-g", "level=0.8,0.9", "--trial", "marked")],
    ids=lambda arguments: arguments[0],
)
def test_an_interrupted_run_leaves_nothing_of_the_rows(
    bench, trial, found, eventually, alive, arguments, sent
) -> None:
    trial(public=False)
    talk(bench)
    process = bench.start(*arguments, closed=True)
    kernel = bench.gate.pid("talk")
    # The rows have been printed: at no moment is any of it on the disk.
    assert found() == set()
    os.killpg(process.pid, sent)
    ended = bench.end(process, 30)
    eventually(lambda: not alive(kernel))
    assert found(ended.out, ended.err) == set()
    assert bool(bench.left_half_done()) == (sent == signal.SIGKILL)
    again = bench.run(*arguments)
    assert again.code == 0, again.err
    assert found(again.out, again.err) == set()
    assert bench.left_half_done() == []


@pytest.mark.slow
def test_of_a_public_trial_the_same_search_finds_them(
    bench, trial, found, marked: ModuleType
) -> None:
    trial(public=True)
    talk(bench)
    assert found() == set()
    assert bench.run("build", "--trial", "marked").code == 0
    everything = {"zqwident", "zqwremark", "zqwreason", "zqwscreen", "zqwkind", "zqwevent"}
    assert found() == everything | {"number", "date"}
    notebook = (bench.build / "marked" / "notebooks" / "01_alpha.ipynb").read_bytes()
    printed = {"zqwident", "zqwremark", "zqwreason", "number", "date"}
    assert marked.markers_in(notebook) == printed


@pytest.mark.slow
@pytest.mark.parametrize("public", [False, True])
def test_failing_chapters_do_not_name_a_patient(bench, trial, found, public: bool) -> None:
    trial(public=public)
    bench.book.edition("mine", trial="marked")
    before = bench.run("build", "--edition", "mine")
    assert before.code == 0, before.err
    for name, failure in FAILURES.items():
        bench.book.chapter(name, LOAD, "import os, sys\n" + NAME + failure)
    built = bench.run("build", "--edition", "mine")
    assert built.code == 1
    assert "Traceback" not in built.out + built.err
    assert len(built.err.splitlines()) == len(FAILURES)
    swept = bench.run("sweep", "4", "--grid", "level=0.8,0.9", "--edition", "mine")
    assert swept.code == 1
    status = bench.run("status", "--edition", "mine")
    assert status.code == 0
    ran = bench.run("run", "3", "--edition", "mine")
    assert ran.code == 1
    said = [text for each in (built, swept, status, ran) for text in (each.out, each.err)]
    if public:
        assert any(each.startswith("zqwident") for each in found())
        assert "date" in found(*said)
    else:
        assert found(*said) == set()
        assert built.err.count("the trial is not public") == len(FAILURES) - 2
    kept = bench.build / ".failed" / "mine"
    assert {path.stem for path in kept.iterdir()} == set(FAILURES)


@pytest.mark.slow
def test_a_chapter_run_by_itself_does_not_name_a_patient(bench, trial, found) -> None:
    trial(public=False)
    bench.book.chapter("01_alpha", LOAD, SAY, "import os, sys\n" + NAME + FAILURES["04_own"])
    ended = bench.run("run", "1", "-p", "trial=marked")
    assert ended.code == 1
    assert "AnalysisError. Its message is not kept because the trial is not public" in ended.err
    assert found(ended.out, ended.err) == set()
    assert (bench.build / "runs" / "01_alpha.failed.ipynb").is_file()
