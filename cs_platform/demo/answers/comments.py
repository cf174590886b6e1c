"""What people write beside a score: short sentences by language, theme and standing."""

from __future__ import annotations

from collections.abc import Mapping

THEMES = (
    "reports", "speed", "support", "price", "onboarding", "integrations", "mobile", "workflows",
)  # fmt: skip
GOOD, MIXED, BAD = 1, 0, -1
Bank = Mapping[int, Mapping[str, tuple[str, ...]]]

_ENGLISH: Bank = {
    GOOD: {
        "reports": ("The reports are excellent.", "Reports save us a day each month."),
        "speed": ("It is fast, even at the end of a month.", "Pages load quickly, we like it."),
        "support": ("Support is friendly and helpful.", "Great answers from support, every time."),
        "price": ("Good value for the price.", "The price is fair for what we get."),
        "onboarding": ("The onboarding was clear and easy.", "Great training, we started fast."),
        "integrations": ("The integrations work reliably.", "Easy to connect to our billing."),
        "mobile": ("The mobile app is great.", "I love approving on my phone."),
        "workflows": ("Approvals are simple now.", "Building workflows is easy and quick."),
    },
    MIXED: {
        "reports": ("Reports are fine, an export by team is missing.",),
        "speed": ("Fast most of the time, slow on Mondays.",),
        "support": ("Support is friendly, but answers take two days.",),
        "price": ("Useful, but the price went up.",),
        "onboarding": ("The onboarding was good, though a little long.",),
        "integrations": ("The integrations work, we still miss one for payroll.",),
        "mobile": ("The mobile app is okay, the desktop does more.",),
        "workflows": ("Workflows are useful, changing one is difficult.",),
    },
    BAD: {
        "reports": ("The reports are confusing and wrong.", "We cannot trust the reports."),
        "speed": ("It is terribly slow since the last release.", "Slow pages, every day."),
        "support": (
            "Support is slow, we wait for days.",
            "Nobody from support solves our problem.",
        ),
        "price": ("Too expensive for what we use.", "The price is bad compared with others."),
        "onboarding": ("The onboarding was confusing.", "We were lost after the training."),
        "integrations": (
            "The integration fails every week.",
            "The connection to our billing is broken.",
        ),
        "mobile": ("The mobile app crashes.", "The mobile app is useless for approvals."),
        "workflows": ("Workflows became complicated.", "The new workflow editor is frustrating."),
    },
}
_GERMAN: Bank = {
    GOOD: {
        "reports": ("Die Berichte sind hervorragend.",),
        "speed": ("Alles läuft schnell und zuverlässig.",),
        "support": ("Der Support ist freundlich und hilfreich.",),
        "price": ("Der Preis ist fair.",),
        "onboarding": ("Die Einführung war einfach und klar.",),
        "integrations": ("Die Schnittstellen funktionieren zuverlässig.",),
        "mobile": ("Die mobile App ist super.",),
        "workflows": ("Freigaben sind jetzt einfach.",),
    },
    MIXED: {
        "reports": ("Die Berichte sind gut, aber der Export fehlt.",),
        "speed": ("Meistens schnell, montags langsam.",),
        "support": ("Der Support ist nett, aber er braucht zwei Tage.",),
        "price": ("Nützlich, aber der Preis ist gestiegen.",),
        "onboarding": ("Die Einführung war gut, aber etwas lang.",),
        "integrations": ("Die Schnittstellen gehen, eine für die Löhne fehlt noch.",),
        "mobile": ("Die mobile App ist gut, am Rechner geht aber mehr.",),
        "workflows": ("Die Abläufe sind nützlich, sie zu ändern ist schwierig.",),
    },
    BAD: {
        "reports": ("Die Berichte sind falsch und verwirrend.",),
        "speed": ("Seit dem letzten Update ist alles sehr langsam.",),
        "support": ("Der Support ist schlecht, wir warten tagelang.",),
        "price": ("Zu teuer für das, was wir nutzen.",),
        "onboarding": ("Die Einführung war verwirrend.",),
        "integrations": ("Die Schnittstelle hat jede Woche Fehler.",),
        "mobile": ("Die mobile App stürzt ständig ab.",),
        "workflows": ("Die Abläufe sind kompliziert geworden.",),
    },
}
_FRENCH: Bank = {
    GOOD: {
        "reports": ("Les rapports sont excellents.",),
        "speed": ("Tout est rapide et fiable.",),
        "support": ("Le support est aimable et efficace.",),
        "price": ("Un bon rapport entre qualité et prix.",),
        "onboarding": ("La prise en main était simple et claire.",),
        "integrations": ("Les intégrations sont fiables.",),
        "mobile": ("L'application mobile est super.",),
        "workflows": ("Les validations sont faciles maintenant.",),
    },
    MIXED: {
        "reports": ("Les rapports sont bons, mais il manque un export.",),
        "speed": ("Rapide en général, lent le lundi.",),
        "support": ("Le support est aimable, mais il faut deux jours.",),
        "price": ("Utile, mais le prix a augmenté.",),
        "onboarding": ("La formation était bonne, mais un peu longue.",),
        "integrations": ("Les intégrations marchent, il en manque une pour la paie.",),
        "mobile": ("L'application mobile est correcte, le bureau en fait plus.",),
        "workflows": ("Les circuits sont utiles, les modifier est difficile.",),
    },
    BAD: {
        "reports": ("Les rapports sont faux et confus.",),
        "speed": ("C'est très lent depuis la dernière version.",),
        "support": ("Le support est mauvais, on attend des jours.",),
        "price": ("Trop cher pour ce que nous utilisons.",),
        "onboarding": ("La formation était confuse.",),
        "integrations": ("L'intégration est en panne chaque semaine.",),
        "mobile": ("L'application mobile est inutile.",),
        "workflows": ("Les circuits sont devenus compliqués.",),
    },
}
_SPANISH: Bank = {
    GOOD: {
        "reports": ("Los informes son excelentes.",),
        "speed": ("Todo es rápido y fiable.",),
        "support": ("El soporte es amable y eficaz.",),
        "price": ("El precio es bueno.",),
        "onboarding": ("La puesta en marcha fue fácil y clara.",),
        "integrations": ("Las integraciones funcionan bien.",),
        "mobile": ("La aplicación móvil es genial.",),
        "workflows": ("Las aprobaciones son fáciles ahora.",),
    },
    MIXED: {
        "reports": ("Los informes son buenos, pero falta una exportación.",),
        "speed": ("Casi siempre rápido, lento los lunes.",),
        "support": ("El soporte es amable, pero tarda dos días.",),
        "price": ("Útil, pero el precio ha subido.",),
        "onboarding": ("La formación fue buena, pero un poco larga.",),
        "integrations": ("Las integraciones van bien, falta una para nóminas.",),
        "mobile": ("La aplicación móvil está bien, en el ordenador hay más.",),
        "workflows": ("Los flujos son útiles, cambiarlos es difícil.",),
    },
    BAD: {
        "reports": ("Los informes son confusos y tienen errores.",),
        "speed": ("Es muy lento desde la última versión.",),
        "support": ("El soporte es malo, esperamos días.",),
        "price": ("Demasiado caro para lo que usamos.",),
        "onboarding": ("La formación fue confusa.",),
        "integrations": ("La integración falla cada semana.",),
        "mobile": ("La aplicación móvil es inútil.",),
        "workflows": ("Los flujos son ahora complicados.",),
    },
}
BANK: Mapping[str, Bank] = {"en": _ENGLISH, "de": _GERMAN, "fr": _FRENCH, "es": _SPANISH}


def comment(*, language: str, standing: int, theme: str, turn: float) -> str:
    """One of the sentences; `turn` is 0 to 1, 1 excluded."""
    sentences = BANK[language][standing][theme]
    return sentences[int(turn * len(sentences))]
