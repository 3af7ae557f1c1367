"""Chapters run by the real papermill in real kernels."""

from __future__ import annotations

import errno
import json
import sys
from dataclasses import replace
from pathlib import Path

import papermill
import pytest
from papermill.exceptions import PapermillExecutionError

from helpers.book import execution
from helpers.book.execution import Executed, run_chapters
from helpers.book.stages import failure_sentences
from helpers.book.withholding import withheld_message


def test_runs_in_this_interpreter_and_away_from_the_sources(
    running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A kernel of the user's own, and a start-up file of the user's own: neither may have a say.
    spec = tmp_path / "jupyter" / "kernels" / "python3" / "kernel.json"
    spec.parent.mkdir(parents=True)
    spec.write_text(
        json.dumps({"argv": ["/bin/false"], "display_name": "Mine", "language": "python"})
    )
    startup = tmp_path / "ipython" / "profile_default" / "startup" / "mine.py"
    startup.parent.mkdir(parents=True)
    startup.write_text("raise SystemExit")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    path = running.chapter(
        "01_alpha",
        running.publish(
            python="sys.executable",
            folder="os.getcwd()",
            seed="os.environ['PYTHONHASHSEED']",
            threads="os.environ.get('OMP_NUM_THREADS')",
            trial="trial",
            edition="edition",
        ),
        "open('written by the chapter', 'w').close()",
    )
    before = path.read_bytes()
    found = running.published(running.run()["01_alpha"])
    assert found["a.python"] == sys.executable
    assert Path(found["a.folder"]).is_relative_to(running.build / "scratch")
    assert (found["a.seed"], found["a.threads"]) == ("0", "1")
    assert (found["a.trial"], found["a.edition"]) == ("tiny", "first")
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.glob("*.ipynb")] == ["01_alpha.ipynb"]


def test_gives_the_results_of_the_others_to_the_chapter_that_asks(running) -> None:
    read = "from helpers.book.results import read_results\n"
    running.chapter(
        "07_gamma",
        read + running.publish(n="len(read_results(results))", path="results"),
        results=True,
    )
    assert running.published(running.run(jobs=1)["07_gamma"])["a.n"] == 0
    (running.build / "scratch").rename(running.build / "before")
    found = running.published(running.run(results='{"a": {}, "b": {}}')["07_gamma"])
    assert found["a.n"] == 2
    # A path would betray the machine and make two books differ.
    assert not Path(found["a.path"]).is_absolute()


@pytest.mark.parametrize("error", ["DataError", "SpecificationError", "TrialProblems"])
def test_data_that_nobody_can_read_are_read_once(
    running, monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    for name in ("01_alpha", "02_beta", "03_gamma"):
        running.chapter(name, "1 + 1")
    begun = []

    def execute(task, *_: object, **__: object) -> None:
        begun.append(task.planned.name)
        raise PapermillExecutionError(0, 1, "load()", error, "participants.csv is wrong.", [])

    monkeypatch.setattr(execution, "_execute", execute)
    monkeypatch.setattr(execution, "can_fork", lambda: False)
    done = running.run(jobs=1)
    assert begun == ["01_alpha"]
    assert done["01_alpha"].unreadable == "participants.csv is wrong."
    assert [each.begun for each in done.values()] == [True, False, False]
    assert "was not begun: the data" in done["03_gamma"].failure
    [said] = failure_sentences(running.book.project, done.values())
    folder = running.book.project.data / "tiny"
    assert folder == done["01_alpha"].task.planned.trial
    assert said == (
        "participants.csv is wrong. No chapter of this trial can run before. "
        "'trialbook check tiny' lists every problem."
    )
    withheld = replace(done["01_alpha"], unreadable=withheld_message("DataError"))
    [said] = failure_sentences(running.book.project, [withheld])
    assert said.count("'trialbook check tiny'") == 1
    assert said.endswith("to read them. No chapter of this trial can run before.")


def test_a_kernel_that_does_not_answer_is_started_once_more(
    running, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.chapter("01_alpha", "1 + 1")
    execute, tried = execution._execute, []

    def fail(times: int) -> None:
        def once(task, *words: object, **options: object) -> None:
            tried.append(task.planned.name)
            if len(tried) <= times:
                (task.scratch / "work").mkdir(parents=True)
                raise RuntimeError("Kernel died before replying to kernel_info")
            execute(task, *words, **options)

        tried.clear()
        monkeypatch.setattr(execution, "_execute", once)

    fail(1)
    assert running.run()["01_alpha"].failure is None
    assert len(tried) == 2
    fail(2)
    assert "did not start" in running.run(place="again")["01_alpha"].failure


@pytest.mark.slow
def test_says_which_cell_failed_and_why_and_keeps_the_notebook(running) -> None:
    own = "from helpers.errors import AnalysisError\nraise AnalysisError('No score is there.')"
    for name, *code in (
        ("01_good", "1 + 1"),
        ("02_error", "1 + 1", "\n# why\nraise ValueError('first line\\nsecond')"),
        ("03_own", own),
        ("04_exit", "1 + 1", "import sys; sys.exit()", "2 + 2"),
        ("05_exit_code", "raise SystemExit(3)"),
        ("06_killed", "import os, signal", "os.kill(os.getpid(), signal.SIGKILL)"),
        ("07_slow", "import time; time.sleep(600)"),
        ("08_warned", "raise_exception = 1 / 0"),
    ):
        running.chapter(name, *code)
    done = running.run(timeout=8)
    assert done["01_good"].failure is None
    expected = {
        "02_error": "cell 4, `raise ValueError('first line\\nsecond')`: ValueError: first line",
        "03_own": "cell 3, `from helpers.errors import AnalysisError`: No score is there.",
        "04_exit": "cell 4, `import sys; sys.exit()`: The cell ended the Python process",
        "05_exit_code": "cell 3, `raise SystemExit(3)`: The cell ended the Python process",
        "06_killed": "cell 4, `os.kill(os.getpid(), signal.SIGKILL)`: The Python process that ran",
        "07_slow": "cell 3, `import time; time.sleep(600)`: The cell took longer than 8 seconds",
        "08_warned": "cell 3, `raise_exception = 1 / 0`: ZeroDivisionError: division by zero",
    }
    for name, words in expected.items():
        failure = done[name].failure
        assert failure is not None
        assert failure.startswith(f"Chapter {name} of the edition first stopped at {words}")
        kept = running.build / ".failed" / f"{name}.ipynb"
        assert failure.endswith(f"Its notebook is kept in {kept}.")
        assert len(failure.splitlines()) == 1
        assert json.loads(kept.read_text(encoding="utf-8"))["cells"]


def test_a_full_disk_is_told_as_such(running, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object, **options: object) -> None:
        try:
            raise OSError(errno.ENOSPC, "No space left on device")
        except OSError as error:
            raise RuntimeError("could not save") from error

    monkeypatch.setattr(papermill, "execute_notebook", full)
    running.chapter("01_alpha", "1 + 1")
    failure = running.run()["01_alpha"].failure
    assert failure is not None
    assert "stopped at its start: The disk is full" in failure
    assert "is kept in" not in failure


@pytest.mark.slow
def test_leaves_no_kernel_behind_when_the_build_is_broken_off(running, wait_for, alive) -> None:
    marker = running.book.root / "pid"
    write = f"import os, time\nopen({str(marker)!r}, 'w').write(str(os.getpid()))"
    running.chapter("01_alpha", "1 + 1")
    running.chapter("02_beta", write, "time.sleep(600)")

    def stop(executed: Executed) -> None:
        wait_for(marker.is_file)
        wait_for(lambda: marker.read_text() != "")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_chapters(running.tasks(), jobs=2, timeout=60, finished=stop)
    pid = int(marker.read_text())
    wait_for(lambda: not alive(pid))
