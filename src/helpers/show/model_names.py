"""What the book calls the models that it compares, and their ways of inference."""

from __future__ import annotations

from helpers.show.sentences import sentence_start

MODEL_NAMES = {
    "random_intercept": "random intercept",
    "random_slope": "random slope",
    "us": "unstructured",
    "cs": "compound symmetry",
    "csh": "compound symmetry, own variances",
    "ar1": "AR(1)",
    "ar1h": "AR(1), own variances",
    "toep": "Toeplitz",
    "toeph": "Toeplitz, own variances",
    "ad": "ante-dependence",
    "adh": "ante-dependence, own variances",
    "sp_exp": "exponential in time",
    "ancova": "ANCOVA",
}
INFERENCE_NAMES = {
    "normal": "z",
    "satterthwaite": "Satterthwaite",
    "kenward-roger": "Kenward-Roger",
    "kenward-roger-linear": "Kenward-Roger, linear form",
    "between-within": "between-within",
    "residual": "residual",
    "sandwich-cr2": "sandwich (CR2)",
}
NUMBERS = ("no", "one", "two", "three", "four", "five")


def inference_heading(name: str) -> str:
    """Return a way of inference as it heads a row; z keeps its small letter."""
    text = INFERENCE_NAMES[name]
    return text if text == "z" else sentence_start(text)
