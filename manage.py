#!/usr/bin/env python
"""Runs a management command of the platform."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cs_platform.settings")
    execute_from_command_line(sys.argv)
