"""Compare editions of the book: the parameters and the numbers in which they differ."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from helpers.analysis.differencing import threshold_of, withheld_together
from helpers.analysis.withheld import WORDS
from helpers.trial.parts import is_english

# Where an edition says what made it: names, versions and hashes, which are no findings.
_NOT_COMPARED = re.compile(r"(provenance|comparison|figure)\.")
# What every chapter is given by its edition, and what the build fills in.
_NOT_A_CHOICE = frozenset({"trial", "edition", "results"})
_DIFFERENCE = re.compile(r"primary\.difference\.(?:(?P<arm>[a-z][a-z0-9_]*)\.)?estimate")
_MEAN = re.compile(r"primary\.mean\.(?P<arm>[^.]+)\.(?P<visit>[^.]+)\.estimate")
_DECIMALS = re.compile(r"\.(\d+)")


@dataclass(frozen=True)
class EditionResults:
    """What one edition found, and with which parameters.

    Parameters
    ----------
    name, title
        Of the edition.
    trial
        Id of its trial.
    label
        Whose data it shows, for example ``"Synthetic cohort (IMPACT)"``.
    synthetic
        Whether its patients were made by a computer.
    public
        Whether its trial is declared public.
    parameters
        Values by chapter and parameter.
    results
        Name to ``{"value", "text", "chapter"}``, as in ``results.json``.
    titles
        Of the chapters, by their names, as far as they are known.
    """

    name: str
    title: str
    trial: str
    label: str
    synthetic: bool
    public: bool
    parameters: Mapping[str, Mapping[str, Any]]
    results: Mapping[str, Mapping[str, Any]]
    titles: Mapping[str, str] = field(default_factory=dict)

    @property
    def labels_in_english(self) -> bool:
        """Whether the labels of its trial are; those of a trial that says nothing of it are."""
        return is_english(str(self.results.get("trial.language", {}).get("text", "en")))


@dataclass(frozen=True)
class ComparedParameter:
    """A parameter that has not the same value everywhere: one value for each edition.

    ``chapters`` are those in which it has these values; a value is None where an edition has none
    of them.
    """

    name: str
    chapters: tuple[str, ...]
    values: tuple[Any, ...]


@dataclass(frozen=True)
class ComparedNumber:
    """A number in which editions differ: one value and one printed text for each edition.

    ``differences`` are values minus that of the first edition, None where either is missing or the
    trial is another one;
    ``decimals`` is how many decimals the printed texts have.
    """

    name: str
    chapter: str
    values: tuple[float | None, ...]
    texts: tuple[str | None, ...]
    differences: tuple[float | None, ...]
    decimals: int


@dataclass(frozen=True)
class ComparedEstimate:
    """A primary difference between arms in one edition; ``panel`` says which can share an axis.

    ``arm`` and ``reference`` are the labels of the two arms, empty where an edition's book was
    made without them; ``several`` says whether there are other arms too.
    """

    edition: str
    synthetic: bool
    panel: tuple[str, str, str]
    arm: str
    reference: str
    several: bool
    higher_is: str
    estimate: float
    lower: float | None
    upper: float | None
    text: str
    level: str
    unit: str


@dataclass(frozen=True)
class ComparedMean:
    """The model's mean of one arm at one visit in one edition; ``panel`` is trial and outcome."""

    edition: str
    synthetic: bool
    panel: tuple[str, str]
    arm: str
    visit: str
    week: float
    estimate: float
    lower: float
    upper: float
    text: str
    level: str
    unit: str
    higher_is: str


@dataclass(frozen=True)
class Comparison:
    """Editions beside each other.

    Attributes
    ----------
    editions
        As given; differences are taken from the first.
    same_trial
        Whether all are of one trial. If not, their numbers answer different questions.
    parameters
        Those that differ.
    printed
        Numbers that are printed differently.
    beyond_print
        Numbers that are printed alike and differ in digits that are not printed.
    alike
        How many numbers are the same in every edition.
    absent
        Chapter to the names of numbers that not every edition has, and that do not differ between
        those that have them.
    words
        How many texts differ (sentences, labels).
    estimates
        The primary differences.
    means
        The means of the primary outcome by arm and visit, from the model of each edition.
    withheld
        Names of the numbers that differ and are withheld in editions of a private trial; see
        :func:`helpers.analysis.differencing.withheld_together`.
    """

    editions: tuple[EditionResults, ...]
    same_trial: bool
    parameters: tuple[ComparedParameter, ...]
    printed: tuple[ComparedNumber, ...]
    beyond_print: tuple[ComparedNumber, ...]
    alike: int
    absent: Mapping[str, tuple[str, ...]]
    words: int
    estimates: tuple[ComparedEstimate, ...]
    means: tuple[ComparedMean, ...]
    withheld: frozenset[str]

    def title_of(self, chapter: str) -> str:
        """Return the title of a chapter; its name where no edition knows it."""
        return next(
            (each.titles[chapter] for each in self.editions if chapter in each.titles), chapter
        )

    @property
    def private(self) -> tuple[str, ...]:
        """The trials that are not public and have several editions here."""
        trials = [edition.trial for edition in self.editions if not edition.public]
        return tuple(dict.fromkeys(trial for trial in trials if trials.count(trial) > 1))


def compare_editions(editions: Sequence[EditionResults]) -> Comparison:
    """Compare the results of editions, number by number.

    Parameters
    ----------
    editions
        In order; the first is the one that the others are compared with.

    Returns
    -------
    Comparison
        Its parts are sorted as the chapters are, then by name.
    """
    printed: list[ComparedNumber] = []
    beyond: list[ComparedNumber] = []
    absent: dict[str, list[str]] = {}
    alike = words = 0
    comparable = [edition.trial == editions[0].trial for edition in editions]
    hidden = _withheld(editions)
    withheld = set()
    for name, chapter, entries in _entries(editions):
        if not any(_is_number(entry) for entry in entries):
            words += len({entry["text"] for entry in entries if entry is not None}) > 1
            continue
        number = _compared(name, chapter, entries, comparable)
        if any(name in names for names in hidden):
            number = _without_hidden(number, hidden)
            withheld.add(name)
        if len({entry["text"] for entry in entries if entry is not None}) > 1:
            printed.append(number)
        elif len({entry["value"] for entry in entries if entry is not None}) > 1:
            beyond.append(number)
        elif any(entry is None for entry in entries):
            absent.setdefault(chapter, []).append(name)
        else:
            alike += 1
    return Comparison(
        editions=tuple(editions),
        same_trial=len({edition.trial for edition in editions}) <= 1,
        parameters=tuple(_parameters(editions)),
        printed=tuple(printed),
        beyond_print=tuple(beyond),
        alike=alike,
        absent={chapter: tuple(names) for chapter, names in absent.items()},
        words=words,
        estimates=tuple(each for edition in editions for each in _estimates(edition)),
        means=tuple(each for edition in editions for each in _means(edition)),
        withheld=frozenset(each.name for each in (*printed, *beyond) if each.name in withheld),
    )


def _withheld(editions: Sequence[EditionResults]) -> list[frozenset[str]]:
    """Return the names that each edition may not show beside the others of its trial."""
    found = {}
    for trial in {edition.trial for edition in editions if not edition.public}:
        of_trial = [edition for edition in editions if edition.trial == trial]
        found[trial] = withheld_together(
            [edition.results for edition in of_trial],
            threshold=threshold_of(
                values for edition in of_trial for values in edition.parameters.values()
            ),
        )
    return [found.get(edition.trial, frozenset()) for edition in editions]


def _without_hidden(number: ComparedNumber, hidden: Sequence[frozenset[str]]) -> ComparedNumber:
    gone = [number.name in names for names in hidden]
    return replace(
        number,
        values=tuple(
            None if out else value for value, out in zip(number.values, gone, strict=True)
        ),
        texts=tuple(
            WORDS if out and text is not None else text
            for text, out in zip(number.texts, gone, strict=True)
        ),
        # The first edition's number is in each of them.
        differences=tuple(
            None if out or gone[0] else value
            for value, out in zip(number.differences, gone, strict=True)
        ),
    )


def _entries(
    editions: Sequence[EditionResults],
) -> Iterator[tuple[str, str, list[Mapping[str, Any] | None]]]:
    """Yield every result with its chapter and its entry in each edition, None where it has none."""
    chapters: dict[str, str] = {}
    for edition in editions:
        for name, entry in edition.results.items():
            if not _NOT_COMPARED.match(name):
                chapters.setdefault(name, str(entry["chapter"]))
    for name, chapter in sorted(chapters.items(), key=lambda item: (item[1], item[0])):
        yield name, chapter, [edition.results.get(name) for edition in editions]


def _is_number(entry: Mapping[str, Any] | None) -> bool:
    return _value(entry) is not None


def _value(entry: Mapping[str, Any] | None) -> float | None:
    value = None if entry is None else entry["value"]
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return value


def _compared(
    name: str,
    chapter: str,
    entries: Sequence[Mapping[str, Any] | None],
    comparable: Sequence[bool],
) -> ComparedNumber:
    values = tuple(_value(entry) for entry in entries)
    texts = tuple(None if entry is None else str(entry["text"]) for entry in entries)
    first = values[0]
    printed = [len(digits) for text in texts for digits in _DECIMALS.findall(text or "")]
    return ComparedNumber(
        name,
        chapter,
        values,
        texts,
        tuple(
            value - first if alike and value is not None and first is not None else None
            for value, alike in zip(values, comparable, strict=True)
        ),
        max(printed, default=0),
    )


def _parameters(editions: Sequence[EditionResults]) -> Iterator[ComparedParameter]:
    """Yield the parameters that differ, with all the chapters in which they differ alike."""
    chapters = sorted({chapter for edition in editions for chapter in edition.parameters})
    found: dict[tuple[str, tuple[Any, ...]], list[str]] = {}
    for chapter in chapters:
        # A chapter that an edition leaves out has no values there to compare.
        with_it = [each for each in editions if chapter in each.parameters]
        names = dict.fromkeys(name for each in with_it for name in each.parameters[chapter])
        for name in names:
            if name in _NOT_A_CHOICE:
                continue
            values = tuple(each.parameters.get(chapter, {}).get(name) for each in editions)
            if len({repr(value) for value in values if value is not None}) > 1:
                found.setdefault((name, values), []).append(chapter)
    for (name, values), where in sorted(found.items(), key=lambda item: item[0][0]):
        yield ComparedParameter(name, tuple(where), values)


def _estimates(edition: EditionResults) -> Iterator[ComparedEstimate]:
    """Yield the primary difference of each arm; of the only one, when there are two arms."""
    found = [match for name in edition.results if (match := _DIFFERENCE.fullmatch(name))]
    arms = [match for match in found if match["arm"]]
    whole = [match for match in found if not match["arm"]]
    for match in arms or whole:
        stem = match.string.removesuffix(".estimate")
        estimate = _value(edition.results[match.string])
        if estimate is None or not math.isfinite(estimate):
            continue
        limits = [_value(edition.results.get(f"{stem}.{end}")) for end in ("lower", "upper")]
        yield ComparedEstimate(
            edition=edition.name,
            synthetic=edition.synthetic,
            panel=(
                edition.trial,
                _text(edition, "primary.outcome"),
                _text(edition, "primary.visit.label"),
            ),
            arm=_arm_label(edition, match["arm"] or ""),
            reference=_arm_label(edition, _text(edition, "primary.reference")),
            several=len(arms) > 1,
            higher_is=_text(edition, "primary.higher_is"),
            estimate=estimate,
            lower=limits[0],
            upper=limits[1],
            text=_interval_text(edition, stem),
            level=_text(edition, "primary.level"),
            unit=_text(edition, "primary.unit"),
        )


def _means(edition: EditionResults) -> Iterator[ComparedMean]:
    """Yield the means that the primary model of an edition gives, arm by arm."""
    for name in edition.results:
        match = _MEAN.fullmatch(name)
        if match is None:
            continue
        stem = name.removesuffix(".estimate")
        needed = (f"primary.week.{match['visit']}", name, f"{stem}.lower", f"{stem}.upper")
        values = [_value(edition.results.get(each)) for each in needed]
        finite = [value for value in values if value is not None and math.isfinite(value)]
        if len(finite) < len(values):
            continue
        week, estimate, lower, upper = finite
        yield ComparedMean(
            edition=edition.name,
            synthetic=edition.synthetic,
            panel=(edition.trial, _text(edition, "primary.outcome")),
            arm=_arm_label(edition, match["arm"]),
            visit=match["visit"],
            week=week,
            estimate=estimate,
            lower=lower,
            upper=upper,
            text=_interval_text(edition, stem),
            level=_text(edition, "primary.level"),
            unit=_text(edition, "primary.unit"),
            higher_is=_text(edition, "primary.higher_is"),
        )


def _arm_label(edition: EditionResults, arm: str) -> str:
    return _text(edition, f"primary.label.{arm}") or arm.replace("_", " ")


def _interval_text(edition: EditionResults, stem: str) -> str:
    estimate = _text(edition, f"{stem}.estimate")
    return f"{estimate} ({_text(edition, f'{stem}.lower')} to {_text(edition, f'{stem}.upper')})"


def _text(edition: EditionResults, name: str) -> str:
    return str(edition.results.get(name, {}).get("text", ""))
