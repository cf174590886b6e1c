"""Deciding what starts, who waits and what is over: pure, on values that were seen."""
