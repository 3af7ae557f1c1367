"""The description of a new trial while it is put together, and its text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from helpers.trial.scaffold_text import block, inline, outcome_lines, scalar

NOT_STATED = "Not stated when the trial was set up."


@dataclass
class NewTrial:
    """What is known of a new trial.

    Parameters
    ----------
    name
        Its id.
    arms, visits, outcomes
        Their parts of ``trial.yml``; ``comments`` belong to the keys of each outcome.
    arm_ids
        The id of each arm by its value in the file.
    coded_arms
        Whether those values are numbers without a key.
    counts
        Patients of each arm.
    primary
        The ids of the primary outcome and visit.
    variables, later
        Variables known at and after randomisation, with a comment each.
    dated
        Whether the dates of randomisation are known.
    """

    name: str
    arms: list[dict[str, object]]
    arm_ids: Mapping[str, str]
    coded_arms: bool
    visits: list[dict[str, object]]
    counts: Mapping[str, int]
    outcomes: list[dict[str, object]] = field(default_factory=list)
    comments: list[dict[str, str]] = field(default_factory=list)
    primary: tuple[str, str] = ("", "")
    variables: list[tuple[dict[str, object], str]] = field(default_factory=list)
    later: list[tuple[dict[str, object], str]] = field(default_factory=list)
    dated: bool = False


def specification_text(new: NewTrial, source: str) -> str:
    """Write the ``trial.yml`` of a new trial.

    Parameters
    ----------
    new
        What is known of it.
    source
        Name of the file that it was made from.
    """
    by_id = {str(part["id"]): part for part in (*new.arms, *new.visits, *new.outcomes)}
    outcome, visit = (by_id[name] for name in new.primary)
    reference = next(str(arm["label"]) for arm in new.arms if "reference" in arm)
    others = [str(arm["label"]) for arm in new.arms if "reference" not in arm]
    words = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight"}
    one = "does" if len(others) == 1 else "do"
    compared = " and ".join([", ".join(others[:-1]), others[-1]] if others[1:] else others)
    question = (
        f"How {one} {compared} compare with {reference} in {outcome['label']} at {visit['label']}?"
    )
    design = f"Randomised trial with {words[len(new.arms)]} arms and {len(new.visits)} assessments."
    ratio = likely_ratio(new.counts)
    scores = [
        line
        for each in zip(new.outcomes, new.comments, strict=True)
        for line in outcome_lines(*each)
    ]
    visits = [
        ({**one, "week": one["week"]}, "weeks after randomisation" * (at == 1))
        for at, one in enumerate(new.visits)
    ]
    arms = [
        (arm, patients_in_words(new.counts[str(arm["id"])]) + ", subtracted" * ("reference" in arm))
        for arm in new.arms
    ]
    completed = {"outcome": new.primary[0], "visit": new.primary[1]}
    label = f"Assessed at {visit['label']}"
    lines = [
        f"# Made by 'trialbook new' from {source}. Every line with a comment wants your eyes: what",
        "# the file could not tell is guessed, or says that it is not stated. Then run",
        f"# 'trialbook check {new.name}'.",
        f"id: {new.name}",
        f"title: {scalar(new.name)}  # as in the protocol or the paper",
        f"short_title: {scalar(new.name)}  # two or three words, for the tops of pages",
        "language: en  # of the labels; in others, as de, they keep their capitals in sentences",
        "patients: real",
        "public: false  # true only if everybody may see the rows of single patients",
        f"registration: {inline({'absent': NOT_STATED})}"
        "  # or {registry: ..., number: ..., source: ...}",
        f"citation: {inline({'absent': NOT_STATED})}  # or {{key: ..., text: ..., doi: ...}}",
        f"licence: {scalar('Not stated: these data are not for publication.')}"
        "  # what others may do with the data",
        f"objective: {scalar(question)}  # the protocol's own words are better",
        f"design: {scalar(design)}  # blinding, centres, setting",
        "",
        *block("arms", arms),
        "",
        *block("visits", visits),
        "",
        f"primary: {inline(completed)}  # as the protocol names them, not as the results suggest",
        "",
        "outcomes:",
        *scores,
        "",
        *block("variables", new.variables),
        *([] if not new.later else block("later_variables", new.later)),
        "",
        "eligibility: []  # criteria, in the order of screening; see data/impact/trial.yml",
        f"eligibility_note: {scalar('The criteria were not listed when the trial was set up.')}",
        "",
        "randomisation:",
        "  method: unknown  # permuted_blocks, minimisation or simple, with strata and block_sizes",
        f"  ratio: {inline(ratio)}  # guessed from the numbers of patients",
        "",
        "populations:",
        '  - {id: randomised, label: "All randomised", rule: randomised}',
        f"  - {inline({'id': 'completers', 'label': label, 'rule': 'observed', **completed})}",
        "",
        "proportions:",
        "  - "
        + inline(
            {"id": "completed", "label": label, "count": "observed", **completed}
            | {"among": "randomised"}
        ),
        "",
        "published: []  # numbers of the paper, to be compared with the book's own",
        "",
        "unknown:",
        *(f"  - {scalar(text)}" for text in _unknown(new)),
        "",
        "tables:",
        "  participants: participants.csv",
        "  outcomes: outcomes.csv",
        *(
            f"  {table}: {inline({'absent': f'The trial was set up from {source} alone.'})}"
            for table in ("screening", "sessions", "adverse_events")
        ),
        "",
    ]
    return "\n".join(lines)


def patients_in_words(number: int) -> str:
    """Return a number of patients in words."""
    return f"{number} patient{'' if number == 1 else 's'}"


def likely_ratio(counts: Mapping[str, int]) -> dict[str, int]:
    """Guess the ratio of allocation: whole numbers near the numbers of patients, else all 1."""
    least = min(counts.values())
    ratio = {arm: round(number / least) for arm, number in counts.items()}
    near = all(abs(counts[arm] - part * least) <= 0.2 * part * least for arm, part in ratio.items())
    return ratio if near and max(ratio.values()) <= 4 else dict.fromkeys(counts, 1)


def _unknown(new: NewTrial) -> list[str]:
    unknown = ["Eligibility criteria", "How the patients were allocated, and in which ratio"]
    if not new.dated:
        unknown.append("Dates of randomisation")
    unknown.append("Smallest change that matters to patients")
    return unknown
