"""Retention arithmetic: exact, without a framework and without a database."""
