from __future__ import annotations

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    DecodedStreamObject,
    Destination,
    DictionaryObject,
    Fit,
    NameObject,
    TextStringObject,
)

from helpers.book.print_figures import PrintedFigure, blank_of, heights_that_fit

FIGURE = PrintedFigure("figure", "chapter", height=500, image=400, scale=0.8)


def printed(
    *, last_line: float, figure: tuple[int, float], chapter: int = 0, width: float = 595
) -> bytes:
    """Return two pages whose first ends at a height, and a figure on a page at a height."""
    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for _ in range(2):
        page = writer.add_blank_page(width, 842)
        content = DecodedStreamObject()
        lines = [700, last_line, 30]  # the last one stands below the text
        content.set_data(
            "".join(
                f"BT /F 10 Tf 1 0 0 1 60 {height} Tm (words) Tj ET " for height in lines
            ).encode()
        )
        page[NameObject("/Contents")] = writer._add_object(content)
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F"): font})}
        )
    for name, number, top in (("chapter", chapter, 842), ("figure", *figure)):
        place = Destination(
            TextStringObject(name), writer.pages[number].indirect_reference, Fit.xyz(top=top)
        )
        writer.add_named_destination_object(place)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(("line", "blank"), [(63, 0), (362, 400), (662, 800)])
def test_blank_is_what_is_below_the_last_line_and_above_the_margin(line: int, blank: int) -> None:
    page = PdfReader(io.BytesIO(printed(last_line=line, figure=(1, 842)))).pages[0]
    assert blank_of(page) == pytest.approx(blank, abs=2)


def test_nothing_is_fitted_to_a_page_on_its_side() -> None:
    page = PdfReader(
        io.BytesIO(printed(last_line=362, figure=(1, 842), width=900)),
    ).pages[0]
    assert blank_of(page) == 0


def test_a_figure_that_just_misses_a_page_is_made_as_small_as_it_needs() -> None:
    found = heights_that_fit(printed(last_line=402, figure=(1, 842)), [FIGURE])
    # 453 pixels are left, the caption takes 100 of them, and the margins have their share.
    assert 290 < found["figure"] < 340


def test_a_heading_that_goes_with_it_needs_room_too() -> None:
    alone = heights_that_fit(printed(last_line=422, figure=(1, 842)), [FIGURE])
    headed = heights_that_fit(printed(last_line=422, figure=(1, 744)), [FIGURE])
    assert alone["figure"] - headed["figure"] == pytest.approx((842 - 68 - 744) * 96 / 72)


@pytest.mark.parametrize(
    ("pdf", "figure"),
    [
        (printed(last_line=402, figure=(1, 600)), FIGURE),  # text stands above it
        (printed(last_line=402, figure=(1, 842), chapter=1), FIGURE),  # begins its chapter
        # The page before is full enough.
        (
            printed(last_line=190, figure=(1, 842)),
            replace(FIGURE, height=200, image=200, scale=1.2),
        ),
        (printed(last_line=402, figure=(1, 842)), replace(FIGURE, scale=0.56)),  # letters too small
        (printed(last_line=402, figure=(1, 842)), replace(FIGURE, anchor="elsewhere")),
    ],
)
def test_other_figures_keep_their_size(pdf: bytes, figure: PrintedFigure) -> None:
    assert heights_that_fit(pdf, [figure]) == {}


def test_one_figure_of_a_chapter_at_a_time() -> None:
    pdf = printed(last_line=402, figure=(1, 842))
    assert len(heights_that_fit(pdf, [FIGURE, replace(FIGURE, image=390)])) == 1
    assert heights_that_fit(pdf, [FIGURE, FIGURE]) == heights_that_fit(pdf, [FIGURE])
