"""Say in plain English what pydantic found wrong in ``trial.yml``, and what to write instead."""

from __future__ import annotations

import re
import typing
from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from helpers.errors import nearest_name
from helpers.trial.parts import (
    CODE_PATTERN,
    DOTTED_PATTERN,
    FILE_PATTERN,
    IDENTIFIER_PATTERN,
    LANGUAGE_PATTERN,
)
from helpers.trial.positions import Path

_ALIKE = 0.6  # of two words, from which one may be meant by the other


def say(error: ErrorDetails, *, model: type[BaseModel], content: Any) -> tuple[str, str]:
    """Return what is wrong and what to do, each as a sentence.

    Parameters
    ----------
    error
        One of pydantic's errors.
    model
        The model that was being read, which knows the valid keys.
    content
        The whole document, which knows what the parts around the error are called.
    """
    kind, path = error["type"], tuple(error["loc"])
    if kind == "part":
        context = error.get("ctx", {})
        return str(context["message"]), str(context["remedy"])
    if kind == "extra_forbidden":
        return _unknown_key(path, model, content)
    subject = _subject(path, content)
    if kind == "missing":
        keys = _keys(model, path[:-1])
        return f"{subject} is missing.", _fill_in(str(path[-1]), keys)
    phrase = _PHRASES.get(kind)
    if phrase is None:
        return f"{subject} is not valid: {error['msg']}.", "Correct the value."
    complaint, remedy = phrase(error)
    return f"{subject} {complaint}", remedy


def misleading(errors: Sequence[ErrorDetails], *, model: type[BaseModel]) -> list[ErrorDetails]:
    """Return the errors that only follow from another one of them.

    A misspelt key is also missing under its right name, and a list with an invalid entry also
    counts as shorter than it is.
    """
    renamed = set()
    for error in errors:
        if error["type"] == "extra_forbidden":
            *around, wrong = error["loc"]
            renamed.add((*around, nearest_name(str(wrong), _keys(model, around))))
    return [
        error
        for error in errors
        if (error["type"] == "missing" and tuple(error["loc"]) in renamed)
        or (
            error["type"] == "too_short"
            and isinstance(error["input"], (list, tuple))
            and len(error["input"]) >= error.get("ctx", {}).get("min_length", 0)
        )
    ]


def place(path: Path, content: Any) -> str:
    """Name a part the way a reader would: ``arms, item 2 ('massage')``."""
    words: list[str] = []
    for step in path:
        content = _inside(content, step)
        if isinstance(step, int):
            name = _name_of(content)
            words.append(f"item {step + 1}" + (f" ({name!r})" if name else ""))
        elif step != "[key]":
            words.append(str(step))
    return ", ".join(words)


def shown(value: Any) -> str:
    """Show a value that was found, shortened when it is long."""
    text = repr(value) if not isinstance(value, float) else f"{value:g}"
    return text if len(text) <= 60 else f"{text[:57]}..."


def suggested_identifier(text: str) -> str:
    """Turn any text into a valid identifier that resembles it."""
    words = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    return words if re.match(r"[a-z]", words) else f"n{words}" if words else "name"


def _subject(path: Path, content: Any) -> str:
    *around, last = path or ("",)
    where = place(tuple(around), content)
    name = f"Item {last + 1}" if isinstance(last, int) else f"The key {str(last)!r}"
    if last == "[key]":
        name = "A key"
    return f"{name} of {where}" if where else name


def _inside(content: Any, step: str | int) -> Any:
    if isinstance(content, dict):
        return content.get(step)
    if isinstance(content, (list, tuple)) and isinstance(step, int) and step < len(content):
        return content[step]
    return None


def _name_of(content: Any) -> str | None:
    if not isinstance(content, dict):
        return None
    names = (content.get(key) for key in ("id", "name", "variable", "topic"))
    return next((name for name in names if isinstance(name, str)), None)


def _unknown_key(path: Path, model: type[BaseModel], content: Any) -> tuple[str, str]:
    wrong, keys = str(path[-1]), _keys(model, path[:-1])
    where = place(path[:-1], content)
    near = nearest_name(wrong, keys)
    hint = f"Did you mean {near!r}? " if near else ""
    message = f"The key {wrong!r}{f' of {where}' if where else ''} is not known."
    return message, f"{hint}Valid keys: {', '.join(keys)}."


def _fill_in(key: str, keys: Sequence[str]) -> str:
    return f"Add {key}: and its value." if key in keys else "Add it."


def _keys(model: type[BaseModel], path: Iterable[str | int]) -> list[str]:
    """Return the keys that are valid at a path."""
    for step in path:
        if isinstance(step, int):
            continue
        inner = (
            _model_in(model.model_fields[step].annotation) if step in model.model_fields else None
        )
        if inner is None:
            return []
        model = inner
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(inner) for inner in typing.get_args(annotation))
    return next((inner for inner in found if inner is not None), None)


Phrase = Callable[[ErrorDetails], tuple[str, str]]


def _wants(what: str, remedy: str) -> Phrase:
    return lambda error: (f"should be {what}, but is {shown(error['input'])}.", remedy)


def _one_of(error: ErrorDetails) -> tuple[str, str]:
    expected = re.findall(r"'([^']*)'", str(error.get("ctx", {}).get("expected", "")))
    wrong = str(error["input"])
    near = nearest_name(wrong, expected)
    # Of two words, such as worse and better, one is always the nearer, however far off it is.
    if (
        near
        and wrong not in near
        and SequenceMatcher(None, wrong.casefold(), near).ratio() < _ALIKE
    ):
        near = None
    hint = f"Did you mean {near!r}? " if near else ""
    return f"is {shown(error['input'])}.", f"{hint}Write one of: {', '.join(expected)}."


def _pattern(error: ErrorDetails) -> tuple[str, str]:
    found = str(error["input"])
    remedy = {
        IDENTIFIER_PATTERN: "Use small letters, digits and underscores, beginning with a letter, "
        f"for example {suggested_identifier(found)!r}.",
        CODE_PATTERN: "Use letters, digits, underscores and hyphens only.",
        FILE_PATTERN: "Write the name of a CSV file in the trial's folder, for example "
        "'participants.csv'.",
        LANGUAGE_PATTERN: "Write the code of a language, for example 'de' or 'pt-BR'.",
        DOTTED_PATTERN: "Write a name with dots between its parts, for example "
        "'primary.difference'.",
    }[str(error.get("ctx", {}).get("pattern"))]
    return f"is {shown(found)}, which cannot be a name here.", remedy


def _too_short(error: ErrorDetails) -> tuple[str, str]:
    context = error.get("ctx", {})
    return (
        f"has too few entries: {context.get('actual_length')}, where at least "
        f"{context.get('min_length')} are needed.",
        "Add what is missing.",
    )


def _too_long(error: ErrorDetails) -> tuple[str, str]:
    return (
        f"has more than {error.get('ctx', {}).get('max_length')} entries.",
        "Remove those that are too many.",
    )


def _bound(words: str, key: str) -> Phrase:
    def phrase(error: ErrorDetails) -> tuple[str, str]:
        bound = error.get("ctx", {}).get(key)
        return (
            f"should be {words} {bound:g}, but is {shown(error['input'])}.",
            "Correct the number.",
        )

    return phrase


def _text(error: ErrorDetails) -> tuple[str, str]:
    found = error["input"]
    if found is None:
        return "is empty.", "Write its text after the colon."
    if isinstance(found, (dict, list)):
        return f"should be text, but is {shown(found)}.", "Write one text, in quotes."
    return f"should be text, but is {shown(found)}.", f'Put it in quotes: "{shown(found)}".'


_WHOLE = _wants("a whole number", "Write a number without decimals and without quotes.")
_NUMBER = _wants("a number", "Write a number, without quotes.")
_LIST = _wants("a list", "Write a list: [one, two], or one item a line after a hyphen.")
_GROUP = _wants("a group of keys", "Write its keys and values: {key: value}.")

_PHRASES: dict[str, Phrase] = {
    "string_type": _text,
    "string_too_short": lambda error: ("is empty.", "Write its text."),
    "string_pattern_mismatch": _pattern,
    "literal_error": _one_of,
    "bool_type": _wants("true or false", "Write true or false, without quotes."),
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "finite_number": _NUMBER,
    "tuple_type": _LIST,
    "mapping_type": _GROUP,
    "dict_type": _GROUP,
    "model_type": _GROUP,
    "model_attributes_type": _GROUP,
    "too_short": _too_short,
    "too_long": _too_long,
    "greater_than": _bound("more than", "gt"),
    "greater_than_equal": _bound("at least", "ge"),
}
