"""Which columns of scores and scorecards can name a contact (see accounts.personal_data)."""

from accounts.personal_data import PersonalData

PERSONAL_DATA = PersonalData(
    account_texts=("health.BandOverride.reason",),
    impersonal_columns=(
        "health.AssignmentRule.note",
        "health.Band.name",
        "health.Component.name",
        "health.DraftEdit.changes",
        "health.DraftEdit.content",
        "health.Gate.condition",
        "health.Gate.name",
        "health.Measure.curve",
        "health.Measure.key",
        "health.Measure.penalties",
        "health.MeasureDistribution.measure",
        "health.MeasureDistribution.segment",
        "health.Publication.reason",
        "health.RuleSet.reason",
        "health.Scorecard.description",
        "health.Scorecard.name",
        "health.Scorecard.reason",
        "health.ThresholdCrossing.subject",
        "health.UsagePack.events",
        "health.WatchLine.subject",
        "health.WatchLineUse.owner",
    ),
)
