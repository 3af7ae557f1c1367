from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from helpers.book import children
from helpers.errors import BuildError


def sleeper() -> subprocess.Popen:
    return subprocess.Popen(["sleep", "600"], start_new_session=True)


def test_kills_what_still_runs_when_the_block_is_left() -> None:
    process = sleeper()

    def work() -> None:
        children.remember(process)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), children.none_left():
        work()
    assert process.poll() == -9


def test_kills_at_once_what_starts_too_late() -> None:
    with children.none_left():
        pass
    process = sleeper()
    children.remember(process)
    assert process.wait(timeout=5) == -9


def test_leaves_alone_what_was_forgotten_or_has_ended() -> None:
    with children.none_left():
        process = sleeper()
        children.remember(process)
        children.forget(process)
        children.forget(None)
        ended = subprocess.Popen(["true"], start_new_session=True)
        children.remember(ended)
        ended.wait()
    assert process.poll() is None
    process.kill()
    process.wait()


def test_kills_the_children_of_children(tmp_path: Path) -> None:
    with children.none_left():
        process = subprocess.Popen(
            ["sh", "-c", f"sleep 600 & echo $! > {tmp_path}/pid; wait"], start_new_session=True
        )
        children.remember(process)
        while not (tmp_path / "pid").is_file() or not (tmp_path / "pid").read_text():
            time.sleep(0.02)
    grandchild = int((tmp_path / "pid").read_text())
    end = time.monotonic() + 5
    while Path(f"/proc/{grandchild}").exists() and time.monotonic() < end:
        time.sleep(0.02)
    state = Path(f"/proc/{grandchild}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"


def test_runs_a_program_to_its_end(tmp_path: Path) -> None:
    program = "import os, sys; print(os.getcwd(), os.environ['A'], file=sys.stderr); sys.exit(3)"
    with children.none_left():
        code, said = children.run(
            [sys.executable, "-c", program], cwd=tmp_path, env={**os.environ, "A": "é"}
        )
    assert (code, said.strip()) == (3, f"{tmp_path} é")


def test_a_program_in_another_thread_ends_with_the_block(tmp_path: Path) -> None:
    codes: list[int] = []

    def work() -> None:
        codes.append(children.run(["sleep", "600"], cwd=tmp_path, env=dict(os.environ))[0])

    thread = threading.Thread(target=work)
    with children.none_left():
        thread.start()
        while not children._running:
            time.sleep(0.02)
    thread.join(timeout=5)
    assert codes == [-9]
    with pytest.raises(BuildError, match="being stopped"):
        children.run(["true"], cwd=tmp_path, env={})
