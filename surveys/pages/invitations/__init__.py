"""Asking one person by hand, and one invitation with its link."""
