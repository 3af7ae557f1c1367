"""How large a drawing is on a page, from its own root."""

from __future__ import annotations

import re

_ROOT = re.compile(r"<svg\b[^>]*>", re.DOTALL)
_LENGTH = re.compile(r"^\s*([\d.]+)\s*(px|pt|pc|in|cm|mm|)\s*$")
_PIXELS = {
    "": 1.0,
    "px": 1.0,
    "pt": 4 / 3,
    "pc": 16.0,
    "in": 96.0,
    "cm": 96 / 2.54,
    "mm": 9.6 / 2.54,
}


def svg_size(text: str) -> tuple[float, float] | None:
    """Return the width and the height of an SVG in pixels, from its lengths or from its box."""
    root = _ROOT.search(text)
    if root is None:
        return None
    attributes = dict(re.findall(r"""\s([\w-]+)\s*=\s*["']([^"']*)["']""", root[0]))
    lengths = [_LENGTH.match(attributes.get(name, "")) for name in ("width", "height")]
    if all(lengths):
        width, height = (float(each[1]) * _PIXELS[each[2]] for each in lengths if each)
        return width, height
    box = re.split(r"[\s,]+", attributes.get("viewBox", "").strip())
    return (float(box[2]), float(box[3])) if len(box) == 4 else None
