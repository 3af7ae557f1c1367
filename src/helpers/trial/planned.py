"""What is done with a trial: populations, proportions, published analyses and published numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import PlainValidator, model_validator

from helpers.trial.parts import (
    AnalysisSet,
    FileName,
    Identifier,
    Part,
    ResultName,
    Text,
    Whole,
    refuse,
)

# A number as a paper prints it: 298, -0.48, .07, 67.1, with ASCII or typographic minus.
PRINTED_NUMBER = re.compile(r"^[-−+]?(\d+(\.\d+)?|\.\d+)$")


class Primary(Part):
    """The outcome and the visit of the primary analysis."""

    outcome: Identifier
    visit: Identifier


class Population(Part):
    """A set of participants that an analysis is made in."""

    id: Identifier
    label: Text
    rule: AnalysisSet
    outcome: Identifier | None = None
    visit: Identifier | None = None

    @model_validator(mode="after")
    def _observed_says_what(self) -> Population:
        named = self.outcome is not None and self.visit is not None
        unnamed = self.outcome is None and self.visit is None
        if (self.rule == "observed" and not named) or (self.rule != "observed" and not unnamed):
            refuse(
                f"The population {self.id!r} has the rule {self.rule!r}, which does not fit its "
                "outcome and visit.",
                "Name both outcome and visit when the rule is observed, else neither.",
            )
        return self


class Proportion(Part):
    """A count of participants among others, for each arm and overall.

    ``count`` says who is counted: those who improved by the outcome's meaningful change
    (``responders``), those assessed (``observed``), those with an ``adverse_event``, or those whose
    ``variable`` equals a code. ``among`` says the denominator; ``recorded`` means that the variable
    is not missing.
    """

    id: Identifier
    label: Text
    count: Literal["responders", "observed", "adverse_event", "variable"]
    among: Literal["randomised", "observed", "started_treatment", "recorded"]
    outcome: Identifier | None = None
    visit: Identifier | None = None
    event: Identifier | None = None
    variable: Identifier | None = None
    equals: Text | None = None

    @model_validator(mode="after")
    def _keys_fit_the_count(self) -> Proportion:
        wanted = {
            "responders": {"outcome", "visit"},
            "observed": {"outcome", "visit"},
            "adverse_event": {"event"},
            "variable": {"variable", "equals"},
        }[self.count]
        keys = ("outcome", "visit", "event", "variable", "equals")
        given = {key for key in keys if getattr(self, key) is not None}
        if given != wanted:
            refuse(
                f"The proportion {self.id!r} counts {self.count} and gives "
                f"{', '.join(sorted(given)) or 'nothing that says which'}.",
                f"Give {' and '.join(sorted(wanted))}, and none of the others.",
            )
        fitting = {
            "responders": ("randomised", "observed"),
            "observed": ("randomised", "started_treatment"),
            "adverse_event": ("randomised", "started_treatment"),
            "variable": ("randomised", "started_treatment", "recorded"),
        }[self.count]
        if self.among not in fitting:
            refuse(
                f"The proportion {self.id!r} counts {self.count} among {self.among!r}.",
                f"Write among: {' or '.join(fitting)}.",
            )
        return self


class PublishedAnalysis(Part):
    """An analysis as the paper made it, where it differs from the book's primary model.

    ``covariates`` are variable ids, ``baseline`` (this outcome at baseline) or
    ``baseline:other_outcome``; the difference is ``minuend`` minus ``subtrahend``.
    """

    id: Identifier
    label: Text
    method: Literal["ancova"]
    outcome: Identifier
    visit: Identifier
    population: Identifier
    covariates: tuple[Text, ...] = ()
    factors: tuple[Identifier, ...] = ()
    minuend: Identifier
    subtrahend: Identifier


def _printed_number(value: Any) -> str:
    """Read a published number, which must be text: 0.50 as a number would lose its last digit."""
    if not isinstance(value, str):
        refuse(f"The printed number {value} is not in quotes.", "Write it as printed, in quotes.")
    number = value.strip().removeprefix("<").removeprefix(">").strip()
    if not PRINTED_NUMBER.match(number):
        refuse(
            f"The printed number {value!r} is not a number.",
            'Write only the number as printed, in quotes, for example "-0.48" or "< .001".',
        )
    return value.strip()


class Published(Part):
    """A published number that the book compares itself with.

    ``result`` is the stem of the book's own result names, to which each key of ``printed`` is
    added; null (with an ``explanation``) when the data cannot give it.
    """

    name: Identifier
    label: Text
    result: ResultName | None
    printed: Mapping[ResultName, Annotated[str, PlainValidator(_printed_number)]]
    source: Text
    explanation: Text | None = None

    @model_validator(mode="after")
    def _row_is_complete(self) -> Published:
        if not self.printed:
            refuse(
                f"The published row {self.name!r} prints no number.",
                'Add printed, for example {estimate: "-0.48"}.',
            )
        if self.result is None and self.explanation is None:
            refuse(
                f"The published row {self.name!r} has no result and no explanation.",
                "Say in explanation why the data cannot give this number.",
            )
        for key, text in self.printed.items():
            if text[0] in "<>" and not re.fullmatch(r"(.*\.)?p(_\w+)?", key):
                refuse(
                    f"The published row {self.name!r} prints {text!r} under {key!r}.",
                    "Only a P value, under the key p, may be printed as smaller or greater.",
                )
        return self


class Assumption(Part):
    """Something the paper does not say and the synthetic cohort had to assume."""

    topic: Text
    statement: Text
    reason: Text


class TableSource(Part):
    """The file of a table, or why there is none (``absent``).

    A screening log that is absent may give the number of people ``assessed`` with its ``source``.
    In ``trial.yml`` a file is written as its name alone.
    """

    file: FileName | None = None
    absent: Text | None = None
    assessed: Whole | None = None
    source: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        return {"file": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _given_or_absent(self) -> TableSource:
        if (self.file is None) == (self.absent is None):
            refuse(
                "A table is neither a file nor said to be absent.",
                "Write the name of its file, or {absent: reason}.",
            )
        if self.file is not None and (self.assessed is not None or self.source is not None):
            refuse(
                "A table that has a file also gives assessed or source.",
                "Write the name of the file alone.",
            )
        if (self.assessed is None) != (self.source is None):
            refuse(
                "The number assessed and its source do not stand together.",
                "Write both assessed and source, or neither.",
            )
        return self


class Tables(Part):
    """The tables of the trial, each a CSV file beside ``trial.yml``."""

    participants: TableSource
    outcomes: TableSource
    screening: TableSource
    sessions: TableSource
    adverse_events: TableSource

    def files(self) -> dict[str, str]:
        """Return the file of every table that has one, in the fixed order of tables."""
        sources = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: source.file for name, source in sources.items() if source.file is not None}
