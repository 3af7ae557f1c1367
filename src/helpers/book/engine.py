"""The papermill engine of the book: papermill's own, which keeps a notebook in memory."""

from __future__ import annotations

import json
from typing import Any

import nbformat
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines

ENGINE = "trialbook"


class Held:
    """The notebook that an engine runs, which can be looked at however the run ends."""

    manager: NotebookExecutionManager | None = None

    def notebook(self) -> dict[str, Any] | None:
        """Return the notebook as it is now, as plain dictionaries; None before it began."""
        if self.manager is None:
            return None
        return dict(json.loads(nbformat.writes(self.manager.nb)))


class BookEngine(NBClientEngine):
    """Runs a notebook in its kernel and leaves it in memory, however it ended.

    papermill writes the whole notebook to a file before and after every cell. A notebook that holds
    figures has megabytes, and the writing took as long as half of the chapters' own work. What is
    not written is not left behind either, half done or with a patient's data, when a build is
    killed, and a full disk cannot cut it short.
    """

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, *, held: Held, **options: Any
    ) -> None:
        """Run the cells of the notebook that ``held`` then holds."""
        held.manager = nb_man
        super().execute_managed_notebook(nb_man, kernel_name, **options)


papermill_engines.register(ENGINE, BookEngine)
