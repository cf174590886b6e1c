"""Each measure once from facts to its value, worked by hand."""
