"""Chapters on a real Dask cluster on this machine: the same bytes, also when a worker is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from helpers.book import clusters
from helpers.book.chapters import read_chapters
from helpers.book.clusters import connected
from helpers.book.editions import read_edition
from helpers.book.execution import Task, run_chapters
from helpers.book.planning import plan_chapter
from helpers.errors import ExecutionError, ParameterError

COMMON = 'trial: str = "tiny"  # trial [trial]\nedition: str = "none"  # edition [text]\n'

pytestmark = pytest.mark.slow
pytest.importorskip(
    "dask.distributed", reason="needs dask: pip install 'dask[distributed]', then run it again"
)


@dataclass
class Cluster:
    """A scheduler and its workers, in processes of their own."""

    folder: Path
    address: str = ""
    scheduler: subprocess.Popen | None = None

    def __post_init__(self) -> None:
        self.workers: list[subprocess.Popen] = []

    def start(self, *arguments: str) -> subprocess.Popen:
        environment = {**os.environ, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "3"}
        return subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=environment,
            cwd=self.folder,
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
        wait_for(lambda: told.is_file() and told.stat().st_size > 0)
        self.address = json.loads(told.read_text())["address"]

    def start_worker(self) -> None:
        self.workers.append(
            self.start(
                "distributed.cli.dask_worker",
                self.address,
                "--nthreads=1",
                "--no-dashboard",
                "--no-nanny",
                "--host=127.0.0.1",
                f"--local-directory={self.folder / 'spill'}",
            )
        )

    def wait_for_workers(self) -> None:
        from dask.distributed import Client

        with Client(self.address, timeout=30, set_as_default=False) as client:
            client.wait_for_workers(len(self.workers), timeout=60)

    def stop(self) -> None:
        for process in [*self.workers, *([self.scheduler] if self.scheduler else [])]:
            process.kill()
            process.wait()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path)
    try:
        made.start_scheduler()
        yield made
    finally:
        made.stop()


def tasks(book, place: str) -> list[Task]:
    chapters = read_chapters(book.project)
    edition = read_edition(book.project, "first", chapters)
    return [
        Task(
            "first",
            plan_chapter(book.project, chapter, edition, {}),
            scratch=book.root / "_build" / place / chapter.name,
            failed=book.root / "_build" / ".failed" / f"{chapter.name}.ipynb",
        )
        for chapter in chapters
    ]


def test_the_same_bytes_come_back_also_when_a_worker_is_killed(
    make_book, cluster: Cluster, tmp_path: Path
) -> None:
    book = make_book("cluster – é")
    book.edition("first")
    for number in range(6):
        book.chapter(
            f"0{number}_alpha",
            "import time, numpy as np\nfrom helpers.show.records import Record, publish",
            f"time.sleep(1.5); value = np.random.default_rng({number}).normal()",
            "publish([Record('a.value', value, f'{value:.3f}')])",
            parameters=COMMON,
        )
    book.chapter("07_fails", "raise ValueError('on purpose')", parameters=COMMON)
    here = run_chapters(tasks(book, "here"), jobs=2, timeout=60, finished=lambda each: None)
    for _ in range(2):
        cluster.start_worker()
    cluster.wait_for_workers()
    seen: list[str] = []

    def kill_one(executed) -> None:
        seen.append(executed.task.planned.name)
        if len(seen) == 1:
            cluster.workers[0].send_signal(signal.SIGKILL)

    there = run_chapters(
        tasks(book, "there"), jobs=1, timeout=60, finished=kill_one, scheduler=cluster.address
    )
    assert len(seen) == 7
    assert [each.notebook for each in there] == [each.notebook for each in here]
    failures = [each.failure for each in there if each.failure]
    assert failures == [each.failure for each in here if each.failure]
    assert "ValueError: on purpose" in failures[0]
    assert (book.root / "_build" / ".failed" / "07_fails.ipynb").is_file()


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


def wait_for(condition, seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)
