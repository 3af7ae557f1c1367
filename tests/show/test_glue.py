"""What myst-nb makes of our outputs, in a book that is really built with warnings as errors."""

import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

pytestmark = pytest.mark.slow

PROSE = (
    "# Mini\n\nIt was {glue:text}`primary.difference.estimate` "
    "({glue:text}`primary.difference.interval`), P = {glue:text}`primary.p`."
)
CODE = """
import matplotlib.pyplot as plt
import pandas as pd
from helpers.show.figures import display_figure
from helpers.show.page_label import PageLabel, set_page_label
from helpers.show.records import Record, publish
from helpers.show.tables import display_table
set_page_label(PageLabel("Synthetic cohort (MINI)", synthetic=True))
publish([
    Record("primary.difference.estimate", -0.48, "-0.48"),
    Record("primary.difference.interval", "-0.98 to 0.03", "-0.98 to 0.03"),
    Record("primary.p", 0.07, ".07"),
])
"""
BUILD = "from jupyter_book.cli.main import main; main()"
FIGURE = (
    'display_figure(plt.figure(), name="fig-x", caption="Seen once.", alt="Nothing but 1.", '
    'numbers="t")'
)
TABLE = (
    'display_table(pd.DataFrame({"A": ["x"], "B": ["-1"]}), name="t", caption="T.", row_header="A")'
)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mini")
    notebook = nbformat.v4.new_notebook()
    notebook.metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
    }
    code = [nbformat.v4.new_code_cell(source) for source in (CODE, FIGURE, TABLE)]
    notebook.cells = [nbformat.v4.new_markdown_cell(PROSE), *code]
    NotebookClient(notebook).execute()
    for cell in code:
        for output in cell.outputs:
            figure = output.get("metadata", {}).get("trialbook", {}).get("figure")
            if figure:
                cell.metadata["mystnb"] = {
                    "figure": {"name": figure["name"], "caption": figure["caption"]},
                    "image": {"alt": figure["alt"]},
                }
    nbformat.write(notebook, folder / "mini.ipynb")
    (folder / "_toc.yml").write_text("format: jb-book\nroot: mini\n", encoding="utf-8")
    (folder / "_config.yml").write_text(
        'title: Mini\nexecute: {execute_notebooks: "off"}\n', encoding="utf-8"
    )
    done = subprocess.run(
        [sys.executable, "-c", BUILD, "build", "-W", "-n", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return (folder / "_build" / "html" / "mini.html").read_text(encoding="utf-8")


def test_results_are_cited_without_quotes_and_with_a_minus_sign(built):
    for text in ("−0.48", "−0.98 to 0.03", ".07"):
        assert f'<span class="pasted-text">{text}</span>' in built


def test_nothing_else_is_shown_by_a_cell_that_publishes(built):
    assert built.count("−0.48") == 1
    assert "vnd.trialbook" not in built
    # Two cells of three show something: the figure and the table.
    assert built.count('class="cell_output') == 2


def test_a_caption_is_shown_once_and_with_its_alternative_text(built):
    assert built.count("Synthetic cohort (MINI). Seen once.") == 1
    assert 'alt="Synthetic cohort (MINI). Nothing but 1."' in built


def test_a_table_keeps_its_caption_scopes_and_wrapper(built):
    assert 'class="trial-table-wrapper" role="region" tabindex="0"' in built
    assert "<caption><span>Synthetic cohort (MINI). T.</span></caption>" in built
    assert 'scope="row"' in built
