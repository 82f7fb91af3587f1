"""Workbooks as Excel writes them, out of plain rows."""

import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACK = "http://schemas.openxmlformats.org/package/2006"
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/>'
    '<xf numFmtId="9" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


class Percent(float):
    """A number that Excel shows as per cent."""


def letters(column: int) -> str:
    """The letters of a column, from 0."""
    return (chr(64 + column // 26) if column >= 26 else "") + chr(65 + column % 26)


def _cell(row: int, column: int, value) -> str:
    at = f"{letters(column)}{row + 1}"
    if value is None:
        return ""
    if isinstance(value, bool):
        return f'<c r="{at}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, date):
        return f'<c r="{at}" s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
    if isinstance(value, int | float):
        style = ' s="2"' if isinstance(value, Percent) else ""
        return f'<c r="{at}"{style}><v>{float(value)!r}</v></c>'
    return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def write_workbook(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence]],
    *,
    merged: Sequence[str] = (),
    hidden_columns: Sequence[int] = (),
    hidden_rows: Sequence[int] = (),
    hidden_sheets: Sequence[str] = (),
) -> Path:
    """A workbook of sheets of rows; what is merged or hidden is so in every sheet."""
    kinds = {
        "workbook": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
        "worksheet": "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml",
        "styles": "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml",
    }
    names = list(sheets)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACK}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kinds["workbook"]}"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kinds["styles"]}"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/s{n}.xml" ContentType="{kinds["worksheet"]}"/>'
            for n in range(len(names))
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{_PACK}/relationships"><Relationship Id="r" '
        f'Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>'
        + "".join(
            f'<sheet name="{escape(name)}" sheetId="{n + 1}" r:id="s{n}"'
            + (' state="hidden"' if name in hidden_sheets else "")
            + "/>"
            for n, name in enumerate(names)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACK}/relationships">'
        + "".join(
            f'<Relationship Id="s{n}" Type="{_REL}/worksheet" Target="worksheets/s{n}.xml"/>'
            for n in range(len(names))
        )
        + f'<Relationship Id="st" Type="{_REL}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
    }
    for n, rows in enumerate(sheets.values()):
        columns = "".join(
            f'<col min="{c + 1}" max="{c + 1}" width="9" hidden="1"/>' for c in hidden_columns
        )
        data = "".join(
            f'<row r="{r + 1}" hidden="{int(r in hidden_rows)}">'
            + "".join(_cell(r, c, v) for c, v in enumerate(row))
            + "</row>"
            for r, row in enumerate(rows)
        )
        joined = "".join(f'<mergeCell ref="{one}"/>' for one in merged)
        parts[f"xl/worksheets/s{n}.xml"] = (
            f'<worksheet xmlns="{_MAIN}">{f"<cols>{columns}</cols>" if columns else ""}'
            f"<sheetData>{data}</sheetData>"
            + (f'<mergeCells count="{len(merged)}">{joined}</mergeCells>' if joined else "")
            + "</worksheet>"
        )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, _HEAD + text)
    return path
