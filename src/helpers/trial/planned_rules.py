"""Rules between planned and published analyses and the parts that they name."""

from __future__ import annotations

from helpers.trial.design import Variable
from helpers.trial.faults import Fault, Faults, repeated, unique_names, unknown_part
from helpers.trial.positions import Path
from helpers.trial.result_names import unknown_result
from helpers.trial.specification import Specification


def population_faults(spec: Specification) -> Faults:
    """Yield populations named twice, or of an outcome at a visit without it."""
    yield from unique_names("populations", "populations", (part.id for part in spec.populations))
    for at, population in enumerate(spec.populations):
        yield from _assessed(spec, ("populations", at), population.outcome, population.visit)


def _assessed(spec: Specification, path: Path, outcome: str | None, visit: str | None) -> Faults:
    """Check that an outcome exists and is assessed at a visit that exists."""
    if outcome is None or visit is None:
        return
    outcomes = {part.id: part for part in spec.outcomes}
    visits = [part.id for part in spec.visits]
    if outcome not in outcomes:
        yield unknown_part((*path, "outcome"), "outcome", outcome, outcomes)
    if visit not in visits:
        yield unknown_part((*path, "visit"), "visit", visit, visits)
    elif outcome in outcomes and visit not in outcomes[outcome].visits:
        yield Fault(
            (*path, "visit"),
            f"The outcome {outcome!r} is not assessed at visit {visit!r}.",
            f"Write one of its visits: {', '.join(outcomes[outcome].visits)}.",
        )


def proportion_faults(spec: Specification) -> Faults:
    """Yield proportions that count what the trial does not have."""
    yield from unique_names("proportions", "proportions", (part.id for part in spec.proportions))
    declared = {part.id: part for part in (*spec.variables, *spec.later_variables)}
    outcomes = {part.id: part for part in spec.outcomes}
    for at, proportion in enumerate(spec.proportions):
        path: Path = ("proportions", at)
        yield from _assessed(spec, path, proportion.outcome, proportion.visit)
        outcome = outcomes.get(proportion.outcome or "")
        if proportion.count == "responders" and outcome is not None:
            if outcome.meaningful_change.value is None:
                yield Fault(
                    (*path, "outcome"),
                    f"Responders are counted, but outcome {outcome.id!r} has no meaningful change.",
                    "Give the outcome a meaningful_change with kind, value and source.",
                )
            if proportion.visit == spec.visits[0].id:
                yield Fault(
                    (*path, "visit"),
                    "Responders are counted at the baseline visit, where nobody has changed.",
                    "Write a visit after baseline.",
                )
        if proportion.variable is None:
            continue
        variable = declared.get(proportion.variable)
        if variable is None:
            yield unknown_part((*path, "variable"), "variable", proportion.variable, declared)
        elif variable.codes is None or proportion.equals not in variable.codes:
            codes = ", ".join(variable.codes or ()) or f"none, it is {variable.kind}"
            yield Fault(
                (*path, "equals"),
                f"The value {proportion.equals!r} is not a code of {variable.id!r}.",
                f"Write one of its codes: {codes}.",
            )


def event_faults(spec: Specification) -> Faults:
    """Yield proportions of adverse events in a trial without a table of them."""
    for at, proportion in enumerate(spec.proportions):
        if proportion.count == "adverse_event" and spec.tables.adverse_events.file is None:
            yield Fault(
                ("proportions", at, "count"),
                f"The proportion {proportion.id!r} counts adverse events, but the trial has no "
                "table of them.",
                "Remove the proportion, or name the file of adverse_events under tables.",
            )


def published_analysis_faults(spec: Specification) -> Faults:
    """Yield published analyses that name parts which do not exist or do not fit."""
    names = (part.id for part in spec.published_analyses)
    yield from unique_names("published_analyses", "published analyses", names)
    arms = [arm.id for arm in spec.arms]
    populations = [population.id for population in spec.populations]
    declared = {variable.id: variable for variable in spec.variables}
    for at, analysis in enumerate(spec.published_analyses):
        path: Path = ("published_analyses", at)
        yield from _assessed(spec, path, analysis.outcome, analysis.visit)
        if analysis.visit == spec.visits[0].id:
            yield Fault(
                (*path, "visit"),
                f"The published analysis {analysis.id!r} is made at the baseline visit.",
                "Write a visit after baseline.",
            )
        if analysis.population not in populations:
            yield unknown_part(
                (*path, "population"), "population", analysis.population, populations
            )
        for key in ("minuend", "subtrahend"):
            arm = getattr(analysis, key)
            if arm not in arms:
                yield unknown_part((*path, key), "arm", arm, arms)
        if analysis.minuend == analysis.subtrahend:
            yield Fault(
                (*path, "subtrahend"),
                f"The arm {analysis.minuend!r} is compared with itself.",
                "Write another arm as minuend or as subtrahend.",
            )
        yield from _terms(spec, path, analysis.covariates, analysis.factors, declared)


def _terms(
    spec: Specification,
    path: Path,
    covariates: tuple[str, ...],
    factors: tuple[str, ...],
    declared: dict[str, Variable],
) -> Faults:
    outcomes = [outcome.id for outcome in spec.outcomes]
    for where, term in enumerate(covariates):
        word, colon, other = term.partition(":")
        if word == "baseline":
            if colon and other not in outcomes:
                yield unknown_part((*path, "covariates", where), "outcome", other, outcomes)
        elif term not in declared:
            known = ["baseline", *declared]
            yield unknown_part((*path, "covariates", where), "variable", term, known)
        elif declared[term].kind == "text":
            yield Fault(
                (*path, "covariates", where),
                f"The covariate {term!r} is free text.",
                "Use a continuous or categorical variable.",
            )
    for where, term in enumerate(factors):
        if term not in declared:
            yield unknown_part((*path, "factors", where), "variable", term, declared)
        elif declared[term].kind != "categorical":
            yield Fault(
                (*path, "factors", where),
                f"The factor {term!r} is {declared[term].kind}.",
                "Use a categorical variable, or write it under covariates.",
            )
    terms = (*covariates, *factors)
    for at, term, _ in repeated(terms):
        key = "covariates" if at < len(covariates) else "factors"
        where = at if at < len(covariates) else at - len(covariates)
        yield Fault(
            (*path, key, where),
            f"The term {term!r} stands twice in the analysis.",
            "Keep it once, as a covariate or as a factor.",
        )


def published_faults(spec: Specification) -> Faults:
    """Yield published rows named twice, and numbers that one source prints twice."""
    names = (part.name for part in spec.published)
    yield from unique_names("published", "published rows", names, key="name")
    # Two sources may disagree about one result, which the book shows; one source may not.
    printed = [
        (at, f"{row.result}.{key}", row.source)
        for at, row in enumerate(spec.published)
        if row.result is not None
        for key in row.printed
    ]
    for place, _, _ in repeated(f"{result} in {source}" for _, result, source in printed):
        at, result, source = printed[place]
        yield Fault(
            ("published", at, "result"),
            f"The result {result!r} is compared with two numbers of the source {source!r}.",
            "Keep one of the two, or correct its result or its source.",
        )


def result_faults(spec: Specification) -> Faults:
    """Yield published rows that are compared with a result that cannot be."""
    for at, row in enumerate(spec.published):
        if row.result is None:
            continue
        unknown = (unknown_result(f"{row.result}.{key}", spec) for key in row.printed)
        # Keys under one wrong stem are all wrong in the same way.
        for fault in dict.fromkeys(each for each in unknown if each is not None):
            in_stem = f"{row.result}.".startswith(f"{fault.wrong}.")
            hint = f"Did you mean {fault.nearest!r}? " if fault.nearest else ""
            after = f"after {fault.known!r} " if fault.known else ""
            yield Fault(
                ("published", at, "result" if in_stem else "printed"),
                f"There can be no result named {fault.wrong!r}.",
                f"{hint}Valid {after}are: {', '.join(fault.valid) or 'no more names'}.",
            )
