"""The pages that customers answer on, without an account."""
