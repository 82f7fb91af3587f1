r"""What orders ahead must cover, when cheaper sources go on as in the long run.

Symbols: k source of good g with lead time L, x level in the long run (the rule
without stock and without lead times), u use with the inputs of recipes.

.. math::

    \text{(S9)}\quad U_{k,t} = \max\Bigl(0, \sum_{i=0}^{L_k} u_{g,t+i}
        - \sum_{\text{cheaper } j:\, L_j \le L_k} \sum_{i=0}^{L_k - L_j} x_{j,t+i}\Bigr)
"""

from derbes.kernels import compiled
from derbes.kernels.layout import Branch, Floats


@compiled
def expected_orders(branch: Branch, levels: Floats, use: Floats) -> None:
    """Use over lead time + 1 that cheaper sources are not expected to cover (S9).

    Args:
        branch: A branch of n periods; gets `expected` and `steady`.
        levels: Levels in the long run, over n periods and the longest lead time. [unit/period]
        use: Use of each good in the long run, over the same. [unit/period]
    """
    for t in range(len(branch.by_activity)):
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
