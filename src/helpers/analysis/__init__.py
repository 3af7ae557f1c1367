"""Floor 3: one module for each question that a chapter asks of a trial."""
