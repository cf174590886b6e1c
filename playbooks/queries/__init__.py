"""What pages read of plays and tasks, one statement a question."""
