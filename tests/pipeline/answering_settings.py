"""Settings of the processes of a drill that send surveys."""

from cs_platform.settings import *  # noqa: F403 -- all of them

ROOT_URLCONF = "tests.surveys.engine.answering_urls"
