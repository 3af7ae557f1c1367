"""The benchmark's record on the page, with and without R, and without a record."""

from __future__ import annotations

import copy

import pytest

from helpers.show import benchmark

RECORD = {
    "format": 1,
    "measured_on": "2026-01-31",
    "machine": {
        "processor": "A processor",
        "cores": 2,
        "system": "A system, x86_64",
        "openblas_coretype": None,
        "load_before": 0.5,
        "load_after": 1.0,
    },
    "versions": {"python": "3.11.7", "numpy": "2.4.6"},
    "r": {"R": "4.2.2", "BLAS": "reference", "mmrm": "0.3.18", "TMB": "1.9.2"},
    "sizes": [
        {
            "patients": 298,
            "scores": 2485,
            "ours": {"us, Satterthwaite": 0.00512, "cs, Satterthwaite": 0.01},
            "times_unstructured": {"us, Satterthwaite": 1.0, "cs, Satterthwaite": 1.953},
            "peers": {
                "mmrm, us, Satterthwaite": {
                    "seconds": 0.42,
                    "estimate": -0.9198554,
                    "se": 0.2291251,
                    "same_model": "us, Satterthwaite",
                    "times_same_model": 82.03,
                    "times_unstructured": 82.03,
                },
                "nlme gls, us, no df": {"not_run": "not run: the package is not installed"},
            },
            "process_peak_mb": 112.1,
        }
    ],
    "import": {"engine": 0.52, "libraries": 0.47},
    "goals": [
        {"goal": "speed", "bound": "at least", "limit": 25, "measured": 82.03, "met": True},
        {"goal": "memory", "bound": "at most", "limit": 100, "measured": 112.1, "met": False},
    ],
}


def test_says_where_and_when_it_was_measured_and_that_it_was_not_in_this_build(page):
    benchmark.record_benchmark(RECORD)
    said = page.records["benchmark.sentence"]["text"]
    assert (
        "on 2026-01-31 on one core of a machine with 2 cores (A processor; A system, x86_64" in said
    )
    assert "and not in this build" in said
    assert "OPENBLAS_CORETYPE not set" in said
    versions = page.records["benchmark.versions.sentence"]["text"]
    assert (
        versions == "Versions: Python 3.11.7 and numpy 2.4.6; R 4.2.2 with the reference BLAS, "
        "mmrm 0.3.18."
    )
    goals = page.records["benchmark.goals.sentence"]["text"]
    assert goals == "Of 2 goals of the project, 1 were met; the table says which were not."


def test_shows_goals_peers_and_fits(page):
    for show in (benchmark.goals_table, benchmark.peers_table, benchmark.fits_table):
        show(RECORD)
    goals, peers, fits = (table["data"]["text/plain"] for table in page.tables)
    assert "✗ not met" in goals
    assert "✓ met" in goals
    assert "mmrm, unstructured, Satterthwaite" in peers
    assert "420 ms" in peers
    assert "5.1 ms" in peers
    assert "82" in peers
    assert "−0.91986 (0.22913)" in peers
    assert "Not run: the package is not installed." in peers
    assert "1.95" in fits
    assert "112 MB" in fits


def test_says_that_r_was_absent(page):
    without = copy.deepcopy(RECORD)
    without["r"] = {}
    benchmark.record_benchmark(without)
    assert page.records["benchmark.versions.sentence"]["text"].endswith("R was not installed.")


@pytest.mark.parametrize("name", ["sentence", "versions.sentence", "goals.sentence"])
def test_without_a_record_says_how_to_make_one(page, name):
    benchmark.record_benchmark(None)
    assert "`make bench`" in page.records[f"benchmark.{name}"]["text"]


def test_without_a_record_shows_a_note_in_place_of_the_tables(page):
    benchmark.goals_table(None)
    benchmark.peers_table(None)
    benchmark.fits_table(None)
    assert page.tables == []
    assert page.paragraphs == [benchmark.MISSING]
