"""What the reader of YAML says of a text that is none, in the language in use."""

from derbes.language import _, in_english


def in_words(said: str) -> str:
    """What the reader of YAML says; in its own words where they are not known here."""
    known = (
        _("mapping values are not allowed in this context"),
        _("block sequence entries are not allowed in this context"),
        _("mapping keys are not allowed in this context"),
        _("block collections are not allowed in this context"),
        _("could not find expected ':'"),
        _("could not find expected directive name"),
        _("did not find expected key"),
        _("did not find expected ',' or ']'"),
        _("did not find expected ',' or '}'"),
        _("did not find expected '-' indicator"),
        _("did not find expected <document start>"),
        _("did not find expected node content"),
        _("did not find expected alphabetic or numeric character"),
        _("did not find expected comment or line break"),
        _("did not find expected whitespace"),
        _("did not find expected whitespace or line break"),
        _("did not find expected hexdecimal number"),
        _("did not find expected digit or '.' character"),
        _("did not find expected version number"),
        _("did not find expected '!'"),
        _("did not find the expected '>'"),
        _("did not find expected tag URI"),
        _("did not find URI escaped octet"),
        _("did not find chomping or indentation indicators"),
        _("found character that cannot start any token"),
        _("found a tab character that violates indentation"),
        _("found a tab character where an indentation space is expected"),
        _("found an indentation indicator equal to 0"),
        _("found unexpected end of stream"),
        _("found unexpected document indicator"),
        _("found unexpected ':'"),
        _("found unexpected non-alphabetical character"),
        _("found unknown escape character"),
        _("found unknown directive name"),
        _("found invalid Unicode character escape code"),
        _("found undefined tag handle"),
        _("found duplicate %YAML directive"),
        _("found duplicate %TAG directive"),
        _("found incompatible YAML document"),
        _("found extremely long version number"),
        _("while scanning a quoted scalar"),
        _("while scanning a plain scalar"),
        _("while scanning a simple key"),
        _("while scanning a block scalar"),
        _("while scanning an anchor"),
        _("while scanning an alias"),
        _("while scanning a tag"),
        _("while scanning a directive"),
        _("while scanning a %YAML directive"),
        _("while scanning a %TAG directive"),
        _("while scanning for the next token"),
        _("while parsing a block mapping"),
        _("while parsing a block collection"),
        _("while parsing a flow mapping"),
        _("while parsing a flow sequence"),
        _("while parsing a node"),
        _("while parsing a block node"),
        _("while parsing a flow node"),
        _("while parsing a quoted scalar"),
    )
    return next((text for text in known if in_english(text) == said), said)


def fix_of(said: str) -> str:
    """What is to be done about what the reader of YAML says."""
    if "cannot start any token" in said or "tab character" in said:
        return _("indent with spaces, not tabs; put a text that begins with @, ` or % in quotes")
    if "mapping values are not allowed" in said:
        return _("put a text that holds a colon in quotes; see that the key begins its line")
    if "undefined alias" in said:
        return _("put a text that begins with * in quotes")
    return _("look at indents, quotes and brackets here and in the line above")
