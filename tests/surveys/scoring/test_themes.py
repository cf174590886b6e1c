"""What free answers are about: planted themes are found, and nothing depends on their order."""

import random
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.scoring.free_text import fold
from surveys.scoring.scores import Standing
from surveys.scoring.themes import FEWEST, FreeAnswer, Leaning, themes

PLANTED = {
    "loading times": ["The loading times are bad", "loading time again", "Loading times of pages"],
    "ladezeiten": ["Die Ladezeiten sind zu lang", "Ladezeiten nerven uns", "lange Ladezeiten"],
    "temps de réponse": ["Le temps de réponse est long", "vos temps de réponse"],
    "exportación": ["La exportación falla", "exportación otra vez con fallos"],
}
PRAISED = {"ease of use": ["We love the ease of use", "ease of use above everything"]}
NOISE = ["see you in spring", "my colleague wrote", "nothing to add", "budget review is due"]


def company(*, seed=1, each=40):
    rng = random.Random(seed)
    texts = [(t, Standing.UNFAVOURABLE) for found in PLANTED.values() for t in found]
    texts += [(t, Standing.FAVOURABLE) for found in PRAISED.values() for t in found]
    made = []
    for text, standing in texts * (each // 2):
        noise = rng.choice(["", f". {rng.randrange(10**6)}x"])
        made.append(FreeAnswer(len(made), text + noise, standing))
    made += [FreeAnswer(len(made) + k, rng.choice(NOISE), Standing.NEUTRAL) for k in range(60)]
    return made


def having(answers, *needles):
    return tuple(
        each.id for each in answers if any(fold(needle) in fold(each.text) for needle in needles)
    )


@pytest.mark.parametrize(
    ("label", "needles"),
    [
        ("loading times", ["loading time"]),
        ("ladezeiten", ["ladezeiten"]),
        ("temps de réponse", ["temps de réponse"]),
        ("exportación", ["exportación"]),
        ("ease of use", ["ease of use"]),
    ],
)
def test_a_planted_theme_has_its_answers_and_its_side(label, needles):
    answers = company()
    found = [each for each in themes(answers) if label in (each.label, *each.terms)]
    assert len(found) == 1
    assert found[0].answers == having(answers, *needles)
    side = Leaning.FAVOURABLE if label in PRAISED else Leaning.UNFAVOURABLE
    assert found[0].leaning is side


def test_what_all_sides_say_leans_to_neither():
    sides = [Standing.FAVOURABLE, Standing.UNFAVOURABLE, Standing.NEUTRAL]
    answers = [FreeAnswer(k, "The invoices come by post", sides[k % 3]) for k in range(90)]
    (found,) = themes(answers)
    assert (found.leaning, found.weight) == (Leaning.NEITHER, 0)


def test_the_weight_by_hand():
    """Three of 10 unfavourable and none of 10 favourable answers; prior 10 answers a side, of which
    1.5 have it. Odds 4.5 / 15.5 against 1.5 / 18.5, variance 1 / 4.5 + 1 / 1.5."""
    unfavourable = [
        FreeAnswer(k, "invoices" if k < 3 else "", Standing.UNFAVOURABLE) for k in range(10)
    ]
    favourable = [FreeAnswer(10 + k, "", Standing.FAVOURABLE) for k in range(10)]
    (found,) = themes(unfavourable + favourable)
    assert found.weight == pytest.approx(1.35292, abs=1e-4)
    assert found.leaning is Leaning.NEITHER


def test_fewer_answers_than_three_make_no_theme():
    texts = ["wrong invoices", "invoices wrong"]
    assert themes([FreeAnswer(k, text) for k, text in enumerate(texts)]) == []
    assert len(texts) < FEWEST


def test_of_many_answers_a_theme_needs_a_share():
    answers = [FreeAnswer(k, "invoices" if k < 9 else f"word{k}") for k in range(2000)]
    assert themes(answers) == []
    assert themes([*answers, FreeAnswer(2000, "Invoice")])[0].answers == (*range(9), 2000)


def test_a_label_is_what_people_write_most_often():
    texts = ["Single Sign-on", "single sign-on", "single sign-on", "Single sign-on!"]
    (found,) = themes([FreeAnswer(k, text) for k, text in enumerate(texts)])
    assert found.label == "single sign-on"


@pytest.mark.parametrize("sentence", ["it is not working", "funktioniert nicht", "marche pas"])
def test_a_negation_belongs_to_what_it_denies(sentence):
    found = themes([FreeAnswer(k, sentence) for k in range(5)])
    assert {"not working", "funktioniert nicht", "marche pas"} & {each.label for each in found}


def test_the_order_of_answers_does_not_count():
    answers = company()
    turned = answers[::-1]
    assert themes(turned) == themes(answers) == themes(iter(answers))


def test_turning_the_sides_about_turns_the_weights():
    swap = {
        Standing.FAVOURABLE: Standing.UNFAVOURABLE,
        Standing.UNFAVOURABLE: Standing.FAVOURABLE,
        Standing.NEUTRAL: Standing.NEUTRAL,
    }
    answers = company()
    there = themes(answers)
    back = themes([replace(each, standing=swap[each.standing]) for each in answers])
    assert [each.answers for each in back] == [each.answers for each in there]
    assert [each.weight for each in back] == pytest.approx([-each.weight for each in there])


@given(
    st.lists(
        st.lists(st.sampled_from("export invoice slow not of the team , ok".split()), max_size=8),
        max_size=12,
    ),
    st.integers(0, 5),
)
def test_themes_name_answers_that_were_given(texts, limit):
    answers = [FreeAnswer(10 * k, " ".join(words)) for k, words in enumerate(texts)]
    found = themes(answers, limit=limit)
    assert len(found) <= limit
    for each in found:
        assert len(each.answers) >= FEWEST
        assert set(each.answers) <= {answer.id for answer in answers}
        assert list(each.answers) == sorted(set(each.answers))
        assert each.label in each.terms
        assert each.weight == pytest.approx(0)


def test_nobody_wrote_anything():
    assert themes([]) == themes([FreeAnswer(1, ""), FreeAnswer(2, "…")]) == []


def test_five_thousand_answers_take_a_second_or_two():
    rng = random.Random(2)
    words = [f"word{k}" for k in range(3000)]
    texts = [t for found in PLANTED.values() for t in found] + NOISE
    answers = [
        FreeAnswer(k, f"{rng.choice(texts)}. {' '.join(rng.choices(words[:60] + words, k=14))}")
        for k in range(5000)
    ]
    began = time.process_time()
    assert themes(answers)
    # Twice what is promised of a quiet core: the machine that tests runs other things.
    assert time.process_time() - began < 4
