"""Speed as ratios to bounds measured in the same run (docs/operations.md says how to read them)."""

import os

# Requests here come without TLS in front; read before the settings are.
os.environ.setdefault("CS_TLS", "0")
