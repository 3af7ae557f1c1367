"""Letters of every language in figures: drawn by a font that has them, or boxes that are told."""

import warnings

from helpers.show import lettering
from helpers.show.figures import display_figure, new_figure, theme

CJK = "治療"


def draw(text, **show):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with theme():
            figure, axes = new_figure(height=2.0)
            axes.set_title(text)
        display_figure(
            figure, name="fig-letters", caption="Letters.", alt="A title.", numbers="t", **show
        )


def test_latin_greek_and_cyrillic_need_no_other_font():
    assert lettering.missing_letters(["Größe é ñ ł", "Εβδομάδα", "Привет, мир", "−≥°"]) == ""
    assert lettering.font_families()[0] == "DejaVu Sans"


def test_letters_without_a_font_are_told_below_the_figure(page, monkeypatch):
    monkeypatch.setattr(lettering, "font_families", lambda: ("DejaVu Sans",))
    monkeypatch.setattr("helpers.show.figures.font_families", lambda: ("DejaVu Sans",))
    assert lettering.missing_letters([CJK, "abc"]) == "".join(sorted(CJK))
    draw(CJK)
    assert page.figures[-1]["caption"].endswith(lettering.BOXES)
    draw("abc")
    assert lettering.BOXES not in page.figures[-1]["caption"]
