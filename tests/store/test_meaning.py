"""What code means: the same however and wherever it is written, another with every change."""

import itertools
import subprocess
import sys

import pytest

from emergence.store.meaning import INFRASTRUCTURE, meaning_of
from emergence.store.syntax import ROOTS, module_file, source

C_SOURCES = sorted((ROOTS[0] / "emergence").rglob("*.[ch]"))


@pytest.fixture
def meaning(tmp_path):
    """Meaning of files written to a folder of their own."""
    folders = (tmp_path / str(number) for number in itertools.count())

    def compute(files, *starts, without=()):
        root = next(folders)
        for name, text in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return meaning_of(starts or ("a",), without, (root,))

    return compute


@pytest.fixture
def digest(meaning):
    """Digest of the module a beside other files."""
    return lambda text, **others: meaning({"a.py": text, **OTHERS, **others}).digest


OTHERS = {"b.py": "def f(): return 1", "c.py": "def f(): return 2", "one.json": '{"x": [1, 2]}'}

SAME = {
    "docstring": ('def f():\n "A."\n return 1', 'def f():\n "B."\n return 1'),
    "text below an attribute": ("class A:\n x = 1\n 'X.'", "class A:\n x = 1"),
    "body of a docstring": ("class A(E):\n 'A.'", "class A(E): ..."),
    "comment": ("x = 1  # one", "x = 1"),
    "layout": ("x = f(1,\n   'a',)", 'x=f( 1,"a" )'),
    "number": ("x = 1_000.0", "x = 1e3"),
    "annotation of a function": ("def f(x: int, *y: int) -> A: f(x)", "def f(x, *y): f(x)"),
    "order of imports": ("import re\nfrom b import f\nimport os", "import os, re\nfrom b import f"),
    "imports in one line": ("from os import path, sep", "from os import sep\nfrom os import path"),
    "name of a module": ("import b\nx = b.f()", "import b as k\nx = k.f()"),
}
DIFFERENT = {
    "type of a constant": ("x = 1", "x = 1.0"),
    "name and constant": ("x = 1e999", "x = inf"),
    "order of operations": ("x = y * (z + 1)", "x = y * z + 1"),
    "which default": ("def f(*, x=1, y): pass", "def f(*, x, y=1): pass"),
    "order of statements": ("f()\ng()", "g()\nf()"),
    "branch": ("if a:\n f()\ng()", "if a:\n f()\n g()"),
    "field of a class": ("class A:\n x: int = 1", "class A:\n x: float = 1"),
    "annotation that a decorator reads": ("@jit\ndef f(n: C): pass", "@jit\ndef f(n): pass"),
    "missing key": ("x = {**a}", "x = {None: a}"),
    "what is imported": ("from os import path as p", "from os import sep as p"),
    "module of a function": ("from b import f", "from c import f"),
    "module of a branch": (
        "if x:\n import b as k\nelse:\n import c as k\nk.f()",
        "if x:\n import c as k\nelse:\n import b as k\nk.f()",
    ),
    "module imported in a function": ("def g():\n from b import f", "def g():\n from c import f"),
    "module that is hidden": ("import b\ndef g(b): b.f()", "import b as k\ndef g(b): k.f()"),
    "module of an annotation": ("import b\ndef g() -> b.X: pass", "import c\ndef g() -> c.X: pass"),
    "module that a text names": ("x = 'p.b:f'", "x = 'p.c:f'"),
    "file that a text names": ("x = 'one.json'", "x = 'two.json'"),
}


CASES = [(*pair, True) for pair in SAME.values()] + [(*pair, False) for pair in DIFFERENT.values()]


@pytest.mark.parametrize(("first", "second", "same"), CASES, ids=[*SAME, *DIFFERENT])
def test_code_means_what_it_does_and_not_how_it_looks(digest, first, second, same):
    others = {"p/b.py": "f = 1", "p/c.py": "f = 2", "two.json": '{"x": [2, 1]}'}
    assert (digest(first, **others) == digest(second, **others)) == same


# Edges: who imports whom, without names and places of files.


def test_a_module_means_what_it_imports_and_names(digest):
    text = "def g():\n from b import f\n return f(), 'one.json'"
    before = digest(text)
    assert digest(text, **{"b.py": "def f(): return 3"}) != before
    assert digest(text, **{"c.py": "def f(): return 3"}) == before
    assert digest(text, **{"one.json": '{"x":\n [1,2]}\n'}) == before
    assert digest(text, **{"one.json": '{"x": [1, 3]}'}) != before


def test_modules_of_one_text_that_import_others_are_told_apart(meaning):
    files = {
        "d.py": "from b import f\ndef g(): return f",
        "e.py": "from c import f\ndef g(): return f",
    }
    first = meaning({"a.py": "from d import g\nfrom e import g as h", **files, **OTHERS})
    second = meaning({"a.py": "from e import g\nfrom d import g as h", **files, **OTHERS})
    assert first.digest != second.digest
    assert first.changes_from(vars(second)) == "imports"


def test_modules_that_import_each_other(meaning):
    files = {"a.py": "from b import g\ndef f(): return g", "b.py": "import a\ndef g(): return a.f"}
    before = meaning(files)
    assert before.modules.keys() == {"a", "b"}
    files["b.py"] += "\nx = 1"
    assert meaning(files).digest != before.digest


def test_moves_and_new_names_of_files_mean_nothing(meaning):
    before = meaning(
        {
            "a.py": "from p import tools\nfrom p.b import f\nimport p.zeta as z\n"
            "x = tools.g(f, z.x, 'p.b:f', 'data.json')",
            "p/b.py": "from p.zeta import x\ndef f(): return x",
            "p/tools.py": "from .b import f\nfrom . import zeta\ndef g(*_): return f, zeta",
            "p/zeta.py": "x = 1",
            "data.json": "[1]",
        }
    )
    after = meaning(
        {
            "q/start.py": "from q import alpha\nfrom q.r.deep.b_ import f\nfrom r import aa\n"
            "x = aa.g(f, alpha.x, 'q.r.deep.b_:f', 'other.json')",
            "q/__init__.py": "'A package.'\n__all__ = ['start']\ndef __getattr__(name): return 1",
            "q/r/deep/b_.py": "from q.alpha import x\ndef f(): return x",
            "q/alpha.py": "x = 1",
            "q/other.json": "[ 1 ]",
            "r/aa.py": "from q import alpha as k\nfrom q.r.deep.b_ import f\n"
            "def g(*_): return f, k",
        },
        "q.start",
    )
    assert after.digest == before.digest
    assert after.modules.keys() == {"q.start", "q.r.deep.b_", "r.aa", "q.alpha", "q/other.json"}


@pytest.mark.parametrize("text", ["import b", "print(1)", "@d\ndef f(): pass"])
def test_a_package_counts_for_its_modules_if_importing_it_does_something(meaning, text):
    files = {"p/__init__.py": "", "p/m.py": "x = 1", **OTHERS}
    before = meaning(files, "p.m")
    assert before.modules.keys() == {"p.m"}
    after = meaning(files | {"p/__init__.py": text}, "p.m")
    assert {"p", "p.m"} <= after.modules.keys()
    assert after.digest != before.digest


def test_modules_left_out_take_along_what_only_they_import(meaning):
    files = {
        "a.py": "def f(x):\n import p.d\n import p.e\n import c",
        "p/d.py": "from b import f\nimport c",
        "p/e.py": "x = 1",
        **OTHERS,
    }
    assert meaning(files, without=("p.d",)).modules.keys() == {"a", "p.e", "c"}
    assert meaning(files, without=("p",)).modules.keys() == {"a", "c"}
    with pytest.raises(ValueError, match="no module nothing"):
        meaning(files, without=("nothing",))


def test_starts_are_modules_functions_and_scripts(meaning, tmp_path):
    files = {"a.py": "import b", **OTHERS}
    named = meaning(files, "a:f", "c")
    assert named.modules.keys() == {"a", "b", "c"}
    assert meaning(files, tmp_path / "1" / "a.py", "c") == named
    with pytest.raises(ValueError, match="no module"):
        meaning(files, "a.b")


def test_changes_are_named_and_moves_are_not(meaning):
    files = {"a.py": "import b\nimport c", "b.py": "x = 1", "c.py": "y = 1"}
    before = meaning(files)
    assert meaning(files).changes_from(vars(before)) == ""
    files = {"a.py": "import d as b\nimport c", "d.py": "x = 1", "c.py": "y = 2"}
    assert meaning(files).changes_from(vars(before)) == "c"
    assert meaning(files).changes_from({}) == "a, c, d"


# C and data.

C_SAME = {
    "comments": ("a = 1; // one\n/* two\n lines */ b();", "a = 1;\nb();"),
    "layout of lines": ("if (a)\n{\n\n    b();\n}", "if (a)\n{\n  b();\n}"),
}
C_DIFFERENT = {
    "tokens": ("a = b + +c;", "a = b ++c;"),
    "names": ("unsigned int a;", "unsignedint a;"),
    "text that is no comment": ('f("a // b");', 'f("a // c");'),
    "character": ("c = '\"'; /* a */ d = 1;", "c = '\"'; /* a */ d = 2;"),
    "number": ("a = 1e-3f;", "a = 1e-3;"),
    "macro with an argument": ("#define F(x) x\n", "#define F (x) x\n"),
    "end of a directive": ("#define A 1\nb();", "#define A 1 b();"),
    "header of the system": ("#include <math.h>\n", "#include <time.h>\n"),
    "header": ('#include "one.h"\n', '#include "two.h"\n'),
}


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [(*pair, True) for pair in C_SAME.values()] + [(*pair, False) for pair in C_DIFFERENT.values()],
    ids=[*C_SAME, *C_DIFFERENT],
)
def test_c_means_its_lines_without_comments(digest, first, second, same):
    headers = {"one.h": "int a;", "two.h": "int b;"}
    before, after = (digest("x = 'a.c'", **{"a.c": text}, **headers) for text in (first, second))
    assert (before == after) == same


# The library itself.


def test_closure_holds_every_module_that_python_loads(repository):
    """Independent of the parser: import the module and look at what was loaded."""
    module = "scripts.train"
    code = f"import sys, {module}\nprint(*[m for m in sys.modules if m.startswith('emergence.')])"
    loaded = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": f"{repository / 'src'}:{repository}"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    packages = {name for name in loaded if module_file(name, ROOTS).name == "__init__.py"}
    infrastructure = set(meaning_of(INFRASTRUCTURE).modules)
    assert set(loaded) - packages <= meaning_of((module,)).modules.keys() | infrastructure
    assert len(loaded) > 5


def test_every_file_beside_the_modules_belongs_to_one_of_them(repository):
    """Nothing that a module reads escapes, because its name is put together, say."""
    package = repository / "src" / "emergence"
    named = {f for path in package.rglob("*.py") for f in source(path, ROOTS).targets}
    files = {path for path in package.rglob("*.*") if path.is_file() and path.suffix[:3] != ".py"}
    assert files - set(C_SOURCES) <= named
    names = {path.relative_to(ROOTS[0]).as_posix() for path in C_SOURCES}
    readers = ("emergence.training.engines.lookup.lookup", "emergence.bench.bound")
    assert names <= meaning_of(readers).modules.keys()
