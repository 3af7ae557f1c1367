"""Helpers of the book: from a trial described once to its published pages."""
