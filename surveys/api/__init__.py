"""Surveys, whom they asked and what was answered, for machines to read."""
