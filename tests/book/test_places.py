from __future__ import annotations

from helpers.book.places import note_place, place_in_source


def cells(*places: int | None) -> list[dict]:
    made: list[dict] = []
    for place in places:
        cell: dict = {"metadata": {}}
        if place is not None:
            note_place(cell, place)
        made.append(cell)
    return made


def test_a_cell_that_was_moved_keeps_the_place_it_had() -> None:
    assert [place_in_source(cells(1, 7, 2, 3), number) for number in (1, 2, 3, 4)] == [1, 7, 2, 3]


def test_a_cell_that_was_added_is_told_by_the_one_before() -> None:
    assert place_in_source(cells(1, 2, None, 3), 3) == 2


def test_without_any_place_the_number_is_that_of_the_page() -> None:
    assert place_in_source(cells(None, None), 2) == 2
    assert place_in_source([], 4) == 4
