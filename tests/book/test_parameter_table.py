from __future__ import annotations

from helpers.book.parameter_table import with_parameter_table

DECLARED = (
    'trial: str = "impact"  # whose data [trial]\n'
    "level: float = 0.95  # confidence <level> [0.5 to 0.999]\n"
    'eligibility: str = ""  # changes [criteria]'
)


def notebook(*, injected: str | None = None) -> dict:
    def cell(source: str, *tags: str) -> dict:
        return {"cell_type": "code", "metadata": {"tags": list(tags)}, "source": source}

    cells = [cell("# Title"), cell(DECLARED, "parameters")]
    cells += [] if injected is None else [cell(injected, "injected-parameters")]
    return {"cells": [*cells, cell("1 + 1")]}


def table_of(made: dict) -> tuple[int, str]:
    [found] = [
        (at, cell["source"])
        for at, cell in enumerate(made["cells"])
        if cell["cell_type"] == "markdown"
    ]
    return found


def test_shows_defaults_above_the_parameters_and_folded() -> None:
    at, table = table_of(
        with_parameter_table(notebook(), chapter="05", label="Real patients (Tiny)")
    )
    assert at == 1
    assert table.startswith('<details class="trial-fold"><summary>')
    assert "\n\n" not in table  # which would end the HTML
    assert "<code>0.95</code>" in table
    assert "(empty)" in table
    assert "Confidence &lt;level&gt;. Number: 0.5 to 0.999." in table
    assert "Real patients (Tiny)." in table


def test_shows_the_values_that_papermill_injected() -> None:
    injected = '# Parameters\nlevel = 0.9\neligibility = "age > 30"'
    source = notebook(injected=injected)
    at, table = table_of(with_parameter_table(source, chapter="05", label="Synthetic cohort (X)"))
    assert at == 1
    assert "<code>0.9</code>" in table
    assert "<code>0.95</code>" not in table
    assert "age &gt; 30" in table
    assert len(source["cells"]) == 4


def test_a_notebook_without_parameters_is_left_alone() -> None:
    plain: dict = {"cells": [{"cell_type": "code", "metadata": {}, "source": "1"}]}
    assert with_parameter_table(plain, chapter="x", label="y") is plain
