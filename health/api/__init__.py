"""Scores, why they moved, crossings and scorecards, for machines to read."""
