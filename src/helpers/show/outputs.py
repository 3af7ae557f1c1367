"""The one door to the notebook: every number, table and figure leaves through ``emit``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from IPython.display import display

GLUE_PREFIX = "application/papermill.record/"
"""What myst-nb takes off the mime types of an output that it glues and does not show."""


@dataclass(frozen=True)
class Output:
    """What would have been displayed: representations by mime type, and metadata."""

    data: Mapping[str, object]
    metadata: Mapping[str, object] = field(default_factory=dict)


_collecting: ContextVar[list[Output] | None] = ContextVar("collecting", default=None)


@contextmanager
def collected() -> Iterator[list[Output]]:
    """Gather what is shown within the block, in place of displaying it.

    A page that stands by itself is made from the same calls as a chapter.
    """
    outputs: list[Output] = []
    token = _collecting.set(outputs)
    try:
        yield outputs
    finally:
        _collecting.reset(token)


def emit(data: Mapping[str, object], *, metadata: Mapping[str, object] | None = None) -> None:
    """Display one output in several representations.

    Parameters
    ----------
    data
        Mime type to content, for example ``{"text/html": ..., "text/plain": ...}``.
    metadata
        Metadata of the output, as nbformat stores them.
    """
    gathered = _collecting.get()
    if gathered is not None:
        gathered.append(Output(dict(data), dict(metadata or {})))
        return
    display(dict(data), raw=True, metadata=dict(metadata or {}))


def glued(name: str) -> dict[str, object]:
    """Return the metadata by which myst-nb takes an output off the page and glues it."""
    return {"scrapbook": {"name": name, "mime_prefix": GLUE_PREFIX}}


def show_paragraphs(markdown: str) -> None:
    """Show text that is written in Markdown."""
    emit({"text/markdown": markdown, "text/plain": markdown})
