"""One source file as text: what it says, without docstrings, comments, layout and places of files.

For `meaning`. The text has a mark in place of each module or file that the source imports or names.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

Roots = tuple[Path, ...]

_SOURCES = Path(__file__).resolve().parents[2]
# Folders that hold modules. Installed without a checkout, the kit knows only itself.
ROOTS: Roots = (_SOURCES, _SOURCES.parent) if _SOURCES.name == "src" else (_SOURCES,)
_KIT = __name__.partition(".")[0]

_MARK = "\0"  # written nowhere else: repr escapes it
_MODULE_NAME = re.compile(r"[A-Za-z_]\w*(\.\w+)+(:\w+)?")
_FILE_NAME = re.compile(r"\w[\w./-]{0,99}\.\w{1,9}")
# Fields of a syntax tree that follow from the others, or are for tools.
_NO_MEANING = {"ctx", "kind", "simple", "type_comment", "type_ignores"}
# A comment, or a text, which is kept.
_C_COMMENT = re.compile(r"""//[^\n]*|/\*.*?\*/|("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""", re.DOTALL)
_C_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"', re.MULTILINE)


@dataclass(frozen=True)
class Source:
    """One file: digest of its text, and the files that its marks stand for, in order.

    targets: after those, the packages around a module that do more than define names.
    only_defines: whether a module does no more than that.
    """

    digest: str
    targets: tuple[Path, ...] = ()
    only_defines: bool = False


@cache
def source(path: Path, roots: Roots) -> Source:
    """What a file says, read once a process."""
    if path.suffix == ".py":
        return _python_source(path, roots)
    if path.suffix in (".c", ".h"):
        text, targets = _c_text(path)
        return Source(_sha256(text.encode()), targets)
    content = path.read_bytes()
    if path.suffix == ".json":
        content = json.dumps(json.loads(content)).encode()
    return Source(_sha256(content.replace(b"\r\n", b"\n")))


@cache
def module_file(name: str, roots: Roots) -> Path | None:
    """The file of a module under the roots; None for other packages and for mere folders."""
    parts = name.split(".")
    for root in roots:
        if root == _SOURCES and parts[0] != _KIT:
            continue  # where the kit is installed, other packages are, too
        base = root.joinpath(*parts)
        for candidate in (base.with_name(f"{base.name}.py"), base / "__init__.py"):
            if candidate.is_file():
                return candidate
    return None


@cache
def module_name(path: Path, roots: Roots) -> str:
    """Dotted name of a module; path below the roots of another file."""
    within = path.relative_to(_root(path, roots))
    if path.suffix != ".py":
        return within.as_posix()
    parts = within.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _root(path: Path, roots: Roots) -> Path:
    """The innermost root above a file, or its folder."""
    above = [root for root in roots if path.is_relative_to(root)]
    return max(above, key=lambda root: len(root.parts), default=path.parent)


def _python_source(path: Path, roots: Roots) -> Source:
    tree = ast.parse(path.read_bytes(), path)
    only_defines = all(_only_defines(node, roots) for node in tree.body)
    reader = _PythonReader(path, roots)
    reader.read(tree)
    depth = len(path.relative_to(_root(path, roots)).parts) - 1
    packages = [folder / "__init__.py" for folder in path.parents[:depth]]
    around = [p for p in packages if p != path and p.is_file()]
    busy = [package for package in around if not source(package, roots).only_defines]
    return Source(_sha256("".join(reader.parts).encode()), (*reader.targets, *busy), only_defines)


def _only_defines(node: ast.stmt, roots: Roots) -> bool:
    """Whether a statement matters only to who imports the name that it defines."""
    match node:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.FunctionDef(decorator_list=[]) | ast.ClassDef(decorator_list=[], keywords=[]):
            return True
        case ast.Import(names=names):
            return not any(module_file(alias.name, roots) for alias in names)
        case ast.ImportFrom(module=str(module), level=0):
            return not module_file(module, roots)
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=[]):
            return True
        case ast.Assign(value=ast.expr() as value) | ast.AnnAssign(value=ast.expr() as value):
            literal = (ast.Constant, ast.Dict, ast.List, ast.Tuple, ast.Set, ast.Load)
            return all(isinstance(part, literal) for part in ast.walk(value))
    return False


class _PythonReader:
    """Writes the syntax tree of a module.

    Not by ast.dump, whose form differs between versions of Python.
    """

    def __init__(self, path: Path, roots: Roots) -> None:
        self.parts: list[str] = []
        self.targets: list[Path] = []
        self._path, self._roots = path, roots
        self._modules: dict[str, Path] = {}  # names that stand for one module and nothing else

    def read(self, tree: ast.Module) -> None:
        """Write the whole module."""
        _drop_annotations(tree)
        used: set[str] = set()
        bound: set[str] = set()  # also by something else than the import of a module
        modules: dict[str, Path | str] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Name):
                (used if isinstance(node.ctx, ast.Load) else bound).add(node.id)
            elif isinstance(node, (ast.Import, ast.ImportFrom)):
                for name, target, attribute in self._bindings(node):
                    if attribute or modules.setdefault(name, target) != target:
                        bound.add(name)
            elif not isinstance(node, (ast.alias, ast.keyword)):
                bound |= {str(getattr(node, field, "")) for field in ("name", "arg", "rest")}
        self._modules = {
            name: target
            for name, target in modules.items()
            if isinstance(target, Path) and name in used - bound
        }
        self._statements(tree.body)

    def _bindings(self, node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, Path | str, str]]:
        """What an import binds: name, module, and what of the module; nothing for all of it.

        The module is a file under the roots, or the name of another.
        """
        for alias in node.names:
            if isinstance(node, ast.Import):
                name = alias.asname or ("" if "." in alias.name else alias.name)
                yield name, module_file(alias.name, self._roots) or alias.name, ""
                continue
            package = node.module or ""
            if node.level:
                parts = module_name(self._path, self._roots).split(".")
                above = node.level - (self._path.name == "__init__.py")
                package = ".".join(filter(None, [*parts[: len(parts) - above], package]))
            module = module_file(f"{package}.{alias.name}", self._roots)
            target = module or module_file(package, self._roots) or package
            yield alias.asname or alias.name, target, "" if module else alias.name

    def _statements(self, nodes: Iterable[ast.stmt], in_class: bool = False) -> None:
        imports: list[tuple[str, Path | str, str]] = []
        for node in nodes:
            match node:
                case ast.Import() | ast.ImportFrom():
                    imports += self._bindings(node)
                case ast.Pass() | ast.Expr(value=ast.Constant()):
                    pass  # a docstring, or nothing
                case _:
                    self._imports(imports)
                    imports = []
                    self._node(node, in_class)
        self._imports(imports)

    def _imports(self, bindings: Iterable[tuple[str, Path | str, str]]) -> None:
        """Write imports in a row in the order of the names they bind: no move changes that."""
        for name, target, attribute in sorted(bindings, key=_without_places):
            if name in self._modules and not attribute:
                continue  # marked where it is used
            self.parts.append(f"{name}={attribute} of ")
            if isinstance(target, Path):
                self._mark(target)
            else:
                self.parts.append(target)
            self.parts.append(";")

    def _node(self, node: ast.AST, in_class: bool = False) -> None:
        match node:
            case ast.Constant(value=str(text)):
                self._text(text)
                return
            case ast.Constant(value=value):
                self.parts.append(repr(value))
                return
            case ast.Name(id=name) if name in self._modules:
                self._mark(self._modules[name])
                return
            case ast.AnnAssign(target=target, value=value) if not in_class:
                node = ast.Assign([target], value) if value else ast.Expr(target)
            case ast.ClassDef():
                in_class = True
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                in_class = False
        self.parts.append(f"{type(node).__name__}(")
        for field in node._fields:
            value = getattr(node, field, None)
            if value is None or value == [] or field in _NO_MEANING:
                continue
            self.parts.append(f"{field}=")
            items = value if isinstance(value, list) else [value]
            if isinstance(items[0], ast.stmt):
                self.parts.append("[")
                self._statements(items, in_class)
                self.parts.append("]")
                continue
            for item in items:
                if isinstance(item, ast.AST):
                    self._node(item, in_class)
                else:
                    self.parts.append(f"<{item!r}>")
                self.parts.append(",")
        self.parts.append(")")

    def _text(self, text: str) -> None:
        """Write a constant, or a mark for the module or the file that it names."""
        if _MODULE_NAME.fullmatch(text):
            module, colon, name = text.partition(":")
            target = module_file(module, self._roots)
            if target:
                self._mark(target)
                self.parts.append(colon + name)
                return
        if _FILE_NAME.fullmatch(text) and not text.endswith(".py"):
            target = self._path.parent / text
            if target.is_file():
                self._mark(target)
                return
        self.parts.append(repr(text))

    def _mark(self, target: Path) -> None:
        self.parts.append(_MARK)
        self.targets.append(target)


def _without_places(binding: tuple[str, Path | str, str]) -> tuple[str, str, str]:
    name, target, attribute = binding
    return name, attribute, target if isinstance(target, str) else ""


def _drop_annotations(tree: ast.Module) -> None:
    """Of functions; a decorator may read them, as Triton's does."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and not node.decorator_list:
            node.returns = None
            for argument in ast.walk(node.args):
                if isinstance(argument, ast.arg):
                    argument.annotation = None


def _c_text(path: Path) -> tuple[str, tuple[Path, ...]]:
    """A C source without comments, indentation and empty lines, and the files that it includes."""
    targets: list[Path] = []

    def mark(found: re.Match[str]) -> str:
        included = path.parent / found[1]
        if not included.is_file():
            return found[0]
        targets.append(included)
        return f"#include {_MARK}"

    text = _C_COMMENT.sub(lambda found: found[1] or " ", path.read_text(encoding="utf-8"))
    lines = map(str.strip, _C_INCLUDE.sub(mark, text).splitlines())
    return "\n".join(filter(None, lines)), tuple(targets)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
