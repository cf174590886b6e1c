"""`make bench`: every benchmark in a process of its own, or those named. One JSON object a line."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PREFIX = "bench_"


def main(wanted: list[str]) -> int:
    names = [path.stem for path in sorted(HERE.glob(f"{PREFIX}*.py"))]
    chosen = [name for name in names if not wanted or name.removeprefix(PREFIX) in wanted]
    if not chosen:
        known = ", ".join(name.removeprefix(PREFIX) for name in names)
        sys.stderr.write(f"There is no such benchmark; there are: {known}\n")
        return 2
    ends = [
        subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"], check=False).returncode
        for name in chosen
    ]
    return max(ends)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
