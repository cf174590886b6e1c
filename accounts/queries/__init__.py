"""What pages of every app ask of the facts."""
