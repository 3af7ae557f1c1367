"""Check that the parts of a trial's specification agree with each other.

Every rule looks at a few sections of ``trial.yml`` and yields each disagreement with the path of
the key to correct. A rule is skipped only when one of its own sections could not be read, so that
one mistake does not hide the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from helpers.trial import design_rules, planned_rules, table_rules
from helpers.trial.faults import Fault, Faults
from helpers.trial.specification import Specification


def find_faults(specification: Specification, *, unread: Iterable[str] = ()) -> list[Fault]:
    """Return every disagreement between the parts of a specification.

    Parameters
    ----------
    specification
        The specification, possibly a draft that lacks the ``unread`` sections.
    unread
        Sections of ``trial.yml`` that could not be read; rules that need them are skipped.
    """
    missing = set(unread)
    return [
        fault
        for sections, rule in _RULES
        if missing.isdisjoint(sections.split())
        for fault in rule(specification)
    ]


# The sections that each rule looks at, and the rule.
_RULES: tuple[tuple[str, Callable[[Specification], Faults]], ...] = (
    ("arms", design_rules.arm_faults),
    ("visits", design_rules.visit_faults),
    ("primary outcomes visits", design_rules.primary_faults),
    ("outcomes visits primary", design_rules.outcome_faults),
    ("variables later_variables screening_variables", design_rules.variable_faults),
    ("arms outcomes variables later_variables", design_rules.shared_name_faults),
    ("eligibility eligibility_note variables screening_variables", design_rules.eligibility_faults),
    ("arms randomisation", design_rules.ratio_faults),
    ("randomisation variables", design_rules.stratum_faults),
    ("populations outcomes visits", planned_rules.population_faults),
    ("proportions outcomes visits variables later_variables", planned_rules.proportion_faults),
    ("proportions tables", planned_rules.event_faults),
    (
        "published_analyses outcomes visits arms populations variables",
        planned_rules.published_analysis_faults,
    ),
    ("published", planned_rules.published_faults),
    (
        "published arms visits outcomes variables eligibility published_analyses proportions",
        planned_rules.result_faults,
    ),
    ("tables", table_rules.table_faults),
    ("patients assumptions", table_rules.assumption_faults),
    ("patients tables", table_rules.file_name_faults),
    (
        "patients outcomes variables later_variables screening_variables eligibility randomisation",
        table_rules.assumed_part_faults,
    ),
)
