"""The check list of an installation: what is connected, and what each source brings."""
