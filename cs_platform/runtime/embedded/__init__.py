"""Postgres and Valkey out of Python wheels, started and owned by our own process."""
