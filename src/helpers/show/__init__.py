"""Floor 4: numbers, tables and figures on a page."""
