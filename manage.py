#!/usr/bin/env python
"""Runs a management command of the platform."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cs_platform.settings")
    # A command may take longer than the page that the settings' own limits are for. `up` hands its
    # environment on to the processes that serve pages.
    if sys.argv[1:2] != ["up"]:
        os.environ.setdefault("CS_STATEMENT_TIMEOUT", "300s")
        os.environ.setdefault("CS_LOCK_TIMEOUT", "10s")
    execute_from_command_line(sys.argv)
