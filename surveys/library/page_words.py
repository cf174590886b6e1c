"""What the public pages of surveys say themselves, beside the survey's texts: in the languages that
the shipped surveys are written in, in English for whoever reads another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class PageWords:
    """`lang` is the language of the words. In braces: what is filled in."""

    lang: str
    months: str
    day: str
    language: str
    optional: str
    no_answer: str
    may_call: str
    send: str
    read_by: str
    until: str
    stop: str
    privacy: str
    thanks: str
    more: str
    done: str
    change: str
    check: str
    error: str
    wrong_score: str
    too_long: str
    wrong_option: str
    nothing_said: str
    gone: str
    gone_text: str
    stop_title: str
    stop_text: str
    stop_button: str
    stopped: str
    stopped_text: str

    def day_in_words(self, day: date) -> str:
        """Without its year: what can be answered is so for a year at most."""
        return self.day.format(day=day.day, month=self.months.split()[day.month - 1])


_WORDS = (
    PageWords(
        lang="en",
        months="January February March April May June July August September October November"
        " December",
        day="{day} {month}",
        language="Language",
        optional="optional",
        no_answer="No answer",
        may_call="You may call me about this",
        send="Send",
        read_by="Read by the team at {company}, with your name.",
        until="You can change it until {day}.",
        stop="No more surveys",
        privacy="Privacy",
        thanks="Thank you, your answer is with us.",
        more="Would you like to say more?",
        done="That is all",
        change="Change my answer",
        check="Nothing was sent yet: please look at what is marked.",
        error="Error",
        wrong_score="Choose a number from {lowest} to {highest}.",
        too_long="These are {count} characters; at most {most} can be sent.",
        wrong_option="Choose one of the answers.",
        nothing_said="Write or choose something.",
        gone="This link does not work any more",
        gone_text="It may have expired or been withdrawn. Nothing was recorded.",
        stop_title="Hear no more from {company}?",
        stop_text="{company} then sends nothing to your address any more, surveys included.",
        stop_button="Send me nothing any more",
        stopped="You hear no more from {company}",
        stopped_text="{company} sends nothing to your address any more.",
    ),
    PageWords(
        lang="de",
        months="Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        day="{day}. {month}",
        language="Sprache",
        optional="freiwillig",
        no_answer="Keine Angabe",
        may_call="Sie dürfen mich dazu anrufen",
        send="Absenden",
        read_by="Das Team von {company} liest Ihre Antwort mit Ihrem Namen.",
        until="Sie können sie bis zum {day} ändern.",
        stop="Keine Umfragen mehr",
        privacy="Datenschutz",
        thanks="Vielen Dank, Ihre Antwort ist angekommen.",
        more="Möchten Sie noch etwas dazu sagen?",
        done="Das ist alles",
        change="Meine Antwort ändern",
        check="Es wurde noch nichts gesendet: Bitte sehen Sie sich die markierten Stellen an.",
        error="Fehler",
        wrong_score="Wählen Sie eine Zahl von {lowest} bis {highest}.",
        too_long="Das sind {count} Zeichen; höchstens {most} sind möglich.",
        wrong_option="Wählen Sie eine der Antworten.",
        nothing_said="Schreiben oder wählen Sie etwas.",
        gone="Dieser Link gilt nicht mehr",
        gone_text="Er ist abgelaufen oder wurde zurückgezogen. Es wurde nichts gespeichert.",
        stop_title="Nichts mehr von {company} erhalten?",
        stop_text="{company} schickt dann nichts mehr an Ihre Adresse, auch keine Umfragen.",
        stop_button="Nichts mehr schicken",
        stopped="Sie erhalten nichts mehr von {company}",
        stopped_text="{company} schickt nichts mehr an Ihre Adresse.",
    ),
    PageWords(
        lang="fr",
        months="janvier février mars avril mai juin juillet août septembre octobre novembre"
        " décembre",
        day="{day} {month}",
        language="Langue",
        optional="facultatif",
        no_answer="Sans réponse",
        may_call="Vous pouvez m’appeler à ce sujet",
        send="Envoyer",
        read_by="L’équipe de {company} lit votre réponse, avec votre nom.",
        until="Vous pouvez la modifier jusqu’au {day}.",
        stop="Plus d’enquêtes",
        privacy="Confidentialité",
        thanks="Merci, votre réponse nous est parvenue.",
        more="Souhaitez-vous en dire plus ?",
        done="C’est tout",
        change="Modifier ma réponse",
        check="Rien n’a encore été envoyé : veuillez vérifier ce qui est signalé.",
        error="Erreur",
        wrong_score="Choisissez un nombre de {lowest} à {highest}.",
        too_long="Le texte compte {count} caractères ; {most} au plus peuvent être envoyés.",
        wrong_option="Choisissez l’une des réponses.",
        nothing_said="Écrivez ou choisissez quelque chose.",
        gone="Ce lien n’est plus valable",
        gone_text="Il a expiré ou a été retiré. Rien n’a été enregistré.",
        stop_title="Ne plus rien recevoir de {company} ?",
        stop_text="{company} n’enverra alors plus rien à votre adresse, enquêtes comprises.",
        stop_button="Ne plus rien m’envoyer",
        stopped="Vous ne recevrez plus rien de {company}",
        stopped_text="{company} n’envoie plus rien à votre adresse.",
    ),
    PageWords(
        lang="es",
        months="enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre"
        " diciembre",
        day="{day} de {month}",
        language="Idioma",
        optional="opcional",
        no_answer="Sin respuesta",
        may_call="Pueden llamarme para hablar de esto",
        send="Enviar",
        read_by="El equipo de {company} lee su respuesta, con su nombre.",
        until="Puede cambiarla hasta el {day}.",
        stop="No más encuestas",
        privacy="Privacidad",
        thanks="Gracias, hemos recibido su respuesta.",
        more="¿Quiere decirnos algo más?",
        done="Eso es todo",
        change="Cambiar mi respuesta",
        check="Aún no se ha enviado nada: revise lo que está marcado.",
        error="Error",
        wrong_score="Elija un número del {lowest} al {highest}.",
        too_long="El texto tiene {count} caracteres; se pueden enviar {most} como máximo.",
        wrong_option="Elija una de las respuestas.",
        nothing_said="Escriba o elija algo.",
        gone="Este enlace ya no es válido",
        gone_text="Ha caducado o se ha retirado. No se ha guardado nada.",
        stop_title="¿No recibir nada más de {company}?",
        stop_text="{company} no enviará nada más a su dirección, tampoco encuestas.",
        stop_button="No enviarme nada más",
        stopped="Ya no recibirá nada de {company}",
        stopped_text="{company} no envía nada más a su dirección.",
    ),
)
PAGE_WORDS: Mapping[str, PageWords] = {words.lang: words for words in _WORDS}


def page_words(language: str) -> PageWords:
    """By a code such as `de-AT`."""
    return PAGE_WORDS.get(language.partition("-")[0].lower(), PAGE_WORDS["en"])
