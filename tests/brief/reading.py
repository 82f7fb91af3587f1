"""Reads a brief as a reader does: texts, tables and pictures by their place."""

import re
from html import unescape
from html.parser import HTMLParser

_SILENT = {"style", "svg"}
_LINES = {"p", "h1", "h2", "h3", "tr", "caption", "li", "summary", "pre", "figcaption"}


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in _SILENT
        if tag in {"td", "th"}:
            self.parts.append(" | ")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in _SILENT
        if tag in _LINES:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data)


def text_of(html: str) -> str:
    """What is read, a line per paragraph and table row; pictures and styles left out."""
    reader = _Texts()
    reader.feed(html)
    text = "".join(reader.parts).replace("\u00a0", " ")
    lines = (re.sub(r"\s+", " ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def part(html: str, id_: str) -> str:
    """A section or figure by its id."""
    found = re.search(rf'<(section|figure) id="{id_}">.*?</\1>', html, flags=re.DOTALL)
    assert found is not None, id_
    return found.group()


def page_one(html: str) -> str:
    """Everything before the list of contents."""
    return html[html.index('<div class="page-one') : html.index("<nav")]


def pictures(html: str) -> list[str]:
    """All pictures."""
    return re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL)


def picture_texts(picture: str) -> list[str]:
    """Texts drawn in a picture."""
    body = re.sub(r"<(title|desc)\b.*?</\1>", "", picture, flags=re.DOTALL)
    texts = re.findall(r"<text[^>]*>(.*?)</text>", body, flags=re.DOTALL)
    return [unescape(re.sub(r"<[^>]+>", " ", text)).strip() for text in texts]
