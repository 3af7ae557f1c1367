"""The parameters of a chapter, read from its source without running it.

A chapter declares them in one cell tagged ``parameters``, one on each line::

    level: float = 0.95  # confidence level of the intervals [0.5 to 0.999]

which is ordinary Python (so the chapter runs by itself), what papermill replaces, and the
documentation: name, type, default, meaning and, in square brackets, the values allowed.
"""

from __future__ import annotations

import ast
import io
import math
import re
import tokenize
from dataclasses import dataclass, replace

from helpers.errors import ParameterError

Value = str | int | float | bool

TYPES: dict[str, type] = {"str": str, "int": int, "float": float, "bool": bool}

_COMMENT = re.compile(r"#\s*(?P<meaning>.*?)\s*\[(?P<domain>[^\[\]]*)\]\s*")
_EXAMPLE = "name: type = value  # meaning [allowed values]"


@dataclass(frozen=True)
class Parameter:
    """One parameter of a chapter.

    Parameters
    ----------
    name, type, default, meaning
        As declared; ``type`` is ``"str"``, ``"int"``, ``"float"`` or ``"bool"``.
    domain
        The text between the square brackets; see :mod:`helpers.book.domains`.
    line
        Its line in the parameters cell, counted from 1.
    """

    name: str
    type: str
    default: Value
    meaning: str
    domain: str
    line: int


def read_parameters(source: str, *, where: str) -> tuple[Parameter, ...]:
    """Read the parameters that the source of a parameters cell declares.

    Parameters
    ----------
    source
        Python source of the cell.
    where
        The chapter, for messages.

    Raises
    ------
    ParameterError
        When a line is anything but a declaration of the form above.
    """
    where = f"{where}, parameters cell"
    try:
        statements = ast.parse(source).body
        lines = _lines(source)
    except (SyntaxError, ValueError, tokenize.TokenError) as error:
        line = getattr(error, "lineno", None) or 1
        raise ParameterError(f"{where}, line {line}: this is not valid Python.") from None
    found: dict[str, Parameter] = {}
    for statement in statements:
        parameter = _declared(
            statement, lines[statement.lineno], f"{where}, line {statement.lineno}"
        )
        if parameter.name in found:
            raise ParameterError(
                f"{where}, line {parameter.line}: {parameter.name!r} is declared twice; "
                f"it stands first on line {found[parameter.name].line}."
            )
        found[parameter.name] = parameter
    return tuple(found.values())


def value_from_text(parameter: Parameter, text: str, *, where: str) -> Value:
    """Turn the text after ``-p name=`` into a value of the parameter's type.

    Raises
    ------
    ParameterError
        When the text does not stand for a value of that type.
    """
    if parameter.type == "str":
        return text
    try:
        if parameter.type == "int":
            return int(text)
        if parameter.type == "float":
            return _finite(float(text))
        return {"true": True, "yes": True, "false": False, "no": False}[text.strip().lower()]
    except (ValueError, KeyError):
        raise _wrong_type(parameter, repr(text), where) from None


def value_of_type(parameter: Parameter, value: object, *, where: str) -> Value:
    """Return a value read from YAML as the parameter's type.

    Raises
    ------
    ParameterError
        When its type is another one; a whole number is accepted where a number is expected.
    """
    accepted = (int, float) if parameter.type == "float" else TYPES[parameter.type]
    # In Python True is a whole number too; in a parameter it is not.
    right = isinstance(value, accepted) and isinstance(value, bool) == (parameter.type == "bool")
    if not right:
        raise _wrong_type(parameter, repr(value), where)
    if parameter.type == "float":
        try:
            return _finite(float(value))  # type: ignore[arg-type]
        except (ValueError, OverflowError):
            raise _wrong_type(parameter, repr(value), where) from None
    return value  # type: ignore[return-value]


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError
    return value


def _wrong_type(parameter: Parameter, given: str, where: str) -> ParameterError:
    words = {
        "str": "text",
        "int": "a whole number",
        "float": "a number",
        "bool": "true or false",
    }
    quoted = " (in quotes)" if parameter.type == "str" else ""
    return ParameterError(
        f"{where}: the parameter {parameter.name!r} is {given}, but must be "
        f"{words[parameter.type]}{quoted}, for example {_example(parameter.default)}."
    )


def _example(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


@dataclass(frozen=True)
class _Line:
    """One line of the cell as it is written, and its comment."""

    written: str
    comment: str


def _lines(source: str) -> dict[int, _Line]:
    """Return each line that holds Python, by its number; strings and comments told apart."""
    lines: dict[int, _Line] = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        row = token.start[0]
        if token.type == tokenize.COMMENT:
            lines[row] = _Line(token.line, token.string)
        elif row not in lines:
            lines[row] = _Line(token.line, "")
    return lines


def _declared(statement: ast.stmt, line: _Line, where: str) -> Parameter:
    """Turn one statement of the cell into a parameter."""
    if not (isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)):
        raise ParameterError(f"{where}: expected a declaration of the form '{_EXAMPLE}'.")
    name = statement.target.id
    if statement.end_lineno != statement.lineno:
        raise ParameterError(f"{where}: write the parameter {name!r} on one line.")
    kind = ast.unparse(statement.annotation)
    if kind not in TYPES:
        raise ParameterError(
            f"{where}: the parameter {name!r} has the type {kind}; use str, int, float or bool."
        )
    if statement.value is None:
        raise ParameterError(f"{where}: give the parameter {name!r} a default value.")
    if line.written.count("=") > 1:
        raise ParameterError(
            f"{where}: papermill does not read a line with a second equals sign; write the meaning "
            f"of {name!r} without one, for example with ≥."
        )
    comment = _COMMENT.fullmatch(line.comment)
    if comment is None or not comment["meaning"] or not comment["domain"].strip():
        raise ParameterError(
            f"{where}: say after # what the parameter {name!r} means and, in square brackets at "
            f"the end, which values it may have, as in '{_EXAMPLE}'."
        )
    meaning, domain = comment["meaning"], comment["domain"].strip()
    try:
        default = ast.literal_eval(statement.value)
    except (ValueError, TypeError, SyntaxError):
        raise ParameterError(
            f"{where}: the default of the parameter {name!r} must be written out, not computed."
        ) from None
    parameter = Parameter(name, kind, default, meaning, domain, statement.lineno)
    return replace(parameter, default=value_of_type(parameter, default, where=where))
