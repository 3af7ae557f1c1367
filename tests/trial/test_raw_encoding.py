"""Encodings that are not Western are suspected, and named where they can be."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.errors import DataError
from helpers.trial.raw_encoding import decoded
from helpers.trial.scaffolding import scaffold_trial

JAPANESE = "患者番号,群,痛み 0週,痛み 12週\n" + "".join(
    f"P{at},{('対照', '治療')[at % 2]},{at % 9},{at % 7}\n" for at in range(20)
)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("shift_jis", JAPANESE),
        ("euc_jp", JAPANESE),
        ("gbk", "患者编号,组别,疼痛 基线\nP1,对照组,3\n"),
        ("big5", "病人編號,組別,疼痛 基線\nP1,對照組,3\n"),
        ("euc_kr", "환자번호,군,통증\nP1,대조군,3\n"),
        ("cp1251", "Пациент,Группа,Боль\n1,контроль,3\n"),
    ],
)
def test_letters_of_no_western_language_are_doubted(encoding: str, text: str) -> None:
    read, said, doubt = decoded(text.encode(encoding), "t.csv", None)
    assert read != text
    assert doubt in said
    assert "--encoding" in doubt
    assert encoding in doubt


@pytest.mark.parametrize("text", ["Größe,Übungen,Müßiggang,Café", "T °C,±2 µg/l,§5,10 £,10 €"])
def test_western_letters_are_not_doubted(text: str) -> None:
    assert decoded(text.encode("cp1252"), "t.csv", None) == (
        text,
        "Windows-1252 (if letters look wrong, give --encoding)",
        "",
    )


def test_the_message_that_fails_names_the_encoding(tmp_path: Path) -> None:
    source = tmp_path / "t.csv"
    source.write_bytes(JAPANESE.encode("shift_jis"))
    with pytest.raises(DataError, match=r"--encoding, for example shift_jis"):
        scaffold_trial("t", source)
    source.write_bytes(JAPANESE.replace("患者番号", "id").replace("群", "arm").encode("shift_jis"))
    report = scaffold_trial("t", source).report
    assert "--encoding, for example shift_jis" in report[0]
