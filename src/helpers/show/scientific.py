"""Differences so small that only their size matters: printed as powers of ten."""

from __future__ import annotations

import math

NEGLIGIBLE = 1e-10
"""Below this a difference is rounding, which differs from processor to processor."""

# No line breaks within a number.
_TIMES = "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}"
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power_of_ten(exponent: int) -> str:
    """Print a power of ten: ``"10⁻⁷"``."""
    return f"10{str(exponent).translate(_SUPERSCRIPTS)}"


def scientific(value: float, *, digits: int = 1) -> str:
    """Print a number with so many significant digits and a power of ten: ``"3 × 10⁻⁷"``.

    From a hundredth upward it is printed as usual: ``"0.05"``.
    """
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    if int(exponent) >= -2:
        return f"{float(f'{value:.{digits}g}'):g}"
    power = power_of_ten(int(exponent))
    return power if float(mantissa) == 1 else f"{mantissa}{_TIMES}{power}"


def small_difference(value: float) -> str:
    """Print a difference to two digits, or say only that it is rounding: ``"< 10⁻¹⁰"``.

    Between that and 10⁻⁸ one digit is stable from processor to processor.
    """
    if value < NEGLIGIBLE:
        return f"<\N{NO-BREAK SPACE}{scientific(NEGLIGIBLE)}"
    return scientific(value, digits=2 if value >= 1e-8 else 1)
