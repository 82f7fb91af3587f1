"""Case files: read them, check them, change them, describe them."""

from derbes.casefile.display import display
from derbes.casefile.reader import read_case, read_files
from derbes.casefile.reference import json_schema

__all__ = ["display", "json_schema", "read_case", "read_files"]
