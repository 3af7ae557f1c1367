"""The import of the published workbook: its traps, its bytes and its refusals."""

import hashlib
import shutil
from pathlib import Path

import pandas as pd
import pytest

from helpers.errors import DataError
from helpers.trial import headache_source
from helpers.trial.headache_source import import_headache, write_headache

FOLDER = Path(__file__).parents[2] / "data" / "headache"
SOURCE = FOLDER / "source" / "vickers2004_full.csv"
DICTIONARY = FOLDER / "source" / "vickers2004_data_dictionary.csv"
VISITS = ["baseline", "month3", "month12"]


@pytest.fixture(scope="module")
def workbook():
    return pd.read_csv(SOURCE, dtype={"id": str, "date_randomized": str}).set_index("id")


@pytest.fixture(scope="module")
def tables():
    return import_headache(SOURCE)


@pytest.fixture(scope="module")
def participants(tables):
    return tables["participants"].set_index("participant")


@pytest.fixture(scope="module")
def scores(tables):
    """One row per patient, one column per outcome and visit."""
    wide = tables["outcomes"].pivot(
        index="participant", columns=["outcome", "visit"], values="score"
    )
    return wide.reindex(tables["participants"]["participant"])


@pytest.fixture
def folder(tmp_path):
    """A folder with a copy of the source, as the importer wants it."""
    copy = tmp_path / "a folder with spaces" / "headache"
    shutil.copytree(FOLDER / "source", copy / "source")
    return copy


def spoil(folder, old, new):
    """Exchange the first ``old`` in the source for ``new``; return the source."""
    source = folder / "source" / SOURCE.name
    text = source.read_text(encoding="utf-8")
    assert old in text
    source.write_text(text.replace(old, new, 1), encoding="utf-8")
    return source


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


# --- bytes -------------------------------------------------------------------------------------


def test_source_is_the_export_as_it_was_published():
    assert sha256(SOURCE) == "d73ace23655af63971d99f07994b7f92ffd665ef527091413195753acaaa54bb"
    assert sha256(DICTIONARY) == "cd272cd67c2e5eba66054446a539cacea9b669f6ce06111ca754285e25c8d27c"


def test_import_gives_the_committed_bytes(folder):
    written = write_headache(folder / "source" / SOURCE.name, folder)
    assert [path.name for path in written] == [
        "participants.csv",
        "outcomes.csv",
        "checksums.sha256",
    ]
    for path in written:
        assert path.read_bytes() == (FOLDER / path.name).read_bytes(), path.name


def test_committed_checksums_are_those_of_the_committed_files():
    lines = (FOLDER / "checksums.sha256").read_text(encoding="utf-8").splitlines()
    listed = {name: digest for digest, name in (line.split("  ") for line in lines)}
    assert set(listed) == {
        "source/vickers2004_data_dictionary.csv",
        "source/vickers2004_full.csv",
        "participants.csv",
        "outcomes.csv",
    }
    assert listed == {name: sha256(FOLDER / name) for name in listed}


def test_readme_names_every_checksum():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    lines = (FOLDER / "checksums.sha256").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.split("  ")[0] not in readme] == []


def test_command_writes_beside_the_source(folder, monkeypatch, capsys):
    top = folder.parent
    (top / "data").mkdir()
    folder.rename(top / "data" / "headache")
    monkeypatch.chdir(top)
    assert headache_source.main() == 0
    assert "participants.csv" in capsys.readouterr().out
    assert (top / "data/headache/outcomes.csv").read_bytes() == (
        FOLDER / "outcomes.csv"
    ).read_bytes()


def test_command_reports_an_absent_source_in_one_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert headache_source.main() == 1
    printed = capsys.readouterr()
    assert "vickers2004_full.csv cannot be read" in printed.err
    assert "Traceback" not in printed.err
    assert list(tmp_path.iterdir()) == []


# --- patients ----------------------------------------------------------------------------------


def test_patients_are_unique_and_divided_as_published(participants):
    assert len(participants) == 401
    assert participants.index.is_unique
    assert participants["arm"].value_counts().to_dict() == {"acupuncture": 205, "usual_care": 196}


@pytest.mark.parametrize(
    ("visit", "acupuncture", "usual_care"),
    [("baseline", 205, 196), ("month3", 173, 153), ("month12", 161, 140)],
)
def test_headache_scores_are_as_many_as_published(
    participants, scores, visit, acupuncture, usual_care
):
    observed = scores["headache_score", visit].groupby(participants["arm"]).count()
    assert observed.to_dict() == {"acupuncture": acupuncture, "usual_care": usual_care}


def test_every_practice_works_with_one_acupuncturist(participants):
    assert participants["practice"].nunique() == 36
    assert participants["acupuncturist"].nunique() == 12
    assert (participants.groupby("practice")["acupuncturist"].nunique() == 1).all()


def test_codes_of_sex_and_migraine_are_kept_and_have_no_key():
    dictionary = pd.read_csv(DICTIONARY, index_col="variable")["description"]
    assert dictionary["sex"] == "Sex"
    assert dictionary["migraine"] == "Migraine"
    assert dictionary["chronicity"] == "Chronicity"
    tables = import_headache(SOURCE)
    assert set(tables["participants"]["sex"]) == {"0", "1"}
    assert set(tables["participants"]["migraine"]) == {"0", "1"}


def test_chronicity_could_be_years(participants):
    """The unit is not stated; no value contradicts years."""
    assert (participants["chronicity"] >= 1).all()
    assert (participants["chronicity"] <= participants["age"]).all()


def test_sessions_are_counted_in_the_acupuncture_arm_only(participants):
    acupuncture = participants["arm"] == "acupuncture"
    assert (participants["sessions_received"].notna() == acupuncture).all()
    assert participants.loc[acupuncture, "started_treatment"].value_counts().to_dict() == {
        "yes": 186,
        "no": 19,
    }
    assert set(participants.loc[~acupuncture, "started_treatment"]) == {""}


def test_some_counts_of_no_session_may_be_unrecorded(workbook):
    none = workbook[workbook["acuptreatments"] == 0]
    unsaid = none[none["completedacupuncturetreatment"].isna()]
    assert (len(none), len(unsaid)) == (19, 9)
    assert unsaid["totalacu"].dropna().loc[lambda visits: visits > 0].to_dict() == {"535": 2}
    assert (workbook.loc[workbook["group"] == 0, "completedacupuncturetreatment"] == 1).sum() == 1


def test_only_unused_names_of_the_dictionary_are_cut_short(workbook):
    dictionary = pd.read_csv(DICTIONARY)["variable"]
    short = dictionary[dictionary.str.contains("~")]
    assert len(short) == 4
    whole = [
        name for name in [workbook.index.name, *workbook.columns] if name not in set(dictionary)
    ]
    assert [name.partition("~")[0] for name in short] == [
        name[: len(cut.partition("~")[0])] for name, cut in zip(whole, short, strict=True)
    ]
    assert not set(whole) & set(headache_source._USED)


# --- dates -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def exchanged(workbook):
    """The dates that a spreadsheet has read, as it shows them."""
    shown = workbook["date_randomized"]
    return pd.to_datetime(shown[shown.str.contains(" 00:00:00")])


@pytest.fixture(scope="module")
def untouched(workbook):
    """The dates that no spreadsheet could read as MM/DD/YYYY, left as they were typed."""
    typed = workbook["date_randomized"]
    return pd.to_datetime(typed[~typed.str.contains(" ")], format="%d/%m/%Y")


def test_spreadsheet_read_exactly_the_dates_that_could_be_american(exchanged, untouched):
    assert (len(untouched), len(exchanged)) == (274, 127)
    assert untouched.dt.day.min() == 13
    # Shown as year-day-month: the second part is the day that was typed first.
    assert exchanged.dt.month.max() <= 12


def test_dates_as_shown_are_impossible(exchanged, untouched):
    assert (untouched.dt.day_of_week < 5).all()
    assert (exchanged.dt.day_of_week >= 5).sum() == 22
    outside = (exchanged < untouched.min()) | (exchanged > untouched.max())
    assert outside.sum() == 18


def test_dates_put_right_are_working_days_of_the_same_year(participants, exchanged, untouched):
    days = pd.to_datetime(participants["randomised_on"], format="%Y-%m-%d")
    assert days.notna().all()
    assert (days.dt.day_of_week < 5).all()
    assert (days.min(), days.max()) == (pd.Timestamp("2000-02-21"), pd.Timestamp("2001-02-13"))
    assert (days[untouched.index] == untouched).all()
    assert (days[exchanged.index].dt.month == exchanged.dt.day).all()
    assert (days[exchanged.index].dt.day == exchanged.dt.month).all()


def test_dates_put_right_follow_the_patients_numbers(participants, exchanged):
    days = pd.to_datetime(participants["randomised_on"])
    shown = days.copy()
    shown[exchanged.index] = exchanged
    number = pd.Series(participants.index.astype(int), index=participants.index)
    put_right = number.corr(days.astype("int64"), method="spearman")
    as_shown = number.corr(shown.astype("int64"), method="spearman")
    assert put_right > 0.96
    assert as_shown < 0.80


# --- outcomes ----------------------------------------------------------------------------------


def test_every_score_is_the_workbooks(workbook, scores):
    packs = dict(zip(headache_source.PACKS.values(), headache_source.PACKS, strict=True))
    for column, outcome in headache_source.OUTCOMES.items():
        for visit in VISITS:
            source = workbook[column + packs[visit]].astype(float)
            if outcome == "headache_days":
                source = source.where(workbook["pk" + packs[visit]].notna())
            pd.testing.assert_series_equal(
                scores[outcome, visit], source, check_names=False, check_exact=True
            )


def test_days_with_headache_are_missing_where_the_score_is(workbook, scores):
    for visit, pack, missing in [("month3", "2", 75), ("month12", "5", 100)]:
        absent = workbook[f"pk{pack}"].isna()
        assert absent.sum() == missing
        assert (workbook.loc[absent, f"f{pack}"] == 0).all()
        assert scores.loc[absent, ("headache_days", visit)].isna().all()
        assert scores.loc[~absent, ("headache_days", visit)].notna().all()


def test_patients_without_a_headache_keep_their_zero(scores):
    for visit in ["month3", "month12"]:
        free = scores["headache_days", visit] == 0
        assert free.sum() == 2
        assert (scores.loc[free, ("headache_score", visit)] == 0).all()


def test_sf36_of_pack_3_is_that_of_12_months():
    """The dictionary calls pf5..hc5 "Pack 3"; they exist only beside a score of pack 5."""
    dictionary = pd.read_csv(DICTIONARY, index_col="variable")["description"]
    assert dictionary["pf5"] == "Pack 3 SF36 physical functioning"
    workbook = pd.read_csv(SOURCE)
    scales = [f"{column}5" for column in headache_source.OUTCOMES if column not in ("pk", "f")]
    assert workbook.loc[workbook["pk5"].isna(), scales].isna().all(axis=None)
    assert workbook["pf5"].notna().sum() == 295


def test_higher_sf36_goes_with_less_headache(scores):
    """All nine scales run the same way, and that way is better health; pain is no exception."""
    scales = [name for name in headache_source.OUTCOMES.values() if not name.startswith("headache")]
    baseline = scores.xs("baseline", axis="columns", level="visit")
    with_headache = baseline[scales].corrwith(baseline["headache_score"], method="spearman")
    assert (with_headache < -0.10).all()


def test_response_is_an_improvement_of_35_percent(workbook, scores):
    """The dictionary says more than 35%, the paper at least: no patient is in between."""
    change = 1 - scores["headache_score", "month12"] / scores["headache_score", "baseline"]
    observed = change.notna()
    assert workbook["response"].notna().equals(observed)
    for responder in (change >= 0.35, change > 0.35):
        assert (responder[observed] == (workbook["response"][observed] == 1)).all()


# --- leaving -----------------------------------------------------------------------------------


def test_nobody_has_an_outcome_after_leaving(participants, scores):
    order = {visit: number for number, visit in enumerate(VISITS)}
    last = participants["left_after"].map(order)
    observed = scores.notna().T.groupby(level="visit").any().T
    for visit, number in order.items():
        assert not observed.loc[last < number, visit].any()


def test_leavers_are_those_without_12_months_and_have_a_reason(participants, scores):
    left = participants["left_after"] != ""
    assert left.sum() == 100
    assert (left == scores["headache_score", "month12"].isna()).all()
    assert (left == (participants["left_reason"] != "")).all()
    assert participants["left_after"].value_counts().to_dict() == {
        "": 301,
        "baseline": 64,
        "month3": 36,
    }


def test_some_who_stayed_longer_have_no_score_at_3_months(participants, scores):
    absent = scores["headache_score", "month3"].isna()
    assert (absent & (participants["left_after"] == "")).sum() == 6
    between = absent & (participants["left_after"] == "month3")
    assert between.sum() == 5
    assert scores.loc[between, ("physical_functioning", "month3")].notna().sum() == 1


def test_two_patients_whose_last_pack_is_contradicted_by_a_score(workbook, participants):
    contradicted = workbook.index[(workbook["withdrawalafter"] == 1) & workbook["pk2"].notna()]
    assert list(contradicted) == ["699", "767"]
    assert (participants.loc[contradicted, "left_after"] == "month3").all()


# --- refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("date_randomized", "randomized", "lacks the columns date_randomized of the workbook"),
        (",24/03/2000,", ",24.3.2000,", "row 2, column date_randomized: found '24.3.2000'"),
        (",24/03/2000,35,1,", ",24/03/2000,35,2,", "row 2, column group: found '2', expected one"),
        (",1,10.75,", ",1,unknown,", "row 2, column pk1: found 'unknown', expected a number"),
        ("\n100,47,", "\n100,47.5,", "row 2, column age: found '47.5', expected a whole number"),
    ],
)
def test_a_workbook_that_is_not_the_published_one_is_refused(folder, old, new, words):
    source = spoil(folder, old, new)
    with pytest.raises(DataError) as refusal:
        write_headache(source, folder)
    assert words in str(refusal.value)
    assert [path.name for path in folder.iterdir()] == ["source"]


def test_a_file_that_is_no_table_is_refused(tmp_path):
    source = tmp_path / "empty.csv"
    source.write_text("", encoding="utf-8")
    with pytest.raises(DataError, match=r"empty\.csv cannot be read as the export"):
        import_headache(source)
