"""Floor 1: what a trial is: its description, loading, validating and synthesising."""
