"""Who gets which scorecard: the assignment rules, their draft and their versions."""
