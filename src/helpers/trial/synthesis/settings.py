"""What is declared about the cohort: the part of ``synthesis.yml`` that is written by hand."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Declared(BaseModel):
    """Base of every part: frozen, and unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Period(Declared):
    """A stretch of days, both ends included."""

    first: date
    last: date


class Recruitment(Declared):
    """When patients were screened and randomised."""

    first: date
    last: date
    pause: Period
    longest_screening_days: Count


class PlannedVisit(Declared):
    """A planned visit: its week and how many days it may be early or late."""

    week: int
    jitter_days: Count


class AllocationRule(Declared):
    """How the allocation list is drawn."""

    block_sizes: tuple[int, ...]
    arm_sizes: dict[str, Count]
    first_seed: int


class NormalAges(Declared):
    """Ages with a given mean and SD; the tails are cut at ``reach`` SDs."""

    mean: float
    sd: Positive
    reach: Positive


class Skewed(Declared):
    """A log-normal quantity with a given arithmetic mean."""

    mean: Positive
    log_sd: Positive


class Characteristics(Declared):
    """Exact totals of the patients' characteristics."""

    centre: dict[str, Count]
    sex: dict[str, Count]
    race: dict[str, Count]
    ethnicity: dict[str, Count]
    spanish_first: Count
    cancer_site: dict[str, dict[str, Count]]
    karnofsky: dict[int, Count]
    age: NormalAges
    older_sites: dict[str, float]
    years_since_diagnosis: Skewed
    pain_months: Skewed
    opioids: dict[str, Count]
    opioids_reduced: dict[str, Count]


class Latents(Declared):
    """The latent model of worst pain: means at the last visit, and how patients differ.

    A patient's latent score at time t (weeks over the last week) is the arm's mean plus a random
    intercept, plus a random slope times t, plus independent noise.
    """

    means: dict[str, float]
    intercept_sd: Positive
    slope_sd: Positive
    correlation: Annotated[float, Field(gt=-1, lt=1)]
    residual_sd: Positive


class Pain(Declared):
    """The primary outcome."""

    outcome: str
    minimum: int
    maximum: int
    baseline: dict[int, Count]
    course: dict[str, dict[str, float]]
    responder_fraction: Share
    responders: dict[str, Count]
    start: Latents


class NotStarted(Declared):
    """Participants who never attended a session."""

    left_after_baseline: Count
    stayed: Count


class Dropout(Declared):
    """Who leaves, when, and which forms are missing."""

    left_after: dict[str, dict[str, Count]]
    missed_forms: dict[str, dict[str, Count]]
    log_weight_per_point: float
    not_started: dict[str, NotStarted]
    reasons: dict[str, dict[str, Share]]


class SecondaryOutcome(Declared):
    """A secondary outcome, on its raw scale."""

    baseline: float
    sd: Positive
    change: float
    scale: Literal["whole", "tenths", "physical_t", "mental_t"]
    minimum: float
    maximum: float
    with_pain: Annotated[float, Field(ge=-1, le=1)]


class Stability(Declared):
    """How a patient's own part of a secondary outcome is made up."""

    intercept: float
    slope: float
    residual: float


class Sessions(Declared):
    """Planned treatment sessions."""

    weekly: tuple[int, ...]
    boosters: tuple[int, ...]
    window_days: dict[str, Count]
    attendance: dict[str, Share]


class AdverseEvents(Declared):
    """Numbers of patients with each event."""

    treatment: dict[str, dict[str, Count]]
    soreness_lasts: Count
    unrelated: dict[str, Count]


class Screening(Declared):
    """Patients who were screened and not randomised."""

    failed: dict[str, Count]
    declined: Count
    further_failure: Share


class Settings(Declared):
    """Everything that is declared about the synthetic cohort."""

    seed: int
    participants: Count
    arms: tuple[str, ...]
    recruitment: Recruitment
    visits: dict[str, PlannedVisit]
    allocation: AllocationRule
    characteristics: Characteristics
    pain: Pain
    dropout: Dropout
    secondary: dict[str, SecondaryOutcome]
    stability: Stability
    sessions: Sessions
    adverse_events: AdverseEvents
    screening: Screening

    @property
    def visit_ids(self) -> tuple[str, ...]:
        """Ids of the planned visits, baseline first."""
        return tuple(self.visits)

    @property
    def last_visit(self) -> str:
        """Id of the last visit, at which the primary outcome is read."""
        return self.visit_ids[-1]

    @property
    def weeks(self) -> tuple[int, ...]:
        """Weeks of the planned visits."""
        return tuple(visit.week for visit in self.visits.values())
