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


@dataclass(frozen=True)
class ParsedFormula:
    """A formula taken apart.

    Attributes
    ----------
    right
        The right-hand side, ready to be evaluated.
    outcome
        The left-hand side as written.
    outcome_variables, variables
        Columns that the left-hand and the right-hand side need.
    categorical
        Variables that stand inside ``C(...)``.
    row_wise
        Whether every design row follows from the row's own variables.
    """

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
        When the formula cannot be read or has no outcome.
    """
    # Formulaic takes as long to import as pandas; only a fit needs it.
    from formulaic import Formula
    from formulaic.errors import FormulaicError

    try:
        parsed = Formula(formula)
    except (FormulaicError, SyntaxError) as error:
        raise AnalysisError(f"The formula {formula!r} cannot be read: {error}") from error
    if not hasattr(parsed, "lhs") or len(parsed.lhs) != 1:
        raise AnalysisError(
            f"The formula {formula!r} must name one outcome on the left: 'pain ~ arm * visit'."
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
        right=parsed.rhs,
        outcome=next(iter(parsed.lhs)).factors[0].expr,
        outcome_variables=tuple(sorted(_variables(parsed.lhs))),
        variables=tuple(sorted(_variables(parsed.rhs))),
        categorical=frozenset(m.group(1).strip() for m in matches.values() if m),
        row_wise=all(e in lookups or matches[e] for e in expressions),
    )


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
