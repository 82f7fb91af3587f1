r"""What is bought and made in the long run, and what orders ahead must cover.

Symbols: k source of good g with lead time L, x level without stock and without
lead times, u use with the inputs of recipes. Equation (S9).

.. math::

    U_{k,t} = \max\Bigl(0, \sum_{i=0}^{L_k} u_{g,t+i} - \sum_{\text{cheaper } j:\, L_j \le L_k}
        \sum_{i=0}^{L_k - L_j} x_{j,t+i}\Bigr)
"""

from derbes.kernels import compiled
from derbes.kernels.layout import Branch, Floats
from derbes.kernels.phase import SELLING, SERVING, settle


@compiled
def steady_levels(branch: Branch, levels: Floats, use: Floats, periods: tuple[int, int]) -> None:
    """Levels and use in the long run: each period settled without any stock.

    Args:
        branch: As for the rule, over m periods, with all lead times 0.
        levels: Levels to fill. (m, K) [unit/period]
        use: Use to fill: demand, what buyers abroad get, inputs. (m, G) [unit/period]
        periods: First period and the one behind the last.
    """
    for t in range(periods[0], periods[1]):
        for k in range(len(branch.activities)):
            branch.activities[k].capacity = branch.by_activity[t, k].capacity
            branch.activities[k].level = 0.0
        for r in range(len(branch.lines)):
            branch.lines[r].left = branch.line_hours[t, r]
        for q in range(len(branch.pools)):
            branch.pools[q].left = branch.pool_capacity[t, q]
        for g in range(len(branch.goods)):
            branch.goods[g].stock = 0.0
            use[t, g] = branch.by_good[t, g].essential + branch.by_good[t, g].deferrable
            branch.goods[g].direct = use[t, g]
        settle(branch, t, SERVING)
        sought = False
        for g in range(len(branch.goods)):
            branch.goods[g].direct = branch.by_good[t, g].sought
            sought = sought or branch.by_good[t, g].sought > 0.0
        if sought:
            settle(branch, t, SELLING)
            for g in range(len(branch.goods)):
                use[t, g] += branch.goods[g].served
        _add_inputs(branch, levels[t], use[t])


@compiled
def _add_inputs(branch: Branch, levels: Floats, use: Floats) -> None:
    """Note the levels of a period, and add what they use."""
    for k in range(len(branch.activities)):
        source = branch.activities[k]
        levels[k] = source.level
        for i in range(source.first_input, source.end_input):
            use[branch.inputs[i].good] += branch.inputs[i].amount * source.level


@compiled
def expected_orders(branch: Branch, levels: Floats, use: Floats, periods: tuple[int, int]) -> None:
    """Use over lead time + 1 that cheaper sources are not expected to cover (S9).

    Args:
        branch: The branch; gets `expected` and `steady`.
        levels: Levels in the long run. (m, K) [unit/period]
        use: Use in the long run. (m, G) [unit/period]
        periods: First period and the one behind the last, without the lead time behind.
    """
    for t in range(periods[0], periods[1]):
        for g in range(len(branch.goods)):
            first = branch.goods[g].first_source
            for place in range(first, branch.goods[g].end_source):
                k = branch.ranked[t, place]
                lead = branch.activities[k].lead
                lacking = 0.0
                for i in range(t, t + lead + 1):
                    lacking += use[i, g]
                for cheaper in range(first, place):
                    j = branch.ranked[t, cheaper]
                    for i in range(t, t + lead - branch.activities[j].lead + 1):
                        lacking -= levels[i, j]
                branch.by_activity[t, k].expected = max(0.0, lacking)
                branch.by_activity[t, k].steady = levels[t, k]
