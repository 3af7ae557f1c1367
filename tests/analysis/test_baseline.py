import dataclasses
import warnings

import numpy as np
import pytest

from helpers.analysis.baseline import describe_baseline
from helpers.analysis.withheld import NotShown
from helpers.show.baseline import smd_sentence


@pytest.fixture(scope="module")
def baseline(tiny):
    return describe_baseline(tiny)


def row(baseline, variable, arm, level=""):
    rows = baseline.rows
    found = rows[(rows["variable"] == variable) & (rows["arm"] == arm) & (rows["level"] == level)]
    assert len(found) == 1
    return found.iloc[0]


def test_numbers_are_those_of_the_participants(baseline, tiny):
    people = tiny.participants
    for arm in ("stretching", "walking", "overall"):
        ages = people["age"] if arm == "overall" else people.loc[people["arm"] == arm, "age"]
        found = row(baseline, "age", arm)
        assert found["mean"] == pytest.approx(ages.mean())
        assert found["sd"] == pytest.approx(ages.std())
        assert found["median"] == pytest.approx(ages.median())
        assert found["q1"] == pytest.approx(ages.quantile(0.25))
        assert (found["n"], found["missing"]) == (ages.notna().sum(), ages.isna().sum())


def test_missing_values_stand_beside_the_percentages_not_in_them(baseline, tiny):
    people = tiny.participants
    walking = people.loc[people["arm"] == "walking", "sex"]
    women = row(baseline, "sex", "walking", "female")
    assert women["missing"] == walking.isna().sum() == 1
    assert women["denominator"] == walking.notna().sum()
    assert women["count"] == (walking == "female").sum()
    assert women["percent"] == pytest.approx(100 * women["count"] / women["denominator"])


def test_every_outcome_is_described_at_baseline(baseline, tiny):
    scores = tiny.outcomes
    at = scores[(scores["visit"] == "baseline") & (scores["outcome"] == "wellbeing")]
    found = row(baseline, "wellbeing", "overall")
    assert found["kind"] == "score"
    assert found["mean"] == pytest.approx(at["score"].mean())
    assert list(baseline.smd["variable"]) == ["age", "sex", "centre", "stiffness", "wellbeing"]


def test_rows_keep_arms_together_level_by_level(baseline):
    sex = baseline.rows[baseline.rows["variable"] == "sex"]
    assert list(sex["level"]) == ["female"] * 3 + ["male"] * 3
    assert list(sex["arm"]) == ["stretching", "walking", "overall"] * 2
    assert baseline.arms == ("stretching", "walking")
    assert sum(baseline.n_by_arm.values()) == baseline.n


def test_differences_agree_with_tableone(baseline, tiny):
    tableone = pytest.importorskip("tableone")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = tableone.TableOne(
            tiny.participants.astype({"arm": str}),
            columns=["age", "centre"],
            categorical=["centre"],
            groupby="arm",
            smd=True,
        ).tableone
    printed = next(column for column in table.columns if "SMD" in str(column[-1]))
    values = [abs(float(value)) for value in table[printed] if str(value).strip()]
    smd = baseline.smd.set_index("variable")["smd"]
    # tableone 0.9.6 prints three decimals.
    assert [smd["age"], smd["centre"]] == pytest.approx(values, abs=5e-4)
    assert baseline.largest_smd == smd.max()
    assert baseline.largest_smd_variable == smd.idxmax()


def test_of_three_arms_the_pair_that_differs_most_counts(tiny_real):
    baseline = describe_baseline(tiny_real)
    people = tiny_real.participants
    pairs = {}
    for one, other in [("water", "tea"), ("water", "coffee"), ("tea", "coffee")]:
        a = people.loc[people["arm"] == one, "age"]
        b = people.loc[people["arm"] == other, "age"]
        pairs[one, other] = abs(a.mean() - b.mean()) / np.sqrt((a.var() + b.var()) / 2)
    found = baseline.smd.set_index("variable").loc["age"]
    assert found["smd"] == pytest.approx(max(pairs.values()))
    assert (found["other_arm"], found["arm"]) == max(pairs, key=pairs.get)
    # Free text cannot be tabulated.
    assert "remark" not in set(baseline.rows["variable"])


def test_a_variable_that_can_differ_in_no_way_has_no_difference(tiny):
    people = tiny.participants.assign(age=np.where(tiny.participants["arm"] == "walking", 50.0, 40))
    found = describe_baseline(dataclasses.replace(tiny, participants=people))
    assert np.isnan(found.smd.set_index("variable").loc["age", "smd"])
    assert found.largest_smd_variable != "age"


def test_a_private_trial_says_which_differences_it_withholds(tiny):
    described = tiny.specification.model_copy(update={"public": False})
    few = tiny.participants.groupby(["arm", "centre"]).size().min() + 1
    closed = dataclasses.replace(tiny, specification=described, small_cells=int(few))
    found = describe_baseline(closed).smd.set_index("variable")["smd"]
    assert not isinstance(found["age"], NotShown)
    assert isinstance(found["centre"], NotShown)
    text = smd_sentence(describe_baseline(closed))
    assert "not shown, because small counts would follow" in text
    everything = describe_baseline(tiny)
    assert not any(isinstance(each, NotShown) for each in everything.smd["smd"])
    assert "not shown" not in smd_sentence(everything)
