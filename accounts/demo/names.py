"""Invented names: no company, product or person is meant. No two accounts share one."""

from __future__ import annotations

_HEADS = (
    "Zor Quil Brin Vex Tam Ulm Pell Ondr Fyr Gral Hax Ilv Jorn Kest Lum Myr Nov Orb Plim Quor"
    " Rask Sil Thrum Urs Vant Wex Xil Yar Zept Ard Bram Cor Dun Elv Fosk Grem Hul Isk Jast Krin"
    " Lorn Mab Nim Ost Prax Rune Stel Trov Ump Vol Wren Yss Zan Aml Bex Crul Dax Eph Flim Gorv"
).split()
_TAILS = (
    "ambix elda ovar indle aquon ethra ullo irax osk anther ebrin umble iffon orrel astra yndor"
    " ivex ongle arrow uthen elmo ospry ander icket oval umbra entil aster olden iverra"
    " otham adrel issen ummet avex"
).split()
_WORDS = (
    "Works Labs Foods Freight Textiles Optics Clinics Mutual Robotics Outfitters Grid Ferries"
    " Ceramics Orchards Bakeries Instruments Studios Pumps Garden Logistics Water Fabrics"
    " Learning Markets Timber Rail Glass Motors Media Payments Housing Energy Seeds Cycles"
    " Kitchens Supplies Pharma Carriers Tools Paper"
).split()
_FORMS = ("", "Group", "Holding", "North", "South", "United", "International", "Partners")
_STRIDE = 1_000_003  # a prime: steps through every combination before any repeats

_GIVEN = (
    "Alder Brisa Corvin Dessa Emlen Fenja Garrow Hesper Ilka Joren Kessa Lumen Mirel Nadir Orla"
    " Pim Quilla Rowan Sunniva Tibor Ulva Vesper Wendel Xanthe Ylva Zerrin Ansel Birke Cael"
    " Doria Eskil Freya Gisli Halvar Iden Jessamy Kolbe Linnet Maren Nils"
).split()
_FAMILY_HEADS = (
    "Quell Ash Vell Thorn Gar Mor Fen Hol Win Bram Oster Pell Rook Sal Tarn Under Wex Yar Zim"
    " Cald Drum Elm Fross Grim Hask"
).split()
_FAMILY_TAILS = (
    "stone worth ing by dale wick mere sund gate holt ford haven lund croft quist vane bury"
).split()
COMBINATIONS = len(_HEADS) * len(_TAILS) * len(_WORDS) * len(_FORMS)


def company_name(number: int) -> str:
    """Different for every number; beyond COMBINATIONS a name is numbered."""
    round_, place = divmod(number, COMBINATIONS)
    rest = (place * _STRIDE) % COMBINATIONS
    rest, head = divmod(rest, len(_HEADS))
    rest, tail = divmod(rest, len(_TAILS))
    form, word = divmod(rest, len(_WORDS))
    parts = (
        _HEADS[head] + _TAILS[tail],
        _WORDS[word],
        _FORMS[form],
        f"{round_ + 1}" * (round_ > 0),
    )
    return " ".join(part for part in parts if part)


def domain(name: str) -> str:
    """Below .example, which belongs to nobody."""
    return name.lower().replace(" ", "-") + ".example"


def person_name(number: int) -> str:
    """One of 17,000: two people of a large company may share a name, as people do."""
    rest, given = divmod(number * 7919, len(_GIVEN))
    rest, head = divmod(rest, len(_FAMILY_HEADS))
    return f"{_GIVEN[given]} {_FAMILY_HEADS[head]}{_FAMILY_TAILS[rest % len(_FAMILY_TAILS)]}"


def mailbox(name: str) -> str:
    return name.lower().replace(" ", ".")
