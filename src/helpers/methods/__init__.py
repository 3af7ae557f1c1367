"""Floor 2: statistics on arrays and frames; nothing here knows that a trial exists."""
