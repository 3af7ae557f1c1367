"""Find the columns of somebody's table that may hold the patients' ids."""

from __future__ import annotations

from helpers.trial.raw_roles import ranked, role_words
from helpers.trial.raw_table import RawTable
from helpers.trial.raw_values import is_missing

MOSTLY = 0.1  # share of rows without an id from which a column does not hold ids

# Names of columns, the surest first; a name is taken word by word.
_WHO = (
    *("participant", "patient", "pat", "pt", "subject", "subj", "person", "proband"),
    *("case", "record", "chart"),
)
_WHAT = ("id", "no", "nr", "num", "number", "nummer", "code")
_ID = (
    "usubjid subjid participant participant_id patient_id patientid patient pat_id pat_nr pat_no "
    "subject_id subjectid "
    "subject subj subno id pid ptid patid pidnum patnum patno ptno subjno "
    "subjnum subjectno study_id studyid record_id recordid screening_id "
    "person case caseid case_id code_patient patientennummer patienten_id patientenid proband "
    "probandennr probandennummer patientennr participante paciente sujet numero_patient участник "
    "пациент nr no number "
    # "Pat. Code", "chart_no", "ParticipantNr": whose number, and that it is one
    + " ".join(f"{who}_{what} {who}{what}" for who in _WHO for what in _WHAT)
)
# Among other words these say too little ("pt_time").
_ID_ALONE = ("pt", "pat", "record", "chart", "mrn")


def id_candidates(table: RawTable) -> list[str]:
    """Return the columns that may hold the patients' ids."""
    named = _named_like_ids(table)
    # A few rows may name nobody: those of totals, or blank ones.
    full = [
        name
        for name in named
        if sum(map(is_missing, table.columns[name])) < MOSTLY * len(table.columns[name])
    ]
    several = [name for name in full if len(set(table.columns[name])) > 1]
    # A column of study ids holds one value; ids of patients hold many.
    return sorted(several, key=lambda name: len(set(table.columns[name])) < 4)


def _named_like_ids(table: RawTable) -> list[str]:
    sure = ranked(table.columns, _ID)
    alone = [name for name in table.columns if role_words(name) in _ID_ALONE]
    return sure + [name for name in alone if name not in sure]


def misfit_ids(table: RawTable) -> str:
    """Say which column is named like the patients' ids and why it cannot hold them; or nothing."""
    named = _named_like_ids(table)
    if not named:
        return ""
    cells = table.columns[named[0]]
    blank = sum(map(is_missing, cells))
    if len(set(cells)) == 1:
        return f"{named[0]!r} is named like one, but holds one value in all rows"
    return f"{named[0]!r} is named like one, but is blank in {blank} of {len(cells)} rows"
