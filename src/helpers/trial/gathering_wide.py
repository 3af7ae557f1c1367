"""Sort out a table with one row for each patient, whose columns name the visits."""

from __future__ import annotations

from collections.abc import Sequence

from helpers.errors import DataError, unknown_name
from helpers.trial.raw_layout import (
    FEW_VALUES,
    Gathered,
    RawOutcome,
    Wishes,
    refuse_two_values,
    score_numbers,
    without_codes,
)
from helpers.trial.raw_roles import role_words
from helpers.trial.raw_table import RawTable
from helpers.trial.raw_values import numbers
from helpers.trial.visit_plan import PlannedVisit, plan_visits
from helpers.trial.visit_words import VisitWords
from helpers.trial.wide_baseline import (
    refuse_description,
    refuse_one_visit,
    single_visits,
    with_baseline,
)
from helpers.trial.wide_columns import (
    ScoreFamily,
    as_written,
    score_families,
    split_name,
    visit_key,
)


def families_of(table: RawTable, wishes: Wishes, *, besides: Sequence[str]) -> list[ScoreFamily]:
    """Return the scores that the names of the columns tell."""
    numeric = []
    for name in table.columns:
        if name in besides:
            continue
        # A cell that is no number matters only where the name tells a visit.
        if split_name(name, table.columns)[1] is not None:
            values = score_numbers(table, name, wishes, named=False)
        else:
            values = numbers(table.columns[name], extra=wishes.missing)
        if values is not None:
            numeric.append(name)
    return score_families(numeric)


def gather_wide(
    table: RawTable, patients: Sequence[str], wishes: Wishes, *, besides: Sequence[str]
) -> Gathered:
    """Sort out a wide table.

    Parameters
    ----------
    table
        The table.
    patients
        The patient of each row, each once.
    wishes
        What the user said.
    besides
        Columns that are no scores: ids and arm.

    Raises
    ------
    DataError
        When there are no columns of one score at two visits.
    """
    found = with_baseline(
        families_of(table, wishes, besides=besides), table, wishes, besides=besides
    )
    guesses: list[tuple[str, str]] = []
    left_out: list[tuple[str, str]] = []
    if wishes.scores:
        families = _chosen(found, wishes.scores, table)
    else:
        families = _likely(found, table, wishes, left_out)
    if not families:
        refuse_two_values(table, left_out)
        refuse_one_visit(table, single_visits(table, found, wishes, besides=besides))
        raise DataError(
            f"{table.file} has one row for each patient, but no columns that hold one score at "
            "several visits, such as pain_0 and pain_12w: name them so, or name the score with "
            "--score; for one row per patient and visit, name the columns with --id and --visit."
        )
    words = _visits_of(families)
    weeks = _given_weeks(words, wishes.weeks, families[0])
    baseline = _given_baseline(words, wishes.baseline, families)
    visits, remarks, before = plan_visits(words, weeks=weeks, baseline=baseline)
    guesses += [("visits", remark) for remark in remarks]
    left_out += [(text, "a visit before the baseline") for text in before]
    ids = {
        visit_key(word): visit.id for word in words for visit in visits if visit.value == word.text
    }
    outcomes = []
    for family in families:
        scores = _scores(table, family, patients, ids, wishes)
        scores = without_codes(scores, family.stem or "the scores", guesses)
        at = {visit for _, visit in scores}
        columns = tuple(name for _, name in family.columns)
        if visits[0].id not in at or len(at) < 2:
            left_out.append(
                (", ".join(columns), f"has no scores at {visits[0].label} or none later")
            )
            continue
        outcomes.append(RawOutcome(_name(family), scores, columns))
    if not outcomes:
        raise DataError(
            f"No score of {table.file} has values at the baseline and later: name the baseline "
            "visit with --baseline, or the score with --score."
        )
    used = {name for family in families for _, name in family.columns}
    after = _later_columns(table, words, visits, {*used, *besides})
    left_out += [(name, "named like a later visit, but no outcome here") for name in after]
    used |= set(after)
    return Gathered(list(patients), visits, outcomes, used, guesses, left_out)


def _likely(
    found: list[ScoreFamily], table: RawTable, wishes: Wishes, left_out: list[tuple[str, str]]
) -> list[ScoreFamily]:
    """Return the families that look like outcomes, the likely primary one first."""
    kept = []
    for family in found:
        columns = [name for _, name in family.columns]
        values = {
            value
            for name in columns
            for value in score_numbers(table, name, wishes, named=False) or ()
            if value is not None
        }
        if values <= {0.0, 1.0} or len(values) < 3:
            left_out.append((", ".join(columns), FEW_VALUES))
        else:
            kept.append(family)
    if any(family.timed for family in kept):
        numbered = [family for family in kept if not family.timed]
        for family in numbered:
            columns = [name for _, name in family.columns]
            reason = "the numbers in the names may not be visits; --score takes it nevertheless"
            left_out.append((", ".join(columns), reason))
        kept = [family for family in kept if family.timed]
    if not kept:
        return []
    first = max(kept, key=lambda family: len(family.columns))
    baseline = first.keys[0]
    others = [family for family in kept if family is not first]
    for family in others:
        if not {baseline} <= set(family.keys):
            columns = [name for _, name in family.columns]
            left_out.append((", ".join(columns), "its visits are not those of the primary outcome"))
    return [first, *(family for family in others if baseline in family.keys)]


def _chosen(found: list[ScoreFamily], names: Sequence[str], table: RawTable) -> list[ScoreFamily]:
    """Return the families that the option --score names.

    A name is what the columns of a score share, or one of them. Several columns of the file with
    commas between them are one score at several visits, in this order.
    """
    chosen: list[ScoreFamily] = []
    stems = {family.stem: family for family in found}
    columns = {name.casefold(): family for family in found for _, name in family.columns}
    for given in names:
        parts = [part.strip() for part in given.split(",")]
        if len(parts) > 1 and all(part in table.columns for part in parts):
            refuse_description(parts)
            chosen.append(_listed(parts, table))
            continue
        for name in parts:
            family = stems.get(role_words(name)) or columns.get(name.casefold())
            if family is None:
                alike = [column for column in table.columns if column.casefold() == name.casefold()]
                refuse_one_visit(table, alike)
                raise DataError(
                    unknown_name(
                        f"score at several visits in {table.file}",
                        name,
                        [stem or "score" for stem in stems],
                        where=f"--score {name}",
                    )
                    + " Or list the columns of one score: --score first,second,third."
                )
            if family not in chosen:
                chosen.append(family)
    return chosen


def _listed(parts: Sequence[str], table: RawTable) -> ScoreFamily:
    """Return the score whose columns an option lists, visit by visit."""
    read = [(part, split_name(part, table.columns)[1]) for part in parts]
    keys = [visit_key(words) if words else None for _, words in read]
    told = None not in keys and len(set(keys)) == len(keys)
    shared = _beginning(parts).rstrip("_-. 0123456789")
    # What the columns share names the score, the rest the visit.
    rests = [part[len(shared) :].strip("_-. ") for part in parts]
    named = rests if all(rests) and len(set(rests)) == len(rests) else list(parts)
    columns = tuple(
        (words if words is not None and told else VisitWords(text, "named"), part)
        for (part, words), text in zip(read, named, strict=True)
    )
    return ScoreFamily(role_words(shared or parts[0]), columns)


def _beginning(names: Sequence[str]) -> str:
    """Return the letters with which all names begin."""
    first = min(names, key=len)
    lengths = range(len(first), 0, -1)
    return next((first[:n] for n in lengths if all(x.startswith(first[:n]) for x in names)), "")


def _visits_of(families: list[ScoreFamily]) -> list[VisitWords]:
    """Return every visit once, in the order of the columns of the first family."""
    seen: dict[object, VisitWords] = {}
    for family in families:
        for words, _ in family.columns:
            seen.setdefault(visit_key(words), words)
    # Words of one text must not stand for two visits.
    return list(seen.values())


def _later_columns(
    table: RawTable, words: list[VisitWords], visits: Sequence[PlannedVisit], besides: set[str]
) -> list[str]:
    """Return further columns named like a later visit: they describe nobody at baseline."""
    later = {visit.value for visit in visits[1:]}
    keys = {visit_key(word) for word in words if word.text in later}
    found = []
    for name in table.columns:
        stem, visit = split_name(name, table.columns)
        if name not in besides and stem and visit is not None and visit_key(visit) in keys:
            found.append(name)
    return found


def _given_weeks(
    words: list[VisitWords], weeks: tuple[float, ...], family: ScoreFamily
) -> dict[str, float] | None:
    if not weeks:
        return None
    if len(weeks) != len(words):
        shown = ", ".join(word.text for word in words)
        raise DataError(
            f"--weeks gives {len(weeks)} weeks, but the columns of scores name {len(words)} "
            f"visits ({shown}): give one week for each, in this order."
        )
    return {word.text: week for word, week in zip(words, weeks, strict=True)}


def _given_baseline(
    words: list[VisitWords], baseline: str | None, families: list[ScoreFamily]
) -> str | None:
    if baseline is None:
        return None
    for family in families:
        for word, name in family.columns:
            if baseline.casefold() in (name.casefold(), word.text.casefold()):
                key = visit_key(word)
                return next(other.text for other in words if visit_key(other) == key)
    shown = [word.text for word in words]
    raise DataError(unknown_name("visit", baseline, shown, where=f"--baseline {baseline}"))


def _scores(
    table: RawTable,
    family: ScoreFamily,
    patients: Sequence[str],
    ids: dict[object, str],
    wishes: Wishes,
) -> dict[tuple[str, str], float]:
    scores: dict[tuple[str, str], float] = {}
    for words, name in family.columns:
        visit = ids.get(visit_key(words))
        values = score_numbers(table, name, wishes, named=True)
        for patient, value in zip(patients, values or (), strict=False):
            if visit is not None and value is not None:
                scores[patient, visit] = value
    return scores


def _name(family: ScoreFamily) -> str:
    """Return the name of a score as the file writes it, without the visit."""
    return as_written(family.stem.split("_"), family.columns[-1][1]) if family.stem else "score"
