"""What a paper's folder declares: its experiments, products, figures, tables and pages.

A paper is a folder with a module `paper.py` of plain data and, beside it, the modules that the data
name. The workflow loops over these declarations and knows nothing else of a paper. All are checked
when the paper is loaded, before any job starts.
"""

from __future__ import annotations

import ast
import fnmatch
import importlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
EVIDENCE = ("evidence/", "studies/")  # folders of what is shipped and made by its own target only
RETURNED = "-"  # names the output of a function that returns one table


class PaperError(ValueError):
    """A paper's folder that cannot be built; the message names entry, value and what is allowed."""


@dataclass(frozen=True)
class Product:
    """Files that a function makes: fits, theory, claims, discrepancies, evidence of studies.

    function: "module:name", the module below the paper's folder or, starting with "emergence.", of
    the kit. inputs: path of the file, or tuple of paths, of each argument; a path is relative to
    results/{preset}/{paper}, or to results/shipped/{paper} where it starts with one of EVIDENCE
    (None is passed while that does not exist), or a file of another paper where it starts with the
    name of a paper beside this one; * stands for the names of experiments that match. outputs: path
    of each field of the function's result, or of all of it under RETURNED. arguments: the key of a
    block of the paper's configuration whose keys become arguments, or a key for each argument.
    constants: arguments that no configuration holds, such as numbers that the paper states.
    evidence: outputs go to results/shipped/{paper}, and only its own target makes them.
    trains: the function trains networks and takes `threads`, CPU threads; outputs are shipped, and
    a preset that does not train takes them from there. Functions with an argument `stream` get a
    random stream of their own, those with `folder` a folder where finished parts may be kept.
    """

    function: str
    outputs: Mapping[str, str]
    inputs: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    arguments: str | Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    evidence: bool = False
    trains: bool = False


@dataclass(frozen=True)
class Exhibit:
    """A figure or a table; its module has the entry's name and lies in figures/ or tables/.

    title: without a full stop. caption: one paragraph, a Jinja template that may use `config` (the
    paper's block of the configuration). tables: path of each table that the module's function
    takes, as in Product.inputs. arguments: as in Product."""

    title: str
    caption: str
    tables: Mapping[str, str] = field(default_factory=dict)
    arguments: str | Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """A page of the web report: tables with the same columns, below one another, or a chart.

    caption: as in Exhibit. chart: "module:name" as in Product.function, of the function that draws
    an interactive chart (Vega-Altair); `tables` then gives the path of each table that it takes, as
    in Exhibit. arguments: as in Product, of the chart.
    """

    title: str
    caption: str
    tables: tuple[str, ...] | Mapping[str, str] = field(default_factory=dict)
    chart: str = ""
    arguments: str | Mapping[str, str] = field(default_factory=dict)

    @property
    def paths(self) -> tuple[str, ...]:
        """Paths of its tables."""
        return tuple(self.tables.values() if isinstance(self.tables, Mapping) else self.tables)


@dataclass(frozen=True)
class Paper:
    """A paper's folder: its name, the package of its modules below the folder `base`, declarations.

    experiments: names of those that the declarations are about; a configuration may add more.
    protocol: names of the presets that make up the paper's own protocol, the later laid over the
    earlier. settings: model of the paper's block of the configuration. shipped: files that are
    shipped to be read, besides settings and tables of the experiments.
    """

    name: str
    package: str
    folder: Path
    base: Path
    title: str
    protocol: tuple[str, ...]
    settings: Any
    experiments: tuple[str, ...]
    products: Mapping[str, Product]
    figures: Mapping[str, Exhibit]
    tables: Mapping[str, Exhibit]
    pages: Mapping[str, Page]
    shipped: tuple[str, ...]

    def other(self, path: str) -> str:
        """Name of the paper beside this one whose file a path names, else empty."""
        name = path.partition("/")[0]
        beside = self.folder.parent / name / "paper.py"
        return name if "/" in path and name != self.name and beside.is_file() else ""

    @property
    def shipped_files(self) -> list[str]:
        """Files that are shipped besides evidence, and settings and tables of the experiments."""
        trained = [p for p in self.products.values() if p.trains and not p.evidence]
        return [*(path for product in trained for path in product.outputs.values()), *self.shipped]

    def module(self, name: str) -> str:
        """Full name of a module that a declaration names."""
        return name if name.startswith("emergence.") else f"{self.package}.{name}"

    def function(self, product: str) -> str:
        """Full name of the function of a product, "module:name"."""
        return self.module(self.products[product].function)

    @cached_property
    def exhibits(self) -> dict[str, tuple[str, str, Exhibit]]:
        """Kind ("figure" or "table"), full name of the module, and entry of each exhibit."""
        figures = {k: ("figure", self.module(f"figures.{k}"), v) for k, v in self.figures.items()}
        tables = {k: ("table", self.module(f"tables.{k}"), v) for k, v in self.tables.items()}
        return figures | tables

    def experiment_files(self, names: Iterable[str]) -> list[str]:
        """Files that the kit makes of the experiments with these names."""
        kinds = (
            "settings/{}.json",
            "protocol/{}.json",
            "aggregated/{}_runs.csv",
            "aggregated/{}.csv",
        )
        return [kind.format(name) for name in names for kind in kinds]

    def inputs(
        self, product: str, experiments: Iterable[str]
    ) -> dict[str, str | tuple[str, ...]] | None:
        """Paths of a product's inputs by argument; None where a pattern matches no experiment."""
        known = self.experiment_files(experiments)
        found: dict[str, str | tuple[str, ...]] = {}
        for argument, declared in self.products[product].inputs.items():
            if isinstance(declared, str) and "*" not in declared:
                found[argument] = declared
                continue
            paths = [declared] if isinstance(declared, str) else declared
            found[argument] = tuple(
                path
                for pattern in paths
                for path in (fnmatch.filter(known, pattern) if "*" in pattern else [pattern])
            )
            if not found[argument]:
                return None
        return found

    def origin(self, path: str) -> str:
        """Key of the configuration's block that a file comes from; empty where it is many."""
        for product in self.products.values():
            if path in product.outputs.values():
                if isinstance(product.arguments, str):
                    return product.arguments
                settings = [p for p in product.inputs.values() if str(p).startswith("settings/")]
                return self.origin(str(settings[0])) if len(settings) == 1 else ""
        for name in self.experiments:
            if path in self.experiment_files([name]):
                return f"experiments.{name}"
        return ""


def resolve(paper: Paper, config: Mapping[str, Any]) -> Paper:
    """The paper under a configuration: patterns expanded, a page for each table.

    config: the paper's block. A product whose pattern matches no experiment is left out. Raises
    PaperError for an argument that the configuration lacks.
    """
    products = {}
    for name, product in paper.products.items():
        inputs = paper.inputs(name, config["experiments"])
        if inputs is not None:
            products[name] = replace(product, inputs=inputs)
    entries: list[Product | Exhibit | Page] = [*products.values(), *paper.pages.values()]
    entries += [entry for _, _, entry in paper.exhibits.values()]
    for entry in entries:
        arguments_of(entry, config)
    tables = {
        name: Page(entry.title, entry.caption, (f"tables/{name}.csv",))
        for name, entry in paper.tables.items()
    }
    return replace(paper, products=products, pages={**paper.pages, **tables})


def arguments_of(entry: Product | Exhibit | Page, config: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of an entry: from the paper's block of the configuration, and its constants.

    Raises PaperError for a key that the configuration lacks.
    """
    constants = entry.constants if isinstance(entry, Product) else {}
    if isinstance(entry.arguments, str):
        found = lookup(config, entry.arguments) if entry.arguments else {}
    else:
        found = {name: lookup(config, key) for name, key in entry.arguments.items()}
    return {**found, **constants}


def configured_of(entry: Product, config: Mapping[str, Any]) -> dict[str, Any]:
    """Keys of the configuration that a product depends on, and their values."""
    named = entry.arguments
    keys = [named] if isinstance(named, str) else [*named.values()]
    return {key: lookup(config, key) for key in keys if key}


def load_paper(folder: str | Path, root: Path = ROOT) -> Paper:
    """The paper in a folder, which is relative to `root` unless absolute.

    Raises PaperError, listing everything that is wrong: a module or function that does not exist or
    takes other arguments, a file that nothing makes, a caption that is missing.
    """
    data, package, path, base = _imported(folder, root)
    paper = Paper(
        name=path.name,
        package=package,
        folder=path,
        base=base,
        title=data.TITLE,
        protocol=tuple(getattr(data, "PROTOCOL", ("default",))),
        settings=data.Settings,
        experiments=tuple(data.EXPERIMENTS),
        products=getattr(data, "PRODUCTS", {}),
        figures=getattr(data, "FIGURES", {}),
        tables=getattr(data, "TABLES", {}),
        pages=getattr(data, "PAGES", {}),
        shipped=tuple(getattr(data, "SHIPPED", ())),
    )
    problems = list(_problems(paper, base))
    if problems:
        raise PaperError("\n  ".join([f"paper {paper.name} cannot be built:", *problems]))
    return paper


def declarations(folder: str | Path, root: Path = ROOT) -> ModuleType:
    """The module `paper.py` of a folder, unchecked; raises PaperError if there is none."""
    return _imported(folder, root)[0]


def _imported(folder: str | Path, root: Path) -> tuple[ModuleType, str, Path, Path]:
    """The module `paper.py`, its package, the folder, and where the package is imported from."""
    path = Path(folder)
    path = path if path.is_absolute() else root / path
    if not (path / "paper.py").is_file():
        raise PaperError(f"papers: {folder} is not allowed; must be a folder with a paper.py")
    path = path.resolve()
    inside = path.is_relative_to(root.resolve())
    base = root.resolve() if inside else path.parent
    if str(base) not in sys.path:
        sys.path.append(str(base))
    package = ".".join(path.relative_to(base).parts)
    return importlib.import_module(f"{package}.paper"), package, path, base


def lookup(config: Mapping[str, Any], key: str) -> Any:
    """Value of a key with dots, such as "theory.depth"; raises PaperError where it is absent."""
    value: Any = config
    for part in key.split("."):
        if not isinstance(value, Mapping) or part not in value:
            raise PaperError(f"the configuration lacks {key}, which paper.py names")
        value = value[part]
    return value


def _problems(paper: Paper, base: Path) -> Iterator[str]:
    """What is wrong with a paper's declarations, one line each."""
    made = set(paper.experiment_files(paper.experiments))
    for name, product in paper.products.items():
        for path in product.outputs.values():
            if path in made:
                yield f"product {name}: {path} is made twice"
            made.add(path)
    made |= {f"tables/{name}.csv" for name in paper.tables}
    made |= set(_of_others(paper))
    for name, product in paper.products.items():
        where = f"product {name}"
        taken = [*product.inputs, *product.constants, *(["threads"] if product.trains else [])]
        yield from _wrong_call(where, paper.function(name), base, taken, product.arguments)
        for declared in product.inputs.values():
            for path in [declared] if isinstance(declared, str) else declared:
                if "*" not in path and path not in made and not path.startswith(EVIDENCE):
                    yield f"{where}: nothing makes {path}"
    for name, (kind, module, exhibit) in paper.exhibits.items():
        where = f"{kind} {name}"
        function = {"figure": "draw", "table": "build"}[kind]
        yield from _wrong_call(
            where, f"{module}:{function}", base, exhibit.tables, exhibit.arguments
        )
        if kind == "table":
            yield from _wrong_call(where, f"{module}:layout", base, ["table"], {})
        yield from _wrong_words(where, exhibit)
        yield from (f"{where}: nothing makes {p}" for p in exhibit.tables.values() if p not in made)
    for name, page in paper.pages.items():
        where = f"page {name}"
        yield from _wrong_words(where, page)
        if page.chart:
            function = paper.module(page.chart)
            yield from _wrong_call(where, function, base, page.tables, page.arguments)
        yield from (f"{where}: nothing makes {p}" for p in page.paths if p not in made)


def _of_others(paper: Paper) -> Iterator[str]:
    """Files that papers beside this one make, as far as this paper names these papers."""
    entries: list[Mapping[str, str | tuple[str, ...]]]
    entries = [product.inputs for product in paper.products.values()]
    entries += [exhibit.tables for _, _, exhibit in paper.exhibits.values()]
    named = [
        p for entry in entries for v in entry.values() for p in ([v] if isinstance(v, str) else v)
    ]
    for name in {paper.other(path) for path in named} - {""}:
        data = declarations(paper.folder.parent / name, paper.base)
        yield from (f"{name}/{path}" for path in paper.experiment_files(data.EXPERIMENTS))
        for product in getattr(data, "PRODUCTS", {}).values():
            yield from (f"{name}/{path}" for path in product.outputs.values())
        yield from (f"{name}/tables/{table}.csv" for table in getattr(data, "TABLES", {}))


def _wrong_words(where: str, entry: Exhibit | Page) -> Iterator[str]:
    """Titles and captions that are missing or longer than a paragraph."""
    for text, what in ((entry.title, "title"), (entry.caption, "caption")):
        if not text.strip() or "\n\n" in text.strip():
            yield f"{where}: {what} {text!r} is not allowed; must be one paragraph"


def _wrong_call(
    where: str,
    function: str,
    base: Path,
    taken: Iterable[str],
    arguments: str | Mapping[str, str],
) -> Iterator[str]:
    """How a function differs from what an entry passes; parsed, as imports take seconds."""
    found = _signature(function, base)
    if found is None:
        yield f"{where}: there is no function {function}"
        return
    required, known = found
    named = [*taken, *(arguments if not isinstance(arguments, str) else ())]
    unknown = [name for name in named if name not in known]
    if unknown:
        yield f"{where}: {function} does not take {', '.join(unknown)}; allowed: {', '.join(known)}"
    missing = [name for name in required if name not in [*named, "stream", "folder"]]
    if missing and not (isinstance(arguments, str) and arguments):  # a block is checked with it
        yield f"{where}: {function} needs {', '.join(missing)}"


def _signature(function: str, base: Path) -> tuple[list[str], list[str]] | None:
    """Arguments that a function needs, and all that it takes; None if it does not exist."""
    module, _, name = function.partition(":")
    start = ROOT / "src" if module.startswith("emergence.") else base
    path = start.joinpath(*module.split(".")).with_suffix(".py")
    if not path.is_file():
        return None
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            spec = node.args
            plain, keywords = [a.arg for a in spec.posonlyargs + spec.args], spec.kwonlyargs
            required = plain[: len(plain) - len(spec.defaults)] + [
                a.arg for a, default in zip(keywords, spec.kw_defaults, strict=True) if not default
            ]
            return required, plain + [a.arg for a in keywords]
        if isinstance(node, ast.ImportFrom) and name in [a.asname or a.name for a in node.names]:
            original = next(a.name for a in node.names if name == (a.asname or a.name))
            return _signature(f"{node.module}:{original}", base)
    return None
