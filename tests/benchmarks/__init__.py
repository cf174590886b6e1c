"""Speed as ratios to bounds that are measured in the same run: `make bench`."""

import os

# Requests here come without TLS in front; read before the settings are.
os.environ.setdefault("CS_TLS", "0")
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ.setdefault("CS_LOG_FORMAT", "plain")  # a line a request would hide the figures
