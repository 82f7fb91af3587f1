"""Whether a wheel of each package that derbes needs is there for each platform and Python.

    python -m tools.wheels [--out FILE]

Asks the index that pip is set up with, as `pip install --dry-run` does.
Prints a table for docs/explanation/dependencies.md: the version that pip would take, `–` where
there is no wheel.
"""

import argparse
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
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


def found(requirements: list[str], platform: str, python: str) -> dict[str, str]:
    """Package → its newest version with a wheel; one that has none is not among them."""
    words = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--report", "-"]
    words += ["--disable-pip-version-check", "--ignore-installed", "--no-deps"]
    words += ["--only-binary=:all:", "--target", "nowhere", "--implementation", "cp"]
    words += ["--python-version", python]
    words += [word for tag in PLATFORMS[platform] for word in ("--platform", tag)]
    told = subprocess.run([*words, *requirements], capture_output=True, text=True, check=False)  # noqa: S603
    if not told.returncode:
        known = [one["metadata"] for one in json.loads(told.stdout)["install"]]
        return {_plain(one["name"]): str(one["version"]) for one in known}
    if "No matching distribution" not in told.stderr:
        raise RuntimeError(told.stderr)
    if len(requirements) == 1:
        return {}
    half = len(requirements) // 2
    parts = requirements[:half], requirements[half:]
    return found(parts[0], platform, python) | found(parts[1], platform, python)


def _plain(requirement: str) -> str:
    return re.split("[<>=!~; ]", requirement)[0].lower()


def table() -> str:
    """A row for each package, a column for each platform; versions by Python where they differ."""
    wanted = list(needed())
    answers = {
        (place, python): found(wanted, place, python) for place in PLATFORMS for python in PYTHONS
    }
    rows = [["package", *PLATFORMS], ["---"] * (len(PLATFORMS) + 1)]
    for name in map(_plain, wanted):
        cells = []
        for place in PLATFORMS:
            versions = [answers[place, python].get(name, "–") for python in PYTHONS]
            cells.append(versions[0] if len(set(versions)) == 1 else ", ".join(versions))
        rows.append([name, *cells])
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
