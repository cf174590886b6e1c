"""Signs beside readiness that a customer may want more: what kind of more, and who leads it."""

from __future__ import annotations

from enum import StrEnum

from accounts.catalogue import MovementSubtype


class ExpansionSign(StrEnum):
    LIMIT_NEAR = "limit_near"
    SEATS_GREW = "seats_grew"
    NEW_USE_CASE = "new_use_case"
    NEW_DEPARTMENT = "new_department"
    PROMOTER = "promoter"
    CHAMPION_PROMOTED = "champion_promoted"
    ANNIVERSARY = "anniversary"
    VALUE_ACHIEVED = "value_achieved"
    FIRST_VALUE_PRAISED = "first_value_praised"
    COMPANY_NEWS = "company_news"


# What of an expansion each of them leads to, as the ledger calls it.
EXPANSION_TYPES = {
    ExpansionSign.LIMIT_NEAR: MovementSubtype.USAGE,
    ExpansionSign.SEATS_GREW: MovementSubtype.SEATS,
    ExpansionSign.NEW_USE_CASE: MovementSubtype.CROSS_SELL,
    ExpansionSign.NEW_DEPARTMENT: MovementSubtype.CROSS_SELL,
    ExpansionSign.PROMOTER: MovementSubtype.UPSELL,
    ExpansionSign.CHAMPION_PROMOTED: MovementSubtype.UPSELL,
    ExpansionSign.ANNIVERSARY: MovementSubtype.UPSELL,
    ExpansionSign.VALUE_ACHIEVED: MovementSubtype.UPSELL,
    ExpansionSign.FIRST_VALUE_PRAISED: MovementSubtype.UPSELL,
    ExpansionSign.COMPANY_NEWS: MovementSubtype.CROSS_SELL,
}
# A new product, use or department is led by whom the installation names; more of the same by the
# CSM.
SIGNIFICANT = frozenset(
    sign for sign, kind in EXPANSION_TYPES.items() if kind is MovementSubtype.CROSS_SELL
)
# Business events that are such signs, by their kind.
SIGNS_OF_EVENTS = {
    "usage_limit_80": ExpansionSign.LIMIT_NEAR,
    "new_use_case": ExpansionSign.NEW_USE_CASE,
    "new_department": ExpansionSign.NEW_DEPARTMENT,
    "champion_promoted": ExpansionSign.CHAMPION_PROMOTED,
    "usage_milestone": ExpansionSign.VALUE_ACHIEVED,
    "first_value_moment": ExpansionSign.VALUE_ACHIEVED,
    "funding": ExpansionSign.COMPANY_NEWS,
    "merger": ExpansionSign.COMPANY_NEWS,
}
SIGN_DAYS, PROMOTER_DAYS, ANNIVERSARY_DAYS, PROMOTER_SCORE = 90, 180, 30, 80
