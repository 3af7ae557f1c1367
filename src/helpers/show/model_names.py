"""What the book calls the models that it compares, and their ways of inference."""

from __future__ import annotations

from helpers.show.sentences import sentence_start

MODEL_NAMES = {
    "random_intercept": "random intercept",
    "random_slope": "random slope",
    "us": "unstructured",
    "ar1": "AR(1)",
    "ancova": "ANCOVA",
}
INFERENCE_NAMES = {
    "normal": "z",
    "satterthwaite": "Satterthwaite",
    "kenward-roger": "Kenward-Roger",
    "between-within": "between-within",
    "sandwich-cr2": "sandwich (CR2)",
}
NUMBERS = ("no", "one", "two", "three", "four", "five")


def inference_heading(name: str) -> str:
    """Return a way of inference as it heads a row; z keeps its small letter."""
    text = INFERENCE_NAMES[name]
    return text if text == "z" else sentence_start(text)
