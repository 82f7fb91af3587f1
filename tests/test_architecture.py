"""Guards that no linter knows: the rules of the house, executed."""

import ast
import dataclasses
import importlib
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from derbes import api
from derbes.case.quantity import Quantity
from derbes.cli.commands import derbes as command_line
from derbes.results.imports import BookImport, NumberChange, TableImport
from derbes.results.money import ChanceWorth, Estimate, PlantAccount, Way, Ways, YearSaved
from derbes.results.plan import (
    Alternative,
    ClashWish,
    Cure,
    FrontierPoint,
    Outlay,
    Plan,
    PlanChoice,
    StandardCost,
    Waiting,
)
from derbes.results.supply import CoverRow, LeverageEnd, LeverageRow, LeverCount, Provenance

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "derbes"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
REFERENCE = ROOT / "docs" / "reference"

MOST_LINES_OF_A_FILE = 700
HARD_STOP = 1200
"""Lines that no file has, whatever the reason."""
MOST_PUBLIC_NAMES = 30

LONG_FILES = {
    "derbes.kernels.policy": "the compiler of the kernel inlines what stands in one module",
    "derbes.supply.survival": "one program in one solver, for all that is asked of what goes short",
}
"""Longer files, and why."""

ONE_IMPORTER = {
    "derbes.cli.brief": "the verbs of looking, beside those of answers; neither reads the other",
    "derbes.cli.commands": "loaded at the call, so that an interruption before it ends quietly",
    "derbes.cli.completion": "its shells' scripts, loaded where a line is completed",
    "derbes.cli.naming": "loaded where a result is told to a reader: it loads what a brief needs",
    "derbes.cli.unforeseen": "loaded where something fails that nobody foresaw",
    "derbes.tables.history": "demand out of a history, with its equations (H)",
    "derbes.tables.lists": "what a list of one kind says, beside the way of any table into a case",
    "derbes.workbook.formulas": "the language of cells, with a grammar of its own",
}
"""Modules that one module of their room imports and that would fit into it, and why not."""

LIBRARIES = {
    "click": ("derbes.cli",),
    "distributed": ("derbes.parallel",),
    "highspy": ("derbes.lp",),
    "ibis": ("derbes.sql",),
    "jinja2": ("derbes.brief",),
    "markupsafe": ("derbes.brief",),
    "numba": ("derbes.kernels",),
    "python_calamine": ("derbes.tables",),
    "numpy": (
        "derbes.analysis",
        "derbes.case",
        "derbes.casefile",
        "derbes.draws",
        "derbes.kernels",
        "derbes.lp",
        "derbes.model",
        "derbes.planning",
        "derbes.results",
        "derbes.simulation",
        "derbes.sql",
        "derbes.statements",
        "derbes.stress",
        "derbes.supply",
        "derbes.tables",
        "derbes.trade",
        "derbes.workbook",
    ),
    "pandas": ("derbes.results",),
    "duckdb": ("derbes.sql",),
    "pymrio": ("derbes.trade",),
    "threadpoolctl": ("derbes.parallel",),
    "scipy": ("derbes.draws", "derbes.lp", "derbes.planning", "derbes.supply"),
    "vl_convert": ("derbes.brief",),
    "babel": ("derbes.language", "derbes.spelling"),
    "xlsxwriter": ("derbes.workbook",),
    "yaml": ("derbes.casefile",),
}
"""Which packages may import a library."""

ONE_MODULE = (
    "distributed",
    "duckdb",
    "highspy",
    "ibis",
    "jinja2",
    "numba",
    "pymrio",
    "python_calamine",
    "threadpoolctl",
    "vl_convert",
    "xlsxwriter",
    "yaml",
)
"""Libraries that one module imports, so that exchanging one changes one file."""

BANNED_MODULES = {
    *("utils", "util", "helpers", "common", "core", "manager", "base", "misc"),
    *("told", "asked", "made", "sent", "apart", "known", "everyone"),
}


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def _name(path: Path) -> str:
    parts = path.relative_to(SOURCE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _rooms() -> set[str]:
    """Packages and modules directly in derbes, but what starts it."""
    names = {_name(path).split(".")[1] for path in _modules() if _name(path) != "derbes"}
    return names - {"__main__"}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


# Imports


def test_a_library_is_imported_where_it_may_be():
    own = {"derbes", "__future__"}
    standard = set(importlib.import_module("sys").stdlib_module_names)
    wrong = [
        f"{_name(path)} imports {library}"
        for path in _modules()
        for library in {name.split(".")[0] for name in _imports(path)} - own - standard
        if not any(
            f"{_name(path)}.".startswith(f"{package}.") for package in LIBRARIES.get(library, ())
        )
    ]
    assert wrong == []


@pytest.mark.parametrize("library", ONE_MODULE)
def test_a_library_is_imported_by_one_module(library):
    importers = [
        _name(path)
        for path in _modules()
        if library in {name.split(".")[0] for name in _imports(path)}
    ]
    assert len(importers) <= 1, importers


def test_nothing_is_imported_for_types_alone():
    wrong = [
        _name(path)
        for path in _modules()
        for node in ast.walk(_tree(path))
        if (isinstance(node, ast.Name) and node.id == "TYPE_CHECKING")
        or (isinstance(node, ast.Attribute) and node.attr == "TYPE_CHECKING")
    ]
    assert wrong == []


def test_the_table_of_layers_is_the_import_contract():
    contract = next(c for c in PYPROJECT["tool"]["importlinter"]["contracts"] if "layers" in c)
    checked = [
        [package.strip().removeprefix("derbes.") for package in row.split("|")]
        for row in contract["layers"]
    ]
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", text, flags=re.MULTILINE)
    assert [re.findall(r"`(\w+)`", packages) for _, packages in rows] == checked
    assert [int(row) for row, _ in rows] == list(range(len(checked), 0, -1))


def test_every_package_has_its_layer():
    contract = next(c for c in PYPROJECT["tool"]["importlinter"]["contracts"] if "layers" in c)
    layered = {part.strip() for row in contract["layers"] for part in row.split("|")}
    assert {f"derbes.{room}" for room in _rooms()} == layered


def test_every_room_has_its_sentence():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = text.split("## Rooms")[1].split("## Layers")[0]
    told = re.findall(r"^\| `(\w+)` \| [A-Z][^|]+\. \|", table, flags=re.MULTILINE)
    assert sorted(told) == sorted(_rooms())


# Names in the documents

DOCUMENTS = [ROOT / f"{name}.md" for name in ("ARCHITECTURE", "CONTRIBUTING", "README")]
DOCUMENTS += sorted((ROOT / "docs").rglob("*.md"))


def _resolves(name: str) -> bool:
    """Whether a dotted name is a module, or a name in one."""
    parts = name.split(".")
    for n in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:n]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[n:]:
            if not hasattr(found, attribute):
                return False
            found = getattr(found, attribute)
        return True
    return False


def _docstrings(path: Path) -> Iterator[str]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield ast.get_docstring(node) or ""


def test_every_module_that_the_texts_name_exists():
    texts = {path: path.read_text(encoding="utf-8") for path in DOCUMENTS}
    texts |= {path: "\n".join(_docstrings(path)) for path in _modules()}
    rooms = _rooms()
    wrong = []
    for path, text in texts.items():
        named = re.findall(r"\bderbes(?:\.[A-Za-z_]\w*)+", text)
        if path in (ROOT / "ARCHITECTURE.md", ROOT / "CONTRIBUTING.md"):
            pairs = re.findall(r"`([a-z_]+)((?:\.[A-Za-z_]\w*)+)`", text)
            named += [
                f"derbes.{room}{rest}" for room, rest in pairs if room in rooms and rest != ".py"
            ]
        wrong += [f"{path.relative_to(ROOT)}: {name}" for name in named if not _resolves(name)]
    assert wrong == []


def test_every_file_and_folder_that_the_documents_name_exists():
    tops = ("src", "tests", "docs", "benchmarks", "tools")
    path_like = re.compile(rf"`((?:{'|'.join(tops)})/[\w./-]+|[a-z_]+(?:/[a-z_]+)*\.py)(?:::\w+)?`")
    wrong = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in DOCUMENTS
        for name in path_like.findall(path.read_text(encoding="utf-8"))
        if not any((place / name).exists() for place in (ROOT, SOURCE))
    ]
    assert wrong == []


# Sizes


def test_a_file_is_short_or_says_why_not():
    lines = {_name(p): len(p.read_text(encoding="utf-8").splitlines()) for p in _modules()}
    long = {name: n for name, n in lines.items() if n > MOST_LINES_OF_A_FILE}
    assert {name: n for name, n in long.items() if name not in LONG_FILES} == {}
    assert {name: n for name, n in long.items() if n > HARD_STOP} == {}
    assert set(LONG_FILES) <= set(long), "a line of the allow-list is no longer needed"


def _importers() -> dict[str, set[str]]:
    """Module → those that import it, or names out of it."""
    modules = {_name(path): path for path in _modules()}
    found: dict[str, set[str]] = {name: set() for name in modules}
    for name, path in modules.items():
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.ImportFrom) and node.module in modules:
                names = [f"{node.module}.{alias.name}" for alias in node.names]
                for one in names:
                    found[one if one in modules else node.module].add(name)
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    found.get(alias.name, set()).add(name)
    return found


def test_a_module_with_one_importer_would_not_fit_into_it_or_says_why_not():
    lines = {_name(p): len(p.read_text(encoding="utf-8").splitlines()) for p in _modules()}
    alone = {name: next(iter(by)) for name, by in _importers().items() if len(by) == 1}
    fits = {
        name
        for name, by in alone.items()
        if name.split(".")[1:2] == by.split(".")[1:2]
        and name.count(".") == 2
        and lines[name] + lines[by] <= MOST_LINES_OF_A_FILE
    }
    assert fits == set(ONE_IMPORTER)


# Names


def test_no_module_has_a_name_that_says_nothing():
    assert [_name(path) for path in _modules() if path.stem in BANNED_MODULES] == []


def test_no_two_classes_have_one_name():
    found: dict[str, list[str]] = {}
    for path in _modules():
        for node in _tree(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found.setdefault(node.name, []).append(_name(path))
    assert {name: places for name, places in found.items() if len(places) > 1} == {}


def test_every_public_name_exists():
    for path in SOURCE.rglob("__init__.py"):
        module = importlib.import_module(_name(path))
        names = getattr(module, "__all__", ())
        assert len(names) <= MOST_PUBLIC_NAMES, module.__name__
        assert [name for name in names if not hasattr(module, name)] == [], module.__name__


def test_public_verbs_are_those_of_the_reference():
    text = (REFERENCE / "api.md").read_text(encoding="utf-8")
    table = text.split("## Options")[0]
    documented = re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE)
    assert sorted(documented) == sorted(api.__all__)


def test_every_command_and_option_is_in_the_reference():
    text = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    known = set(re.findall(r"--[a-z]+(?:-[a-z]+)*", text))
    found = {"--help", "--version"}
    for name, command in command_line.commands.items():
        assert f"derbes {name} " in text
        found |= {
            word
            for option in command.params
            if isinstance(option, click.Option)
            for word in (*option.opts, *option.secondary_opts)
        }
    assert found == known


# Suppressions


@pytest.mark.parametrize("folder", ["src", "tests"])
def test_every_suppression_names_its_code(folder):
    bare = re.compile(r"#\s*(noqa(?!:\s*[A-Z]+\d)|type:\s*ignore(?!\[))", flags=re.IGNORECASE)
    wrong = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if bare.search(line)
    ]
    assert wrong == []


# Dependencies


def test_every_dependency_has_its_line():
    project, groups = PYPROJECT["project"], PYPROJECT["dependency-groups"]
    wanted = [
        *project["dependencies"],
        *(name for extra in project["optional-dependencies"].values() for name in extra),
        *(name for group in groups.values() for name in group),
    ]
    names = {re.split(r"[^A-Za-z0-9_-]", name)[0].lower() for name in wanted}
    text = (ROOT / "docs" / "explanation" / "dependencies.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| ([a-z][a-z0-9-]*) \|", text, flags=re.MULTILINE)) - {
        "package"
    }
    assert documented == names


def test_every_dependency_is_pinned_and_no_host_is_named():
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    pins = [line for line in text.splitlines() if not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[a-z0-9.-]+==[a-z0-9.]+", pin)] == []
    named = [pin.split("==")[0] for pin in pins]
    pinned = set(named)
    assert len(named) == len(pinned)
    wanted = [*PYPROJECT["project"]["dependencies"], *PYPROJECT["dependency-groups"]["dev"]]
    assert {re.split(r"[^A-Za-z0-9_-]", name)[0].lower() for name in wanted} <= pinned


def test_the_lowest_versions_that_are_tried_are_those_that_are_promised():
    text = (ROOT / "constraints-lowest.txt").read_text(encoding="utf-8")
    promised = [one.replace(">=", "==") for one in PYPROJECT["project"]["dependencies"]]
    tried = [line.removesuffix(".0") for line in text.splitlines()]
    assert {one.removesuffix(".0") for one in promised} <= set(tried)


# Equations

_NUMBER = re.compile(r"\(([SLMTUX]\d+[a-z]?)\)")


def _numbers_in_docstrings(*packages: str) -> set[str]:
    return {
        number
        for path in _modules()
        if any(f"{_name(path)}.".startswith(f"derbes.{package}.") for package in packages)
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        for number in _NUMBER.findall(ast.get_docstring(node) or "")
    }


def _numbers_in_test_names() -> set[str]:
    return {
        part.upper()
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        for function in _functions(path)
        for part in function.name.split("_")
        if re.fullmatch(r"[slmtux]\d+[a-z]?", part)
    }


def _numbers_in_the_reference() -> set[str]:
    text = (REFERENCE / "equations.md").read_text(encoding="utf-8")
    return set(re.findall(r"^- \*\*\(([SLMTUX]\d+[a-z]?)\)\*\*", text, flags=re.MULTILINE))


def _numbers_in_the_brief() -> set[str]:
    files = [p for p in (SOURCE / "brief").rglob("*") if p.suffix in {".py", ".html", ".j2"}]
    return {n for p in files for n in _NUMBER.findall(p.read_text(encoding="utf-8"))}


def test_the_reference_has_every_equation_of_the_code():
    stated = _numbers_in_docstrings("kernels", "planning", "supply", "trade")
    assert _numbers_in_the_reference() == stated


def test_every_equation_has_a_test_with_its_number():
    assert _numbers_in_the_reference() - _numbers_in_test_names() == set()


def test_the_method_notes_of_the_brief_name_every_equation():
    assert _numbers_in_the_brief() == _numbers_in_docstrings("kernels", "planning", "supply")


_OF_HISTORY = re.compile(r"\((H\d+)\)")


def test_demand_from_history_has_its_equations_in_code_reference_and_tests():
    text = (SOURCE / "tables" / "history.py").read_text(encoding="utf-8")
    stated = set(re.findall(r"^- \((H\d+)\)", text, flags=re.MULTILINE))
    reference = (REFERENCE / "equations.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^- \*\*\((H\d+)\)\*\*", reference, flags=re.MULTILINE)) == stated
    tests = (ROOT / "tests" / "tables" / "test_history.py").read_text(encoding="utf-8")
    named = {
        part.upper() for name in re.findall(r"def (test_\w+)", tests) for part in name.split("_")
    }
    assert stated <= named
    assert set(_OF_HISTORY.findall(text)) == stated


# Fields of results


def test_every_field_of_a_result_is_in_the_reference():
    text = (REFERENCE / "json.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"`([a-z_]+)`", text))
    results = (CoverRow, LeverageRow, LeverageEnd, LeverCount, Provenance, Quantity)
    results += (Alternative, ClashWish, Cure, FrontierPoint, Outlay, Plan)
    results += (PlanChoice, StandardCost, Waiting, Way, Ways, Estimate)
    results += (PlantAccount, ChanceWorth, YearSaved, TableImport, NumberChange, BookImport)
    fields = {field.name for result in results for field in dataclasses.fields(result)}
    assert fields - documented == set()
