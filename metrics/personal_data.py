"""Which columns of reports can name a contact (see accounts.personal_data)."""

from accounts.personal_data import PersonalData

PERSONAL_DATA = PersonalData(
    impersonal_columns=(
        "metrics.AccountDay.without_rate",
        "metrics.ContractDay.contract",
        "metrics.ContractDay.line",
        "metrics.ContractDay.without_rate",
        "metrics.ForecastNight.chances",
        "metrics.ForecastNight.rates",
        "metrics.RenewalForecast.contract",
        "metrics.RenewalForecast.line",
        "metrics.ReportDay.chances",
        "metrics.ReportDay.figures",
        "metrics.ReportDay.rates",
        "metrics.ReportedMonth.rates",
        "metrics.SnapshotMonth.rates",
    ),
)
