from __future__ import annotations

import pytest

from helpers.show.drawing_size import svg_size

SVG = '<?xml version="1.0"?>\n<svg\n width="352.8pt" height="266.4pt" viewBox="0 0 352.8 266.4">'


@pytest.mark.parametrize(
    ("text", "size"),
    [
        (SVG, (470.4, 355.2)),
        ('<svg width="40" height="30px">', (40, 30)),
        ('<svg width="1in" height="2.54cm">', (96, 96)),
        ('<svg width="25.4mm" height="1pc">', (96, 16)),
        ('<svg width="100%" viewBox="0 0 300 150">', (300, 150)),
        ('<svg viewBox="0,0,300,150">', (300, 150)),
        ('<svg width="100%">', None),
        ("no drawing", None),
    ],
)
def test_reads_the_size_of_a_drawing(text: str, size: tuple[float, float] | None) -> None:
    assert svg_size(text) == (pytest.approx(size) if size else None)
