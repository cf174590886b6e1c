"""What is read of surveys, set by set."""
