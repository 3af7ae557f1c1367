"""One page that stands by itself: no theme, no script, nothing to fetch, light and dark."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from helpers.show.dark_figures import following_the_page
from helpers.show.drawing_size import svg_size
from helpers.show.outputs import Output

# The theme's colours, under the theme's names: the book's own style sheet then rules here too.
_STYLE = """
:root {
  color-scheme: light dark;
  --pst-color-text-base: #1f2328;
  --pst-color-text-muted: #57606a;
  --pst-color-background: #ffffff;
  --pst-color-surface: #f6f8fa;
  --pst-color-border: #d0d7de;
  --pst-color-accent: #0a58a3;
  --pst-color-info: #0a58a3;
  --pst-color-warning: #9a5b00;
}
@media (prefers-color-scheme: dark) {
  :root {
    --pst-color-text-base: #e6edf3;
    --pst-color-text-muted: #a3adb8;
    --pst-color-background: #14181e;
    --pst-color-surface: #1f252d;
    --pst-color-border: #3d4651;
    --pst-color-accent: #7cb8f5;
    --pst-color-info: #7cb8f5;
    --pst-color-warning: #e3b341;
  }
}
*, *::before, *::after { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--pst-color-background);
  color: var(--pst-color-text-base);
  font-family: system-ui, sans-serif;
  line-height: 1.6;
  overflow-wrap: break-word;
}
main { max-width: 62rem; margin: 0 auto; padding: 1rem clamp(1rem, 4vw, 2rem) 3rem; }
.standalone-notice {
  padding: 0.6rem clamp(1rem, 4vw, 2rem);
  border-bottom: 3px double var(--pst-color-warning);
  background: var(--pst-color-surface);
  font-weight: 600;
  text-align: center;
}
h1 { line-height: 1.2; font-size: clamp(1.5rem, 5vw, 2.2rem); }
h2 { margin-top: 2.2rem; line-height: 1.25; font-size: clamp(1.2rem, 4vw, 1.5rem); }
p { max-width: 46rem; }
a { color: var(--pst-color-accent); }
figure { margin: 1.25rem 0; }
figure img {
  display: block;
  max-width: 100%;
  height: auto;
  padding: 0.5rem;
  border-radius: 0.5rem;
  background: #ffffff;
}
@media (prefers-color-scheme: dark) {
  figure img { background: #1b2027; }
}
figcaption { max-width: 42rem; margin-top: 0.4rem; font-size: 0.9rem; line-height: 1.45; }
.standalone-figures {
  display: grid;
  gap: 0 1.5rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr));
}
.trial-fold { margin: 0.75rem 0; }
.trial-fold summary { padding: 0.35rem 0; cursor: pointer; font-weight: 600; }
.trial-fold summary:focus-visible { outline: 2px solid var(--pst-color-accent); }
.trial-table-wrapper table.trial-table tbody th { overflow-wrap: anywhere; }
.standalone-figures > div { min-width: 0; }
footer { margin-top: 3rem; color: var(--pst-color-text-muted); font-size: 0.9rem; }
@media print {
  :root { color-scheme: light; }
  main { max-width: none; padding: 0; }
  .standalone-notice { padding: 0 0 0.4rem; background: none; }
  h1, h2, h3 { break-after: avoid; }
  figure { break-inside: avoid; }
  .trial-fold::details-content { content-visibility: visible; height: auto; }
  .trial-fold > summary { list-style: none; break-after: avoid; }
  footer { margin-top: 1rem; break-before: avoid; }
}
"""

# Whose data it is stands on every sheet, as on those of the book's own pages.
_SHEETS = """
@page {{
  margin: 2cm 1.5cm 1.5cm;
  @top-left {{ content: {words}; font: 700 9pt sans-serif; }}
}}
"""


@dataclass(frozen=True)
class Section:
    """A part of a page: what was shown under a heading; figures side by side where there is room.

    ``text`` stands before the outputs.
    """

    heading: str
    outputs: Sequence[Output]
    text: str = ""
    side_by_side: bool = False


def standalone_page(
    *,
    title: str,
    notice: str,
    lead: Sequence[str],
    sections: Sequence[Section],
    footer: str,
    style: str,
    files: Sequence[str] = (),
) -> str:
    """Return a page as one text of HTML.

    Parameters
    ----------
    title
        Heading of the page.
    notice
        Whose data it shows, above everything else.
    lead
        Paragraphs below the title, plain text.
    sections
        The parts; one without outputs and text is left out.
    footer
        Plain text at the end: what made the page.
    style
        The book's style sheet.
    files
        Files and folders beside the page, which are links where the lead names them.
    """
    parts = [_section(section) for section in sections if section.outputs or section.text]
    paragraphs = "".join(f"<p>{_with_links(text, files)}</p>\n" for text in lead)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n"
        f"<style>{_STYLE}{_SHEETS.format(words=_css_text(notice))}\n{style}</style>\n"
        "</head>\n<body>\n"
        f'<header class="standalone-notice">{escape(notice)}</header>\n'
        f"<main>\n<h1>{escape(title)}</h1>\n{paragraphs}{''.join(parts)}"
        f"<footer><p>{escape(footer)}</p></footer>\n</main>\n</body>\n</html>\n"
    )


def _css_text(text: str) -> str:
    """Return words as a style sheet quotes them; none of them can end the sheet."""
    special = {'"': "\\22 ", "\\": "\\5c ", "<": "\\3c ", "\n": " "}
    return '"' + "".join(special.get(each, each) for each in text) + '"'


def _with_links(text: str, files: Sequence[str]) -> str:
    shown = escape(text)
    for name in map(escape, files):
        shown = shown.replace(name, f'<a href="{name}">{name}</a>')
    return shown


def _section(section: Section) -> str:
    shown = "\n".join(_output(output) for output in section.outputs)
    if section.side_by_side:
        cells = (
            "<div>\n" + "\n".join(_output(output) for output in cell) + "\n</div>"
            for cell in _cells(section.outputs)
        )
        shown = '<div class="standalone-figures">\n' + "\n".join(cells) + "\n</div>"
    text = f"<p>{escape(section.text)}</p>\n" if section.text else ""
    return f"<section>\n<h2>{escape(section.heading)}</h2>\n{text}{shown}\n</section>\n"


def _cells(outputs: Sequence[Output]) -> list[list[Output]]:
    """Return each figure with what stands below it: its numbers, folded away."""
    cells: list[list[Output]] = []
    for output in outputs:
        if not cells or "image/svg+xml" in output.data:
            cells.append([])
        cells[-1].append(output)
    return cells


def _output(output: Output) -> str:
    """Return one output as HTML; what is only glued for prose to cite is not shown."""
    data = output.data
    if "scrapbook" in output.metadata:
        return ""
    if "image/svg+xml" in data:
        told = output.metadata.get("trialbook")
        figure = told.get("figure", {}) if isinstance(told, dict) else {}
        svg = following_the_page(str(data["image/svg+xml"]))
        size = svg_size(svg)
        lengths = "" if size is None else f'width="{size[0]:.0f}" height="{size[1]:.0f}" '
        drawn = base64.b64encode(svg.encode()).decode()
        return (
            f'<figure>\n<img alt="{escape(str(figure.get("alt", "")))}" '
            f'{lengths}src="data:image/svg+xml;base64,{drawn}">\n'
            f"<figcaption>{escape(str(figure.get('caption', '')))}</figcaption>\n</figure>"
        )
    if "text/html" in data:
        return str(data["text/html"])
    return f"<p>{escape(str(data.get('text/plain', '')))}</p>"
