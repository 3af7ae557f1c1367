"""Figures that follow the page into the dark.

A figure is drawn once, in the colours of paper. The style that is added here gives every colour
its partner in the dark, for browsers that prefer it: an SVG shown as an image takes the scheme of
the page around it. The paper is a colour like any other, so that letters and ground change together
or not at all, and the figure is readable even where a browser asks the system instead of the page.
"""

from __future__ import annotations

import colorsys
import re

from helpers.show.figures import ARM_STYLES, FAINT, GRID, INK, PAPER, SHADE

DARK_PAPER = "#1b2027"
"""A little lighter than the page, so that a figure in the dark lies on it as a card."""

_ARMS_IN_THE_DARK = (
    *("#56B4E9", "#F2995C", "#45C9A5", "#DE9AC4"),
    *("#D9B84A", "#BDBDBD", "#FF85BE", "#A5B0FA"),
)

PARTNERS = {
    PAPER: DARK_PAPER,
    INK: "#E6E8EB",
    FAINT: "#A3ADB8",
    GRID: "#3A424C",
    SHADE: "#275E8A",
    "#4C7A9F": "#6F9DC2",
    **{style.colour: dark for style, dark in zip(ARM_STYLES, _ARMS_IN_THE_DARK, strict=True)},
}
"""Every colour of the figures, to the one that takes its place in the dark."""

_PARTNERS = {light.lower(): dark.lower() for light, dark in PARTNERS.items()}
_COLOUR = re.compile(r"(fill|stroke): (#[0-9a-f]{6})")
_FIRST_TAG = re.compile(r"<svg\b[^>]*>")


def following_the_page(svg: str) -> str:
    """Return a figure with the style that gives it the colours of the dark.

    Parameters
    ----------
    svg
        As matplotlib writes it, with every colour in a ``style`` attribute; an image without such
        colours is returned as it is.
    """
    used = sorted(set(_COLOUR.findall(svg)))
    tag = _FIRST_TAG.search(svg)
    if not used or not tag:
        return svg
    # What has no colour of its own is black, which is left to the root.
    rules = [f"svg{{fill:{_PARTNERS[INK.lower()]}}}"]
    rules += [
        # A style attribute is outweighed by nothing but "important".
        f'[style*="{part}: {colour}"]{{{part}:{dark_partner(colour)}!important}}'
        for part, colour in used
    ]
    style = f"<style>@media (prefers-color-scheme:dark){{{''.join(rules)}}}</style>"
    return svg[: tag.end()] + style + svg[tag.end() :]


def dark_partner(colour: str) -> str:
    """Return the colour that takes the place of another in the dark.

    A colour that is not the book's own keeps its hue, and its lightness is turned round.
    """
    known = _PARTNERS.get(colour.lower())
    if known:
        return known
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, lightness, saturation = colorsys.rgb_to_hls(red, green, blue)
    turned = colorsys.hls_to_rgb(hue, 0.95 - 0.83 * lightness, saturation)
    return "#" + "".join(f"{round(255 * part):02x}" for part in turned)
