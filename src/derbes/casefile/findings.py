"""What is wrong, before it has a place in a file."""

from dataclasses import dataclass

from derbes.casefile.tree.nodes import Mark, Path


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong at a path of a tree, or at a mark of a file."""

    path: Path
    what: str
    fix: str = ""
    at_key: bool = False
    """Whether the caret belongs under the key."""
    mark: Mark | None = None
    """Where it stands, when the path alone does not say it."""
    where: str = ""
    """Path to show, when it differs from `path`."""
