"""How Django writes and reads days where it does so itself, as in the admin."""
