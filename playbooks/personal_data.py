"""Which columns of plays and tasks can name a contact (see accounts.personal_data)."""

from accounts.personal_data import PersonalData

PERSONAL_DATA = PersonalData(
    account_texts=(
        "playbooks.Play.reason",
        "playbooks.Play.saw",
        "playbooks.Play.why",
        "playbooks.PlayStart.saw",
        "playbooks.PlayStart.why",
        "playbooks.Task.guidance",
        "playbooks.Task.note",
        "playbooks.Task.reason",
        "playbooks.Task.title",
        "playbooks.Task.why",
    ),
    impersonal_columns=(
        "playbooks.Play.family",
        "playbooks.Play.playbook_key",
        "playbooks.PlayStart.playbook_key",
        "playbooks.PlayStart.trigger_key",
        "playbooks.Playbook.conditions",
        "playbooks.Playbook.escalations",
        "playbooks.Playbook.family",
        "playbooks.Playbook.name",
        "playbooks.Playbook.owner_role",
        "playbooks.Playbook.purpose",
        "playbooks.Playbook.success",
        "playbooks.Playbook.summary",
        "playbooks.Playbook.triggers",
        "playbooks.PlaybookStep.edges",
        "playbooks.PlaybookStep.guidance",
        "playbooks.PlaybookStep.owner_role",
        "playbooks.PlaybookStep.purpose",
        "playbooks.PlaybookStep.title",
        "playbooks.Task.closes_when",
        "playbooks.Task.escalation",
        "playbooks.Task.owner_role",
    ),
)
