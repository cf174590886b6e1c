"""`make bench`: groups of benchmarks, each in a process of its own. One JSON object a line.

Without names all groups but the long ones. Ends with 1 above a ceiling, where a line is missing
or unknown, or where a benchmark failed; with 2 where there is no such group.
"""

import argparse
import json
import os
import subprocess
import sys

from tests.benchmarks.judging import Measured, Tally, read_ceilings, write_ceilings

# Group → module and its arguments.
GROUPS = {
    "account": ["bench_account"],
    "health": ["bench_health"],
    "intake": ["bench_intake"],
    "live": ["bench_live"],
    "metrics": ["bench_metrics"],
    "night": ["bench_night", "night", "10000"],
    "pages": ["bench_pages"],
    "playbooks": ["bench_playbooks"],
    "preview": ["bench_preview"],
    "sequences": ["bench_sequences"],
    "start": ["bench_start"],
    "surveys": ["bench_surveys"],
    "clone": ["bench_clone"],
    "night_large": ["bench_night", "night_large", "100000"],
}
# Run where they are named: minutes and gigabytes, or packages out of the network.
LONG = frozenset({"clone", "night_large"})


def say(row: dict[str, object]) -> None:
    print(json.dumps(row), flush=True)  # noqa: T201 -- what this is for


def command_of(group: str) -> list[str]:
    module, *arguments = GROUPS[group]
    return [sys.executable, "-m", f"tests.benchmarks.{module}", *arguments]


def run(group: str, tally: Tally, *, scale: float) -> int:
    """The benchmark's own end."""
    environment = {**os.environ, "CS_BENCH_SCALE": str(scale)}
    command = command_of(group)
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for text in process.stdout:
            say(tally.judge(Measured.read(text)))
    return process.returncode


def asked(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("groups", nargs="*", help=f"of {', '.join(GROUPS)}")
    parser.add_argument("--lower", action="store_true", help="write ceilings that this run reached")
    parser.add_argument("--scale", type=float, default=1.0, help="of all sizes: a rehearsal")
    found = parser.parse_args(arguments)
    if unknown := set(found.groups) - GROUPS.keys():
        parser.error(f"no such group: {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    if found.lower and found.scale != 1:
        parser.error("ceilings come from runs at full size only")
    return found


def main(arguments: list[str]) -> int:
    wanted = asked(arguments)
    groups = wanted.groups or [group for group in GROUPS if group not in LONG]
    tally = Tally(read_ceilings(), is_rehearsal=wanted.scale != 1)
    ends = [run(group, tally, scale=wanted.scale) for group in groups]
    if wanted.lower:
        write_ceilings(tally.lowered())
    say(tally.end(groups))
    return 1 if any(ends) or tally.fails(groups) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
