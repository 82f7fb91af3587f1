"""Collect the texts to translate, and bring the catalogs up to date.

    python tools/messages.py

It writes `out/derbes.pot` from the source, merges it into the catalog of each language
(`derbes.po`) and compiles that (`derbes.mo`), so that an installation needs no Babel. The
language of the source needs no catalog. The same source gives the same files.
"""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "src" / "derbes" / "locale"
_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands for the dates that a catalog must hold."""
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
    found = extract_from_dir(str(ROOT / "src"), methods, options)
    for name, _line, message, comments, context in sorted(found, key=lambda entry: entry[:2]):
        catalog.add(message, None, [(name, None)], auto_comments=comments, context=context)
    return catalog


def written(catalog: Catalog) -> bytes:
    """A catalog as text, without dates, persons and versions of its making."""
    out = BytesIO()
    write_po(out, catalog, width=99, include_lineno=False, sort_by_file=True)
    lines = out.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(_LEFT_OUT))


def update(path: Path, texts: Catalog) -> None:
    """Merge the texts into the catalog of a language and compile it."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.parts[-3])
    catalog.update(texts, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.creation_date = catalog.revision_date = _ALWAYS
    catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = ""
    path.write_bytes(written(catalog))
    out = BytesIO()
    write_mo(out, catalog)
    path.with_suffix(".mo").write_bytes(out.getvalue())


if __name__ == "__main__":
    collected = template()
    (ROOT / "out").mkdir(exist_ok=True)
    (ROOT / "out" / "derbes.pot").write_bytes(written(collected))
    for entry in sorted(LOCALE.glob("*/LC_MESSAGES/derbes.po")):
        update(entry, collected)
