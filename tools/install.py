"""The wheel, installed in an empty environment of each Python found, and tried.

    python -m tools.install WHEEL [--lowest] [--seconds N]

With the newest versions that the index has and, with `--lowest`, the oldest that
pyproject.toml allows. Prints for each how long the installation took, how large the environment
is, and how long the first answer took, on the clock and of processors: others may use the
machine too, so the limit is on the processors' time, and that is what the clock shows where
nobody else does. Fails where a command does, or a limit is passed.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYTHONS = ("3.11", "3.12", "3.13")
MOST_MB = 650
"""What all that is needed to run may take, without the installer. [MB]"""
MEGABYTE = 2**20
"""As `du -m` counts. [byte]"""
INSTALLER = ("pip", "setuptools", "pkg_resources", "_distutils_hack", "wheel")
COMMANDS = (
    "--version",
    "demo",
    "check derbes-demo/alum.yaml",
    "screen --importer KAZ --limit 3",
    "upstream --importer KAZ --sender RUS --limit 3",
    "demo --case aspan --out aspan-demo",
    "check aspan-demo/aspan",
    "excel derbes-demo/alum.yaml --out alum.xlsx",
    "import-excel alum.xlsx --case derbes-demo/alum.yaml --yes",
    "explain premium --lang en",
    "--lang ru --help",
    "cover derbes-demo/alum.yaml --lang kk --start 2026-01",
)
"""What is tried, in an empty folder."""
HEARD = {
    "explain premium --lang en": ("предельная надбавка", "шекті үстеме"),
    "--lang ru --help": ("Использование",),
    "cover derbes-demo/alum.yaml --lang kk --start 2026-01": ("шыдау мерзімі",),
}
"""What an answer has to say: glossary and catalogs are there."""
FIRST_ANSWER = "demo"


def pythons() -> Iterator[tuple[str, str]]:
    """Version and program of each Python that is there, on the path or by pyenv."""
    for version in PYTHONS:
        by_pyenv = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"))
        for program in (shutil.which(f"python{version}"), *map(str, by_pyenv)):
            if program and _works(program, version):
                yield version, program
                break


def _works(program: str, version: str) -> bool:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    return said.returncode == 0 and f" {version}." in said.stdout


def megabytes(folder: Path) -> dict[str, float]:
    """What each part of an environment takes on disk. [MB]"""
    sizes: dict[str, float] = {}
    for place in folder.glob("lib/python*/site-packages/*"):
        files = [place] if place.is_file() else [one for one in place.rglob("*") if one.is_file()]
        sizes[place.name] = sum(one.stat().st_blocks for one in files) * 512 / MEGABYTE
    return sizes


def tried(program: str, wheel: Path, constraint: Path | None, seconds: float) -> str:
    """Install the wheel in an empty environment and run commands; what was measured.

    Raises:
        SystemExit: A command failed, or a limit is passed.
    """
    with tempfile.TemporaryDirectory(prefix="derbes_install_") as name:
        place = Path(name)
        _run([program, "-m", "venv", "env"], place)
        begun = time.monotonic()
        pip = ["env/bin/python", "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
        held = ["--constraint", str(constraint)] if constraint else []
        _run([*pip, *held, str(wheel)], place)
        installed = time.monotonic() - begun
        sizes = megabytes(place / "env")
        needed = sum(size for part, size in sizes.items() if not part.startswith(INSTALLER))
        answered = worked = 0.0
        for command in COMMANDS:
            begun, before = time.monotonic(), _processors()
            said = _run(["env/bin/derbes", *command.split()], place)
            if command == FIRST_ANSWER:
                answered, worked = time.monotonic() - begun, _processors() - before
            lacking = [word for word in HEARD.get(command, ()) if word not in said]
            if lacking:
                raise SystemExit(f"derbes {command}: no {lacking} in\n{said}")
        pages = [one.read_text(encoding="utf-8") for one in (place / "derbes-demo").glob("*.html")]
    if len(pages) != 1 or "<svg" not in pages[0]:
        raise SystemExit("the demo has written no brief with a chart")
    told = (
        f"installed in {installed:.0f} s, {needed:.0f} MB ({sum(sizes.values()):.0f} with pip), "
        f"first answer in {answered:.0f} s, {worked:.0f} s of processors"
    )
    if needed > MOST_MB or worked > seconds:
        parts = sorted(sizes.items(), key=lambda one: -one[1])[:12]
        listed = ", ".join(f"{part} {size:.0f}" for part, size in parts)
        raise SystemExit(f"{told}; at most {MOST_MB} MB and {seconds:.0f} s\n{listed}")
    return told


def _processors() -> float:
    """Processor time of all programs that were started here and have ended. [s]"""
    spent = os.times()
    return spent.children_user + spent.children_system


def _run(words: list[str], place: Path) -> str:
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(  # noqa: S603
        words, cwd=place, env=clean, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> None:
    """Try the wheel with each Python."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wheel", type=Path)
    parser.add_argument("--lowest", action="store_true")
    parser.add_argument("--seconds", type=float, default=60.0, help="of processors, at most")
    asked = parser.parse_args()
    found = list(pythons())
    if not found:
        raise SystemExit(f"none of Python {', '.join(PYTHONS)} is there")
    kinds = {
        "newest": None,
        **({"lowest": ROOT / "constraints-lowest.txt"} if asked.lowest else {}),
    }
    for version, program in found:
        for kind, constraint in kinds.items():
            told = tried(program, asked.wheel.resolve(), constraint, asked.seconds)
            sys.stdout.write(f"Python {version}, {kind} versions: {told}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
