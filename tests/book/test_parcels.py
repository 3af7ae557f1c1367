"""Chapters in the book of another machine: only where everything that they need is the same."""

from __future__ import annotations

import contextlib
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from joblib import parallel_config

from helpers.book import children, clusters
from helpers.book.chapters import read_chapters
from helpers.book.execution import Executed
from helpers.book.fingerprints import Fingerprints
from helpers.book.parcels import Returned, pack, run_parcel, unpack
from helpers.book.planning import plan_chapter, plan_editions
from helpers.book.project import Project
from helpers.book.stages import Runner
from helpers.book.sweep_plans import plan_sweep
from helpers.book.sweeps import run_sweep
from helpers.book.tasks import Task
from helpers.errors import ExecutionError

LOADS = (
    "from helpers.trial.loading import load_trial\nage = load_trial(trial).participants.age.sum()"
)
QUOTES = (
    "from helpers.errors import ParameterError\nraise ParameterError('Somebody, Ñ01, is too old.')"
)
REMEDY = (
    "): give every machine the same version of the book, the same data and the packages of "
    "requirements.lock, start the workers again in the book's folder, and repeat the command."
)


@pytest.fixture
def worker(running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """Copy the book to the folder of a worker, which this process then is."""

    def begin() -> Path:
        there = tmp_path / "on another machine" / "checkout"
        shutil.copytree(running.book.root, there, ignore=shutil.ignore_patterns("_build"))
        monkeypatch.chdir(there)
        return there

    return begin


def arrived(parcel: bytes) -> Returned:
    """Run a chapter as a process does that is not itself the build."""
    with children.none_left():
        at, returned = run_parcel(3, pickle.loads(parcel), 60)
    assert at == 3
    return pickle.loads(pickle.dumps(returned))


def sent(task: Task) -> Executed:
    """Send a chapter to the worker and take what comes back."""
    executed, _ = unpack(arrived(pickle.dumps(pack(task))), task)
    assert executed.task is task
    return executed


def why_not(task: Task) -> str:
    """Send a chapter that must not be run, and return why it was not."""
    executed = sent(task)
    assert executed.notebook is None
    failure = str(executed.failure)
    assert failure.endswith(REMEDY)
    assert "\n" not in failure
    return failure.removesuffix(REMEDY)


@pytest.mark.parametrize(
    ("place", "public"),
    [pytest.param("data/tiny", True, marks=pytest.mark.slow), ("trials/tiny_real", False)],
)
def test_a_checkout_at_another_place_gives_the_same(
    running, worker, place: str, public: bool
) -> None:
    root = running.book.root
    if place.startswith("trials"):
        shutil.copytree(root / "data" / "tiny_real", root / place)
        shutil.rmtree(root / "data" / "tiny_real")
        running.book.edition("first", trial=f"../../{place}")
    else:
        running.book.edition("first", trial=Path(place).name)
    running.chapter("01_loads", LOADS, running.publish(age="int(age)"))
    # What a library says is quoted only of a public trial, and the book's own words of a private
    # one only where they name nobody.
    running.chapter("02_quotes", "raise ValueError('Ñ01')" if public else QUOTES)
    here = running.run(jobs=1)
    worker()
    tasks = running.tasks(place="there")
    parcels = [pickle.dumps(pack(task)) for task in tasks]
    # Nothing of this machine is within reach there.
    root.rename(root.with_name("away"))
    done = [arrived(parcel) for parcel in parcels]
    ran, failed = (unpack(each, task)[0] for each, task in zip(done, tasks, strict=True))
    assert here["01_loads"].notebook is not None
    assert ran.notebook == here["01_loads"].notebook
    assert failed.failure == here["02_quotes"].failure
    assert ("Ñ01" in str(failed.failure)) is public
    # The source of the other chapter quotes a patient, and no parcel does of itself.
    assert "Ñ01".encode() not in parcels[0]
    assert done[1].kept is not None
    assert not any((Path.cwd() / "_build" / ".workers").iterdir())


def test_other_data_are_refused(running, worker) -> None:
    running.chapter("01_loads", LOADS)
    table = worker() / "data" / "tiny" / "participants_synthetic.csv"
    table.write_bytes(table.read_bytes() + b"\n")
    [task] = running.tasks()
    told = why_not(task)
    assert told.startswith(
        "Chapter 01_loads of the edition first has no result, because something that it is made "
        "from is not the same for the Dask worker on "
    )
    assert told.endswith(f" in {Path.cwd()} (data file participants_synthetic.csv")


def test_another_lock_is_refused(running, worker) -> None:
    running.chapter("01_loads", LOADS)
    (worker() / "requirements.lock").write_text("click==8.1\n", encoding="utf-8")
    [task] = running.tasks()
    assert why_not(task).endswith("(requirements.lock")


def test_another_file_that_it_reads_is_refused(running, worker) -> None:
    path = running.chapter("01_loads", LOADS)
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            '"metadata": {"kernelspec"',
            '"metadata": {"trialbook": {"reads": ["extra.txt"]}, "kernelspec"',
        ),
        encoding="utf-8",
    )
    (running.book.root / "extra.txt").write_text("here", encoding="utf-8")
    (worker() / "extra.txt").write_text("there", encoding="utf-8")
    [task] = running.tasks()
    assert task.planned.chapter.reads == ("extra.txt",)
    assert why_not(task).endswith("(file that it reads extra.txt")


def test_other_helpers_of_a_worker_that_came_late_are_refused(
    running, worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.chapter("01_loads", LOADS)
    worker()
    [task] = running.tasks()
    monkeypatch.setattr(Fingerprints, "helpers", {**task.made_from["helpers"], "errors.py": "x"})
    assert why_not(task).endswith("(helper errors.py")


def test_a_trial_that_is_not_there_is_named(running, worker) -> None:
    running.chapter("01_loads", LOADS)
    there = worker()
    shutil.rmtree(there / "data" / "tiny")
    [task] = running.tasks()
    executed = sent(task)
    assert executed.notebook is None
    assert f"has no trial in {there / 'data' / 'tiny'}: give every machine" in str(executed.failure)


def test_a_worker_that_cannot_write_says_so(running, worker) -> None:
    running.chapter("01_loads", LOADS)
    (worker() / "_build").write_text("in the way", encoding="utf-8")
    [task] = running.tasks()
    executed = sent(task)
    assert executed.notebook is None
    assert "could not begin (" in str(executed.failure)


def test_data_that_change_there_meanwhile_are_refused(running, worker) -> None:
    running.chapter(
        "01_edits",
        "from helpers.trial.folders import find_trial",
        "table = find_trial(trial) / 'participants_synthetic.csv'",
        "written = table.write_bytes(table.read_bytes() + b'\\n')",
    )
    worker()
    [task] = running.tasks()
    assert why_not(task).endswith("(data file participants_synthetic.csv")


@pytest.fixture
def other_machine(running, worker, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """A cluster without Dask: its only worker is this process, with other data."""

    def begin() -> Path:
        there = worker()
        table = there / "data" / "tiny" / "participants_synthetic.csv"
        table.write_bytes(table.read_bytes() + b"\n")
        return there

    @contextlib.contextmanager
    def connected(scheduler: str):
        with parallel_config(backend="threading"):
            yield

    monkeypatch.setattr(clusters, "connected", connected)
    return begin


def written(project: Project) -> list[str]:
    return [path.name for path in project.build.rglob("*.ipynb")]


@pytest.mark.parametrize("same", [False, True])
def test_a_build_keeps_nothing_from_a_worker_with_other_data(
    running, other_machine, worker, same: bool
) -> None:
    for name in ("01_loads", "02_also"):
        running.chapter(name, LOADS)
    (worker if same else other_machine)()
    project = running.book.project
    runner = Runner(
        project,
        Fingerprints(project),
        project.build / ".staging",
        jobs=1,
        timeout=60,
        report=lambda line: None,
        scheduler="tcp://scheduler",
    )
    planned = plan_editions(project, ["first"], {})
    if same:
        runner.run(planned, stage=0, others={})
        assert len(written(project)) == 2
        return
    with pytest.raises(ExecutionError) as caught:
        runner.run(planned, stage=0, others={})
    lines = str(caught.value).splitlines()
    assert [line.split()[1] for line in lines] == ["01_loads", "02_also"]
    assert all("(data file participants_synthetic.csv)" in line for line in lines)
    assert written(project) == []


@pytest.mark.parametrize("same", [False, True])
def test_a_sweep_keeps_nothing_from_a_worker_with_other_data(
    running, other_machine, worker, tmp_path: Path, same: bool
) -> None:
    running.book.chapter("01_loads", LOADS)
    (worker if same else other_machine)()
    project = running.book.project
    [chapter] = read_chapters(project)
    sweep = plan_sweep(project, chapter, {"level": ("0.8", "0.9")}, edition=None, fixed={})
    swept = run_sweep(
        sweep,
        folder=tmp_path / "sweep",
        jobs=1,
        timeout=60,
        report=lambda line: None,
        finish=lambda folder, found: None,
        scheduler="tcp://scheduler",
    )
    assert [each.notebook is not None for each in swept] == [same, same]
    assert len(list((tmp_path / "sweep").rglob("*.ipynb"))) == (2 if same else 0)
    assert same or all(
        "(data file participants_synthetic.csv)" in str(each.failure) for each in swept
    )


def test_a_chapter_without_fingerprint_is_not_run(running, worker) -> None:
    running.chapter("01_loads", LOADS)
    worker()
    project = running.book.project
    [chapter] = read_chapters(project)
    planned = plan_chapter(project, chapter, None, {})
    executed = sent(Task("", planned, running.build / "scratch", running.build / "failed.ipynb"))
    assert executed.notebook is None
    assert "is not the same for" in str(executed.failure)
