"""From a payload in somebody's dialect to typed records and row errors. No framework in here."""
