"""Packs the reduced OECD ICIO 2022 into the package.

    python tools/icio.py FOLDER

The folder holds the two tables and the two code tables named below, as
docs/explanation/dependencies.md tells where they come from. Nothing is rounded: flows are whole
cents of a million, outputs whole thousandths, cost shares hundred thousandths.
"""

import csv
import gzip
import sys
from pathlib import Path

import numpy as np

FLOWS = "icio2022_intermediate_origin_dest_by_seller_sector.csv.gz"
OUTPUT = "icio2022_output_final_costshare.csv.gz"
CODES = {
    "countries": "OECD_ICIO_2025_country_code_mapping.csv",
    "sectors": "OECD_ICIO_2025_sector_code_mapping.csv",
}
PACKAGE = Path(__file__).parents[1] / "src" / "derbes" / "trade" / "data"


def _rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def main(folder: Path) -> None:
    """Write `icio2022.npz`, `icio_countries.csv` and `icio_sectors.csv`."""
    sold = _rows(folder / OUTPUT)
    countries = sorted({row["country"] for row in sold})
    sectors = sorted({row["sector"] for row in sold})
    shape = (len(sectors), len(countries))
    flows = np.zeros((*shape, len(countries)), "<i4")
    for row in _rows(folder / FLOWS):
        place = (sectors.index(row["sector"]), countries.index(row["origin"]))
        flows[(*place, countries.index(row["dest"]))] = round(100 * float(row["usd_mn"]))
    output, cost_share = np.zeros(shape, "<i8"), np.zeros(shape, "<i4")
    for row in sold:
        place = (sectors.index(row["sector"]), countries.index(row["country"]))
        output[place] = round(1e3 * float(row["gross_output_usd_mn"]))
        cost_share[place] = round(1e5 * float(row["intermediate_cost_share"]))
    np.savez_compressed(
        PACKAGE / "icio2022.npz",
        countries=np.array(countries),
        sectors=np.array(sectors),
        flows=np.ascontiguousarray(flows.reshape(-1).view(np.uint8).reshape(-1, 4).T),
        output=output,
        cost_share=cost_share,
    )
    for name, file in CODES.items():
        text = (folder / file).read_text(encoding="utf-8-sig")
        (PACKAGE / f"icio_{name}.csv").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
