"""What every part of a trial's specification is made of: field types and their base model.

Numbers and truth values are strict, so that ``"5"`` is not silently read as 5 nor ``yes`` as true.
"""

from __future__ import annotations

from typing import Annotated, Literal, NoReturn

from annotated_types import Ge, Len
from pydantic import (
    AllowInfNan,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Strict,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

IDENTIFIER_PATTERN = r"^[a-z][a-z0-9_]*$"
CODE_PATTERN = r"^[A-Za-z0-9_][A-Za-z0-9_-]*$"
FILE_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_-]*\.csv$"
LANGUAGE_PATTERN = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$"
DOTTED_PATTERN = r"^[a-z][a-z0-9_]*(\.[A-Za-z0-9_-]+)*$"

Identifier = Annotated[str, StringConstraints(pattern=IDENTIFIER_PATTERN)]
Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN)]
FileName = Annotated[str, StringConstraints(pattern=FILE_PATTERN)]
ResultName = Annotated[str, StringConstraints(pattern=DOTTED_PATTERN)]
# In YAML the code of Norwegian is a way to write false.
LanguageCode = Annotated[
    str,
    BeforeValidator(lambda value: "no" if value is False else value),
    StringConstraints(pattern=LANGUAGE_PATTERN),
]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]
Decimals = Annotated[int, Strict(), Ge(0)]
Number = Annotated[float, Strict(), AllowInfNan(False)]
Days = Annotated[tuple[Whole, ...], Len(2, 2)]

AnalysisSet = Literal["randomised", "observed", "started_treatment"]


def is_english(language: str) -> bool:
    """Tell whether a language, as a code of BCP 47, is a kind of English."""
    return language.partition("-")[0].lower() == "en"


class Part(BaseModel):
    """Base of every part: it cannot be changed and accepts no key that it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


def refuse(message: str, remedy: str) -> NoReturn:
    """Refuse a part with one sentence that says what is wrong and one that says what to do."""
    raise PydanticCustomError("part", "{message} {remedy}", {"message": message, "remedy": remedy})
