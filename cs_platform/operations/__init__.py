"""What CS ops sees of the machinery and may do with it: rows, never a process."""
