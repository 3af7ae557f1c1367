"""Chapter 3: methods of allocation and block sizes, to be tried in the page."""

from __future__ import annotations

import pandas as pd

from helpers.analysis.allocation_settings import DOTS, AllocationSettings
from helpers.show.allocation_list import imbalance_text
from helpers.show.control_parts import Axis, Behind, Dots, Line, Setting
from helpers.show.controls import display_control
from helpers.show.page_label import page_label, simulated
from helpers.show.records import percent
from helpers.show.sentences import listed

METHODS = {
    "simple": "simple randomisation",
    "blocks": "one list of permuted blocks",
    "stratified": "permuted blocks within strata",
    "minimisation": "minimisation",
}
_IN_BLOCKS = ("blocks", "stratified")
_PRINTED = ("final", "running", "stratum")


def allocation_control(settings: AllocationSettings) -> None:
    """Show how uneven simulated trials end under the chosen method and block size.

    It is labelled as simulated, since no dot is a trial that took place; the one mark that is the
    page's own trial is named in the caption.
    """
    own = page_label().text
    with simulated():
        _display(settings, own)


def _display(settings: AllocationSettings, own: str) -> None:
    grid = printed_grid(settings)
    apart = "participants" if _even(settings) else "participants per part of the ratio"
    most = max(max(dots) for name in ("final", "stratum") for dots in grid[f"{name}_dots"])
    behind = []
    if settings.actual is not None:
        behind = [
            Behind("This trial, at its end", imbalance_text(settings.actual), settings.actual)
        ]
    most = max(most, settings.actual or 0.0)
    block_words = {
        number: listed([str(size) for size in sizes]) + " at random" * (len(sizes) > 1)
        for number, sizes in enumerate(settings.block_sizes)
    }
    strata = sorted(set(grid["strata"]))
    display_control(
        grid,
        name="control-allocation",
        title="What if the list had been made in another way?",
        settings=[
            Setting("method", "Method", METHODS),
            Setting(
                "block", "Block size", block_words, slider=True, only_with={"method": _IN_BLOCKS}
            ),
            Setting("strata", "Strata", {count: str(count) for count in strata}, slider=True),
            Setting(
                "size", "Participants", {size: str(size) for size in settings.sizes}, slider=True
            ),
        ],
        start=settings.start,
        lines=[
            Line("Whole trial", "95 in 100: at most {final_most}", Dots("final_dots", DOTS)),
            Line(
                "Most uneven stratum",
                "95 in 100: at most {stratum_most}",
                Dots("stratum_dots", DOTS),
            ),
        ],
        axis=Axis(f"Arms apart at the end ({apart})", 0, max(most, 1.0) * 1.04, whole=True),
        behind=behind,
        sentence=(
            f"Of {settings.simulations} simulated trials of {{size}} participants by {{method}}"
            "{in_blocks}, half ended with the arms {final_half_words} and 95 in 100 at "
            "most {final_most}; on the way 95 in 100 were never more than {running_most} apart. "
            "Within the most uneven of {strata} strata, half ended {stratum_half_words} "
            "and 95 in 100 at most {stratum_most}. {foreseen_words}"
        ),
        columns={
            "Whole trial, half": "final_half",
            "Whole trial, 95 in 100": "final_most",
            "On the way, 95 in 100": "running_most",
            "Stratum, half": "stratum_half",
            "Stratum, 95 in 100": "stratum_most",
            "Foreseeable": "foreseen_text",
        },
        caption=(
            "How far apart the arms of simulated trials end, in the whole trial and in the most "
            f"uneven of its strata. Each dot stands for one in {DOTS} trials."
            + (f" The diamond is this trial: {own}." if behind else "")
        ),
        notes=notes(settings),
    )


def printed_grid(settings: AllocationSettings) -> pd.DataFrame:
    """Return the grid with its numbers as printed."""
    grid = settings.grid
    sizes = [settings.block_sizes[number] for number in grid["block"]]
    blocked = grid["method"].isin(_IN_BLOCKS)
    texts = {
        f"{name}_{part}": [imbalance_text(value) for value in grid[f"{name}_{part}"]]
        for name in _PRINTED
        for part in ("half", "most")
    }
    shares = [percent(100 * share, decimals=0) for share in grid["foreseen"]]
    return grid.assign(
        **texts,
        **{
            f"{name}_half_words": [
                "even" if text == "0" else f"at most {text} apart" for text in texts[f"{name}_half"]
            ]
            for name in ("final", "stratum")
        },
        in_blocks=[
            f" (blocks of {listed([str(size) for size in block])})" if yes else ""
            for block, yes in zip(sizes, blocked, strict=True)
        ],
        foreseen_text=shares,
        foreseen_words=[
            (
                "Somebody who knows the block sizes and every earlier allocation of the list can "
                f"name {share} of the allocations beforehand with certainty."
                if yes
                else "No allocation can be named beforehand with certainty."
            )
            for share, yes in zip(shares, blocked, strict=True)
        ],
    )


def notes(settings: AllocationSettings) -> list[str]:
    """Return what the reader must know of the simulation."""
    followed = percent(100 * settings.probability, decimals=0)
    told = [
        "How far apart the arms are that half of the trials, or 95 in 100, do not exceed: in the "
        "whole trial at its end, at its worst on the way, and in the most uneven stratum.",
        f"{settings.simulations} trials were simulated for each setting, from the seed "
        f"{settings.seed}; no patient takes part in them. Strata are equally likely.",
        "Minimisation balances one factor of two levels for 2 strata, two factors for 4, and so "
        f"on, and follows its rule with a probability of {followed}.",
        "Foreseeable: allocations that can be named beforehand with certainty.",
    ]
    usual = grid_row(settings)["final_most"]
    if settings.actual is not None and settings.actual > usual:
        told.append(
            f"This trial ended {imbalance_text(settings.actual)} apart, further than 95 in 100 of "
            f"the trials simulated at the setting with which the page begins (at most "
            f"{imbalance_text(usual)}): what is simulated here need not be the trial's own rule in "
            "every detail."
        )
    if not settings.own_method:
        told.append("The trial does not state its method: the page begins with blocks.")
    return told


def grid_row(settings: AllocationSettings) -> pd.Series:
    """Return what was simulated at the setting with which the page begins."""
    grid = settings.grid
    here = (grid[list(settings.start)] == pd.Series(settings.start)).all(axis=1)
    return grid.loc[here].iloc[0]


def _even(settings: AllocationSettings) -> bool:
    return len(set(settings.ratio.values())) == 1
