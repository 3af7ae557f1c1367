"""Rules between the tables, the kind of patients and what may be assumed about them."""

from __future__ import annotations

from helpers.trial.design_rules import VARIABLE_SECTIONS
from helpers.trial.faults import Fault, Faults, repeated
from helpers.trial.planned import TableSource
from helpers.trial.positions import Path
from helpers.trial.specification import Specification


def table_faults(spec: Specification) -> Faults:
    """Yield tables that a trial needs, and files named twice."""
    for name in ("participants", "outcomes"):
        if getattr(spec.tables, name).file is None:
            yield Fault(
                ("tables", name),
                f"A trial cannot do without its table of {name}.",
                f"Write the name of its file, for example {name}.csv.",
            )
    sources: dict[str, TableSource] = dict(spec.tables)
    for name, source in sources.items():
        if name != "screening" and source.assessed is not None:
            yield Fault(
                ("tables", name, "assessed"),
                f"The number of people assessed stands at {name}.",
                "Write it at screening.",
            )
    files = spec.tables.files()
    names = list(files)
    for at, file, first in repeated(files.values()):
        yield Fault(
            ("tables", names[at]),
            f"The tables {names[first]} and {names[at]} have the same file {file!r}.",
            "Give each table its own file.",
        )


def assumption_faults(spec: Specification) -> Faults:
    """Yield assumptions that are missing, or that real patients do not need."""
    if spec.is_synthetic and not spec.assumptions:
        yield Fault(
            ("patients",),
            "The patients are synthetic, but no assumption is listed.",
            "List under assumptions what the published sources do not say.",
        )
    if not spec.is_synthetic and spec.assumptions:
        yield Fault(
            ("assumptions",),
            "The patients are real, but assumptions of a synthetic cohort are listed.",
            "Remove assumptions, or write patients: synthetic.",
        )


def file_name_faults(spec: Specification) -> Faults:
    """Yield file names that hide or feign that the patients are synthetic."""
    for name, file in spec.tables.files().items():
        if ("synthetic" in file) != spec.is_synthetic:
            yield Fault(
                ("tables", name),
                f"The patients are {spec.patients}, but the file is named {file!r}.",
                f"Rename it, for example {name}_synthetic.csv."
                if spec.is_synthetic
                else "Take the word synthetic out of the file name.",
            )


def assumed_part_faults(spec: Specification) -> Faults:
    """Yield parts of a trial with real patients that are marked as assumptions."""
    if spec.is_synthetic:
        return
    for section in ("outcomes", *VARIABLE_SECTIONS, "eligibility"):
        for at, part in enumerate(getattr(spec, section)):
            if part.assumption:
                yield _assumed((section, at, "assumption"))
    if spec.randomisation.assumption:
        yield _assumed(("randomisation", "assumption"))


def _assumed(path: Path) -> Fault:
    return Fault(
        path,
        "The patients are real, but this part is marked as an assumption.",
        "Give its source, or list it under unknown.",
    )
