"""Chapters on a real Dask cluster on this machine: the same bytes, also when a worker is lost."""

from __future__ import annotations

import json
import os
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


@dataclass
class Cluster:
    """A scheduler and its workers, in processes of their own."""

    folder: Path
    wait_for: Callable[..., None]
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
        self.wait_for(lambda: told.is_file() and told.stat().st_size > 0)
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
        cluster.start_worker()
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
