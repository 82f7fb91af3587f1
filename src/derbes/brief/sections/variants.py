"""Variants side by side."""

from derbes.brief import format as fmt
from derbes.brief.contents import (
    BriefContents,
    Focus,
    cover_row,
    end_of,
    leverage_row,
    name_of,
    variants_of,
)
from derbes.brief.parts import Cell, Section, Table, month_cell, words
from derbes.brief.sections.leverage import ratio_cell
from derbes.brief.sections.wording import (
    binding_words,
    calm_words,
    case_of,
    measure_words,
    survived,
)
from derbes.language import _
from derbes.results.supply import CoverRow


def variants_section(contents: BriefContents, focus: Focus) -> Section:
    """Comparison of all variants, and what each changes."""
    names = variants_of(contents)
    table = comparison(contents, focus, names)
    changes = tuple(
        (words(name_of(contents.case, "variants", id_)), words(variant.note),
         words("; ".join(variant.changes)))
        for id_, variant in contents.case.variants.items()
    )  # fmt: skip
    tables = [table]
    if changes:
        head = (_("variant"), _("note"), _("what it changes"))
        tables.append(Table(_("What each variant changes"), head, changes))
    text = _("Time to survive counts the months in which all essential demand is met.")
    return Section("variants", _("Variants side by side"), (text,), (), tuple(tables))


def comparison(
    contents: BriefContents, focus: Focus, names: tuple[str, ...], *, is_short: bool = False
) -> Table:
    """Time to survive at the milestones, the end, and what binds until then, per variant."""
    head = [_("variant")]
    head += [_("holds, from {month}").format(month=fmt.date(start)) for start in focus.milestones]
    head += [_("leverage ends"), _("binds until then")]
    if not is_short:
        head += [_("runs out first at the first start"), _("leverage ratio at the first start")]
    rows = tuple(_variant_row(contents, focus, name, is_short=is_short) for name in names)
    return Table(_("Variants: {measure}").format(measure=measure_words(contents, focus)),
                 tuple(head), rows)  # fmt: skip


def _variant_row(
    contents: BriefContents, focus: Focus, variant: str, *, is_short: bool
) -> tuple[Cell, ...]:
    found = [cover_row(contents, focus, variant=variant, start=s) for s in focus.milestones]
    end = end_of(contents, focus, variant=variant)
    case = case_of(contents, variant)
    cells = [words(name_of(contents.case, "variants", variant)), *map(_survival_cell, found)]
    cells.append(end_cell(contents, end.date) if end else Cell(fmt.missing(), None))
    cells.append(words(binding_words(case, end.binding, end.binding_sellers))
                 if end else Cell(fmt.missing(), None))  # fmt: skip
    if is_short:
        return tuple(cells)
    first = found[0] if found else None
    cells.append(words(binding_words(case, first.binding, first.binding_sellers))
                 if first else Cell(fmt.missing(), None))  # fmt: skip
    row = leverage_row(contents, focus, variant=variant, start=focus.start)
    ratio = Cell(fmt.missing(), None)
    if row is not None:
        ratio = ratio_cell(row.leverage_ratio, row.sender_cost_returning, row.target_loss)
    return (*cells, ratio)


def _survival_cell(row: CoverRow | None) -> Cell:
    if row is None:
        return Cell(fmt.missing(), None, is_number=True)
    text = ", ".join(part for part in (survived(row), calm_words(row)) if part)
    return Cell(text, row.time_to_survive, is_number=True)


def end_cell(contents: BriefContents, date: str | None) -> Cell:
    """When leverage ends; without a date, that it does not end in the calendar."""
    last = contents.case.calendar.label(contents.case.calendar.n_periods - 1)
    return month_cell(date, _("not by {month}").format(month=fmt.date(last)))
