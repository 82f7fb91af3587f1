"""Charts of the brief, each by its name: which there are, and one as a picture of its own."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from derbes.brief.contents import BriefContents
from derbes.brief.drawing import WIDE, picture, pixels, with_title
from derbes.brief.layout import Figure
from derbes.brief.page import figures_of
from derbes.harmless import in_json, sheet, visible
from derbes.language import _, text_of

COURSE, CALM = "course", "calm"
PLAN, STRESS, STATEMENTS = "plan", "stress", "statements"
PARTS = (PLAN, STRESS, STATEMENTS)
"""What is computed for a brief beside the course of its main measure; each takes its time."""
USUAL_PPI = 192
"""Pixels of a picture by inch; a chart is about 7 inches wide."""


@dataclass(frozen=True, slots=True)
class ChartKind:
    """What a chart of the brief is about, and what is computed for it."""

    name: str
    title: str
    part: str = COURSE
    """One of `PARTS`, or what is computed anyhow: the course of the main measure, or calm."""
    is_of_chance: bool = False
    """Whether only hazards of the case give cause for it."""

    @property
    def is_drawn(self) -> bool:
        """Whether it tells of draws."""
        return self.part in (STRESS, STATEMENTS)


def chart_kinds() -> tuple[ChartKind, ...]:
    """All charts that a brief may have, in the order in which it has them."""
    return (
        ChartKind("survival", _("Months survived, by start, over the draws"), STRESS),
        ChartKind("coverage", _("Served share of essential demand after the measure begins")),
        ChartKind("coverage-by-use", _("What is served of each use after the measure begins")),
        ChartKind("coverage-by-start", _("What is served, from several starts")),
        ChartKind("days-of-cover-chart", _("Days of cover and the reserve rule"), CALM),
        ChartKind("sellers-map", _("Who sells what in calm"), CALM),
        ChartKind("losses-chart", _("Who loses more")),
        ChartKind("dependence-chart", _("Dependence on the sender over time")),
        ChartKind("surface-map", _("Harm by start and length")),
        ChartKind("chokepoint-map", _("Where the chokepoint lies"), CALM),
        ChartKind("plan-chart", _("What is decided when"), PLAN),
        ChartKind("frontier-chart", _("What each month of security costs"), PLAN),
        ChartKind("outlay-chart", _("What is paid when, and where to"), PLAN),
        ChartKind("fan-time-to-survive", _("Months survived, over the draws"), STRESS),
        ChartKind("fan-cover", _("How long stock lasts, over the draws"), STRESS),
        ChartKind("fan-leverage-ratio", _("Leverage ratio, over the draws"), STRESS),
        ChartKind("ended-curve", _("Probability that leverage has ended"), STRESS),
        ChartKind(
            "hazard-curve",
            _("Probability that essential demand goes short"),
            STRESS,
            is_of_chance=True,
        ),
        ChartKind("exceedance-curve", _("Probability of larger losses"), STRESS, is_of_chance=True),
        ChartKind("tornado-1", _("What moves an answer most; 2, 3 … for the next answers"), STRESS),
        ChartKind("signaling-chart", _("In which years the measure pays its sender"), STRESS),
        ChartKind("verdicts-chart", _("Verdicts on what is said, by speaker"), STATEMENTS),
    )


def kind_of(name: str) -> ChartKind | None:
    """What a chart of some name is about; None: no brief has one."""
    family, _dash, number = name.rpartition("-")
    sought = f"{family}-1" if family == "tornado" and number.isdecimal() else name
    return next((kind for kind in chart_kinds() if kind.name == sought), None)


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of the brief that stands alone: it says its unit, date, variant and draws itself."""

    figure: Figure
    foot: str
    """Case and what made it."""

    @property
    def name(self) -> str:
        """By which it is asked for."""
        return self.figure.id

    @property
    def title(self) -> str:
        """What it shows, in a sentence."""
        return self.figure.title

    @property
    def subtitle(self) -> str:
        """Unit, measure, date, variant and draws."""
        return self.figure.subtitle

    def svg(self) -> str:
        """As SVG with its fonts in it."""
        return picture(self.figure.spec(WIDE), **self._words())

    def png(self, ppi: int = USUAL_PPI) -> bytes:
        """As PNG.

        Args:
            ppi: Pixels by inch, of which the chart is about 7 wide.
        """
        return pixels(picture(self.figure.spec(WIDE), has_fonts=False, **self._words()), ppi)

    def csv(self) -> str:
        """Its data as CSV, unrounded, with units in the headings."""
        return sheet(self.figure.table.raw)

    def vega_lite(self) -> dict[str, Any]:
        """Its Vega-Lite specification, data included."""
        return with_title(self.figure.spec(WIDE), **self._words())

    def json(self) -> str:
        """The same as text."""
        return in_json(json.dumps(self.vega_lite(), ensure_ascii=False, indent=1))

    def _words(self) -> dict[str, Any]:
        figure = self.figure
        told: dict[str, Any] = {"title": figure.title, "under": figure.subtitle, "foot": self.foot}
        told["description"] = figure.description.format(finding=figure.title)
        return {key: visible(text) for key, text in told.items()} | {"id_": figure.id}

    def _repr_svg_(self) -> str:
        """A picture in a notebook."""
        return self.svg()

    def _repr_mimebundle_(self, **_wanted: Any) -> dict[str, Any]:
        """A picture for every notebook; PNG for those that do not draw SVG."""
        png = base64.b64encode(self.png()).decode("ascii")
        return {"image/svg+xml": self.svg(), "image/png": png, "text/plain": self.title}


def chart_of(contents: BriefContents, name: str) -> Chart | None:
    """A chart of a brief by its name; None where the brief has none."""
    figure = figures_of(contents).get(name)
    if figure is None:
        return None
    made, case = contents.leverage.provenance, contents.case
    foot = _("{case}; derbes {version}; {solver}; case {hash}").format(
        case=text_of(case.label, case.name),
        version=made.version,
        solver=made.solver,
        hash=made.case_hash[:12],
    )
    return Chart(figure, foot)
