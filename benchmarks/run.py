"""Time derbes: `python -m benchmarks [--only NAME] [--quick] [--out FILE]`."""

from collections.abc import Callable
from pathlib import Path

import click

from benchmarks.agreement import measure_agreement
from benchmarks.change import measure_change
from benchmarks.commands import measure_commands
from benchmarks.cutoffs import measure_cutoffs
from benchmarks.futures import measure_futures
from benchmarks.kernel import measure_kernel
from benchmarks.plan import PLAN, measure_plan
from benchmarks.rows import Row, as_table, write_json
from benchmarks.setting import Setting, make_setting
from benchmarks.surface import measure_growth, measure_surface
from benchmarks.trade import measure_trade

ON_NETWORK: dict[str, Callable[..., list[Row]]] = {
    "cutoffs": measure_cutoffs,
    "surface": measure_surface,
    "growth": measure_growth,
    "kernel": measure_kernel,
}
"""Measurements on the benchmark network."""
AGREEMENT = "agreement"
CHANGE = "change"
COMMANDS = "commands"
FUTURES = "futures"
TRADE = "trade"
ALONE: dict[str, Callable[..., list[Row]]] = {
    PLAN: measure_plan,
    FUTURES: measure_futures,
    CHANGE: measure_change,
    COMMANDS: measure_commands,
    TRADE: measure_trade,
    AGREEMENT: measure_agreement,
}
"""Measurements that need nothing ready."""


def measure(only: tuple[str, ...], *, quick: bool) -> list[Row]:
    """Rows of the measurements that are wanted; all when none is named."""
    wanted = only or (*ON_NETWORK, *ALONE)
    on_network = [name for name in ON_NETWORK if name in wanted]
    rows: list[Row] = []
    setting: Setting | None = make_setting() if on_network else None
    for name in on_network:
        click.echo(f"measuring {name}", err=True)
        rows += ON_NETWORK[name](setting, quick=quick)
    for name in [name for name in ALONE if name in wanted]:
        click.echo(f"measuring {name}", err=True)
        rows += ALONE[name](quick=quick)
    return rows


@click.command()
@click.option("--only", multiple=True, type=click.Choice([*ON_NETWORK, *ALONE]), help="Repeatable.")
@click.option("--quick", is_flag=True, help="Smaller numbers of everything.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("out/bench.json"),
    show_default=True,
)
def main(only: tuple[str, ...], out: Path, *, quick: bool) -> None:
    """Time derbes beside other ways to the same numbers."""
    rows = measure(only, quick=quick)
    click.echo(as_table(rows))
    write_json(rows, out)
