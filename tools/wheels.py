"""Whether a wheel of each package that derbes needs is there for each platform and Python.

    python -m tools.wheels [--out FILE]

Asks the index that pip is set up with, as `pip index` does.
Prints a table for docs/explanation/dependencies.md: the version that pip would take, `–` where
there is no wheel.
"""

import argparse
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = {
    "Linux x86_64": ["manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_24_x86_64",
                     "manylinux_2_17_x86_64", "manylinux2014_x86_64"],
    "Linux arm64": ["manylinux_2_28_aarch64", "manylinux_2_27_aarch64", "manylinux_2_17_aarch64",
                    "manylinux2014_aarch64"],
    "macOS arm64": ["macosx_14_0_arm64", "macosx_12_0_arm64", "macosx_11_0_arm64",
                    "macosx_10_9_universal2"],
    "macOS x86_64": ["macosx_14_0_x86_64", "macosx_12_0_x86_64", "macosx_11_0_x86_64",
                     "macosx_10_15_x86_64", "macosx_10_13_x86_64", "macosx_10_12_x86_64",
                     "macosx_10_9_x86_64", "macosx_10_9_universal2"],
    "Windows": ["win_amd64"],
}  # fmt: skip
"""Platform → tags that it takes."""


def needed() -> Iterator[str]:
    """What pyproject.toml asks for to run, and what that cannot do without."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        yield from tomllib.load(file)["project"]["dependencies"]
    yield from ("llvmlite", "markupsafe")


def found(requirement: str, platform: str, python: str) -> str:
    """The newest version with a wheel; `–`: there is none."""
    words = [sys.executable, "-m", "pip", "index", "versions", "--disable-pip-version-check"]
    words += ["--only-binary=:all:", "--implementation", "cp", "--python-version", python]
    words += [word for tag in PLATFORMS[platform] for word in ("--platform", tag)]
    name = _plain(requirement)
    told = subprocess.run([*words, name], capture_output=True, text=True, check=False)  # noqa: S603
    if told.returncode and "No matching distribution" not in told.stderr:
        raise RuntimeError(told.stderr)
    version = re.match(r".* \((.+)\)", told.stdout)
    return version[1] if version else "–"


def _plain(requirement: str) -> str:
    return re.split("[<>=!~; ]", requirement)[0].lower()


def table() -> str:
    """A row for each package, a column for each platform; versions by Python where they differ."""
    wanted = list(needed())
    asked = [(one, place, python) for one in wanted for place in PLATFORMS for python in PYTHONS]
    with ThreadPoolExecutor(2) as pool:
        answers = dict(zip(asked, pool.map(lambda ask: found(*ask), asked), strict=True))
    rows = [["package", *PLATFORMS], ["---"] * (len(PLATFORMS) + 1)]
    for one in wanted:
        cells = []
        for place in PLATFORMS:
            versions = [answers[one, place, python] for python in PYTHONS]
            cells.append(versions[0] if len(set(versions)) == 1 else ", ".join(versions))
        rows.append([_plain(one), *cells])
    lines = [f"| {' | '.join(row)} |" for row in rows]
    day = datetime.now(UTC).date().isoformat()
    lines += ["", f"Python {', '.join(PYTHONS)}; asked on {day}."]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the table, or write it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path)
    out = parser.parse_args().out
    text = table()
    if out:
        out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
