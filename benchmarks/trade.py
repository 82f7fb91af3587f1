"""Trade: sums over rows in the shape of BACI, beside a pure scan and pandas, and by size."""

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.rows import Row, faster, within

ROWS, QUICK_ROWS = 11_000_000, 1_000_000
MOST_TIMES, MOST_MEMORY, LEAST_GAIN = 5.0, 600.0, 3.0
_CELLS = 5000 * 200 * 200
"""Products, importers and exporters."""
_TALL = 10
"""Years of the larger table."""


def measure_trade(*, quick: bool) -> list[Row]:
    """Sums for all importers and products of one year, and of ten."""
    n = QUICK_ROWS if quick else ROWS
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        _run("make", store, n, 1)
        found = {way: _run(way, store, n, 1) for way in ("scan", "sums", "pandas")}
        scan, sums, pandas = (found[way] for way in ("scan", "sums", "pandas"))
        years = 2 if quick else _TALL
        _run("make", store, n, years)
        tall = _run("sums", store, n, years)
    shape = f"{n / 1e6:.0f} M rows, all importers and products, two cores"
    rows = [
        within("trade, sums beside a pure scan", sums["s"] / scan["s"], "times", limit=MOST_TIMES,
               note=f"{shape}; scan {scan['s']:.2f} s"),
        within("trade, memory of the sums", sums["mb"], "MB", limit=MOST_MEMORY, note=shape),
        within(f"trade, {years} years one by one", tall["s"] / years / sums["s"], "times a year",
               limit=1.5, note=f"{n * years / 1e6:.0f} M rows in {tall['s']:.1f} s"),
        within("trade, memory of that", tall["mb"], "MB", limit=1000.0),
    ]  # fmt: skip
    if pandas is not None and "s" in pandas:
        rows.append(
            faster("trade, sums", sums["s"], "s", peer="pandas", peer_value=pandas["s"], note=shape)
        )
    return rows


def _run(way: str, store: Path, n: int, years: int) -> dict[str, float]:
    """A way in a process of its own: seconds of the better of two runs, and memory at its most."""
    words = [sys.executable, "-m", "benchmarks.trade", way, str(store), str(n), str(years)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)  # noqa: S603
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


def run_way(way: str, store: Path) -> float:
    """Seconds of one way over all years."""
    from benchmarks.rows import timed  # noqa: PLC0415
    from derbes.results.trade import EVERY  # noqa: PLC0415
    from derbes.trade.engine import opened_engine  # noqa: PLC0415
    from derbes.trade.screen import Question, _Tables  # noqa: PLC0415
    from derbes.trade.store import datasets  # noqa: PLC0415

    data = datasets(store)["bench"]

    def sums() -> None:
        with opened_engine() as engine:
            for year in data.years:
                tables = _Tables(engine, data, Question(EVERY), (year,))
                engine.columns(tables.totals(has_weights=False))

    def scan() -> None:
        with opened_engine() as engine:
            for year in data.years:
                rows = data.scan(engine, (year,))
                engine.rows(f"SELECT sum(i), sum(j), sum(k), sum(v) FROM {rows}")  # noqa: S608

    def pandas() -> None:
        import pandas as pd  # noqa: PLC0415

        for year in data.years:
            path = data.folder / f"trade-{year}.parquet"
            table = pd.read_parquet(path, columns=["i", "j", "k", "v"])
            table["squares"] = table["v"].astype(float) ** 2
            by = table.groupby(["k", "j"], sort=False)
            by.agg(v=("v", "sum"), squares=("squares", "sum"), n=("i", "size"), top=("v", "max"))

    ways = {"sums": sums, "scan": scan, "pandas": pandas}
    return min(timed(ways[way])[1].wall for _ in range(2))


def main() -> None:
    """One way, told as JSON."""
    way, store, n, years = sys.argv[1:5]
    if way == "make":
        make(Path(store), int(n), int(years))
        return
    try:
        seconds = run_way(way, Path(store))
    except ImportError:
        return
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"s": seconds, "mb": most}))


if __name__ == "__main__":
    main()
