"""Surveys as CS ops keep them: the list, a version in sentences and as text, and into force."""
