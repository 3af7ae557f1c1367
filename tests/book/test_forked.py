"""Kernels are forked from a process that has loaded the libraries, and are private all the same."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpers.book import children
from helpers.book.forked import Forks, can_fork
from helpers.errors import ExecutionError

pytestmark = pytest.mark.skipif(
    not can_fork(), reason="kernels are forked on Linux only; run this test there"
)


def test_a_chapter_sees_nothing_of_another(running) -> None:
    spoil = (
        "import os, numpy, pandas, helpers.show.records\n"
        "os.environ['SPOILT'] = '1'\n"
        "numpy.spoilt = True\n"
        "helpers.show.records.NOT_AVAILABLE = 'spoilt'\n"
        "pandas.set_option('display.max_rows', 7)\n"
        "mine = 1"
    )
    look = running.publish(
        environment="os.environ.get('SPOILT', 'clean')",
        numpy="str(hasattr(__import__('numpy'), 'spoilt'))",
        helpers="__import__('helpers.show.records').show.records.NOT_AVAILABLE",
        rows="__import__('pandas').get_option('display.max_rows')",
        name="str('mine' in globals())",
        main="__name__",
    )
    running.chapter("01_alpha", spoil, look)
    running.chapter("02_beta", "import time; time.sleep(1)", look)
    done = running.run()
    first, second = running.published(done["01_alpha"]), running.published(done["02_beta"])
    assert first["a.environment"] == "1"
    assert second == {
        "a.environment": "clean",
        "a.numpy": "False",
        "a.helpers": "not available",
        "a.rows": 60,
        "a.name": "False",
        "a.main": "__main__",
    }


@pytest.mark.slow
def test_the_libraries_are_there_before_the_chapter_asks(running) -> None:
    look = running.publish(loaded="str('statsmodels.api' in sys.modules)", folder="os.getcwd()")
    for name in ("01_alpha", "02_beta"):
        running.chapter(name, look)
    for executed in running.run().values():
        assert running.published(executed)["a.loaded"] == "True"


@pytest.mark.slow
def test_no_figure_is_lost(running) -> None:
    # pyplot was loaded before there was a notebook, which by itself would lose them silently.
    running.chapter(
        "01_pyplot",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])",
        "import seaborn as sns\nsns.lineplot(x=[1, 2], y=[1, 2])\nplt.show()",
        "figure, axes = plt.subplots()\nfigure",
    )
    running.chapter("02_beta", "1 + 1")
    notebook = json.loads(running.run()["01_pyplot"].notebook or "")
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for cell in code[-3:]:
        assert any("image/png" in output.get("data", {}) for output in cell["outputs"])


@pytest.mark.slow
def test_a_kernel_that_dies_is_told_and_the_others_go_on(running) -> None:
    running.chapter("01_dies", "import os; os.kill(os.getpid(), 9)")
    running.chapter("02_good", "import time; time.sleep(2)")
    done = running.run()
    assert "process that ran the chapter died" in (done["01_dies"].failure or "")
    assert done["02_good"].failure is None


@pytest.mark.slow
def test_nothing_is_left_when_the_block_ends(tmp_path: Path, wait_for, alive) -> None:
    with children.none_left(), Forks() as forks:
        # No such connection file: the kernel makes it and waits for a client that never comes.
        kernel = forks.start(
            ["-f", str(tmp_path / "connection.json")], environment=os.environ, folder=tmp_path
        )
        time.sleep(0.5)
        assert kernel.poll() is None
        assert os.getpgid(kernel.pid) == kernel.pid
    wait_for(lambda: not alive(kernel.pid))


@pytest.mark.slow
def test_kernels_end_with_a_build_that_is_killed(tmp_path: Path, wait_for, alive) -> None:
    program = (
        "import os, sys, time\n"
        "from pathlib import Path\n"
        "from helpers.book import children\n"
        "from helpers.book.forked import Forks\n"
        "block = children.none_left()\n"
        "block.__enter__()\n"
        "forks = Forks()\n"
        "folder = Path(sys.argv[1])\n"
        "kernel = forks.start(['-f', str(folder / 'c.json')], environment=os.environ,"
        " folder=folder)\n"
        "print(kernel.pid, forks._process.pid, flush=True)\n"
        "time.sleep(600)\n"
    )
    build = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert build.stdout is not None
    pids = [int(pid) for pid in build.stdout.readline().split()]
    build.send_signal(signal.SIGKILL)
    build.wait()
    build.stdout.close()
    for pid in pids:
        wait_for(lambda pid=pid: not alive(pid))


def test_a_server_that_is_gone_is_told_in_one_sentence(tmp_path: Path) -> None:
    with children.none_left(), Forks() as forks:
        forks._process.kill()
        forks._process.wait()
        with pytest.raises(ExecutionError, match="did not answer"):
            forks.start(["-f", "c.json"], environment={}, folder=tmp_path)


@pytest.mark.slow
def test_it_ends_with_its_server(tmp_path: Path, wait_for, alive) -> None:
    with children.none_left(), Forks() as forks:
        kernel = forks.start(
            ["-f", str(tmp_path / "c.json")], environment=os.environ, folder=tmp_path
        )
        forks._process.kill()
        assert kernel.wait(timeout=20) == -signal.SIGKILL
    wait_for(lambda: not alive(kernel.pid))
