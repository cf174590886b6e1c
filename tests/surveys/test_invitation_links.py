"""A link is of one invitation, and of nobody who guesses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.invitation_links import linked_invitation, new_nonce, survey_token


def test_a_link_names_its_invitation_and_nonce():
    nonce = new_nonce()
    assert linked_invitation(survey_token(17, nonce)) == (17, nonce)


@given(place=st.integers(0, 200), letter=st.sampled_from("abcXYZ019-_:."))
def test_one_changed_letter_is_no_link(place, letter):
    token = survey_token(17, "n" * 22)
    place %= len(token)
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        assert linked_invitation(changed) is None


@pytest.mark.parametrize("text", ["", "17", "a:b:c", "../..", "é" * 40])
def test_other_texts_are_no_link(text):
    assert linked_invitation(text) is None


def test_nonces_differ():
    assert len({new_nonce() for _ in range(1000)}) == 1000
