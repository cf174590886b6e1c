"""Pages of surveys, a family a folder."""
