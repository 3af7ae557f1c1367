"""The one door to the notebook: every number, table and figure leaves through ``emit``."""

from __future__ import annotations

from collections.abc import Mapping

from IPython.display import display

GLUE_PREFIX = "application/papermill.record/"
"""What myst-nb takes off the mime types of an output that it glues and does not show."""


def emit(data: Mapping[str, object], *, metadata: Mapping[str, object] | None = None) -> None:
    """Display one output in several representations.

    Parameters
    ----------
    data
        Mime type to content, for example ``{"text/html": ..., "text/plain": ...}``.
    metadata
        Metadata of the output, as nbformat stores them.
    """
    display(dict(data), raw=True, metadata=dict(metadata or {}))


def glued(name: str) -> dict[str, object]:
    """Return the metadata by which myst-nb takes an output off the page and glues it."""
    return {"scrapbook": {"name": name, "mime_prefix": GLUE_PREFIX}}


def show_paragraphs(markdown: str) -> None:
    """Show text that is written in Markdown."""
    emit({"text/markdown": markdown, "text/plain": markdown})
