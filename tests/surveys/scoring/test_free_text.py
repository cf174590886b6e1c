"""Words of what people write, the language they write, and how it sounds."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.scoring import free_text
from surveys.scoring.free_text import LANGUAGES, clauses, fold, language_of, word_list
from surveys.scoring.sentiment import sentiment
from surveys.scoring.stems import stem

LISTS = Path(free_text.__file__).parent / "word_lists"


def words_of(text):
    return [word for part in clauses(text) for word in part]


def test_clauses_end_at_punctuation_and_words_at_apostrophes():
    found = [[word.folded for word in part] for part in clauses("L’export ne va pas: it DOESN'T!")]
    assert found == [["l", "export", "ne", "va", "pas"], ["it", "does", "not"]]


def test_a_hyphen_joins_one_word():
    (word,) = words_of("Set-up")
    assert word == ("Set-up", "setup")


@pytest.mark.parametrize(
    ("text", "folded"), [("Größe", "grosse"), ("PROBLÈME", "probleme"), ("ñandú", "nandu")]
)
def test_case_and_accents_do_not_count(text, folded):
    assert fold(text) == folded


SPOKEN = {
    "en": "We have been waiting for the invoice since March",
    "de": "Wir warten seit März auf die Rechnung",
    "fr": "Nous attendons la facture depuis le mois de mars",
    "es": "Esperamos la factura desde el mes de marzo",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("said", [None, "en", "de-AT", "pt_BR", ""])
def test_the_language_is_the_one_that_is_written(language, said):
    assert language_of(words_of(SPOKEN[language]), said=said) == language


@pytest.mark.parametrize(
    ("text", "said", "found"),
    [
        ("Export", "de-AT", "de"),
        ("Export", None, None),
        ("Export", "it", None),
        ("Il prodotto è molto bello", "it", None),
        ("", "fr", "fr"),
    ],
)
def test_where_words_do_not_tell_what_is_said_counts(text, said, found):
    assert language_of(words_of(text), said=said) == found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lists_of_a_language(language):
    known = word_list(language)
    assert len(known.stop) > 100
    assert len(known.weights) + len(known.beginnings) > 100
    assert known.negation
    assert known.stronger
    assert known.weaker
    assert known.turns
    # Each word stands once: else a weight depends on the order of lines.
    text = (LISTS / f"{language}.txt").read_text("utf-8")
    weighed = text[text.index("[+3]") :]
    words = [fold(w) for w in weighed.split() if not w.startswith("[")]
    assert sorted(words) == sorted(set(words))


FORMS = [
    ("en", "crash crashes crashed crashing"),
    ("en", "invoice invoices invoicing"),
    ("en", "plan plans planning planned"),
    ("en", "company companies"),
    ("en", "status"),
    ("de", "Bericht Berichte Berichten Berichts"),
    ("de", "Rechnung Rechnungen"),
    ("de", "Haus Hauses Häuser"),
    ("fr", "lent lente lents lentes"),
    ("fr", "charger chargé chargée charge"),
    ("fr", "réseau réseaux"),
    ("es", "lento lenta lentos lentas"),
    ("es", "error errores"),
    ("es", "integración integraciones"),
]


@pytest.mark.parametrize(("language", "forms"), FORMS)
def test_forms_of_a_word_have_one_stem(language, forms):
    assert len({stem(fold(form), language) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "price prize"), ("en", "news new"), ("de", "Kunde Kunst"), ("fr", "mois moi")],
)
def test_words_of_different_meaning_have_different_stems(language, words):
    one, other = (stem(fold(word), language) for word in words.split())
    assert one != other


@given(st.text("abceginorsuxzéñ", max_size=20), st.sampled_from(LANGUAGES))
def test_a_stem_is_no_longer_than_its_word(word, language):
    folded = fold(word)
    assert len(stem(folded, language)) <= max(len(folded), 1)


SOUNDS = [
    ("Great support, very helpful team.", None, 1),
    ("The reports are slow and the app crashes every day", None, -1),
    ("Not bad at all", "en", 1),
    ("It doesn't work well", None, -1),
    ("No problems so far", None, 1),
    ("Onboarding was confusing and took too long", None, -1),
    ("Der Support ist sehr freundlich und schnell.", None, 1),
    ("Der Export funktioniert leider nicht.", None, -1),
    ("Ich bin nicht zufrieden mit der Einrichtung", None, -1),
    ("Alles bestens, danke!", "de", 1),
    ("Ständig stürzt die App ab, sehr ärgerlich", "de", -1),
    ("L'équipe est très réactive et le produit est facile à utiliser", None, 1),
    ("Ça ne marche pas, c'est frustrant", None, -1),
    ("Ce n'est pas bon", None, -1),
    ("Aucun problème, merci", None, 1),
    ("Trop cher et trop lent", "fr", -1),
    ("El soporte es excelente y muy rápido", None, 1),
    ("No funciona, el informe falla siempre", None, -1),
    ("Es muy caro y la aplicación es lenta", None, -1),
    ("Sin problemas, todo bien", "es", 1),
    ("Great", None, 1),
    ("Excellent service, I had to recommend you", "de", 1),
]


@pytest.mark.parametrize(("text", "language", "sign"), SOUNDS)
def test_how_a_text_sounds(text, language, sign):
    found = sentiment(text, language=language)
    assert found is not None
    assert found * sign > 0.1


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", None),
        ("Bonjour", None),
        ("The API has an endpoint for users", None),
        ("Il prodotto è molto bello", "it"),
        ("製品は素晴らしい", "ja"),
    ],
)
def test_where_nothing_is_known_nothing_is_said(text, language):
    assert sentiment(text, language=language) is None


@pytest.mark.parametrize(
    ("less", "more", "language"),
    [
        ("It is good", "It is very good", "en"),
        ("Es ist etwas langsam", "Es ist langsam", "de"),
        ("Le support est bon", "Le support est bon et rapide", "fr"),
        ("No es bueno", "Es bueno", "es"),
    ],
)
def test_what_stands_near_a_word_changes_its_force(less, more, language):
    assert abs(sentiment(less, language=language)) < abs(sentiment(more, language=language))


def test_a_turn_of_thought_ends_the_reach_of_a_negation():
    assert sentiment("not cheap but excellent", language="en") > 0
    assert sentiment("nicht billig aber hervorragend", language="de") > 0


@given(st.text(), st.sampled_from([*LANGUAGES, None, "it"]))
def test_a_sentiment_is_within_its_range_or_none(text, language):
    found = sentiment(text, language=language)
    assert found is None or -1 <= found <= 1


@given(st.lists(st.sampled_from("good bad very not slow love but the , .".split()), max_size=30))
def test_a_sentiment_of_known_words_is_within_its_range(words):
    found = sentiment(" ".join(words), language="en")
    assert found is None or -1 < found < 1
