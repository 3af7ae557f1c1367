"""Write ``trial.yml`` for a new trial, with a comment wherever the user must look."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from helpers.trial.raw_values import plain


def scalar(value: object) -> str:
    """Write a value as YAML that reads back the same."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | int):
        return plain(float(value))
    text = str(value)
    return json.dumps(text, ensure_ascii=False)


def inline(part: Mapping[str, object]) -> str:
    """Write a mapping on one line."""
    return "{" + ", ".join(f"{_key(key)}: {_value(value)}" for key, value in part.items()) + "}"


def _key(key: str) -> str:
    return key if key.isidentifier() and not key.isupper() else json.dumps(key, ensure_ascii=False)


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return inline(value)
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    # Ids need no quotes, and read better without.
    if isinstance(value, str) and value.isidentifier() and value.islower() and value.isascii():
        return value if value not in _WORDS else json.dumps(value)
    return scalar(value)


_WORDS = ("yes", "no", "on", "off", "true", "false", "null", "y", "n", "none", "nan", "inf")


def block(name: str, parts: Sequence[tuple[Mapping[str, object], str]]) -> list[str]:
    """Write a list of mappings, one to a line, each with its comment."""
    if not parts:
        return [f"{name}: []"]
    lines = [f"{name}:"]
    for part, comment in parts:
        lines.append(f"  - {inline(part)}" + (f"  # {comment}" if comment else ""))
    return lines


def outcome_lines(part: Mapping[str, object], comments: Mapping[str, str]) -> list[str]:
    """Write one outcome, a key to a line."""
    lines = []
    for at, (key, value) in enumerate(part.items()):
        start = "  - " if at == 0 else "    "
        comment = f"  # {comments[key]}" if key in comments else ""
        lines.append(f"{start}{key}: {_value(value)}{comment}")
    return lines
