"""Chapters on a real Dask cluster on this machine: the same bytes, also when a worker is lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from helpers.book import clusters
from helpers.book.clusters import connected
from helpers.book.execution import run_chapters
from helpers.errors import ExecutionError, ParameterError

pytestmark = pytest.mark.slow
pytest.importorskip(
    "dask.distributed", reason="needs dask: pip install 'dask[distributed]', then run it again"
)

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests" / "trial" / "folders" / "tiny"


@dataclass
class Cluster:
    """A scheduler and its workers, in processes of their own."""

    folder: Path
    wait_for: Callable[..., None]
    address: str = ""
    scheduler: subprocess.Popen | None = None

    def __post_init__(self) -> None:
        self.workers: list[subprocess.Popen] = []

    def start(self, *arguments: str, book: Path | None = None) -> subprocess.Popen:
        environment = {**os.environ, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "3"}
        return subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=environment,
            cwd=book or self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def start_scheduler(self) -> None:
        told = self.folder / "scheduler.json"
        self.scheduler = self.start(
            "distributed.cli.dask_scheduler",
            "--host=127.0.0.1",
            "--port=0",
            "--no-dashboard",
            f"--scheduler-file={told}",
        )
        self.wait_for(lambda: told.is_file() and told.stat().st_size > 0)
        self.address = json.loads(told.read_text())["address"]

    def start_worker(self, book: Path) -> None:
        self.workers.append(
            self.start(
                "distributed.cli.dask_worker",
                self.address,
                "--nthreads=1",
                "--no-dashboard",
                "--no-nanny",
                "--host=127.0.0.1",
                f"--local-directory={self.folder / 'spill'}",
                book=book,
            )
        )

    def wait_for_workers(self) -> None:
        from dask.distributed import Client

        with Client(self.address, timeout=30, set_as_default=False) as client:
            client.wait_for_workers(len(self.workers), timeout=60)

    def stop_workers(self) -> None:
        """Stop them, and wait until the scheduler knows."""
        from dask.distributed import Client

        for process in self.workers:
            process.kill()
            process.wait()
        self.workers.clear()
        with Client(self.address, timeout=30, set_as_default=False) as client:
            self.wait_for(lambda: not client.scheduler_info()["workers"])

    def stop(self) -> None:
        for process in [*self.workers, *([self.scheduler] if self.scheduler else [])]:
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path, wait_for: Callable[..., None]) -> Iterator[Cluster]:
    made = Cluster(tmp_path, wait_for)
    try:
        made.start_scheduler()
        yield made
    finally:
        made.stop()


def test_the_same_bytes_come_back_also_when_a_worker_is_killed(running, cluster: Cluster) -> None:
    for number in range(6):
        running.chapter(
            f"0{number}_alpha",
            "import time, numpy as np\nfrom helpers.show.records import Record, publish",
            f"time.sleep(1.5); value = np.random.default_rng({number}).normal()",
            "publish([Record('a.value', value, f'{value:.3f}')])",
        )
    running.chapter("07_fails", "raise ValueError('on purpose')")
    here = list(running.run(place="here").values())
    for _ in range(2):
        cluster.start_worker(running.book.root)
    cluster.wait_for_workers()
    seen: list[str] = []

    def kill_one(executed) -> None:
        seen.append(executed.task.planned.name)
        if len(seen) == 1:
            cluster.workers[0].send_signal(signal.SIGKILL)

    there = run_chapters(
        running.tasks(place="there"),
        jobs=1,
        timeout=60,
        finished=kill_one,
        scheduler=cluster.address,
    )
    assert len(seen) == 7
    assert [each.notebook for each in there] == [each.notebook for each in here]
    failures = [each.failure for each in there if each.failure]
    assert failures == [each.failure for each in here if each.failure]
    assert "ValueError: on purpose" in failures[0]
    assert (running.build / ".failed" / "07_fails.ipynb").is_file()


def test_checkouts_of_their_own_have_the_same_bytes_and_other_data_no_result(
    running, cluster: Cluster, tmp_path: Path
) -> None:
    running.chapter(
        "01_loads",
        "from helpers.trial.loading import load_trial",
        running.publish(age="int(load_trial(trial).participants.age.sum())"),
    )
    [here] = running.run(place="here").values()
    for name in ("equal", "other"):
        shutil.copytree(running.book.root, tmp_path / name)
    table = tmp_path / "other" / "data" / "tiny" / "participants_synthetic.csv"
    table.write_bytes(table.read_bytes() + b"\n")

    def there():
        [executed] = run_chapters(
            running.tasks(place="there"),
            jobs=1,
            timeout=60,
            finished=lambda executed: None,
            scheduler=cluster.address,
        )
        return executed

    cluster.start_worker(tmp_path / "other")
    cluster.wait_for_workers()
    refused = there()
    assert refused.notebook is None
    assert f" in {tmp_path / 'other'} (data file {table.name})" in str(refused.failure)
    cluster.stop_workers()
    cluster.start_worker(tmp_path / "equal")
    cluster.wait_for_workers()
    assert here.notebook is not None
    assert there().notebook == here.notebook


@pytest.fixture
def whole_book(tmp_path: Path, copy_sources: Callable[[Path], Path]) -> Path:
    """A copy of the sources of the book, with an edition of a few chapters of the tiny trial."""
    book = copy_sources(tmp_path / "book")
    trial = shutil.copytree(TINY, tmp_path / "elsewhere" / "tiny")
    (book / "chapters" / "editions" / "few.yml").write_text(
        f"title: A few chapters\ntrial: {trial}\naudience: testers\n"
        "leave_out: [01_question, 06_secondary, compare, data, model_comparison, validation]\n",
        encoding="utf-8",
    )
    return book


def started(book: Path, *words: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-u", "-m", "helpers.book.commands", *words],
        cwd=book,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def killing_one(process: subprocess.Popen, cluster: Cluster, done: str) -> list[str]:
    """Kill a worker as soon as the first part is done; return what was said, without times."""
    said: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line.partition(" took ")[0].strip())
        if done in line and cluster.workers[0].poll() is None:
            cluster.workers[0].send_signal(signal.SIGKILL)
            cluster.workers[0].wait()
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    return said


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_whole_sweep_has_the_same_bytes_also_when_a_worker_is_killed(
    whole_book: Path, cluster: Cluster
) -> None:
    trial = whole_book.parent / "elsewhere" / "tiny"
    words = ("sweep", "05_primary", "--trial", str(trial))
    words += ("--grid", "covariance=us,cs,ar1", "--grid", "level=0.9,0.95", "--output")
    here, there = whole_book.parent / "here", whole_book.parent / "there"
    local = started(whole_book, *words, str(here))
    out, err = local.communicate(timeout=300)
    assert (local.returncode, err) == (0, "")
    for _ in range(2):
        cluster.start_worker(whole_book)
    cluster.wait_for_workers()
    far = started(whole_book, *words, str(there), "--scheduler", cluster.address)
    said = killing_one(far, cluster, " took ")
    assert cluster.workers[0].returncode == -signal.SIGKILL
    assert cluster.workers[1].poll() is None
    cells = [line.partition(" took ")[0] for line in out.splitlines() if " took " in line]
    assert len(cells) == 6
    # No cell is told of twice, whichever worker it was run by in the end.
    assert sorted(line for line in said if line.startswith("Cell ")) == sorted(cells)
    shared = {"index.html", "results.csv"} | {f"notebooks/cell-00{n}.ipynb" for n in range(1, 7)}
    mine, theirs = ({n: c for n, c in files_of(f).items() if n in shared} for f in (here, there))
    assert set(mine) == shared
    assert theirs == mine


def test_a_whole_build_has_the_same_bytes_also_when_a_worker_is_killed(
    whole_book: Path, cluster: Cluster
) -> None:
    local = started(whole_book, "build", "--edition", "few")
    _, err = local.communicate(timeout=300)
    assert (local.returncode, err) == (0, "")
    here = files_of(whole_book / "_build" / "few")
    assert "html/chapters/05_primary.html" in here
    shutil.rmtree(whole_book / "_build")
    for _ in range(2):
        cluster.start_worker(whole_book)
    cluster.wait_for_workers()
    far = started(whole_book, "build", "--edition", "few", "--scheduler", cluster.address)
    killing_one(far, cluster, " took ")
    assert cluster.workers[0].returncode == -signal.SIGKILL
    there = files_of(whole_book / "_build" / "few")
    assert set(there) == set(here)
    assert [name for name in here if here[name] != there[name]] == []


def test_a_cluster_without_workers_is_told(cluster: Cluster) -> None:
    with (
        pytest.raises(ExecutionError, match=f"has no worker: .*dask worker {cluster.address}"),
        connected(cluster.address),
    ):
        pass


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:9", "nonsense", ""])
def test_an_address_without_a_scheduler_is_told(address: str, monkeypatch) -> None:
    monkeypatch.setattr("helpers.book.clusters.PATIENCE", 0.5)
    with pytest.raises(ParameterError, match="no Dask scheduler answers"), connected(address):
        pass


def test_a_worker_with_other_helpers_is_refused() -> None:
    class Client:
        def run(self, function):
            return {"tcp://one": function(), "tcp://two": "another version"}

    with pytest.raises(ExecutionError, match=r"1 of 2 Dask workers are not .*\(tcp://two\)"):
        clusters.check_workers(Client(), "tcp://scheduler")


def test_without_dask_the_remedy_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "dask.distributed", None)
    with (
        pytest.raises(ParameterError, match="pip install 'dask\\[distributed\\]'"),
        connected("tcp://127.0.0.1:8786"),
    ):
        pass
