"""The tables of docs/health.md about measures, made from the catalogue.

`python -m tests.health.catalogue_table` writes them anew.
"""

from pathlib import Path

from health.measures import MEASURES, FactSource
from health.measures.parameters import PERCENTILE, ParameterKind

PAGE = Path(__file__).parent.parent.parent / "docs" / "health.md"
HEAD = (
    "| measure | name | unit | better | window | history | source | raw value, as of day D |"
    " nothing there | missing |\n|---|---|---|---|---|---|---|---|---|---|"
)
PARAMETERS_HEAD = "| parameter | name | what may be chosen | of |\n|---|---|---|---|"


def measure_row(definition):
    window = definition.window
    cells = [
        f"`{definition.written}`",
        definition.name,
        definition.unit,
        definition.better,
        window.words,
        window.history or "–",
        ", ".join(definition.sources) or "accounts",
        definition.raw,
        definition.empty,
        definition.missing,
    ]
    return f"| {' | '.join(cells)} |"


def measure_rows():
    """By source, then by key."""
    sources = list(FactSource)

    def place(definition):
        """What accounts tell themselves comes last."""
        first = definition.sources[:1]
        return sources.index(first[0]) if first else len(sources), definition.key

    return [measure_row(definition) for definition in sorted(MEASURES.families(), key=place)]


def parameter_rows():
    """Each parameter once, by its key."""
    rows = {
        parameter_row(parameter)
        for definition in MEASURES.families()
        for parameter in definition.parameters
    }
    return [*sorted(rows), f"| `percentile` | Compared | {values(PERCENTILE)} | every measure |"]


def parameter_row(parameter):
    return (
        f"| `{parameter.key}` | {parameter.name} | {values(parameter)} | {measures_of(parameter)} |"
    )


def values(parameter):
    """What may be chosen, the default told last."""
    match parameter.kind:
        case ParameterKind.FEATURE:
            return "key of a feature"
        case ParameterKind.EVENT_KIND:
            return "key of a kind of business event"
        case ParameterKind.INTERACTION_KIND:
            return "key of a kind of interaction"
        case ParameterKind.CHOICE:
            said = ", ".join(parameter.choices)
        case ParameterKind.DAYS:
            said = ", ".join(parameter.choices) or "1 to 365"
    chosen = f"{parameter.default} if nothing is chosen"
    return said + ("" if parameter.default is None else f"; {chosen}")


def measures_of(parameter):
    by_key = sorted(MEASURES.families(), key=lambda definition: definition.key)
    return ", ".join(f"`{d.key}`" for d in by_key if parameter in d.parameters)


def written(page):
    """The page with both tables as the catalogue has them."""
    for head, rows in ((HEAD, measure_rows()), (PARAMETERS_HEAD, parameter_rows())):
        title = head.split("|")[1]
        before, _, rest = page.partition(f"|{title}|")
        after = rest[rest.index("\n\n") :]
        page = before + "\n".join([head, *rows]) + after
    return page


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
