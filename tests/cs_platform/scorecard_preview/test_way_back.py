"""The way back to an earlier version: in one step, or after a look at its preview."""

from cs_platform.models.previews import Preview
from health.models import Publication, Scorecard
from tests.cs_platform.scorecard_preview.test_preview_page import body, publish, retune
from tests.scorecard_house import address


def test_rolling_back_is_one_step_and_a_new_version(ops, draft, portfolio, published):
    retune(ops, draft, engagement="20", support="40")
    publish(ops, draft)
    asked = body(ops.get(address(published, "back")))
    unsaid = body(ops.post(address(published, "back"), {"reason": ""}))
    done = body(ops.post(address(published, "back"), {"reason": "Too noisy"}, follow=True))

    made = Scorecard.objects.get(key="four_inputs", version=3)
    assert "Roll back: publish v3" in asked
    assert "Product engagement" in asked
    assert "Say why" in unsaid
    assert "Four inputs v3 is in force and says what v1 said." in done
    assert (made.content_of, made.reason) == (published, "Back to v1: Too noisy")
    # Not by the text of the page: the token of a form may hold “v2” as well.
    rows = ops.get("/admin/health/scorecard/").context["keys"]
    listed = next(row.versions for row in rows if row.key == "four_inputs")
    assert [(row.version, row.reason) for row in listed][::2] == [
        (3, "Back to v1: Too noisy"),
        (1, "shipped with the product"),
    ]


def test_a_way_back_can_be_previewed_first(ops, draft, portfolio, published):
    retune(ops, draft, engagement="20", support="40")
    publish(ops, draft)
    response = ops.post(address(published, "back"), {"preview": "1"})
    made = Scorecard.objects.get(key="four_inputs", version=3)

    assert not made.is_published
    assert made.content_of == published
    assert response.url == address(made, "preview")
    assert Preview.objects.get(scorecard=made).finished_at


def test_the_reason_typed_before_the_preview_is_kept_until_publishing(
    ops, draft, portfolio, published
):
    retune(ops, draft, engagement="20", support="40")
    publish(ops, draft)
    ops.post(address(published, "back"), {"preview": "1", "reason": "Too noisy"})
    made = Scorecard.objects.get(key="four_inputs", version=3)
    page = body(ops.get(address(made, "preview")))
    refused = body(publish(ops, made, reason=""))
    publish(ops, made, reason="Too noisy")

    assert 'value="Too noisy"' in page
    assert 'value="Too noisy"' not in refused  # what was sent stands, not what was kept
    assert Publication.objects.latest("pk").reason == "Too noisy"


def test_a_way_back_is_previewed_without_a_reason_and_refuses_a_bad_one(
    ops, draft, portfolio, published
):
    retune(ops, draft, engagement="20", support="40")
    publish(ops, draft)
    long = body(ops.post(address(published, "back"), {"preview": "1", "reason": "x" * 251}))

    assert "Not rolled back." in long
    assert "Keep the reason below 250 characters" in long
    assert Scorecard.objects.filter(key="four_inputs").count() == 2
