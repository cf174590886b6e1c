"""Names under which each measure with parameters is used in tests: every way of dividing it."""

EVERY_USE = (
    "usage_trend",
    "usage_trend(season=out)",
    "feature_events(feature=reports)",
    "feature_events(feature=reports, per=seats)",
    "feature_events(feature=reports, per=arr, days=56)",
    "feature_events(feature=reports, per=people, days=84, by=everyone)",
    "feature_weeks(feature=reports)",
    "feature_value(feature=reports)",
    "feature_value(feature=reports, per=arr, days=56, by=everyone)",
    "feature_ratio(feature=reports, against=exports)",
    "usage_against_baseline",
    "active_people",
    "active_people(days=84)",
    "agent_share",
    "agent_share_trend(days=56)",
    "event_count(kind=qbr_held)",
    "event_count(kind=qbr_held, days=30)",
    "champions(percentile=segment)",
    "feature_events(feature=reports, per=seats, percentile=all)",
)
