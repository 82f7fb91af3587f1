"""Small input-output tables."""

import numpy as np

from derbes.trade.inputoutput import InputOutput, TableOrigin, table_of_arrays

SELLERS = (("KAZ", "B06"), ("KAZ", "C19"), ("RUS", "B06"), ("RUS", "C19"), ("BLR", "C19"))
FLOWS = np.array(
    [
        [10.0, 30.0, 0.0, 5.0, 0.0],
        [20.0, 10.0, 0.0, 0.0, 5.0],
        [0.0, 40.0, 20.0, 60.0, 50.0],
        [30.0, 0.0, 10.0, 10.0, 0.0],
        [10.0, 10.0, 0.0, 5.0, 5.0],
    ]
)
FINAL = np.array(
    [[50.0, 5.0, 0.0], [80.0, 0.0, 5.0], [10.0, 100.0, 10.0], [5.0, 60.0, 5.0], [5.0, 5.0, 60.0]]
)
USERS = ("KAZ", "RUS", "BLR")
ABOUT = TableOrigin("small", "made up", "2022", unit="million USD")


def full_table(flows=FLOWS, **more) -> InputOutput:
    """Three countries, two sectors."""
    return table_of_arrays(SELLERS, flows, FINAL, USERS, about=ABOUT, **more)


def reduced(full: InputOutput) -> InputOutput:
    """The same with buyers by country."""
    flows = full.mix * full.bought
    n = len(full.countries)
    by_country = np.stack([flows[:, full.country == one].sum(axis=1) for one in range(n)], axis=1)
    return InputOutput(
        full.about, full.countries, full.sectors, full.country, full.sector, full.country,
        by_country / by_country.sum(axis=0), by_country.sum(axis=0), full.output,
        full.cost_share, None,
    )  # fmt: skip


def random_table(rng, n_countries=3, n_sectors=2) -> InputOutput:
    """A table in which anything may be bought of anybody, and some of it is not."""
    sellers = [(f"C{c}", f"S{s}") for c in range(n_countries) for s in range(n_sectors)]
    n = len(sellers)
    flows = rng.uniform(0, 1, (n, n)) * (rng.uniform(0, 1, (n, n)) < 0.8)
    final = rng.uniform(0.5, 2, (n, n_countries)) * n
    return table_of_arrays(sellers, flows, final, [f"C{c}" for c in range(n_countries)])
