"""What a trial is: its arms, visits, outcomes, variables, eligibility and randomisation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Len
from pydantic import PlainValidator, model_validator

from helpers.trial.parts import (
    Code,
    Days,
    Decimals,
    Flag,
    Identifier,
    Number,
    Part,
    Text,
    Whole,
    refuse,
)


class Registration(Part):
    """Where the trial was registered, or why no registration is given (``absent``)."""

    registry: Text | None = None
    number: Text | None = None
    source: Text | None = None
    absent: Text | None = None

    @model_validator(mode="after")
    def _given_or_absent(self) -> Registration:
        given = self.registry is not None and self.number is not None
        if given == (self.absent is not None):
            refuse(
                "The registration is neither given nor said to be absent.",
                "Write registry and number, or only absent with the reason.",
            )
        return self


class Citation(Part):
    """The publication of the trial, or why there is none (``absent``).

    ``key`` is its entry in the book's bibliography.
    """

    key: Code | None = None
    text: Text | None = None
    doi: Text | None = None
    absent: Text | None = None

    @model_validator(mode="after")
    def _given_or_absent(self) -> Citation:
        given = self.key is not None and self.text is not None
        alone = self.key is None and self.text is None and self.doi is None
        if given == (self.absent is not None) or not (given or alone):
            refuse(
                "The citation is neither given nor said to be absent.",
                "Write key and text, or only absent with the reason.",
            )
        return self


class Arm(Part):
    """A treatment arm; the reference arm is the one that is subtracted."""

    id: Identifier
    label: Text
    reference: Flag = False


class Visit(Part):
    """A planned assessment, ``week`` weeks after randomisation.

    ``window_days`` are the first and the last day allowed, counted from the planned day.
    """

    id: Identifier
    label: Text
    week: Number
    window_days: Days | None = None

    @model_validator(mode="after")
    def _window_holds_the_planned_day(self) -> Visit:
        if self.window_days is not None and not self.window_days[0] <= 0 <= self.window_days[1]:
            refuse(
                f"The window {list(self.window_days)} of visit {self.id!r} does not hold the "
                "planned day itself.",
                "Write the days before (0 or less) and after (0 or more), like [-14, 14].",
            )
        return self


class MeaningfulChange(Part):
    """The smallest improvement that matters to a patient, or why none is given (``absent``).

    An improvement counts when it is at least ``value``: a share of the baseline score
    (``relative``) or a number of points (``absolute``).
    """

    kind: Literal["relative", "absolute"] | None = None
    value: Annotated[Number, Gt(0)] | None = None
    source: Text | None = None
    absent: Text | None = None

    @model_validator(mode="after")
    def _given_or_absent(self) -> MeaningfulChange:
        given = self.kind is not None and self.value is not None
        if given == (self.absent is not None):
            refuse(
                "The meaningful change is neither given nor said to be absent.",
                "Write kind, value and source, or only absent with the reason.",
            )
        if self.kind == "relative" and self.value is not None and self.value > 1:
            refuse(
                f"A relative change of {self.value:g} is more than the whole baseline score.",
                "Write it as a share, for example 0.30 for 30%.",
            )
        return self


class Outcome(Part):
    """A score assessed at visits; ``visits`` defaults to every visit of the trial.

    ``minimum`` and ``maximum`` are the ends of the instrument's scale (null when the source states
    none), ``decimals`` those of an estimate as printed.
    """

    id: Identifier
    label: Text
    instrument: Text
    minimum: Number | None
    maximum: Number | None
    integer: Flag = False
    higher_is: Literal["worse", "better"]
    unit: Text
    role: Literal["primary", "secondary"]
    decimals: Decimals
    visits: tuple[Identifier, ...]
    meaningful_change: MeaningfulChange
    source: Text | None = None
    assumption: Flag = False

    @model_validator(mode="after")
    def _range_is_upright(self) -> Outcome:
        _check_range(f"outcome {self.id!r}", self.minimum, self.maximum)
        return self


class Variable(Part):
    """A column that describes a participant or a person screened.

    Categorical variables list their ``codes`` (code as it stands in the table: label, in the order
    to show them). ``table1: false`` keeps a variable out of the table of baseline characteristics.
    """

    id: Identifier
    label: Text
    kind: Literal["continuous", "categorical", "text"]
    unit: Text | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    integer: Flag = False
    decimals: Decimals = 1
    codes: Mapping[Code, Text] | None = None
    table1: Flag = True
    source: Text | None = None
    assumption: Flag = False

    @model_validator(mode="after")
    def _keys_fit_the_kind(self) -> Variable:
        name = f"variable {self.id!r}"
        if self.kind == "categorical" and not self.codes:
            refuse(
                f"The categorical {name} lists no codes.",
                "Add codes, for example {female: Women, male: Men}.",
            )
        if self.kind != "categorical" and self.codes is not None:
            refuse(
                f"The {self.kind} {name} lists codes.",
                "Remove codes, or write kind: categorical.",
            )
        bounded = self.minimum is not None or self.maximum is not None or self.integer
        if self.kind != "continuous" and bounded:
            refuse(
                f"The {self.kind} {name} has a minimum, a maximum or integer: true.",
                "Remove them, or write kind: continuous.",
            )
        _check_range(name, self.minimum, self.maximum)
        return self


def _check_range(name: str, minimum: float | None, maximum: float | None) -> None:
    if minimum is not None and maximum is not None and minimum >= maximum:
        refuse(
            f"The minimum {minimum:g} of {name} is not below its maximum {maximum:g}.",
            "Exchange or correct the two numbers.",
        )


def _criterion_value(value: Any) -> float | str | tuple[float | str, ...]:
    """Read the value of a criterion: a number, a word, or a list of those."""
    if isinstance(value, (list, tuple)):
        if not value:
            refuse("The list of values is empty.", "Write at least one value.")
        return tuple(_single_value(item) for item in value)
    return _single_value(value)


def _single_value(value: Any) -> float | str:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)) or value == "":
        refuse(
            f"The value {value!r} is neither a number nor a word.",
            "Write a number, or a code as it stands in the table, in quotes.",
        )
    return value if isinstance(value, str) else float(value)


class Criterion(Part):
    """A rule that a person must meet to be randomised: ``variable operator value``."""

    variable: Identifier
    operator: Literal[">=", ">", "<=", "<", "==", "!=", "in", "not in"]
    value: Annotated[float | str | tuple[float | str, ...], PlainValidator(_criterion_value)]
    label: Text
    source: Text | None = None
    assumption: Flag = False

    @model_validator(mode="after")
    def _value_fits_the_operator(self) -> Criterion:
        listed = isinstance(self.value, tuple)
        if listed != (self.operator in ("in", "not in")):
            refuse(
                f"The operator {self.operator!r} on {self.variable!r} does not fit the value "
                f"{list(self.value) if isinstance(self.value, tuple) else self.value!r}.",
                "Use in and not in with a list of values, the other operators with one value.",
            )
        if self.operator in (">=", ">", "<=", "<") and isinstance(self.value, str):
            refuse(
                f"The operator {self.operator!r} on {self.variable!r} compares with the word "
                f"{self.value!r}.",
                "Use a number, or one of the operators ==, !=, in and not in.",
            )
        return self


class Randomisation(Part):
    """How participants were allocated; ``strata`` are the factors when it is minimisation.

    ``ratio`` gives each arm's share; ``seed`` lets the book make the allocation list again.
    """

    method: Literal["permuted_blocks", "minimisation", "simple", "unknown"]
    ratio: Annotated[Mapping[Identifier, Annotated[Whole, Ge(1)]], Len(1)]
    strata: tuple[Identifier, ...] = ()
    block_sizes: tuple[Annotated[Whole, Ge(1)], ...] = ()
    seed: Annotated[Whole, Ge(0)] | None = None
    source: Text | None = None
    assumption: Flag = False

    @model_validator(mode="after")
    def _keys_fit_the_method(self) -> Randomisation:
        if self.block_sizes and self.method != "permuted_blocks":
            refuse(
                f"Block sizes are given for the method {self.method!r}.",
                "Remove block_sizes, or write method: permuted_blocks.",
            )
        if self.method == "permuted_blocks" and self.seed is not None and not self.block_sizes:
            refuse(
                "A seed is given for permuted blocks without their sizes.",
                "Add block_sizes, or remove seed.",
            )
        if self.method == "minimisation" and not self.strata:
            refuse(
                "Minimisation is declared without the factors that it balanced.",
                "List their variables under strata.",
            )
        total = sum(self.ratio.values())
        for size in self.block_sizes:
            if size % total:
                refuse(
                    f"A block of {size} cannot keep the ratio, whose parts add up to {total}.",
                    f"Write multiples of {total} under block_sizes.",
                )
        return self
