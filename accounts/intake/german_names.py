"""What CRMs, billing and support tools call the fields of ours in German exports.

Umlauts are written as they are; `plain` reads “Waehrung” alike.
"""

from accounts.intake.fields import Kind

# Names that mean the same in every kind of record.
EVERYWHERE: dict[str, tuple[str, ...]] = {
    "account": (
        "kundennummer", "kunden-nr", "kundennr", "kunden-id", "kunde", "firma", "firmenname",
        "unternehmen", "debitor", "debitorennummer", "mandant", "organisation", "kundenname",
    ),
    "currency": ("währung", "währungscode"),
    "sentiment": ("stimmung",),
    "subject": ("betreff", "titel", "thema"),
    "notes": ("notiz", "notizen", "bemerkung", "bemerkungen", "beschreibung", "kommentar"),
    "next_step": ("nächster schritt", "nächste schritte"),
    "product": ("produkt", "produktname", "artikel", "artikelname", "tarif", "paket"),
    "reason": ("grund",),
}  # fmt: skip

NAMES: dict[Kind, dict[str, tuple[str, ...]]] = {
    Kind.ACCOUNTS: {
        "external_id": ("kundennummer", "kunden-nr", "kundennr", "kunden-id", "debitorennummer",
                        "debitor", "firmen-id", "datensatz-id"),
        "name": ("firma", "firmenname", "unternehmen", "unternehmensname", "kunde", "kundenname",
                 "organisation"),
        "domain": ("webseite", "website-url", "internetadresse", "homepage"),
        "parent": ("muttergesellschaft", "konzern", "übergeordnete firma"),
        "industry": ("branche", "wirtschaftszweig"),
        "region": ("land", "gebiet", "vertriebsgebiet", "bundesland"),
        "time_zone": ("zeitzone",),
        "plan": ("tarif", "paket", "produkt", "edition"),
        "seats": ("lizenzen", "anzahl lizenzen", "lizenzanzahl", "nutzer", "arbeitsplätze",
                  "benutzer", "anzahl nutzer", "anzahl benutzer"),
        "usage_limit": ("kontingent", "nutzungsgrenze"),
        "employees": ("mitarbeiter", "anzahl mitarbeiter", "mitarbeiterzahl"),
        "customer_since": ("kunde seit", "seit", "kundenbeginn", "erstellt am", "anlagedatum"),
        "status": ("kundenstatus",),
        "stage": ("phase", "lebenszyklusphase"),
        "owner": ("betreuer", "kundenbetreuer", "zuständig", "verantwortlich", "inhaber",
                  "ansprechpartner intern"),
        "account_executive": ("vertrieb", "vertriebsmitarbeiter"),
        "tags": ("schlagworte", "schlagwörter"),
        "is_strategic": ("strategisch", "schlüsselkunde"),
    },
    Kind.CONTACTS: {
        "external_id": ("kontakt-id", "kontaktnummer", "personennummer"),
        "name": ("ansprechpartner", "kontakt", "kontaktname", "vollständiger name"),
        "email": ("e-mail-adresse", "mailadresse"),
        "title": ("position", "berufsbezeichnung", "funktion"),
        "job_function": ("abteilung",),
        "roles": ("rolle",),
        "left_on": ("ausgeschieden am", "austritt"),
    },
    Kind.CONTRACTS: {
        "external_id": ("vertragsnummer", "vertrags-nr", "vertrags-id", "vertrag", "abonummer",
                        "auftragsnummer", "abo-id"),
        "starts_on": ("vertragsbeginn", "vertragsstart", "beginn", "startdatum", "laufzeitbeginn",
                      "gültig ab", "von"),
        "ends_on": ("vertragsende", "ende", "enddatum", "laufzeitende", "gültig bis", "bis",
                    "verlängerung am", "ablaufdatum"),
        "arr": ("jahreswert", "jahresumsatz", "jährlicher umsatz"),
        "amount": ("betrag", "preis", "vertragswert", "auftragswert", "wert"),
        "amount_per": ("abrechnungszeitraum", "zahlungsweise"),
        "notice_days": ("kündigungsfrist", "kündigungsfrist tage"),
        "term_months": ("laufzeit", "laufzeit monate", "vertragslaufzeit"),
        "auto_renew": ("automatische verlängerung", "autom. verlängerung", "verlängert sich"),
        "state": ("vertragsstatus",),
        "notice_given_on": ("gekündigt am", "kündigungseingang"),
        "cancelled_on": ("gekündigt zum", "kündigung zum", "kündigungsdatum"),
        "quantity": ("anzahl", "menge", "lizenzen", "anzahl lizenzen", "stück"),
        "renews": ("vorgänger", "vorgängervertrag"),
    },
    Kind.USAGE: {
        "day": ("datum", "tag", "nutzungsdatum", "woche"),
        "feature": ("funktion", "ereignis", "modul", "aktion"),
        "events": ("anzahl", "aufrufe", "nutzungen", "zähler"),
    },
    Kind.SESSIONS: {"day": ("datum", "tag"), "sessions": ("sitzungen",), "minutes": ("minuten",)},
    Kind.USER_DAYS: {"day": ("datum", "tag"), "user": ("benutzer", "nutzer", "benutzer-id")},
    Kind.ACTIVE_USERS: {
        "day": ("datum", "tag", "woche"),
        "users": ("aktive nutzer", "aktive benutzer", "anzahl nutzer"),
    },
    Kind.TICKETS: {
        "external_id": ("ticketnummer", "ticket-nr", "vorgangsnummer", "fallnummer"),
        "opened_at": ("erstellt", "erstellt am", "eröffnet", "eröffnet am", "gemeldet am"),
        "first_reply_at": ("erste antwort", "erste antwort am"),
        "solved_at": ("gelöst", "gelöst am", "geschlossen", "geschlossen am", "erledigt am"),
        "category": ("kategorie", "typ", "art"),
        "severity": ("priorität", "dringlichkeit"),
        "satisfaction": ("zufriedenheit", "bewertung"),
    },
    Kind.INTERACTIONS: {
        "external_id": ("aktivitäts-id", "termin-id"),
        "occurred_at": ("datum", "zeitpunkt", "beginn", "termin"),
        "kind": ("typ", "art", "aktivität"),
        "host": ("betreuer", "besitzer", "organisator"),
        "contacts": ("teilnehmer",),
    },
    Kind.INVOICES: {
        "external_id": ("rechnungsnummer", "rechnungs-nr", "belegnummer", "rechnung"),
        "issued_on": ("rechnungsdatum", "belegdatum", "datum"),
        "due_on": ("fällig", "fällig am", "fälligkeit", "fälligkeitsdatum"),
        "paid_on": ("bezahlt", "bezahlt am", "zahlungseingang", "zahldatum"),
        "amount": ("betrag", "rechnungsbetrag", "bruttobetrag", "nettobetrag"),
        "state": ("status", "zahlungsstatus"),
    },
    Kind.EVENTS: {"kind": ("ereignis", "typ"), "occurred_on": ("datum", "tag")},
}  # fmt: skip
