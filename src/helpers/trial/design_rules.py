"""Rules between arms, visits, outcomes, variables, eligibility and randomisation."""

from __future__ import annotations

from helpers.trial.criteria import criterion_misfit
from helpers.trial.faults import Fault, Faults, unique_labels, unique_names, unknown_part
from helpers.trial.positions import Path
from helpers.trial.specification import Specification

# Columns that participants.csv has of itself, and words that parameters and result names use.
FIXED_COLUMNS = (
    "data",
    "participant",
    "arm",
    "randomised_on",
    "started_treatment",
    "left_after",
    "left_reason",
    "screening_id",
    "screened_on",
    "consented",
)
RESERVED_NAMES = (
    "all",
    "analysed",
    "assessed",
    "baseline",
    "declined",
    "eligible",
    "excluded",
    "none",
    "observed",
    "overall",
    "primary",
    "randomised",
    "smd",
)


def arm_faults(spec: Specification) -> Faults:
    """Yield arms named or labelled twice, and more or fewer than one reference arm."""
    yield from unique_names("arms", "arms", (arm.id for arm in spec.arms))
    yield from unique_labels("arms", "arms", (arm.label for arm in spec.arms))
    references = [arm.id for arm in spec.arms if arm.reference]
    if len(references) != 1:
        said = f"{len(references)} arms are ({', '.join(references)})" if references else "none is"
        yield Fault(
            ("arms",),
            f"Exactly one arm must be the reference, but {said}.",
            "Write reference: true at the arm that is subtracted, and only there.",
        )


def visit_faults(spec: Specification) -> Faults:
    """Yield visits named or labelled twice, out of order, or with windows that overlap."""
    yield from unique_names("visits", "visits", (visit.id for visit in spec.visits))
    yield from unique_labels("visits", "visits", (visit.label for visit in spec.visits))
    if spec.visits[0].week > 0:
        yield Fault(
            ("visits", 0, "week"),
            f"The first visit is the baseline, but its week is {spec.visits[0].week:g}.",
            "Write the baseline visit first, with week: 0.",
        )
    for at in range(1, len(spec.visits)):
        before, visit = spec.visits[at - 1], spec.visits[at]
        if visit.week <= max(before.week, 0):
            yield Fault(
                ("visits", at, "week"),
                f"Visit {visit.id!r} in week {visit.week:g} does not come after {before.id!r} in "
                f"week {before.week:g}" + (" and randomisation." if before.week < 0 else "."),
                "List the visits in order, with weeks that increase and lie after 0.",
            )
        elif before.window_days is not None and visit.window_days is not None:
            ends = before.week * 7 + before.window_days[1]
            begins = visit.week * 7 + visit.window_days[0]
            if begins <= ends:
                yield Fault(
                    ("visits", at, "window_days"),
                    f"The window of {visit.id!r} begins on day {begins:g}, when that of "
                    f"{before.id!r} has not ended (day {ends:g}).",
                    "Narrow one of the two windows, so that a date belongs to one visit only.",
                )


def primary_faults(spec: Specification) -> Faults:
    """Yield a primary outcome or visit that does not exist or does not fit."""
    outcomes = {outcome.id: outcome for outcome in spec.outcomes}
    if spec.primary.outcome not in outcomes:
        yield unknown_part(("primary", "outcome"), "outcome", spec.primary.outcome, outcomes)
    for at, outcome in enumerate(spec.outcomes):
        is_primary = outcome.id == spec.primary.outcome
        if spec.primary.outcome in outcomes and is_primary != (outcome.role == "primary"):
            role = "primary" if is_primary else "secondary"
            yield Fault(
                ("outcomes", at, "role"),
                f"The outcome {outcome.id!r} has the role {outcome.role!r}, but the primary "
                f"outcome is {spec.primary.outcome!r}.",
                f"Write role: {role}, or correct primary.",
            )
    later = [visit.id for visit in spec.visits[1:]]
    if spec.primary.visit == spec.visits[0].id:
        yield Fault(
            ("primary", "visit"),
            f"The primary visit {spec.primary.visit!r} is the baseline.",
            f"Write a visit after it: {', '.join(later)}.",
        )
    elif spec.primary.visit not in later:
        yield unknown_part(("primary", "visit"), "visit", spec.primary.visit, later)


def outcome_faults(spec: Specification) -> Faults:
    """Yield outcomes named or labelled twice, or assessed at visits that do not fit."""
    yield from unique_names("outcomes", "outcomes", (outcome.id for outcome in spec.outcomes))
    yield from unique_labels("outcomes", "outcomes", (outcome.label for outcome in spec.outcomes))
    visits = [visit.id for visit in spec.visits]
    for at, outcome in enumerate(spec.outcomes):
        path: Path = ("outcomes", at, "visits")
        for where, name in enumerate(outcome.visits):
            if name not in visits:
                yield unknown_part((*path, where), "visit", name, visits)
        known = [name for name in outcome.visits if name in visits]
        ordered = sorted(set(known), key=visits.index)
        if known != ordered:
            yield Fault(
                path,
                f"The visits of outcome {outcome.id!r} are not in the order of the trial.",
                f"Write them in this order, each once: {', '.join(ordered)}.",
            )
        for needed, what in ((visits[0], "baseline"), (spec.primary.visit, "primary")):
            if needed in visits and needed not in outcome.visits:
                yield Fault(
                    path,
                    f"The outcome {outcome.id!r} is not assessed at the {what} visit {needed!r}.",
                    f"Add {needed} to its visits.",
                )


VARIABLE_SECTIONS = ("variables", "later_variables", "screening_variables")


def variable_faults(spec: Specification) -> Faults:
    """Yield variables declared twice, or named like a fixed column."""
    seen: dict[str, str] = {}
    for section in VARIABLE_SECTIONS:
        for at, variable in enumerate(getattr(spec, section)):
            path: Path = (section, at, "id")
            if variable.id in seen:
                yield Fault(
                    path,
                    f"The variable {variable.id!r} is already declared in {seen[variable.id]}.",
                    "Declare each variable once.",
                )
            seen.setdefault(variable.id, section)
            if variable.id in FIXED_COLUMNS:
                yield Fault(
                    path,
                    f"The variable {variable.id!r} has the name of a column that every trial has.",
                    "Give it another name; this column needs no declaration.",
                )


def shared_name_faults(spec: Specification) -> Faults:
    """Yield ids that result names, which hold several kinds side by side, could mistake."""
    seen: dict[str, str] = {}
    for section in ("arms", "outcomes", "variables", "later_variables"):
        for at, part in enumerate(getattr(spec, section)):
            path: Path = (section, at, "id")
            if part.id in RESERVED_NAMES:
                yield Fault(
                    path,
                    f"The name {part.id!r} is reserved for the book's own results.",
                    f"Give it a longer name, for example '{part.id}_{section[:-1]}'.",
                )
            elsewhere = seen.get(part.id)
            if elsewhere is not None and elsewhere != section:
                yield Fault(
                    path,
                    f"The name {part.id!r} stands in {elsewhere} and in {section}.",
                    "Give one of them another name, so that results cannot be mistaken.",
                )
            seen.setdefault(part.id, section)


def eligibility_faults(spec: Specification) -> Faults:
    """Yield criteria that cannot be asked of their variable, and a missing note."""
    if not spec.eligibility and spec.eligibility_note is None:
        yield Fault(
            ("eligibility",),
            "The trial lists no eligibility criterion.",
            "Add criteria under eligibility, or say in eligibility_note why there are none.",
        )
    declared = {variable.id: variable for variable in (*spec.variables, *spec.screening_variables)}
    for at, criterion in enumerate(spec.eligibility):
        if criterion.variable not in declared:
            yield unknown_part(
                ("eligibility", at, "variable"),
                "variable or screening variable",
                criterion.variable,
                declared,
            )
            continue
        wrong = criterion_misfit(criterion, declared[criterion.variable])
        if wrong is not None:
            yield Fault(("eligibility", at, "value"), *wrong)


def ratio_faults(spec: Specification) -> Faults:
    """Yield arms that the ratio leaves out or invents."""
    arms = [arm.id for arm in spec.arms]
    for name in spec.randomisation.ratio:
        if name not in arms:
            yield unknown_part(("randomisation", "ratio", name), "arm", name, arms)
    left_out = [name for name in arms if name not in spec.randomisation.ratio]
    if left_out:
        yield Fault(
            ("randomisation", "ratio"),
            f"The ratio does not name {', '.join(repr(name) for name in left_out)}.",
            "Give each arm its share, for example {"
            + ", ".join(f"{name}: 1" for name in arms)
            + "}.",
        )


def stratum_faults(spec: Specification) -> Faults:
    """Yield strata that are not declared or cannot be balanced."""
    declared = {variable.id: variable for variable in spec.variables}
    for at, name in enumerate(spec.randomisation.strata):
        path: Path = ("randomisation", "strata", at)
        if name not in declared:
            yield unknown_part(path, "variable", name, declared)
            continue
        minimised = spec.randomisation.method == "minimisation"
        fitting = ("categorical", "continuous") if minimised else ("categorical",)
        if declared[name].kind not in fitting:
            yield Fault(
                path,
                f"The stratum {name!r} is {declared[name].kind}.",
                f"Use a {' or '.join(fitting)} variable.",
            )
