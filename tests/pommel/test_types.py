"""What type checkers and `help` are told of the package.

That `__init__.pyi` and the package agree is looked up on every Python; mypy runs where it is
installed, in the row of `cargo xtask test` that compares with NumPy. By hand, pyright too: with the
package on its path, `pyright tests/pommel/typed` reports the same lines of `mistakes.py` and
nothing else.
"""

import ast
import importlib
import inspect
import os
import pathlib
import re
import subprocess
import sys

import pytest

import pommel as pm

PACKAGE = pathlib.Path(pm.__file__).parent
TYPED = pathlib.Path(__file__).with_name("typed")
PROGRAMS = sorted(path for path in TYPED.glob("*.py") if path.name != "mistakes.py")
#: Modules of the package that users see.
MODULES = [pm, pm.emath, pm.fft, pm.integrate, pm.linalg, pm.optimize, pm.random]


def declared():
    """What `__init__.pyi` declares: where names are imported from, and the types of the others."""
    imported, others = {}, {}
    for statement in ast.parse((PACKAGE / "__init__.pyi").read_text()).body:
        if isinstance(statement, ast.ImportFrom) and statement.level == 1:
            for alias in statement.names:
                assert alias.name == alias.asname, "a name is exported as itself"
                assert alias.name not in imported, alias.name + " stands there twice"
                imported[alias.name] = statement.module or alias.name
        elif isinstance(statement, ast.AnnAssign):
            annotation = statement.annotation
            others[statement.target.id] = getattr(annotation, "id", None)
        elif isinstance(statement, ast.FunctionDef):
            others[statement.name] = "function"
    return imported, others


def test_checkers_find_lazy_names_where_the_package_does():
    imported, _ = declared()
    lazy = {name: home for name, home in imported.items() if home != "_native"}
    assert lazy == pm._LAZY


def test_checkers_know_all_names_and_no_others():
    imported, others = declared()
    assert not imported.keys() & others.keys()
    extra = {"__array_api_version__", "__array_namespace_info__"}
    assert imported.keys() | others.keys() == set(pm.__all__) | extra


def test_checkers_know_what_names_are():
    _, others = declared()
    classes = {"dtype": pm.dtype, "ufunc": pm.ufunc, "float": float, "str": str,
               "function": type(pm.zeros), None: type(None)}
    for name, kind in others.items():
        assert isinstance(getattr(pm, name), classes[kind]), name


def for_checkers(body):
    """The block `if TYPE_CHECKING` of a body that declares names, which is its last."""
    blocks = [statement.body for statement in body if isinstance(statement, ast.If)
              and getattr(statement.test, "id", None) == "TYPE_CHECKING"]
    return blocks[-1]


def test_checkers_know_distributions():
    body = ast.parse((PACKAGE / "_random_drawing.py").read_text()).body
    drawing = next(s for s in body if getattr(s, "name", None) == "Drawing")
    methods = {method.name: method for method in for_checkers(drawing.body)}
    made = {name: method for name, method in vars(pm.random.Generator.__base__).items()
            if getattr(method, "__code__", None) and method.__code__.co_filename == "<string>"}
    assert methods.keys() == made.keys()
    for name, method in methods.items():
        parameters = inspect.signature(made[name]).parameters.values()
        assert [arg.arg for arg in method.args.args] == [p.name for p in parameters], name
        defaults = [p.default for p in parameters if p.default is not p.empty]
        assert [ast.literal_eval(d) for d in method.args.defaults] == defaults, name


def test_checkers_know_the_functions_of_the_stream_of_the_module():
    body = ast.parse((PACKAGE / "random.py").read_text()).body
    block = [s for s in for_checkers(body) if isinstance(s, ast.Assign)]
    names = {s.targets[0].id: s.value.attr for s in block if isinstance(s.value, ast.Attribute)}
    made = {name for name in pm.random.__all__
            if getattr(getattr(pm.random, name), "__code__", None) is
            getattr(pm.random.normal, "__code__") and getattr(pm.random, name).__name__ == name}
    assert names.keys() == made and all(name == method for name, method in names.items())


def mypy(folder, *arguments):
    """What mypy says of files: its exit status, and its lines."""
    path = os.pathsep.join([str(PACKAGE.parent), os.environ.get("MYPYPATH", "")])
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(folder), *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300,
                          env={**os.environ, "MYPYPATH": path.rstrip(os.pathsep)})
    return done.returncode, done.stdout.decode().splitlines()


#: What users have who are strict: of the package they see the names, and not what is inside.
STRICT = ["--strict", "--follow-imports=silent"]


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("mypy")


@pytest.mark.only("mypy")
def test_mypy_accepts_the_stubs(cache):
    status, lines = mypy(cache, *STRICT, PACKAGE / "_native.pyi", PACKAGE / "__init__.pyi")
    assert status == 0, "\n".join(lines)


@pytest.mark.only("mypy")
def test_the_package_keeps_to_its_annotations(cache):
    status, lines = mypy(cache, "--ignore-missing-imports", "--package", "pommel")
    assert status == 0, "\n".join(lines)


@pytest.mark.only("mypy")
def test_mypy_accepts_programs(cache):
    status, lines = mypy(cache, *STRICT, *PROGRAMS)
    assert status == 0, "\n".join(lines)


@pytest.mark.only("mypy")
def test_mypy_rejects_mistakes_and_nothing_else(cache):
    file = TYPED / "mistakes.py"
    wanted = {}
    for number, line in enumerate(file.read_text().splitlines(), 1):
        found = re.search(r"# wrong: ([\w-]+)$", line)
        if found:
            wanted[number] = found[1]
    status, lines = mypy(cache, *STRICT, file)
    errors = [re.match(r".*mistakes\.py:(\d+): error: .*\[([\w-]+)\]$", line) for line in lines]
    errors = {int(error[1]): error[2] for error in errors if error}
    assert status == 1 and len(wanted) > 20 and errors == wanted, "\n".join(lines)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_programs_run(path, in_new_process):
    assert in_new_process("import runpy\nrunpy.run_path({!r}, run_name='__main__')".format(
        str(path))) == ""


def undocumented(name, value):
    """The names under a public one that have no docstring: its own, and a class's members'."""
    if callable(value) and not (value.__doc__ or "").strip():
        yield name
    if isinstance(value, type) and value.__module__.startswith("pommel"):
        for member, inside in vars(value).items():
            is_ours = callable(inside) or hasattr(type(inside), "__get__")
            if not member.startswith("_") and is_ours and not (inside.__doc__ or "").strip():
                yield name + "." + member


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_all_that_is_public_has_a_docstring(module):
    values = {name: getattr(module, name) for name in module.__all__}
    if module is pm:
        values["NpzFile"] = importlib.import_module("pommel._files").NpzFile
    missing = [one for name, value in values.items() for one in undocumented(name, value)]
    assert missing == []


def test_help_of_an_element_wise_function():
    import pydoc

    text = pydoc.render_doc(pm.sin, renderer=pydoc.plaintext)
    assert "sin(x, /, out=None, *, where=True, dtype=None, casting='same_kind')" in text and "The sine." in text
    assert pm.add.__doc__.startswith("add(x1, x2, /, out=None, *, where=True, dtype=None, ")
    assert pm.ufunc.__doc__.startswith("An element-wise function")
