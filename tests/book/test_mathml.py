from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from helpers.book.mathml import as_mathml, display_source
from helpers.errors import BuildError


def test_letters_indices_and_greek_are_elements() -> None:
    found = as_mathml(r"\tau_{aj}", display=False)
    assert found == "<math><msub><mi>τ</mi><mrow><mi>a</mi><mi>j</mi></mrow></msub></math>"
    assert as_mathml("x", display=True) == '<math display="block"><mi>x</mi></math>'


@pytest.mark.parametrize(
    ("latex", "says"),
    [
        (r"\foo + 1", r"The equation '\foo + 1' cannot be set (Unknown command \"\foo\")"),
        (r"\frac{1}{", r"The equation '\frac{1}{' cannot be set (Expected closing token"),
        ("x" * 80 + r"\foo", "The equation '" + "x" * 60 + "...' cannot be set"),
    ],
)
def test_names_the_equation_that_cannot_be_set(latex: str, says: str) -> None:
    with pytest.raises(BuildError) as raised:
        as_mathml(latex, display=True)
    assert str(raised.value).startswith(says.replace('\\"', '"'))
    assert "correct its LaTeX" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_lines_are_aligned_unless_an_environment_does_so() -> None:
    assert display_source(r"a &= b \\ c &= d", whole_environment=False) == (
        r"\begin{aligned}a &= b \\ c &= d\end{aligned}"
    )
    pair = r"\begin{aligned} a &= b \\ c &= d \end{aligned}"
    assert display_source(f"\n{pair}\n", whole_environment=False) == pair
    cases = r"f = \begin{cases} 1 \\ 0 \end{cases}"
    assert display_source(cases, whole_environment=False) == cases
    assert display_source("a = b", whole_environment=False) == "a = b"


def test_blank_lines_divide_equations() -> None:
    found = display_source("a = b\n\nc &= d \\\\ &= e", whole_environment=False)
    assert found == (
        r"\begin{gathered}a = b \\ \begin{aligned}c &= d \\ &= e\end{aligned}\end{gathered}"
    )


@pytest.mark.parametrize("name", ["equation", "align", "gather", "multline"])
def test_environments_leave_the_numbers_to_sphinx(name: str) -> None:
    source = rf"\begin{{{name}}} a = b \end{{{name}}}"
    found = display_source(source, whole_environment=True)
    assert found == rf"\begin{{{name}*}} a = b \end{{{name}*}}"
    assert "(1)" not in as_mathml(found, display=True)
    assert display_source(found, whole_environment=True) == found


PAGE = r"""# Page

Inline $x^2$; see {eq}`eq-sum`.

$$ \sum_i x_i $$ (eq-sum)

\begin{align}
a &= b
\end{align}
"""
SETTINGS = """
extensions = ["myst_parser", "helpers.book.mathml"]
myst_enable_extensions = ["dollarmath", "amsmath"]
html_math_renderer = "mathml"
html_theme = "basic"
"""


def compiled(folder: Path, text: str) -> tuple[int, str, str]:
    source = folder / "source"
    source.mkdir(parents=True)
    (source / "conf.py").write_text(SETTINGS, encoding="utf-8")
    (source / "index.md").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html"]
    done = subprocess.run(
        [*command, str(source), str(folder / "html")], capture_output=True, text=True, check=False
    )
    page = folder / "html" / "index.html"
    return done.returncode, done.stderr, page.read_text(encoding="utf-8") if page.is_file() else ""


@pytest.mark.slow
def test_sphinx_numbers_equations_and_needs_no_script(tmp_path: Path) -> None:
    code, said, page = compiled(tmp_path / "one", PAGE)
    assert (code, said) == (0, "")
    assert "<math><msup><mi>x</mi><mn>2</mn></msup></math>" in page
    assert 'id="equation-eq-sum"' in page
    assert 'href="#equation-eq-sum">(1)</a>' in page
    assert '<span class="eqno">(1)' in page
    assert '<span class="eqno">(2)' in page
    assert "mathjax" not in page.replace("mathjax_ignore", "").lower()
    # What has no name of its own has the same one in every build.
    assert page == compiled(tmp_path / "two", PAGE)[2]


@pytest.mark.slow
def test_wrong_latex_is_a_warning_with_its_line(tmp_path: Path) -> None:
    code, said, _ = compiled(tmp_path, "# Page\n\nText.\n\n$$ \\foo $$\n")
    assert code != 0
    assert "index.md:5: WARNING: The equation '\\foo' cannot be set" in said
