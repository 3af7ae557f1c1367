from __future__ import annotations

from helpers.book.changes import what_changed

BEFORE = {
    "source": "1",
    "parameters": {"level": 0.9},
    "helpers": {"a.py": "1", "b.py": "1", "c.py": "1", "d.py": "1"},
    "data": {"trial.yml": "1"},
    "reads": {"numbers": "1"},
    "environment": {"Python": "3.11", "requirements.lock": "1"},
}


def test_equal_things_have_not_changed() -> None:
    assert list(what_changed(BEFORE, dict(BEFORE))) == []


def test_names_each_thing_and_counts_many() -> None:
    now = {
        **BEFORE,
        "source": "2",
        "parameters": {"level": 0.8},
        "helpers": dict.fromkeys(BEFORE["helpers"], "2"),
        "data": {},
        "reads": {"numbers": None},
        "environment": {"Python": "3.12", "requirements.lock": "1"},
    }
    assert list(what_changed(BEFORE, now)) == [
        "source",
        "parameter level",
        "helpers a.py, b.py, c.py and 1 more",
        "data file trial.yml",
        "file that it reads numbers",
        "Python",
    ]
