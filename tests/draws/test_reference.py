import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from derbes.case.uncertainty import ReferenceProject
from derbes.draws.sampling import overruns

# Weeks in remission of 21 patients on 6-mercaptopurine, with those still in remission
# marked by False (Freireich et al. 1963, the usual example of Kaplan and Meier's curve).
REMISSION = [
    (6, True), (6, True), (6, True), (6, False), (7, True), (9, False), (10, True),
    (10, False), (11, False), (13, True), (16, True), (17, False), (19, False), (20, False),
    (22, True), (23, True), (25, False), (32, False), (32, False), (34, False), (35, False),
]  # fmt: skip


def project(overrun, *, finished=True):
    return ReferenceProject("p", float(overrun), finished=finished)


def test_the_curve_is_that_of_the_textbooks():
    found = overruns([project(t, finished=f) for t, f in REMISSION])
    later = 1.0 - np.cumsum(found.weights)[:-1]
    assert found.values.tolist() == [6, 7, 10, 13, 16, 22, 23, 35]
    assert later.round(3).tolist() == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert found.open_share == pytest.approx(0.448, abs=5e-4)
    assert (found.n_projects, found.n_unfinished) == (21, 12)


def test_without_unfinished_projects_each_counts_alike():
    found = overruns([project(12), project(-3), project(12), project(40)])
    assert found.values.tolist() == [-3.0, 12.0, 40.0]
    np.testing.assert_allclose(found.weights, [0.25, 0.5, 0.25])
    assert (found.n_unfinished, found.open_share) == (0, 0.0)


def test_the_share_that_is_left_stands_at_the_latest_unfinished_project():
    found = overruns([project(10), project(30, finished=False)])
    assert found.values.tolist() == [10.0, 30.0]
    np.testing.assert_allclose(found.weights, [0.5, 0.5])
    assert found.open_share == 0.5


def test_a_class_of_unfinished_projects_only_is_a_lower_bound():
    found = overruns([project(10, finished=False), project(30, finished=False)])
    assert found.values.tolist() == [30.0]
    assert found.open_share == 1.0


def test_a_class_without_projects_has_no_distribution():
    with pytest.raises(ValueError, match="a reference class without projects"):
        overruns([])


def redistributed(projects):
    """Efron's second way to the same curve: each unfinished project hands its weight on."""
    ordered = sorted(projects, key=lambda p: (p.overrun, not p.finished))
    weights = [1.0 / len(ordered)] * len(ordered)
    for position, one in enumerate(ordered[:-1]):
        if not one.finished:
            share = weights[position] / (len(ordered) - position - 1)
            weights[position] = 0.0
            for later in range(position + 1, len(ordered)):
                weights[later] += share
    mass: dict[float, float] = {}
    for one, weight in zip(ordered, weights, strict=True):
        mass[one.overrun] = mass.get(one.overrun, 0.0) + weight
    return {overrun: weight for overrun, weight in mass.items() if weight > 1e-12}


@given(
    st.lists(
        st.tuples(st.integers(-12, 60), st.booleans()).map(
            lambda one: project(one[0], finished=one[1])
        ),
        min_size=1,
        max_size=12,
    )
)
def test_the_curve_agrees_with_weights_handed_to_the_right(projects):
    found = overruns(projects)
    known = redistributed(projects)
    assert found.values.tolist() == sorted(known)
    np.testing.assert_allclose(found.weights, [known[v] for v in found.values], atol=1e-12)
