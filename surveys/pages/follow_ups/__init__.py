"""Answers that somebody deals with: the list by state, and one with its next step."""
