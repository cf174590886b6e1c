"""Executes what the code says about indexes, on the tables of a large company."""
