"""Surveys, whom they ask, what was answered and what became of it."""

from surveys.models.follow_up import FollowUp
from surveys.models.invitation import Invitation
from surveys.models.policy import SurveyBaseline, SurveyBranding, SurveyPolicy
from surveys.models.response import Response
from surveys.models.survey import Survey

__all__ = [
    "FollowUp",
    "Invitation",
    "Response",
    "Survey",
    "SurveyBaseline",
    "SurveyBranding",
    "SurveyPolicy",
]
