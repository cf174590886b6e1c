"""Whom surveys ask, and how the question goes out."""
