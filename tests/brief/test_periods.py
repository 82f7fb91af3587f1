"""Periods of a page: a span ends with the last month of its last period, whatever the step."""

from dataclasses import replace

import pytest

from derbes.brief import BriefContents
from derbes.brief.coverage import coverage_figure
from derbes.brief.dependence import dependence_section, sellers_section
from derbes.case.quantity import Calendar, Step
from tests.brief.reading import text_of


def stepped(contents: BriefContents, step: Step, n_periods: int) -> BriefContents:
    """The invented town, its first periods counted as so long."""
    calendar = Calendar(2026, 1, n_periods, step)
    calm = replace(contents.calm["base"], months=calendar.labels)
    kept = {use: {"northland": paths["northland"][:n_periods]}
            for use, paths in calm.sender_share.items()}  # fmt: skip
    calm = replace(calm, sender_share=kept)
    case = replace(contents.case, calendar=calendar)
    return replace(contents, case=case, calm={"base": calm})


@pytest.mark.parametrize(
    ("step", "end", "heading"),
    [
        (Step.MONTH, "May 2026", "month"),
        (Step.QUARTER, "March 2027", "quarter from"),
        (Step.YEAR, "December 2030", "year from"),
    ],
)
def test_a_span_ends_with_the_last_month_of_its_last_period(contents, step, end, heading):
    told = stepped(contents, step, 5)
    sellers, dependence = sellers_section(told).figures[0], dependence_section(told).figures[0]
    for figure in (sellers, dependence):
        assert f"January 2026 to {end}" in text_of(" ".join(figure.under)), figure.id
    assert dependence.table.head[0] == heading
    assert coverage_figure(told).table.head[0] == heading


@pytest.mark.parametrize(("n", "told"), [(12, "in 2026"), (24, "2026 to 2027 together")])
def test_one_year_is_not_told_as_several(contents, n, told):
    assert sellers_section(stepped(contents, Step.MONTH, n)).figures[0].title.endswith(told)


def test_a_share_of_one_period_and_one_of_nothing_are_told_once(contents):
    one = dependence_section(stepped(contents, Step.MONTH, 1)).figures[0].title
    words = "stands behind up to 100% of what an essential use takes in January 2026"
    assert one == f"Northland {words}"
    calm = contents.calm["base"]
    none = {"washing": {"northland": (0.0,) * len(calm.months)}}
    idle = replace(contents, calm={"base": replace(calm, sender_share=none)})
    title = dependence_section(idle).figures[0].title
    assert title == "Northland stands behind nothing that an essential use takes"
