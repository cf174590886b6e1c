"""The demo company in the database: the facts of `accounts.demo`, and the past people lived."""
