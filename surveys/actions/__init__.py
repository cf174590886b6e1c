"""Answers and what becomes of them, as they are written."""
