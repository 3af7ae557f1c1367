"""What a sweep of a private trial may not show: counts whose differences are small groups.

The cells themselves are kept whole, because the next run goes on from them, in a hidden folder
that is not for sharing; the table, the page and the notebooks beside it are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from helpers.analysis.differencing import threshold_of, withheld_together
from helpers.analysis.withheld import WORDS
from helpers.book.results import Results
from helpers.book.sweeps import Swept
from helpers.book.tidying import notebook_text
from helpers.trial.specification import Specification


def withheld_in_cells(
    swept: Sequence[Swept],
    results: Sequence[Results | None],
    trials: Mapping[Path, Specification],
) -> dict[Path, frozenset[str]]:
    """Return the names of the results that the cells of each trial may not show.

    Parameters
    ----------
    swept, results
        The cells, and what each found.
    trials
        Descriptions of the trials, by folder; one that is public withholds nothing.
    """
    found = {}
    for folder, trial in trials.items():
        cells = [
            (each.cell.planned.values, result)
            for each, result in zip(swept, results, strict=True)
            if result is not None and each.cell.planned.trial == folder and not trial.public
        ]
        found[folder] = withheld_together(
            [result for _, result in cells],
            threshold=threshold_of(values for values, _ in cells),
        )
    return found


def without_withheld(results: Results, names: frozenset[str]) -> Results:
    """Return results in which words stand in place of those that are withheld."""
    return {
        name: {**entry, "value": None, "text": WORDS} if name in names else entry
        for name, entry in results.items()
    }


def without_outputs(notebook: str) -> str:
    """Return an executed notebook with its source and its parameters only.

    Counts stand in its tables, captions and figures, too.
    """
    content = json.loads(notebook)
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return notebook_text(content)
