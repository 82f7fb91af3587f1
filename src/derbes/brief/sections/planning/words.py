"""Words and amounts that the sections on the plan share."""

from derbes.brief.contents import BriefContents, name_of
from derbes.brief.sections.wording import draws_and_seed
from derbes.language import _
from derbes.results.plan import NOISE, Plan


def made_of(contents: BriefContents, plan: Plan) -> str:
    """Variant and futures that a plan was made for."""
    name = name_of(contents.case, "variants", plan.variant)
    variant = _("variant: {name}").format(name=name)
    return f"{variant} · {draws_and_seed(plan.draws, plan.seed)}"


def beyond_noise(plan: Plan, amount: float) -> float:
    """An amount, or 0 where it is rounding noise beside what the plan costs. [money]"""
    whole = abs(plan.cost or plan.no_threat_cost or 0.0)
    return 0.0 if abs(amount) <= NOISE * whole else amount


def plan_method() -> str:
    """How plans are found, with the numbers of the equations."""
    return _(
        "A plan chooses at most one date and size of every option (M1), keeps what excludes or "
        "requires what (M2), limits (M3) and budgets (M4), and changes what can be made, bought "
        "and held (M5). In every future the course in calm pays for what contracts owe (M6), "
        "keeps to ceilings on payments abroad (M7) and meets standards that name no measure "
        "(M8). From it branches start: each finds the stocks of that course, but none that were "
        "hoarded for it (M9), and must serve its uses while the measure runs and after (M10). "
        "Futures share one matrix and differ in bounds (M11). What is kept low is the expected "
        "cost, with weight on the worst futures where the case gives one (M12). Many futures are "
        "solved apart: prices found in a future (M13) and in its branches (M15) become cuts of "
        "one program of the choices (M14), whose optimum no plan can undercut."
    )
