"""CS ops makes a survey from nothing, by form alone: fills it in, previews it and publishes it.
axe finds nothing on the way, light and dark, wide and at 390 px; it works without scripts."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from surveys.models import Survey
from tests.browser.conftest import PASSWORD, sign_in
from tests.browser.test_access import SCREENS, too_wide, violations

SAVED = "Saved. Nobody is asked by it before it is published."


@pytest.fixture
def open_page(browser, company, live_server):
    User.objects.create_user("ops@demo.example", PASSWORD, name="Jun Rookdale", role="ops")
    contexts = []

    def opened(screen: str, *, scripts: bool = True) -> Page:
        scheme, width = SCREENS[screen]
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            base_url=live_server.url,
            bypass_csp=True,  # axe is injected
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        sign_in(page, "ops")
        return page

    yield opened
    for context in contexts:
        context.close()


def begin(page: Page) -> None:
    page.goto("/surveys/edit/")
    page.get_by_role("link", name="New survey").first.click()
    page.get_by_label("Name").fill("Did the move go well?")
    page.get_by_label("CSAT: how satisfied are they, from 1 to 5").check()
    page.get_by_role("button", name="Begin the draft").click()
    expect(page.get_by_role("heading", name="Did the move go well?")).to_be_visible()


def fill_settings(page: Page) -> None:
    expect(page.get_by_label("Kind of business event")).to_be_hidden()
    page.get_by_label("On a rhythm").check()
    page.get_by_label("Hours until it is sent").fill("a day")
    page.get_by_role("button", name="Save the settings").press("Enter")
    expect(
        page.get_by_text("Only NPS is asked on a rhythm: choose another moment.")
    ).to_be_visible()
    expect(page.get_by_text("A whole number from 0 to 720.")).to_be_visible()
    page.get_by_label("End of onboarding").check()
    page.get_by_label("Hours until it is sent").fill("24")
    page.get_by_label("Those who decide").check()
    page.get_by_role("button", name="Save the settings").click()
    expect(page.get_by_role("status").get_by_text(SAVED)).to_be_visible()
    expect(page.get_by_text("Whoever answers for the account deals with it")).to_be_visible()


def fill_english(page: Page) -> None:
    page.get_by_label("Parts of the draft").get_by_role("link", name="English").click()
    page.get_by_label("Subject of the mail").fill("About your move")
    page.get_by_label("Question", exact=True).fill("How satisfied are you with the move?")
    page.get_by_label("At the low end of the scale").fill("1 · not at all")
    page.get_by_label("At the high end of the scale").fill("5 · very")
    page.get_by_label("Asks for the reason").fill("Why?")
    page.get_by_role("button", name="Add a question in words").press("Enter")
    first = page.get_by_role("group", name="Question 1, in words")
    expect(first.get_by_label("Question", exact=True)).to_be_focused()
    first.get_by_label("Question", exact=True).fill("What would you have needed?")
    page.get_by_role("button", name="Add a question with options").press("Enter")
    second = page.get_by_role("group", name="Question 2, with options")
    expect(second.get_by_label("Question", exact=True)).to_be_focused()
    second.get_by_label("Question", exact=True).fill("What was hardest?")
    second.get_by_label("Options").fill("Data\nPeople")
    page.get_by_role("button", name="Up: question 2").press("Enter")
    expect(page.get_by_role("button", name="Down: question 1")).to_be_focused()
    expect(page.get_by_role("group", name="Question 1, with options")).to_be_visible()
    page.get_by_label("Thanks").fill("Thank you.")
    page.get_by_role("button", name="Save the texts in English").click()
    expect(page.get_by_text("before it can be published:")).to_be_hidden()


def add_german(page: Page) -> None:
    page.get_by_role("link", name="Languages").click()
    page.get_by_label("Another language").fill("German")
    page.get_by_role("button", name="Add the language").click()
    expect(page.get_by_text("6 things are missing before it can be published:")).to_be_visible()
    expect(page.get_by_text("The first language says: About your move")).to_be_visible()
    page.get_by_role("button", name="Take back the last change").click()
    expect(page.get_by_text("before it can be published:")).to_be_hidden()


def see_preview(page: Page) -> None:
    page.get_by_label("Parts of the draft").get_by_role("link", name="English").click()
    frame = page.frame_locator('iframe[title="The survey in English"]')
    expect(frame.get_by_text("How satisfied are you with the move?")).to_be_visible()
    expect(frame.get_by_text("What was hardest?")).to_be_visible()
    room = page.locator(".survey-frame").evaluate("frame => frame.clientWidth")
    for width in (768, 1280, 390):
        page.get_by_label(f"{width} px").check()
        assert frame.locator("html").evaluate("() => innerWidth") == width
        assert page.locator(".survey-frame iframe").bounding_box()["width"] <= room + 1
    page.get_by_label("768 px").check()
    page.get_by_role("button", name="Save the texts in English").click()
    expect(page.get_by_role("status").get_by_text(SAVED)).to_be_visible()
    expect(page.get_by_label("768 px")).to_be_checked()


def publish(page: Page) -> None:
    page.get_by_role("link", name="Publish v1").click()
    page.get_by_label("Why?").fill("We begin")
    page.get_by_role("button", name="Publish v1").click()
    expect(page.get_by_text("is in force: it is asked from now on.")).to_be_visible()


def looked_at(page: Page) -> list[str]:
    assert too_wide(page) <= 0
    return violations(page)


@pytest.mark.parametrize("screen", SCREENS)
def test_a_survey_is_made_from_nothing_previewed_and_published(open_page, screen):
    page = open_page(screen)
    begin(page)
    fill_settings(page)
    found = {"settings": looked_at(page)}
    fill_english(page)
    found["texts"] = looked_at(page)
    add_german(page)
    found["languages"] = looked_at(page)
    see_preview(page)
    publish(page)
    found["version"] = looked_at(page)
    page.get_by_role("link", name="Versions").click()
    expect(page.get_by_role("heading", name="Versions of Did the move go well?")).to_be_visible()
    found["versions"] = looked_at(page)
    assert {name: each for name, each in found.items() if each} == {}

    made = Survey.objects.get(key="did_the_move_go_well").definition()
    assert (made.moment, made.recipients, made.delay_hours) == ("end_of_onboarding", "deciders", 24)
    assert [(each.kind, each.options) for each in made.further] == [("choice", 2), ("text", 0)]
    assert made.texts["en"].further["question_2"].options == ("Data", "People")


def test_without_scripts_the_same_form_makes_the_same_survey(open_page):
    page = open_page(next(iter(SCREENS)), scripts=False)
    begin(page)
    page.get_by_label("When a step of a playbook asks for it").check()
    page.get_by_role("button", name="Save the settings").click()
    expect(page.get_by_text(SAVED)).to_be_visible()
    page.get_by_label("Parts of the draft").get_by_role("link", name="English").click()
    page.get_by_label("Subject of the mail").fill("About your move")
    page.get_by_label("Question", exact=True).fill("How satisfied are you with the move?")
    page.get_by_label("Asks for the reason").fill("Why?")
    page.get_by_role("button", name="Add a question in words").click()
    page.get_by_role("button", name="Remove in all languages: question 1").click()
    expect(page.get_by_label("Subject of the mail")).to_have_value("About your move")
    publish(page)
    assert Survey.objects.get(key="did_the_move_go_well").state == "published"
