"""The published totals hold exactly (JAMA abstract; conference abstract)."""

import numpy as np
import pytest


@pytest.fixture
def people(cohort):
    return cohort.participants


@pytest.mark.parametrize(
    ("column", "code", "count"),
    [
        ("sex", "female", 200),
        ("race", "black", 33),
        ("race", "white", 220),
        ("race", "", 1),
        ("ethnicity", "hispanic", 46),
        ("tumour_type", "solid", 234),  # 78.5% of 298
        ("cancer_site", "haematologic", 64),  # 21.5%
        ("cancer_site", "breast", 59),  # 19.8%
        ("cancer_site", "gynaecologic", 43),  # 14.4%
        ("cancer_site", "gastrointestinal", 35),  # 11.7%
        ("cancer_site", "lung", 29),  # 9.7%
        ("cancer_site", "prostate", 29),  # 9.7%
        ("opioids", "yes", 98),
    ],
)
def test_counts(people, column, code, count):
    assert (people[column] == code).sum() == count


def test_means_round_to_those_published(people):
    assert round(people["age"].mean(), 1) == 58.7
    assert round(people["age"].std(), 1) == 14.1
    assert people["age"].min() > 18
    assert round(people["years_since_diagnosis"].mean(), 1) == 5.6
    assert round(people["pain_years"].mean(), 1) == 3.8
    assert people["pain_years"].min() >= 0.1


def test_sites_suit_the_sex(people):
    men = people["sex"] == "male"
    assert men[people["cancer_site"] == "prostate"].all()
    assert not men[people["cancer_site"] == "gynaecologic"].any()
    assert men[people["cancer_site"] == "breast"].sum() == 1


def test_only_hispanic_patients_have_spanish_as_first_language(people):
    spanish = people["language"] == "spanish"
    assert spanish.sum() == 24
    assert (people.loc[spanish, "ethnicity"] == "hispanic").all()


def test_opioids_were_reduced_by_28_and_36_percent_of_users(people):
    users = people[people["opioids"] == "yes"]
    shares = users.groupby("arm")["opioids_reduced"].apply(
        lambda answers: (answers == "yes").mean()
    )
    assert np.round(100 * shares).to_dict() == {"acupuncture": 28, "massage": 36}
    assert (people.loc[people["opioids"] == "no", "opioids_reduced"] == "").all()
