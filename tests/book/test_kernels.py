from __future__ import annotations

import sys
from pathlib import Path

import pytest

from helpers.book.kernels import BookKernelManager, kernel_class, kernel_environment


def test_every_kernel_is_this_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("python3", "python", "ir"):
        spec = BookKernelManager(kernel_name=name).kernel_spec
        assert spec is not None
        assert spec.argv[:3] == [sys.executable, "-m", "ipykernel_launcher"]


def test_kernels_are_private_and_repeatable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "8")
    monkeypatch.setenv("MINE", "kept")
    alone = kernel_environment(private=tmp_path, single_threaded=False)
    assert (alone["OMP_NUM_THREADS"], alone["MINE"]) == ("8", "kept")
    assert alone["PYTHONHASHSEED"] == "0"
    assert alone["IPYTHONDIR"] == str(tmp_path)
    many = kernel_environment(private=tmp_path, single_threaded=True)
    assert many["OMP_NUM_THREADS"] == many["OPENBLAS_NUM_THREADS"] == "1"


def test_each_chapter_has_an_environment_of_its_own() -> None:
    one, two = (kernel_class({"A": name}) for name in ("1", "2"))
    assert (one.environment, two.environment) == ({"A": "1"}, {"A": "2"})
    assert BookKernelManager.environment == {}
