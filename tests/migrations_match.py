"""Gate: the migrations say what the models say. Needs no database."""

import os
import sys
import warnings

from django import setup
from django.core.management import call_command


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cs_platform.settings")
    os.environ.setdefault("SECRET_KEY", "unused")
    # The history in a database is none of this gate's business.
    os.environ["DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/none"
    warnings.filterwarnings("ignore", message="Got an error checking a consistent migration")
    setup()
    call_command("makemigrations", check=True, dry_run=True, verbosity=1)


if __name__ == "__main__":
    sys.path.insert(0, os.getcwd())
    main()
