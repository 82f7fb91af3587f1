"""Collect the texts to translate, and bring the catalogs up to date.

    python -m tools.messages

It writes `out/derbes.pot` from the source, merges it into the catalog of each language
(`derbes.po`) and compiles that (`derbes.mo`), so that an installation needs no Babel. The
language of the source needs no catalog. The same source gives the same files.
"""

import csv
import inspect
from collections.abc import Iterator
from datetime import UTC, datetime
from inspect import cleandoc
from io import BytesIO
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_from_file
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from derbes.casefile.reference import docs_of
from derbes.cli.commands import derbes
from derbes.trade.codes import GROUPS
from tools import case_file, quantities

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "src" / "derbes" / "locale"
_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands for the dates that a catalog must hold."""
KEYWORDS = {**DEFAULT_KEYWORDS, "worded": None, "Head": None}
"""Functions whose first text is one to translate."""
SAID_BY_OTHERS = (
    # the system, and what reads archives
    "Permission denied",
    "Operation not permitted",
    "No such file or directory",
    "Is a directory",
    "Not a directory",
    "Directory not empty",
    "File exists",
    "File name too long",
    "File too large",
    "No space left on device",
    "Disk quota exceeded",
    "Read-only file system",
    "Input/output error",
    "Too many open files",
    "Too many levels of symbolic links",
    "Invalid argument",
    "Device or resource busy",
    "Text file busy",
    "Cannot allocate memory",
    "Broken pipe",
    "Connection refused",
    "Connection timed out",
    "Name or service not known",
    "File is not a zip file",
    "unexpected end of data",
    # the reader of YAML
    "mapping values are not allowed in this context",
    "block sequence entries are not allowed in this context",
    "mapping keys are not allowed in this context",
    "block collections are not allowed in this context",
    "could not find expected ':'",
    "could not find expected directive name",
    "did not find expected key",
    "did not find expected ',' or ']'",
    "did not find expected ',' or '}'",
    "did not find expected '-' indicator",
    "did not find expected <document start>",
    "did not find expected node content",
    "did not find expected alphabetic or numeric character",
    "did not find expected comment or line break",
    "did not find expected whitespace",
    "did not find expected whitespace or line break",
    "did not find expected hexdecimal number",
    "did not find expected digit or '.' character",
    "did not find expected version number",
    "did not find expected '!'",
    "did not find the expected '>'",
    "did not find expected tag URI",
    "did not find URI escaped octet",
    "did not find chomping or indentation indicators",
    "found character that cannot start any token",
    "found a tab character that violates indentation",
    "found a tab character where an indentation space is expected",
    "found an indentation indicator equal to 0",
    "found unexpected end of stream",
    "found unexpected document indicator",
    "found unexpected ':'",
    "found unexpected non-alphabetical character",
    "found unknown escape character",
    "found unknown directive name",
    "found invalid Unicode character escape code",
    "found undefined tag handle",
    "found duplicate %YAML directive",
    "found duplicate %TAG directive",
    "found incompatible YAML document",
    "found extremely long version number",
    "while scanning a quoted scalar",
    "while scanning a plain scalar",
    "while scanning a simple key",
    "while scanning a block scalar",
    "while scanning an anchor",
    "while scanning an alias",
    "while scanning a tag",
    "while scanning a directive",
    "while scanning a %YAML directive",
    "while scanning a %TAG directive",
    "while scanning for the next token",
    "while parsing a block mapping",
    "while parsing a block collection",
    "while parsing a flow mapping",
    "while parsing a flow sequence",
    "while parsing a node",
    "while parsing a block node",
    "while parsing a flow node",
    "while parsing a quoted scalar",
)
"""What the system and libraries say in English; what is not here stays in it."""
_LEFT_OUT = (
    b'"POT-Creation-Date',
    b'"PO-Revision-Date',
    b'"Report-Msgid-Bugs-To',
    b'"Last-Translator',
    b'"Language-Team',
    b'"Generated-By',
)


def template() -> Catalog:
    """The texts of the source, with the files they stand in."""
    with (ROOT / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file, "babel.cfg")
    catalog = Catalog(project="derbes", version=" ", fuzzy=False, creation_date=_ALWAYS)
    catalog.header_comment = "# Texts of derbes for a user, to be translated."
    found = extract_from_dir(str(ROOT / "src"), methods, options, keywords=KEYWORDS)
    for name, _line, message, comments, context in sorted(found, key=lambda entry: entry[:2]):
        catalog.add(message, None, [(name, None)], auto_comments=comments, context=context)
    collected = (said_by_click, said_by_docstrings, said_by_tables, said_on_pages)
    for message in SAID_BY_OTHERS:
        catalog.add(message, None, [("tools/messages.py", None)])
    for name, message in (one for said in collected for one in said()):
        catalog.add(message, None, [(name, None)])
    return catalog


def said_by_click() -> Iterator[tuple[str, str | tuple[str, str]]]:
    """What the command line says in the words of click, in files that reach a user."""
    folder = Path(click.__file__).parent
    for name in ("core", "decorators", "exceptions", "formatting", "parser", "types"):
        for _line, message, _comments, _context in extract_from_file(
            "python", folder / f"{name}.py"
        ):
            yield f"click/{name}.py", message


def said_by_docstrings() -> Iterator[tuple[str, str]]:
    """What commands do, and what the classes and keys of a case file mean."""
    for command in (derbes, *derbes.commands.values()):
        if command.callback is not None:
            yield f"{command.callback.__module__}", cleandoc(command.callback.__doc__ or "")
    for model in case_file.models():
        for text in (inspect.getdoc(model) or "", *docs_of(model).values()):
            if text:
                yield model.__module__, " ".join(text.split())
    yield from (("derbes.case", text) for text in case_file.ways_to_write())


def said_on_pages() -> Iterator[tuple[str, str | tuple[str, str]]]:
    """What pages of the reference say, and what messages call the kinds of their parameters."""
    for page in (case_file, quantities):
        place = Path(page.__file__)
        for _line, message, _comments, _context in extract_from_file("python", place):
            yield f"tools/{place.name}", message
    yield from (("derbes.statements", text) for text in quantities.texts())


def written(catalog: Catalog) -> bytes:
    """A catalog as text, without dates, persons and versions of its making."""
    out = BytesIO()
    write_po(out, catalog, width=99, include_lineno=False, sort_by_file=True)
    lines = out.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(_LEFT_OUT))


def said_by_tables() -> Iterator[tuple[str, str]]:
    """Names of sectors and of groups of countries; those of countries are in the CLDR."""
    data = ROOT / "src" / "derbes" / "trade" / "data"
    with (data / "icio_sectors.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield "derbes/trade/data/icio_sectors.csv", row["economic_activity"]
    for group in GROUPS.values():
        yield "derbes/trade/codes.py", group.name


def update(path: Path, texts: Catalog) -> None:
    """Merge the texts into the catalog of a language and compile it."""
    catalog = Catalog(locale=path.parts[-3])
    if path.exists():
        with path.open("rb") as file:
            catalog = read_po(file, locale=path.parts[-3])
    path.parent.mkdir(parents=True, exist_ok=True)
    catalog.update(texts, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.fuzzy = False
    catalog.project, catalog.version = "derbes", " "
    catalog.header_comment = "# Texts of derbes for a user."
    catalog.creation_date = catalog.revision_date = _ALWAYS
    catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = ""
    path.write_bytes(written(catalog))
    path.with_suffix(".mo").write_bytes(compiled(catalog))


def compiled(catalog: Catalog) -> bytes:
    """A catalog as programs read it, without what is not translated yet."""
    told = Catalog(locale=catalog.locale, fuzzy=False)
    for message in catalog:
        texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
        if message.id and all(texts) and not message.fuzzy:
            told.add(message.id, message.string, context=message.context)
    told.creation_date = told.revision_date = _ALWAYS
    out = BytesIO()
    write_mo(out, told)
    return out.getvalue()


if __name__ == "__main__":
    collected = template()
    (ROOT / "out").mkdir(exist_ok=True)
    (ROOT / "out" / "derbes.pot").write_bytes(written(collected))
    for language in ("kk", "ru"):
        update(LOCALE / language / "LC_MESSAGES" / "derbes.po", collected)
