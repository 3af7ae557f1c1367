r"""Equations as MathML, made when the book is compiled: a Sphinx extension.

Every browser sets MathML by itself, so no page needs a script for its equations, and a screen
reader speaks them. LaTeX that cannot be set is a warning with its place, and so stops the build.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from helpers.errors import BuildError

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

RENDERER = "mathml"
"""What ``html_math_renderer`` in the settings calls this."""

_CONVERTER = LatexToMathML(fancy_error=False)
_LOGGER = logging.getLogger(__name__)

# Sphinx counts the equations of the book; an environment that numbers its own rows would begin
# with 1 in every equation.
_NUMBERED = re.compile(r"\\(begin|end)\{(equation|align|gather|multline|alignat|flalign)\}")
_ENVIRONMENT = re.compile(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}", re.DOTALL)
# An environment without a name gets one by chance from myst, so that no two builds would be equal.
_RANDOM = re.compile(r"^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_PLACE = re.compile(r"^\d+: ")
_SHOWN = 60


def as_mathml(latex: str, *, display: bool) -> str:
    r"""Return LaTeX mathematics as a MathML element.

    Parameters
    ----------
    latex
        The mathematics, without dollar signs.
    display
        A line of its own, rather than within a sentence.

    Returns
    -------
    str
        ``<math>...</math>``.

    Raises
    ------
    BuildError
        When it is not LaTeX, or a command that MathML has nothing for; names the equation.

    Examples
    --------
    >>> as_mathml(r"\mu_j", display=False)
    '<math><msub><mi>μ</mi><mi>j</mi></msub></math>'
    """
    try:
        return _CONVERTER.convert_with_local_state(latex, displaystyle=display)
    except LatexError as error:
        reason = _PLACE.sub("", " ".join(str(error).split())).rstrip(".")
        raise BuildError(
            f"The equation {_shortened(latex)} cannot be set ({reason}); "
            "correct its LaTeX, or write it with commands that math-core knows."
        ) from None


def display_source(text: str, *, whole_environment: bool) -> str:
    r"""Return the LaTeX of a displayed equation as the directive of Sphinx understands it.

    Parameters
    ----------
    text
        What stands between the dollar signs or in the directive. Blank lines divide equations;
        ``\\`` breaks lines, which align at ``&``.
    whole_environment
        The text is an environment such as ``align``, and is taken as it is, unnumbered.
    """
    if whole_environment:
        return _NUMBERED.sub(r"\\\1{\2*}", text)
    parts = [_aligned(part.strip()) for part in text.split("\n\n") if part.strip()]
    if len(parts) == 1:
        return parts[0]
    return r"\begin{gathered}" + r" \\ ".join(parts) + r"\end{gathered}"


def _aligned(rows: str) -> str:
    """Return rows as one equation; those within an environment are one already."""
    outside = _ENVIRONMENT.sub("", rows)
    return rf"\begin{{aligned}}{rows}\end{{aligned}}" if r"\\" in outside else rows


def _shortened(latex: str) -> str:
    text = " ".join(latex.split())
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}...").replace("\\\\", "\\")


def _converted(latex: str, node: nodes.Element, *, display: bool) -> str:
    try:
        return as_mathml(latex, display=display)
    except BuildError as error:
        _LOGGER.warning("%s", error, location=node)
        return ""


def _visit_math(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight"))
    self.body.append(_converted(node.astext(), node, display=False) + "</span>")
    raise nodes.SkipNode


def _visit_displaymath(self: HTML5Translator, node: nodes.math_block) -> None:
    number = get_node_equation_number(self, node) if node["number"] else ""
    if _RANDOM.search(str(node.get("label"))):
        node["ids"] = [f"equation-number-{number}"]
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if number:
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    source = display_source(node.astext(), whole_environment=bool(node.get("nowrap")))
    self.body.append(_converted(source, node, display=True) + "</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the renderer with Sphinx."""
    visitors: Sequence[tuple[Any, None]] = ((_visit_math, None), (_visit_displaymath, None))
    app.add_html_math_renderer(RENDERER, *visitors)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
