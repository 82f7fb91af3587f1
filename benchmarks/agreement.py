"""How far the engine agrees with a plain statement of random cases over the whole horizon."""

from benchmarks.rows import Row, timed
from tests.oracles.agreement import FIELDS, summary

N_CASES, N_QUICK = 2000, 200
N_WORKERS = 2


def measure_agreement(*, quick: bool) -> list[Row]:
    """Share of the figures that agree to a millionth of their size, figure by figure."""
    n_cases = N_QUICK if quick else N_CASES
    found, spent = timed(summary, range(n_cases), N_WORKERS)
    rows = [
        Row(
            f"agreement of {name}",
            found.agreed[name] / found.total[name],
            "share",
            note=f"{found.agreed[name]} of {found.total[name]} figures; "
            f"{found.ambiguous[name]} more differ where the calm plan is not one",
        )
        for name in (*FIELDS, "error")
        if found.total[name]
    ]
    told = f"{n_cases} random cases in {N_WORKERS} processes"
    return [*rows, Row("agreement, all cases", spent.wall, "s", note=told)]
