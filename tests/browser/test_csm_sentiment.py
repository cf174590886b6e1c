"""How a CSM sees an account is said in two keys, and by nothing that was meant otherwise."""

from playwright.sync_api import expect

from accounts.models import CsmSentiment


def said():
    return list(CsmSentiment.objects.values_list("account__external_id", "value", "reason"))


def test_two_keys_say_it(desk):
    desk.goto("/accounts/poorly/")
    desk.keyboard.press("4")  # the menu is shut: a digit says nothing
    expect(desk.get_by_role("group", name="How do you see this account?")).to_be_hidden()
    desk.keyboard.press("m")
    expect(desk.get_by_role("button", name="4 Good")).to_be_visible()
    assert said() == []
    desk.keyboard.press("2")
    expect(desk.locator("#toasts")).to_contain_text("you see Poorly Instruments as weak")
    assert said() == [("poorly", 2, "")]


def test_a_reason_is_typed_first_and_neither_its_digits_nor_return_choose(desk):
    desk.goto("/accounts/poorly/#say-sentiment")
    reason = desk.get_by_label("Why, if you like")
    reason.fill("Paid ")
    reason.press("4")
    reason.press("Enter")
    expect(reason).to_have_value("Paid 4")
    assert said() == []
    desk.get_by_role("button", name="5 Strong").click()
    expect(desk.locator("#toasts")).to_contain_text("as strong")
    assert said() == [("poorly", 5, "Paid 4")]
