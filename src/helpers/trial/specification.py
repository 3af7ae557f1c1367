"""The specification of a trial: everything that ``trial.yml`` says, as models that cannot change.

Read it with :func:`helpers.trial.reading.read_specification`, which also checks that its parts
agree with each other. Nothing here needs numpy or pandas.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, TypeVar

from annotated_types import Len
from pydantic import model_validator

from helpers.errors import SpecificationError, unknown_name
from helpers.trial.design import (
    Arm,
    Citation,
    Criterion,
    MeaningfulChange,
    Outcome,
    Randomisation,
    Registration,
    Variable,
    Visit,
)
from helpers.trial.parts import (
    IDENTIFIER_PATTERN,
    Flag,
    Identifier,
    LanguageCode,
    Part,
    Text,
    is_english,
)
from helpers.trial.planned import (
    Assumption,
    Population,
    Primary,
    Proportion,
    Published,
    PublishedAnalysis,
    Tables,
    TableSource,
)

__all__ = [
    "Arm",
    "Assumption",
    "Citation",
    "Criterion",
    "MeaningfulChange",
    "Outcome",
    "Population",
    "Primary",
    "Proportion",
    "Published",
    "PublishedAnalysis",
    "Randomisation",
    "Registration",
    "Specification",
    "TableSource",
    "Tables",
    "Variable",
    "Visit",
]

Named = TypeVar("Named", Arm, Visit, Outcome, Variable, Population, Proportion, PublishedAnalysis)


class Specification(Part):
    """What a trial is, what was asked of it and what was published about it.

    ``language`` is that of the labels, as a code of BCP 47.
    """

    id: Identifier
    title: Text
    short_title: Text
    language: LanguageCode = "en"
    patients: Literal["synthetic", "real"]
    public: Flag = False
    registration: Registration
    citation: Citation
    licence: Text
    notice: Text | None = None
    objective: Text
    design: Text
    arms: Annotated[tuple[Arm, ...], Len(2)]
    visits: Annotated[tuple[Visit, ...], Len(2)]
    primary: Primary
    outcomes: Annotated[tuple[Outcome, ...], Len(1)]
    variables: tuple[Variable, ...]
    later_variables: tuple[Variable, ...] = ()
    screening_variables: tuple[Variable, ...] = ()
    eligibility: tuple[Criterion, ...] = ()
    eligibility_note: Text | None = None
    randomisation: Randomisation
    populations: Annotated[tuple[Population, ...], Len(1)]
    proportions: tuple[Proportion, ...] = ()
    published_analyses: tuple[PublishedAnalysis, ...] = ()
    published: tuple[Published, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    unknown: tuple[Text, ...] = ()
    notes: Mapping[Identifier, Text] = {}
    tables: Tables

    @model_validator(mode="before")
    @classmethod
    def _assess_at_every_visit_by_default(cls, value: Any) -> Any:
        return with_visits(value) if isinstance(value, dict) else value

    @property
    def labels_in_english(self) -> bool:
        """Whether labels may begin with a small letter, as English words do within a sentence."""
        return is_english(self.language)

    @property
    def is_synthetic(self) -> bool:
        """Whether the patients were made by a computer."""
        return self.patients == "synthetic"

    @property
    def data_label(self) -> str:
        """The words that must stand beside everything made from these data."""
        return "Synthetic cohort" if self.is_synthetic else "Real patients"

    @property
    def arm_ids(self) -> tuple[str, ...]:
        """Ids of the arms, the reference arm first, then as listed."""
        return (self.reference_arm.id, *(arm.id for arm in self.other_arms))

    @property
    def reference_arm(self) -> Arm:
        """The arm that is subtracted."""
        return next(arm for arm in self.arms if arm.reference)

    @property
    def other_arms(self) -> tuple[Arm, ...]:
        """The arms that are compared with the reference arm, as listed."""
        return tuple(arm for arm in self.arms if not arm.reference)

    @property
    def visit_ids(self) -> tuple[str, ...]:
        """Ids of the visits, in order."""
        return tuple(visit.id for visit in self.visits)

    @property
    def baseline_visit(self) -> Visit:
        """The first visit."""
        return self.visits[0]

    @property
    def later_visits(self) -> tuple[Visit, ...]:
        """The visits after baseline, in order."""
        return self.visits[1:]

    @property
    def outcome_ids(self) -> tuple[str, ...]:
        """Ids of the outcomes, as listed."""
        return tuple(outcome.id for outcome in self.outcomes)

    @property
    def primary_outcome(self) -> Outcome:
        """The outcome of the primary analysis."""
        return self.outcome(self.primary.outcome)

    @property
    def primary_visit(self) -> Visit:
        """The visit of the primary analysis."""
        return self.visit(self.primary.visit)

    @property
    def secondary_outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes that are not primary, as listed."""
        return tuple(outcome for outcome in self.outcomes if outcome.role == "secondary")

    @property
    def all_variables(self) -> tuple[Variable, ...]:
        """Variables known at randomisation, then later ones, then those of the screening log."""
        return (*self.variables, *self.later_variables, *self.screening_variables)

    def arm(self, name: str) -> Arm:
        """Return the arm with this id (SpecificationError with the nearest id if none has it)."""
        return _named("arm", name, self.arms)

    def visit(self, name: str) -> Visit:
        """Return the visit with this id (SpecificationError with the nearest id if none has it)."""
        return _named("visit", name, self.visits)

    def outcome(self, name: str) -> Outcome:
        """Return the outcome with this id (SpecificationError with the nearest id if none)."""
        return _named("outcome", name, self.outcomes)

    def variable(self, name: str) -> Variable:
        """Return the variable with this id, of participants or of the screening log."""
        return _named("variable", name, self.all_variables)

    def population(self, name: str) -> Population:
        """Return the population with this id (SpecificationError with the nearest id if none)."""
        return _named("population", name, self.populations)

    def proportion(self, name: str) -> Proportion:
        """Return the proportion with this id (SpecificationError with the nearest id if none)."""
        return _named("proportion", name, self.proportions)

    def published_analysis(self, name: str) -> PublishedAnalysis:
        """Return the published analysis with this id (SpecificationError with the nearest id)."""
        return _named("published analysis", name, self.published_analyses)


def with_visits(content: Mapping[str, Any]) -> dict[str, Any]:
    """Write every visit of a trial into the outcomes that name none."""
    visits, outcomes = content.get("visits"), content.get("outcomes")
    if not isinstance(outcomes, (list, tuple)):
        return dict(content)
    listed = visits if isinstance(visits, (list, tuple)) else ()
    every = [
        visit["id"]
        for visit in listed
        if isinstance(visit, dict) and re.match(IDENTIFIER_PATTERN, str(visit.get("id")))
    ]
    filled = [
        {"visits": every, **outcome} if isinstance(outcome, dict) else outcome
        for outcome in outcomes
    ]
    return {**content, "outcomes": filled}


def _named(kind: str, name: str, parts: Iterable[Named]) -> Named:
    found = {part.id: part for part in parts}
    if name not in found:
        raise SpecificationError(unknown_name(kind, name, found))
    return found[name]
