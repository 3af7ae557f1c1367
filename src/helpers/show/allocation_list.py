"""Chapter 3, second part: the allocation list made again, and a list of one's own."""

from __future__ import annotations

import pandas as pd

from helpers.analysis.randomization import ExampleList, Regenerated
from helpers.show.page_label import simulated
from helpers.show.records import Record, count, is_missing, number, publish
from helpers.show.sentences import counted, listed
from helpers.show.tables import display_table


def imbalance_text(value: float | None) -> str:
    """Print an imbalance: whole when it is whole."""
    return number(value, decimals=0 if is_missing(value) or float(value or 0).is_integer() else 2)


def record_regenerated(regenerated: Regenerated) -> None:
    """Publish whether the allocation list could be made again from its seed."""
    publish(
        [
            Record("randomisation.regenerated", regenerated.equal, _verdict(regenerated)),
            Record(
                "randomisation.regenerated.sentence", regenerated.sentence, regenerated.sentence
            ),
        ]
    )


def _verdict(regenerated: Regenerated) -> str:
    if not regenerated.possible or regenerated.equal is None:
        return "not possible"
    return "yes" if regenerated.equal else "no"


def regenerated_table(regenerated: Regenerated) -> None:
    """Show the outcome of making the list again; nothing when there is no list to make."""
    if not regenerated.possible:
        return
    rows = [
        ("Made again from the seed", _verdict(regenerated)),
        ("Seed", "none" if regenerated.seed is None else str(regenerated.seed)),
        ("Allocations compared", count(regenerated.n)),
        ("Allocations that differ", count(regenerated.differing)),
    ]
    display_table(
        pd.DataFrame(rows, columns=["Question", "Answer"]),
        name="tab-regenerated",
        caption="The allocation list, made again.",
        row_header="Question",
        text_columns=["Answer"],
    )


def record_example(example: ExampleList) -> None:
    """Publish what the example list shows."""
    blocks = example.rows["block"].nunique()
    last = example.rows[example.rows["block"] == example.rows["block"].iloc[-1]]
    cut = ", the last of them unfinished" if len(last) < last["block_size"].iloc[0] else ""
    sizes = listed([str(size) for size in example.block_sizes])
    said = (
        f"With the seed {example.seed} and blocks of {sizes}, {len(example.rows)} allocations take "
        f"{counted(blocks, 'block')}{cut}, and the arms are never more than "
        f"{imbalance_text(example.max_imbalance)} apart."
    )
    publish(
        [
            Record("randomisation.example.sentence", said, said),
            Record(
                "randomisation.example.max_imbalance",
                example.max_imbalance,
                imbalance_text(example.max_imbalance),
            ),
        ]
    )


@simulated()
def example_table(example: ExampleList) -> None:
    """Show the example list, one block a row."""
    rows = [
        {
            "Block": str(block),
            "Size": str(part["block_size"].iloc[0]),
            "Numbers": f"{part['number'].min()} to {part['number'].max()}",
            "Allocations in order": ", ".join(part["arm_label"]),
        }
        for block, part in example.rows.groupby("block", sort=True)
    ]
    display_table(
        pd.DataFrame(rows),
        name="tab-example-list",
        caption=f"An example of a permuted-block list, made from the seed {example.seed}. "
        "Nobody was allocated by it.",
        row_header="Block",
        text_columns=["Allocations in order"],
    )
