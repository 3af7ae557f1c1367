"""Formulas taken apart: which columns they need, and whether a row needs only its own values."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from helpers.errors import AnalysisError

if TYPE_CHECKING:
    from formulaic import Formula

_CATEGORICAL = re.compile(r"^C\(\s*`?([^`,()]+?)`?\s*(,.*)?\)$")

_NO_OUTCOME = "The formula {!r} must name one outcome on the left: 'pain ~ arm * visit'."


@dataclass(frozen=True)
class ParsedFormula:
    """A formula taken apart.

    Attributes
    ----------
    left, right
        The two sides, ready to be evaluated.
    outcome
        The left-hand side as formulaic reads it: a column or an expression.
    outcome_variables, variables
        Columns that the left-hand and the right-hand side need.
    categorical
        Variables that stand inside ``C(...)``.
    row_wise
        Whether every design row follows from the row's own variables.
    """

    left: Formula
    right: Formula
    outcome: str
    outcome_variables: tuple[str, ...]
    variables: tuple[str, ...]
    categorical: frozenset[str]
    row_wise: bool


@lru_cache(maxsize=64)
def parse_formula(formula: str) -> ParsedFormula:
    """Take a formula such as ``"pain ~ arm * visit + age"`` apart.

    Raises
    ------
    AnalysisError
        When the formula cannot be read, has no outcome, or its left-hand side is more than one
        column or one expression.
    """
    # Formulaic takes as long to import as pandas; only a fit needs it.
    from formulaic import Formula, SimpleFormula
    from formulaic.errors import FormulaicError

    try:
        _check_left(formula)
        parsed = Formula(formula)
    except (FormulaicError, SyntaxError) as error:
        raise AnalysisError(
            f"The formula {formula!r} cannot be read: {_one_line(error)}"
        ) from error
    if not hasattr(parsed, "lhs"):
        raise AnalysisError(_NO_OUTCOME.format(formula))
    if not isinstance(parsed.rhs, SimpleFormula):
        raise AnalysisError(
            f"The formula {formula!r} has a '|' on the right, which has no meaning here; write the "
            "fixed effects joined by '+', and name the patient by subject=."
        )
    expressions = {factor.expr for term in parsed.rhs for factor in term.factors}
    lookups = {
        factor.expr
        for term in parsed.rhs
        for factor in term.factors
        if factor.eval_method.value in ("lookup", "literal")
    }
    matches = {e: _CATEGORICAL.match(e) for e in expressions}
    return ParsedFormula(
        left=parsed.lhs,
        right=parsed.rhs,
        outcome=next(iter(parsed.lhs)).factors[0].expr,
        outcome_variables=tuple(sorted(_variables(parsed.lhs))),
        variables=tuple(sorted(_variables(parsed.rhs))),
        categorical=frozenset(m.group(1).strip() for m in matches.values() if m),
        row_wise=all(e in lookups or matches[e] for e in expressions),
    )


def _check_left(formula: str) -> None:
    """Refuse a left-hand side that formulaic would read as terms rather than as one outcome.

    Between terms ``-``, ``:``, ``*`` and ``**`` are no arithmetic: ``y - x`` is the term y alone.
    """
    from formulaic.parser.algos.tokenize import tokenize

    left = []
    for token in tokenize(formula):
        if token.kind.value == "operator" and str(token) == "~":
            break
        left.append(token)
    else:
        left = []
    named = [token for token in left if token.kind.value in ("name", "python")]
    if not named:
        raise AnalysisError(_NO_OUTCOME.format(formula))
    if len(named) > 1 or any(token.kind.value in ("operator", "value") for token in left):
        raise AnalysisError(
            f"The left of the formula {formula!r} must be one outcome; wrap arithmetic in I(...), "
            "as in 'I(pain - baseline) ~ arm'."
        )


def _one_line(error: Exception) -> str:
    """First line of a message, without the marks that formulaic puts around the place."""
    return str(error).strip().partition("\n")[0]


def _variables(terms: Formula) -> set[str]:
    """Columns that some terms need.

    Formulaic's ``required_variables`` forgets the arguments of ``center``, ``bs`` and their kin.
    """
    found: set[str] = set()
    for factor in (factor for term in terms for factor in term.factors):
        if factor.eval_method.value == "lookup":
            found.add(factor.expr)
        elif factor.eval_method.value == "python":
            found |= _names_in(factor.expr)
    return found


def _names_in(expression: str) -> set[str]:
    """Names in a Python expression that are not functions or modules."""
    quoted: dict[str, str] = {}

    def unquote(match: re.Match[str]) -> str:
        alias = f"quoted_{len(quoted)}"
        quoted[alias] = match.group(1)
        return alias

    nodes = list(ast.walk(ast.parse(re.sub(r"`([^`]+)`", unquote, expression), mode="eval")))
    used = {node.id for node in nodes if isinstance(node, ast.Name)}
    for node in nodes:
        inner = {ast.Call: "func", ast.Attribute: "value"}.get(type(node))
        target = getattr(node, inner) if inner else None
        if isinstance(target, ast.Name):
            used.discard(target.id)
    return {quoted.get(name, name) for name in used}


def random_variables(random: str) -> tuple[str, ...]:
    """Columns that the random effects need, for example ``("week",)`` for ``"1 + week"``."""
    from formulaic import Formula
    from formulaic.errors import FormulaicError

    try:
        return tuple(sorted(_variables(Formula(random))))
    except (FormulaicError, SyntaxError) as error:
        raise AnalysisError(
            f"The random effects {random!r} cannot be read; write '1' or '1 + week'."
        ) from error
