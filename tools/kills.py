"""Kill runs of the long verbs at random moments, and see that nothing is lost or left behind.

    python -m tools.kills --kills 100 --seed 7 --verbs plan,stress

Every run is killed by −9, −15 or −2, the parent alone or its whole group; most are forked from
this process, where all is loaded, every tenth begins anew. Linux only.
"""

import argparse
import atexit
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from derbes.cli import main

CASE = Path(__file__).parents[1] / "cases" / "waterworks.yaml"
STATEMENTS = """
documents:
  gazette: {title: Nine months of water, publisher: "Gazette (invented)", date: 2026-02-03,
    address: "https://example.org/water"}
statements:
  W01:
    kind: claim
    by: town
    at: gazette P2
    modality: capability
    phrase: {en: nine months without Northland}
    says: {en: The town has water for nine months without Northland.}
    stance: {northland: against}
    holds_if: time_to_survive(northland, 2026-02, use=treatment) >= 9
"""
EARLIER = b"an earlier answer\n"
SOON = 2.0
"""How long anything may run on. [s]"""
FRESH = 10
"""Every run of so many is a program of its own."""
KILLS = [(number, group) for number in (9, 15, 2) for group in (False, True)]
_CODES = {9: {-9}, 15: {143, -15}, 2: {130, -2}}


@dataclass(frozen=True, slots=True)
class Verb:
    """How a long verb is asked, and asked to go on."""

    asks: str
    """`CASE` stands for the case; `OUT` for the answer; `KEPT` for what is kept on the way."""
    goes_on: str = ""
    """The same with what was kept; empty: it is asked as before."""


VERBS = {
    "plan": Verb(
        "plan CASE --draws 3 --no-more --no-frontier --checkpoint KEPT --out OUT",
        "plan CASE --draws 3 --no-more --no-frontier --resume KEPT --out OUT",
    ),
    "stress": Verb(
        "stress CASE --draws 32 --solved 6 --question survive --json --store KEPT --out OUT",
        "stress CASE --draws 32 --solved 6 --question survive --json --store KEPT --resume "
        "--out OUT",
    ),
    "statements": Verb("statements CASE --draws 16 --flips 1 --record KEPT --out OUT"),
    "brief": Verb("brief CASE --draws 3 --out OUT"),
    "leverage": Verb("leverage CASE --measure embargo --out OUT"),
    "cover": Verb("cover CASE --measure embargo --out OUT"),
}


def begin(words: Sequence[str], place: Path, *, is_fresh: bool) -> int:
    """A run in a session of its own, whose texts go into files of its folder."""
    pid = os.fork()
    if pid:
        return pid
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # this program may ignore it
    os.chdir(place)
    os.environ["TMPDIR"] = str(place / "tmp")
    tempfile.tempdir = None
    for descriptor, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
    if is_fresh:
        os.execv(sys.executable, [sys.executable, "-m", "derbes", *words])  # noqa: S606
    code = 1
    try:
        sys.argv[1:] = words
        code = main()  # as the program, which ends with the command
        atexit._run_exitfuncs()  # noqa: SLF001 - as when a program ends
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def ended(pid: int) -> int:
    """Exit code of a run; below zero: the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def running(session: int) -> list[int]:
    """Processes of a session that still run."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = place.read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] not in "ZX":
            found.append(int(place.parent.name))
    return found


def hears(pid: int) -> bool:
    """Whether a program has come so far that it hears SIGTERM, or has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return True
    if "State:\tZ" in status:
        return True
    caught = int(status.split("SigCgt:", 1)[1].split()[0], 16)
    return bool(caught >> signal.SIGTERM - 1 & 1)


def lying(place: Path) -> list[str]:
    """What lies about that should not."""
    parts = [one.name for one in place.glob(".*.part")]
    return parts + [one.name for one in (place / "tmp").iterdir()]


class Range:
    """A folder in which one verb is run, undisturbed and killed."""

    def __init__(self, name: str, place: Path) -> None:
        self.verb, self.place = VERBS[name], place
        (place / "tmp").mkdir(parents=True)
        text = CASE.read_text(encoding="utf-8")
        (place / "case.yaml").write_text(text + STATEMENTS, encoding="utf-8")
        self.out, self.kept, self.end = place / "out.html", place / "kept", ""
        if "--out OUT" in self.verb.asks and name != "brief":
            self.out = place / ("out.json" if "--json" in self.verb.asks else "out.txt")
        if name == "stress":
            self.kept = place / "kept.parquet"
        begun = time.monotonic()
        self._reset()
        code = ended(begin(self.words(self.verb.asks), place, is_fresh=False))
        self.lasts = time.monotonic() - begun
        self.answer = self.out.read_bytes()
        if code or self.answer == EARLIER:
            raise SystemExit(f"{name} ends with {code}: {(place / 'stderr').read_text()}")

    def words(self, asked: str) -> list[str]:
        """Words of a command line."""
        places = {"CASE": "case.yaml", "OUT": self.out.name, "KEPT": self.kept.name}
        return [*(places.get(word, word) for word in asked.split()), "--workers", "2"]

    def _reset(self) -> None:
        self.out.write_bytes(EARLIER)
        self.kept.unlink(missing_ok=True)

    def kill(self, after: float, number: int, *, group: bool, is_fresh: bool) -> list[str]:
        """Run, kill, look, go on, look again; what is wrong."""
        self._reset()
        pid = begin(self.words(self.verb.asks), self.place, is_fresh=is_fresh)
        while is_fresh and not hears(pid):  # until then Python itself is being loaded
            time.sleep(0.01)
        time.sleep(after)
        try:
            (os.killpg if group else os.kill)(pid, number)
        except ProcessLookupError:
            os.kill(pid, number)  # it has no session of its own yet
        begun = time.monotonic()
        code = ended(pid)
        took = time.monotonic() - begun
        while (left := running(pid)) and time.monotonic() - begun < SOON:
            time.sleep(0.02)
        wrong = [f"{len(left)} still run"] if left else []
        if took > SOON:
            wrong.append(f"ended after {took:.1f} s")
        if code not in _CODES[number] | {0}:
            wrong.append(f"ended with {code}")
        said = (self.place / "stderr").read_text(encoding="utf-8", errors="replace")
        if "Traceback" in said or "Error" in said:
            wrong.append(f"said {said!r}")
        if self.out.read_bytes() not in (EARLIER, self.answer):
            wrong.append("the answer is neither the earlier nor the whole")
        self.end = f"ended with {code}"
        if number != signal.SIGKILL and code != -number:
            wrong += [f"{name} lies about" for name in lying(self.place)]
        for one in left:
            os.kill(one, signal.SIGKILL)
        asked = self.verb.goes_on if self.kept.exists() else ""
        code = ended(begin(self.words(asked or self.verb.asks), self.place, is_fresh=False))
        if code:
            wrong.append(f"did not go on: {code}, {(self.place / 'stderr').read_text()!r}")
        elif self.out.read_bytes() != self.answer:
            wrong.append("gone on with, the answer is another")
        return wrong + [f"{name} lies about after the next run" for name in lying(self.place)]


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def kill_verb(name: str, n_kills: int, chance: random.Random) -> int:
    """Kill one verb so many times; how many runs went wrong."""
    folder = Path(tempfile.mkdtemp(prefix="kills_"))
    place, begun, n_wrong = Range(name, folder), time.monotonic(), 0
    ends: Counter[str] = Counter()
    for n in range(n_kills):
        number, group = KILLS[n % len(KILLS)]
        is_fresh = n % FRESH == FRESH - 1
        after = chance.uniform(0.0, place.lasts * (1.5 if is_fresh else 1.05))
        wrong = place.kill(after, number, group=group, is_fresh=is_fresh)
        ends[place.end] += 1
        if wrong:
            n_wrong += 1
            who = "group" if group else "parent"
            say(f"  {name} -{number} {who} after {after:.2f} s: {'; '.join(wrong)}")
    shutil.rmtree(folder, ignore_errors=True)
    told = ", ".join(f"{end}: {n}" for end, n in sorted(ends.items()))
    seconds = time.monotonic() - begun
    say(f"{name}: {n_kills} kills, {n_wrong} wrong ({told}); {seconds:.0f} s")
    return n_wrong


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kills", type=int, default=100)
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    asked.add_argument("--verbs", default=",".join(VERBS))
    told = asked.parse_args()
    say(f"seed {told.seed}, {told.kills} kills of each: {told.verbs}")
    chance = random.Random(told.seed)  # noqa: S311 - moments, no secrets
    n_wrong = [kill_verb(name, told.kills, chance) for name in told.verbs.split(",")]
    sys.exit(1 if any(n_wrong) else 0)
