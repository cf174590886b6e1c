"""The surveys that ship, each a YAML file beside this one."""

from functools import cache
from pathlib import Path

from surveys.library.definition import SurveyDefinition
from surveys.library.definition_reader import read_survey_yaml

KEYS = (
    "nps",
    "onboarding_csat",
    "first_value_csat",
    "renewal_csat",
    "expansion_csat",
    "ticket_csat",
    "effort_ces",
)


@cache
def shipped_survey(key: str) -> SurveyDefinition:
    return read_survey_yaml((Path(__file__).parent / f"{key}.yaml").read_text("utf-8"))
