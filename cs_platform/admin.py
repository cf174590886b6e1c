"""The admin finds what this app registers here."""

from cs_platform.scorecards import admin

__all__ = ["admin"]
