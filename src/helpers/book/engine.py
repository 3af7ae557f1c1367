"""The papermill engine of the book: papermill's own, which saves a notebook once."""

from __future__ import annotations

from typing import Any

from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines

ENGINE = "trialbook"


class BookEngine(NBClientEngine):
    """Runs a notebook in its kernel and writes it when it has ended, however it ended.

    papermill writes and validates the whole notebook before and after every cell. A notebook that
    holds figures has megabytes, and a build that is broken off keeps nothing of a half-run chapter:
    the writing took as long as half of the chapters' own work.
    """

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, kernel_name: str, **options: Any
    ) -> None:
        """Run the cells; without a place to write to, nothing is written meanwhile."""
        place, nb_man.output_path = nb_man.output_path, None
        try:
            super().execute_managed_notebook(nb_man, kernel_name, **options)
        finally:
            # papermill writes the notebook after this, also that of a chapter that failed.
            nb_man.output_path = place


papermill_engines.register(ENGINE, BookEngine)
