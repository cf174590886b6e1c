"""Preview, publication from it, the mark on charts, and the way back."""

from datetime import timedelta

import pytest

from accounts.models import Installation, Job, User
from accounts.work import jobs
from cs_platform.models.previews import Preview, PreviewMover
from cs_platform.previews import job as previews
from cs_platform.scheduling.job_runner import run_job
from health.models import BandOverride, CurrentHealth, Publication, Scorecard
from health.publishing import save_draft
from health.publishing.content import content_of
from health.publishing.draft_edits import Edit
from health.queries.scorecards import published_card
from tests.page_house import DAY, GOOD, NOW, judge
from tests.scorecard_house import address, filled_in, name_of


def body(response):
    return response.content.decode()


def retune(ops, draft, **weights):
    """Saves the weights and previews, as the second button does."""
    data = filled_in(ops, draft)
    data |= {name_of(draft, "component", key, "weight"): weight for key, weight in weights.items()}
    response = ops.post(address(draft), data | {"preview": "1"})
    draft.refresh_from_db()
    return response


def test_a_small_portfolio_is_previewed_at_once(ops, draft, portfolio):
    response = retune(ops, draft, engagement="20", support="40")
    page = body(ops.get(response.url))
    preview = Preview.objects.get()

    assert response.url == address(draft, "preview")
    assert preview.finished_at
    assert (preview.total, preview.done) == (11, 11)
    assert (preview.revision, preview.compared_with.version) == (2, 1)
    assert Job.objects.get(kind="scorecard.preview").state == "done"
    moved = PreviewMover.objects.filter(preview=preview)
    assert moved.count() == 10
    assert {(m.from_band, m.to_band) for m in moved} == {("healthy", "watch")}
    assert "Support burden counts 40 instead of 25" in page
    assert "Publish scorecard v2" in page
    assert page.index("Company 09") < page.index("Company 00")  # the largest ARR first


def test_a_preview_judges_the_day_that_publication_will(ops, draft, portfolio):
    """Scores on screen are of the day before: a day has begun since, and nothing has changed."""
    Installation.objects.update(as_of=DAY + timedelta(days=1))
    retune(ops, draft, engagement="20", support="40")
    preview = Preview.objects.get()

    assert preview.finished_at
    assert set(CurrentHealth.objects.values_list("day", flat=True)) == {preview.day}
    assert preview.day == DAY + timedelta(days=1)


def test_the_figures_of_a_preview_agree_with_each_other(ops, draft, portfolio):
    retune(ops, draft, engagement="20", support="40")
    context = ops.get(address(draft, "preview")).context
    sums, matrix = context["sums"], context["matrix"]

    assert sum(row.accounts for row in matrix) == 11
    assert sum(accounts for accounts, _ in context["totals"]) == 11
    assert sums.moved == sums.worse[0] == context["mover_total"] == 10
    assert sums.worse[1] == sum(m.arr_minor for m in PreviewMover.objects.all())
    assert sum(Preview.objects.get().after_bins) == 11


def test_a_band_set_by_hand_counts_at_risk_before_and_after(ops, draft, portfolio, ola):
    poor, fine = portfolio[10], portfolio[0]  # 11,000 and 1,000
    for account, band in ((poor, "watch"), (fine, "intervene")):
        BandOverride.objects.create(
            account=account,
            band=band,
            reason="We know more",
            created_by=ola,
            created_at=NOW,
            starts_on=NOW.date(),
            expires_on=NOW.date() + timedelta(days=7),
        )
    retune(ops, draft, engagement="20", support="40")
    sums = ops.get(address(draft, "preview")).context["sums"]

    assert sums.at_risk_before == sums.at_risk_after == (1, 1_000_00)


def test_plays_are_counted_as_the_engine_would_decide(ops, draft, portfolio):
    retune(ops, draft, engagement="20", support="40")
    rows = {row.name: row for row in ops.get(address(draft, "preview")).context["plays"]}

    fall = rows["Check-in after a slip"]
    assert fall.started + fall.queued == 10
    assert fall.held == ()


def test_movers_are_filtered_by_a_cell_of_the_matrix(ops, draft, portfolio):
    retune(ops, draft, engagement="20", support="40")
    url = address(draft, "preview")

    assert ops.get(url, {"from": "healthy", "to": "watch"}).context["mover_total"] == 10
    assert ops.get(url, {"from": "watch", "to": "healthy"}).context["mover_total"] == 0


def test_a_page_of_a_preview_asks_a_fixed_number_of_questions(
    ops, draft, portfolio, django_assert_num_queries
):
    retune(ops, draft, engagement="20", support="40")
    ops.get(address(draft, "preview"))
    with django_assert_num_queries(24):
        ops.get(address(draft, "preview"))


def test_a_draft_with_problems_is_not_previewed(ops, draft, portfolio):
    response = retune(ops, draft, support="40")

    assert response.url == address(draft)
    assert not Preview.objects.exists()
    assert "they add up to 115" in body(ops.get(response.url))


def test_a_large_portfolio_waits_for_a_worker_and_survives_a_reload(
    ops, draft, portfolio, monkeypatch
):
    monkeypatch.setattr("cs_platform.pages.scorecard_preview.views.AT_ONCE", 0)
    retune(ops, draft, engagement="20", support="40")
    waiting = body(ops.get(address(draft, "preview")))
    part = ops.get(address(draft, "preview"), headers={"HX-Request": "true"})

    assert "Waiting for a worker to look at 11 accounts." in waiting
    assert 'hx-trigger="every 1s"' in waiting
    assert "<html" not in body(part)
    assert run_job(Job.objects.get(kind="scorecard.preview").pk)
    done = ops.get(address(draft, "preview"), headers={"HX-Request": "true"})
    assert done.headers["HX-Refresh"] == "true"
    assert "Publish scorecard v2" in body(ops.get(address(draft, "preview")))


def test_a_job_that_is_begun_again_writes_its_rows_once(ops, draft, portfolio, monkeypatch):
    monkeypatch.setattr("cs_platform.pages.scorecard_preview.views.AT_ONCE", 0)
    retune(ops, draft, engagement="20", support="40")
    job = Job.objects.get(kind="scorecard.preview")
    claim = jobs.claim(job_id=job.pk, now=NOW + timedelta(days=3650))
    previews.work_preview(claim)
    previews.work_preview(claim)

    assert PreviewMover.objects.count() == 10


def test_a_dead_preview_says_so_and_can_be_asked_for_again(ops, draft, portfolio, monkeypatch):
    monkeypatch.setattr("cs_platform.pages.scorecard_preview.views.AT_ONCE", 0)
    retune(ops, draft, engagement="20", support="40")
    claim = jobs.claim(
        job_id=Job.objects.get(kind="scorecard.preview").pk, now=NOW + timedelta(days=3650)
    )
    previews.give_up(claim, reason="the disk was full")
    page = body(ops.get(address(draft, "preview")))

    assert "The preview failed: the disk was full" in page
    assert "Try again" in page
    previews.revive(claim)
    assert "The preview failed" not in body(ops.get(address(draft, "preview")))
    previews.work_preview(claim)
    with pytest.raises(jobs.SettledError, match="finished"):
        previews.revive(claim)


def test_a_later_preview_takes_the_place_of_the_earlier_one(ops, draft, portfolio):
    retune(ops, draft, engagement="20", support="40")
    retune(ops, draft, engagement="25", support="35")

    assert Preview.objects.get().revision == 3


def publish(ops, draft, reason="Support tells us earlier", **more):
    preview = Preview.objects.filter(scorecard=draft).order_by("-pk").first()
    data = {"preview": preview.pk if preview else "", "reason": reason} | more
    return ops.post(address(draft, "publish"), data, follow=True)


def test_publishing_needs_a_reason(ops, draft, portfolio):
    retune(ops, draft, engagement="20", support="40")
    page = body(publish(ops, draft, reason=" "))

    draft.refresh_from_db()
    assert "Say why: the reason stands in the history" in page
    assert page.index("Not published.") < page.index("From band to band")
    assert '<a href="#id_reason">Reason</a>' in page
    assert " autofocus" in page[page.index('name="reason"') : page.index("Publish scorecard v2")]
    assert not draft.is_published


def test_publishing_without_a_preview_is_refused(ops, draft, portfolio):
    page = body(publish(ops, draft))

    draft.refresh_from_db()
    assert "Preview the draft first" in page
    assert not draft.is_published


def test_a_preview_of_an_earlier_revision_publishes_nothing_and_says_so(ops, draft, portfolio, ola):
    retune(ops, draft, engagement="20", support="40")
    ida = User.objects.create_user("ida@example.test", "x", name="Ida Ops", role="ops")
    save_draft(
        draft=draft,
        revision=draft.revision,
        edit=Edit({**content_of(draft), "recovery_margin": "4"}, []),
        user=ida,
        now=NOW,
    )
    page = body(ops.get(address(draft, "preview")))
    refused = body(publish(ops, draft))

    draft.refresh_from_db()
    assert "This preview is out of date." in page
    assert "The draft was changed by Ida Ops after this preview was made." in page
    assert "Publish scorecard v2" not in page
    assert "Not published. The draft was changed by Ida Ops" in refused
    assert not draft.is_published
    assert draft.reason == "Support tells us earlier"  # offered again by the next preview


def test_a_preview_against_a_version_no_longer_in_force_is_out_of_date(
    ops, draft, portfolio, published, ola
):
    retune(ops, draft, engagement="20", support="40")
    ops.post(address(published, "back"), {"reason": "Just in case"})
    ops.post(address(published, "back"), {"reason": "Just in case"})
    draft.refresh_from_db()
    page = body(publish(ops, draft))

    draft.refresh_from_db()
    assert "Another version came into force" in page
    assert not draft.is_published


def test_a_preview_of_yesterday_publishes_nothing_today(ops, draft, portfolio):
    retune(ops, draft, engagement="20", support="40")
    Installation.objects.update(as_of=DAY + timedelta(days=1))
    page = body(ops.get(address(draft, "preview")))
    refused = body(publish(ops, draft))

    draft.refresh_from_db()
    assert "Publish scorecard v2" not in page
    said = "Not published. This preview judged 14 Mar 2025, and publication judges today."
    assert said in refused
    assert not draft.is_published


def test_publishing_brings_it_into_force_and_marks_the_charts(ops, draft, portfolio, ola):
    retune(ops, draft, engagement="20", support="40")
    foreseen = dict(PreviewMover.objects.values_list("account_id", "new_score"))
    page = body(publish(ops, draft))

    draft.refresh_from_db()
    assert "Four inputs v2 is in force." in page
    assert (draft.is_published, draft.reason) == (True, "Support tells us earlier")
    latest = Publication.objects.order_by("-pk").first()
    assert (latest.scorecard, latest.published_by) == (draft, ola)
    assert len(foreseen) == 10
    overview = body(ops.get("/accounts/acc-1/"))
    assert "v2 published: Support tells us earlier" in overview


def test_the_mark_stands_where_the_card_of_an_account_changed(ops, draft, portfolio):
    retune(ops, draft, engagement="20", support="40")
    publish(ops, draft)
    account = portfolio[1]
    CurrentHealth.objects.filter(account=account).update(scorecard=draft)
    judge(account, published_card(draft.pk), raw=GOOD, day=NOW.date() + timedelta(days=1))
    Installation.objects.update(as_of=NOW.date() + timedelta(days=1))
    page = body(ops.get(f"/accounts/{account.external_id}/health/"))

    assert "15 Mar 2025: v2 published: Support tells us earlier" in page


def test_two_versions_are_compared_in_words(ops, draft, portfolio, published):
    retune(ops, draft, engagement="20", support="40")
    page = body(ops.get(address(draft, "compare")))

    assert "Four inputs: v1 → v2" in page
    assert "<strong>Support burden</strong>" in page
    assert body(ops.get(address(published, "compare"), {"with": draft.pk})).count("Support") >= 1


PAGES = ("change", "preview", "compare", "back", "scale", "draft", "fit", "discard", "publish")


@pytest.mark.parametrize("role", ["csm", "manager", "executive"])
def test_only_cs_ops_comes_in(client, draft, published, role):
    person = User.objects.create_user(f"{role}@example.org", "x", name=role, role=role)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    before = (Scorecard.objects.count(), Preview.objects.count(), draft.revision)
    addresses = ["/admin/health/scorecard/", "/admin/health/scorecard/curve/"]
    addresses += [address(card, page) for card in (draft, published) for page in PAGES]

    for url in addresses:
        assert client.get(url).status_code == 403, url
        assert client.post(url, {"reason": "Mine"}).status_code == 403, url
    draft.refresh_from_db()
    assert (Scorecard.objects.count(), Preview.objects.count(), draft.revision) == before


def test_nobody_signed_in_is_led_to_the_log_in(client, draft):
    for page in PAGES:
        assert client.get(address(draft, page)).url.startswith("/login/?next=")
