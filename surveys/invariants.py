"""What must hold of invitations at any moment."""

from accounts.invariants.checks import Check

INVARIANTS = (
    Check(
        "surveys_go_out",
        "invitations that were due more than a day ago and are neither written nor held back",
        """
        SELECT format('invitation %%s', id) FROM surveys_invitation
        WHERE state = 'planned' AND due_at < %(now)s - interval '1 day' ORDER BY id
        """,
        heals=True,
    ),
    Check(
        "invitations_follow_their_message",
        "invitations that say something else than their message has said for an hour",
        """
        SELECT format('invitation %%s is %%s, message %%s is %%s', i.id, i.state, m.id, m.state)
        FROM surveys_invitation i JOIN accounts_outboxmessage m ON m.id = i.message_id
        WHERE (i.state IN ('sent', 'answered', 'expired') AND m.state <> 'sent')
            OR (i.state = 'written' AND m.state IN ('sent', 'suppressed', 'dead')
                AND coalesce(m.sent_at, m.next_at) < %(now)s - interval '1 hour')
        ORDER BY i.id
        """,
        heals=True,
    ),
    Check(
        "people_are_asked_at_their_account",
        "invitations of people of another account",
        """
        SELECT format('invitation %%s', i.id)
        FROM surveys_invitation i JOIN accounts_contact c ON c.id = i.contact_id
        WHERE c.account_id <> i.account_id ORDER BY i.id
        """,
    ),
)
