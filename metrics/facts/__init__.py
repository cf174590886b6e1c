"""What the numbers are computed from, one set-based query per source."""
