"""Which columns of the machinery and previews can name a contact (see accounts.personal_data)."""

from accounts.personal_data import PersonalData

PERSONAL_DATA = PersonalData(
    other_texts=(
        "cs_platform.Intervention.before",
        "cs_platform.Intervention.subject",
    ),
    append_only=("cs_platform.Intervention:interventions_are_append_only",),
    impersonal_columns=(
        "cs_platform.InvariantRun.findings",
        "cs_platform.Preview.after_bands",
        "cs_platform.Preview.before_bands",
        "cs_platform.Preview.calm",
        "cs_platform.Preview.cards",
        "cs_platform.Preview.failure",
        "cs_platform.PreviewMover.from_card",
        "cs_platform.PreviewMover.reason",
        "cs_platform.PreviewMover.to_card",
        "cs_platform.PreviewPlay.playbook_key",
        "cs_platform.PreviewPlay.playbook_name",
        "cs_platform.Pulse.process",
        "cs_platform.StepRun.failure",
        "cs_platform.StepRun.step",
    ),
)
