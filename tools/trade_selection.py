"""Makes the trade that comes with the package: all rows of a few products, out of BACI.

    python -m tools.trade_selection BACI.parquet

The file is that of `t, i, j, k, v, q` with all years; what it writes is a dataset of the store.
"""

import argparse
import json
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

import pyarrow.compute as pc
from pyarrow import parquet

from derbes.trade.store import FORMAT, MANIFEST, SELECTION, import_trade, read_dataset

PRODUCTS = (
    "250410", "261100", "261210", "261710", "270112", "270900", "271111", "271121", "280530",
    "282520", "283691", "284610", "284690", "810110", "810510", "811230",
)  # fmt: skip
FILE = "trade.parquet"
DATA = Path(__file__).parents[1] / "src" / "derbes" / "trade" / "data"


def main() -> None:
    """Write the selection beside the code tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("--vintage", required=True)
    asked = parser.parse_args()
    table = parquet.read_table(asked.source)
    chosen = table.filter(pc.is_in(table["k"], pc.cast([int(k) for k in PRODUCTS], "int32")))
    with tempfile.TemporaryDirectory() as folder:
        source, store = Path(folder) / "selection.parquet", Path(folder) / "store"
        parquet.write_table(chosen, source)
        about = {"id_": SELECTION, "classification": "HS92", "vintage": asked.vintage}
        found = read_dataset(Path(import_trade([source], store, **about).folder))
        rows = parquet.ParquetDataset([found.folder / one.file for one in found.files]).read()
        rows = rows.sort_by([(key, "ascending") for key in ("t", "k", "j", "i")])
        parquet.write_table(
            rows, DATA / FILE, compression="zstd", compression_level=19,
            column_encoding={"i": "DELTA_BINARY_PACKED", "j": "DELTA_BINARY_PACKED"},
            use_dictionary=["k", "t", "m", "f"], row_group_size=1 << 20,
        )  # fmt: skip
        files = tuple(replace(one, file=FILE, source=asked.source.name) for one in found.files)
        record = {"format": FORMAT, **asdict(replace(found, files=files))}
        del record["folder"]
        (DATA / MANIFEST).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
