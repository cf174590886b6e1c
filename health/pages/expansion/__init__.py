"""The weekly review of who is ready for an expansion."""
