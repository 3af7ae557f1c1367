"""What every chapter shows around its own content: whose data, notes and provenance."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import pandas as pd

from helpers.analysis.small_counts import arm_sizes
from helpers.analysis.withheld import NotShown
from helpers.show.outputs import emit, show_paragraphs
from helpers.show.page_label import PageLabel, set_page_label
from helpers.show.provenance import code_sha256, package_versions, python_version
from helpers.show.records import NOT_AVAILABLE, Record, Value, publish
from helpers.show.sentences import continued, listed, mid_sentence, outcome_phrase
from helpers.show.tables import display_table
from helpers.trial.loading import Trial
from helpers.trial.specification import Outcome, Specification


def label_of(specification: Specification) -> PageLabel:
    """Return the words that stand beside everything made from a trial's data."""
    return PageLabel(
        text=f"{specification.data_label} ({specification.short_title})",
        synthetic=specification.is_synthetic,
        public=specification.public,
        lowered=specification.labels_in_english,
    )


def show_data_label(trial: Trial) -> None:
    """Say whose data the page shows, label all that follows, and publish the trial's facts.

    Parameters
    ----------
    trial
        The trial whose data the chapter uses.
    """
    specification = trial.specification
    label = label_of(specification)
    set_page_label(label)
    if label.synthetic:
        kind = "synthetic"
        heading = f"{label.text}: these are not patients"
        body = (
            "Every row was made by a computer from the trial's published description. "
            "Nothing on this page is evidence about the treatments."
        )
    else:
        kind = "real"
        heading = label.text
        body = (
            f"The rows describe people who took part in the trial. Licence: {specification.licence}"
        )
        body += "" if body.endswith(".") else "."
    lines = [body, *([specification.notice] if specification.notice else [])]
    if trial.restriction:
        lines.append(
            f"This run is restricted to {population_text(trial)}. On this page, those randomised "
            "are these participants."
        )
    if not specification.public:
        lines.append(withheld_sentence(trial))
    paragraphs = "".join(f"<p>{escape(line.strip())}</p>" for line in lines)
    emit(
        {
            "text/html": (
                f'<div class="trial-banner trial-banner-{kind}" role="note" '
                f'aria-label="Whose data: {escape(label.text)}">'
                f'<p class="trial-banner-title">{escape(heading)}</p>{paragraphs}</div>'
            ),
            "text/plain": "\n".join([heading, *lines]),
        },
        metadata={"trialbook": {"banner": kind}},
    )
    publish(trial_records(specification))


def withheld_sentence(trial: Trial) -> str:
    """Say what the page of a trial that is not public leaves out."""
    text = "The data are not public: rows, dates and values of single participants are not shown"
    if not trial.threshold:
        return f"{text}; small counts are (small_cells is 0)."
    return (
        f"{text}, nor are counts from 1 to {trial.threshold - 1} or the sums and percentages from "
        "which one of them would follow."
        if trial.threshold > 1
        else f"{text}."
    )


def population_text(trial: Trial) -> str:
    """Say whom the tables of a trial hold, as it stands within a sentence."""
    if not trial.restriction:
        return "everyone who was randomised"
    kept = arm_sizes(trial).everyone()
    if isinstance(kept, NotShown):
        return f"the randomised participants who meet the changed criteria ({trial.restriction})"
    return (
        f"the {kept} of {trial.randomised} randomised participants who meet "
        f"the changed criteria ({trial.restriction})"
    )


def record_population(trial: Trial) -> None:
    """Publish whom the primary analysis is about: everyone randomised, or those who remain."""
    said = population_text(trial)
    publish([Record("primary.population", said, said)])


def trial_records(specification: Specification) -> list[Record]:
    """Return the facts of a trial that prose cites, in every chapter."""
    arms = [mid_sentence(specification.arm(arm).label) for arm in specification.arm_ids]
    primary = specification.primary_outcome
    registration = specification.registration
    registered = (
        f"{registration.registry} {registration.number}"
        if registration.number
        else registration.absent or NOT_AVAILABLE
    )
    texts = {
        "id": specification.id,
        "title": specification.title,
        "short_title": specification.short_title,
        "language": specification.language,
        "patients": specification.patients,
        "data_label": specification.data_label,
        "objective": specification.objective,
        "design": specification.design,
        "citation": publication_of(specification),
        "registration": registered,
        "licence": specification.licence,
        "arms": listed(arms),
        "reference_arm.label": mid_sentence(specification.reference_arm.label),
        "primary_outcome.label": mid_sentence(primary.label),
        "primary_outcome.phrase": phrase_of(primary),
        "primary_visit.label": mid_sentence(specification.primary_visit.label),
    }
    return [
        *(Record(f"trial.{key}", text.strip(), text.strip()) for key, text in texts.items()),
        Record("trial.arms.n", len(arms), str(len(arms))),
    ]


def phrase_of(outcome: Outcome) -> str:
    """Return an outcome with its instrument and direction, as it stands within a sentence."""
    return outcome_phrase(outcome.label, outcome.instrument, f"higher is {outcome.higher_is}")


def publication_of(specification: Specification) -> str:
    """Return the publication of a trial, or why none is given."""
    citation = specification.citation
    if citation.text is not None:
        return citation.text
    return f"none given: {continued(citation.absent or 'no reason stated')}"


def show_note(trial: Trial, name: str) -> None:
    """Show what only this trial needs to say in a chapter; nothing when it says nothing.

    Parameters
    ----------
    trial
        The trial.
    name
        Id of the note in ``notes`` of ``trial.yml``; the eligibility note is shown under
        ``"eligibility"`` too.
    """
    specification = trial.specification
    notes = [specification.notes.get(name)]
    if name == "eligibility":
        notes.insert(0, specification.eligibility_note)
    text = "\n\n".join(note.strip() for note in notes if note)
    if text:
        show_paragraphs(text)


def show_provenance(
    trial: Trial, *, chapter: str, edition: str, parameters: Mapping[str, Value]
) -> None:
    """Show and publish what made the chapter: edition, parameters, data, code and packages.

    Everything follows from contents and versions; there is no time and no path, so that two
    builds of one commit agree.

    Parameters
    ----------
    trial
        The trial whose data the chapter used.
    chapter
        Id of the chapter, for example ``"05_primary"``.
    edition
        Name of the edition, ``"none"`` when the chapter runs alone.
    parameters
        The chapter's parameters and their values.
    """
    versions = package_versions()
    code = code_sha256()
    code_version = f"{versions.pop('trialbook')} ({code[:12]})"
    shared = {
        "edition": edition,
        "trial": trial.specification.id,
        "patients": trial.specification.patients,
        "data_sha256": trial.sha256,
        "code_version": code_version,
        "code_sha256": code,
        "python": python_version(),
        **{name.replace("-", "_"): version for name, version in versions.items()},
    }
    records = [Record(f"provenance.{key}", text, text) for key, text in shared.items()]
    for key, value in parameters.items():
        records.append(Record(f"provenance.{chapter}.{key}", value, parameter_text(value)))
    publish(records)
    rows = [
        ("Chapter", chapter),
        ("Edition", edition),
        *((f"Parameter {key}", parameter_text(value)) for key, value in parameters.items()),
        ("Data", f"{trial.specification.id} ({trial.specification.data_label.lower()})"),
        ("SHA-256 of trial.yml and the tables", trial.sha256),
        ("Code (version and hash of src/helpers)", f"trialbook {code_version}"),
        ("Python", python_version()),
        ("Packages", ", ".join(f"{name} {version}" for name, version in versions.items())),
    ]
    display_table(
        pd.DataFrame(rows, columns=["What", "Value"]),
        name=f"tab-provenance-{chapter.replace('_', '-')}",
        caption="What made this chapter.",
        row_header="What",
        text_columns=["Value"],
    )


def parameter_text(value: object) -> str:
    """Print a parameter's value; an empty text is said to be empty."""
    return str(value) if str(value) else "(empty)"
