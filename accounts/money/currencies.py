"""ISO 4217: which codes exist, how many decimals a minor unit stands for, how money reads."""

from decimal import Decimal, localcontext

# Codes with other than two decimals (ISO 4217, list one).
_NO_DECIMALS = frozenset(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split()
)
_THREE_DECIMALS = frozenset("BHD IQD JOD KWD LYD OMR TND".split())
CURRENCIES = (
    frozenset(
        "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN"
        " BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS"
        " GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR"
        " LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD"
        " PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN"
        " SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD YER ZAR ZMW"
        " ZWG".split()
    )
    | _NO_DECIMALS
    | _THREE_DECIMALS
)
MINUS = "−"
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
LARGEST_AMOUNT = Decimal(10) ** 12


def decimals_of(currency: str) -> int:
    """Decimals of one unit of the currency: USD 2, JPY 0, KWD 3."""
    if currency in _NO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else 2


def minor_rate(rate: Decimal, *, currency: str, into: str) -> Decimal:
    """Minor units of `into` for one minor unit of `currency`, from units for one unit: at 0.0065
    dollars a yen is 0.65 cents. Exact."""
    return rate.scaleb(decimals_of(into) - decimals_of(currency))


def as_minor_units(amount: Decimal, *, currency: str) -> int:
    """The exact integer of minor units; ValueError when the amount has more decimals than that."""
    with localcontext(prec=60):
        scaled = amount.scaleb(decimals_of(currency))
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{currency} has {decimals_of(currency)} decimals")
        return int(scaled)


def as_decimal_text(minor_units: int, *, currency: str) -> str:
    """Minor units as a decimal string: 120050 USD is "1200.50"."""
    return f"{major(minor_units, currency):.{decimals_of(currency)}f}"


def major(minor: int, currency: str) -> Decimal:
    """Exact: 1821 minor units of USD are 18.21."""
    return Decimal(minor).scaleb(-decimals_of(currency))


def with_currency(digits: str, currency: str, *, is_negative: bool) -> str:
    sign = MINUS if is_negative else ""
    symbol = _SYMBOLS.get(currency)
    return f"{sign}{symbol}{digits}" if symbol else f"{sign}{currency} {digits}"


def money_exact(minor: int, currency: str) -> str:
    """To the minor unit: $18,214,600.00."""
    digits = f"{abs(major(minor, currency)):,.{decimals_of(currency)}f}"
    return with_currency(digits, currency, is_negative=minor < 0)
