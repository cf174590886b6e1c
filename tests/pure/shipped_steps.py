"""Day, owner and channel of each step the library promises.

`3d`: calendar days from the start, `b` business days, `h` hours; `+` from the end of the step
before, `T` from the date of the contract.
"""

STEPS = {
    "onboarding_high_touch": [
        "0d csm email",
        "1d csm internal",
        "3d csm video",
        "5d csm email",
        "7d csm video",
        "10d onboarding_specialist email",
        "14d csm video",
        "21d csm video",
        "30d csm video",
    ],
    "onboarding_low_touch": [
        "0d csm email",
        "7d onboarding_specialist email",
        "30d csm call",
    ],
    "onboarding_tech_touch": [
        "0d system email",
        "0d system in_app",
        "3d system internal",  # asks whether they have logged in
        "3d system email",
        "3d system email",
        "5d system in_app",
        "7d system internal",  # asks how much they use
        "7d system email",
        "7d system email",
        "14d system internal",  # asks whether they have completed
        "14d system email",
        "14d system email",
        "21d system email",
        "21d system internal",  # asks whether they are stuck
        "23d csm call",
        "30d system internal",  # the survey
    ],
    "adoption_gap": [
        "2b csm internal",
        "5b csm email",
        "10b onboarding_specialist video",
        "30d csm internal",
    ],
    "at_risk": [
        "0d system in_app",
        "0d csm internal",
        "1d csm call",
        "2d csm internal",
        "3d manager email",
        "5d csm video",
        "7d csm internal",
        "10d csm internal",
        "14d csm video",
        "21d csm video",
        "30d csm internal",
    ],
    "healthy_to_watch": [
        "5b csm email",
    ],
    "watch_to_intervene": [
        "24h csm internal",
        "48h manager internal",
        "48h csm call",
        "+2b csm email",
    ],
    "renewal": [
        "T-120d renewal_lead internal",
        "T-90d renewal_lead call",
        "T-90d system internal",
        "+0h system internal",
        "T-85d manager call",
        "T-85d csm call",
        "T-60d csm video",
        "T-60d system internal",
        "T-55d executive_sponsor call",
        "T-45d expansion_lead call",
        "T-30d system internal",  # have they renewed?
        "T-30d legal email",
        "T-14d system internal",
        "T-14d renewal_lead call",
        "T-7d system internal",
        "T-7d manager call",
        "T0d finance internal",
        "T0d csm email",
    ],
    "renewal_low_touch": [
        "T-60d renewal_lead email",
        "T-30d system internal",  # have they renewed?
        "T-30d renewal_lead email",
        "T-14d system internal",
        "T-14d renewal_lead call",
        "T-7d system internal",
        "T-7d renewal_lead email",
        "T0d csm email",
    ],
    "renewal_tech_touch": [
        "T-30d system email",
        "T-14d system internal",  # has notice been given?
        "T-14d system in_app",
        "T-7d system internal",
        "T-7d system email",
        "T-5d cs_ops call",
        "T0d system internal",
        "T0d system email",
    ],
    "expansion": [
        "2b csm internal",
        "4b csm internal",
        "7b csm email",
        "+0h system internal",  # a new use or a new department?
        "12b expansion_lead call",
        "12b csm call",
        "20b csm internal",
    ],
    "re_engagement": [
        "2b csm internal",
        "3b csm email",
        "7b csm call",
        "12b csm video",
    ],
    "stakeholder_broadening": [
        "3b csm internal",
        "7b csm email",
        "15b csm video",
        "20b executive_sponsor meeting",
        "45d csm internal",
    ],
    "champion_change": [
        "0d csm call",
        "0d csm email",
        "1d manager email",
        "3d csm video",
        "7d csm internal",
        "7d csm call",
        "14d csm video",
        "28d csm internal",
    ],
    "sponsor_lost": [
        "1b csm call",
        "3b csm internal",
        "5b executive_sponsor email",
        "15b executive_sponsor meeting",
        "+2b csm email",
        "45d manager internal",
    ],
    "qbr": [
        "0d csm email",
        "3d cs_ops internal",
        "6d csm internal",
        "7d csm email",
        "14d csm video",
        "+48h csm email",
    ],
    "ebr": [
        "0d csm email",
        "10d csm internal",
        "17d csm internal",
        "24d executive_sponsor internal",
        "30d executive_sponsor meeting",
        "+48h executive_sponsor email",
    ],
    "success_plan": [
        "5b csm video",
        "8b csm email",
        "12b csm call",
        "42d csm video",
    ],
    "sales_hand_off": [
        "24h account_executive internal",
        "48h csm internal",
        "48h account_executive email",
        "5b csm internal",
    ],
    "escalation": [
        "2h manager internal",
        "4h csm call",
        "24h support_lead internal",
        "24h csm email",
        "5b csm call",
        "10b manager internal",
    ],
    "downgrade_request": [
        "1b csm email",
        "2b csm call",
        "4b csm email",
        "7b finance internal",
        "10b csm internal",
    ],
    "failed_payment": [
        "0h system internal",  # a card that expires, or a charge that failed?
        "+0h csm email",
        "+0h system internal",  # 23 days, up to seven before it expires
        "+0h csm email",
        "+0h system internal",  # two weeks, for the next charge
        "+0h csm email",
        "+0h system internal",  # three days
        "+0h csm email",
        "+0h system internal",  # four days
        "+1b finance call",
        "+7d csm internal",
    ],
    "offboarding": [
        "2b csm email",
        "7b manager call",
        "12b support_lead email",
        "15b csm internal",
        "28d csm email",
    ],
    "win_back": [
        "5b csm internal",
        "7b csm email",
        "15b account_executive call",
        "182d csm email",
    ],
    "advocacy": [
        "3b csm internal",
        "6b csm email",
        "20b csm email",
        "45d csm email",
    ],
    "incident": [
        "4h csm email",
        "2b csm email",
        "4b csm call",
        "6b manager internal",
        "9b csm email",
    ],
    "feature_launch": [
        "2b csm internal",
        "3b csm email",
        "10b onboarding_specialist video",
        "30d csm internal",
    ],
    "detractor": [
        "8h csm internal",
        "24h csm email",
        "5b csm internal",
        "10b csm email",
    ],
    "checkpoint_onboarding": [
        "2b manager internal",
        "4b manager call",
        "6b csm email",
        "14b csm call",
    ],
    "checkpoint_first_value": [
        "1b csm internal",
        "4b csm call",
        "9b csm email",
    ],
    "checkpoint_renewal": [
        "24h manager internal",
        "3b csm call",
        "7b executive_sponsor call",
        "9b csm email",
    ],
    "checkpoint_expansion": [
        "2b csm internal",
        "4b csm call",
        "8b onboarding_specialist video",
        "28d csm call",
    ],
    "inactive_14_days": [
        "0d system email",
        "5d system email",
        "5d system in_app",
        "14d system internal",  # asks whether it is worth a person
        "14d csm internal",
    ],
    "usage_milestone": [
        "0h system internal",  # a message in the product
        "1d csm email",
        "+0h system internal",  # an account that we know in person?
        "3b csm email",
    ],
}
