"""What the empty form of a new playbook begins with: a whole one, each part said in a comment."""

EXAMPLE = """\
# Change this example, or paste a playbook of your own over it.
key: quiet_champion            # small letters, digits and _; the same key makes a new version
name: Quiet champion
summary: The champion has left. Find the next one before the renewal does.
purpose: Somebody at the customer again wants the product to succeed.
sla_days: 30                   # calendar days within which a play is complete
category: intervention         # lifecycle, intervention or operational
owner_role: csm                # who keeps this playbook in shape
review: quarterly              # monthly or quarterly
cooldown_days: 60              # days after a play ended in which the account starts no new one
cap_per_csm_day: null          # plays opened for one CSM on one day; the rest wait
triggers:                      # what starts it: one of them is enough
  - key: champion_left
    kind: signal
    signal: event.champion_left
  - key: fell_to_watch
    kind: crossing
    to: [watch]
    recovered_when: {bands: [healthy]}
conditions:                    # which accounts; without this part all
  segments: [mid_market, enterprise]
escalations:                   # who is drawn in, and when
  - key: silence
    when: no_response
    business_days: 5
    escalate_to: manager
    title: Take over the contact
    guidance: Nobody there has answered. Call the person who signed.
success:
  - A new champion is named within 30 days.
steps:
  - key: map
    title: Find out who is left
    purpose: We know who uses the product and who decides about it.
    guidance: Ask the old champion, if you can, and look at who logs in most.
    owner: csm
    channel: internal          # email, call, video, meeting, in_app or internal
    due: {business_days: 2}    # or hours, calendar_days; from: previous_step, contract_end
  - key: call
    title: Speak to the next champion
    purpose: Somebody there wants the product to succeed, and says so.
    guidance: Ask what they need to be successful in their own job. Agree on one next step.
    owner: csm
    channel: call
    due: {business_days: 5, from: previous_step}
"""
