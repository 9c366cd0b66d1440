"""Functions of Python on arrays, and arrays from text and as text, beside NumPy's."""

import gzip
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import pommel as pm
from agreement import identical, numpys, ours

few = settings(max_examples=25, deadline=None)


def a234(xp):
    return xp.arange(24).reshape(2, 3, 4)


def minmax(a):
    return a.min(), a.max()


TEXT = """# a comment
1.5 2 -3e2

4 nan inf  # behind
"""


@pytest.mark.parametrize("case", [
    lambda xp: xp.apply_along_axis(lambda line: line.sum(), 1, a234(xp)),
    lambda xp: xp.apply_along_axis(lambda line: line[:2] * 0.5, -1, a234(xp)),
    lambda xp: xp.apply_along_axis(lambda line, k: xp.diagflat(line) * k, 0, a234(xp), 3),
    lambda xp: xp.apply_along_axis(lambda line: line[::-1], 1, a234(xp)),
    lambda xp: xp.apply_along_axis(sum, 0, [1, 2, 3]),
    lambda xp: xp.apply_over_axes(xp.sum, a234(xp), [0, -1]),
    lambda xp: xp.apply_over_axes(xp.cumsum, a234(xp), 1),
    lambda xp: xp.fromfunction(lambda i, j: i + 10 * j, (2, 3)),
    lambda xp: xp.fromfunction(lambda i, k: i * k, (3,), dtype=int, k=2),
    lambda xp: [xp.iterable(x) for x in (1, "a", [], iter(()))],
    lambda xp: xp.vectorize(lambda a, b: a - b if a > b else a + b)([1, 2, 3], [[2], [1]]),
    lambda xp: xp.vectorize(lambda a: 1.5 * a)([1, 2]),
    lambda xp: xp.vectorize(lambda a: a, otypes=[float])([1, 2]),
    lambda xp: xp.vectorize(lambda a: a, otypes="f")([]),
    lambda xp: xp.vectorize(lambda a: (a, a / 2))(xp.arange(3)),
    lambda xp: xp.vectorize(lambda a, k=1: a * k)([1, 2], k=[3, 4]),
    lambda xp: xp.vectorize(lambda a, k: a + len(k), excluded=[1])([1, 2], [3, 4, 5]),
    lambda xp: xp.vectorize(lambda a, k: a + len(k), excluded=["k"])([1, 2], k=[3, 4, 5]),
    lambda xp: xp.vectorize(lambda a: a)(2),
    lambda xp: xp.vectorize(lambda v, w: v @ w, signature="(n),(n)->()")(a234(xp), [1, 0, 0, 1]),
    lambda xp: xp.vectorize(minmax, signature="(n)->(),()")(a234(xp)[0]),
    lambda xp: xp.vectorize(lambda v: v * 2.0, signature="(n)->(n)")(a234(xp)[0]),
    lambda xp: xp.loadtxt(io.StringIO(TEXT)),
    lambda xp: xp.loadtxt(io.BytesIO(TEXT.encode())),
    lambda xp: xp.loadtxt(TEXT.splitlines(), skiprows=2),
    lambda xp: xp.loadtxt(["1,2", "3,4"], delimiter=",", dtype="int32", unpack=True),
    lambda xp: xp.loadtxt(["1,2,3", "3,4,5"], delimiter=",", usecols=(-1, 0), max_rows=1),
    lambda xp: xp.loadtxt(["1 2", "3 4"], usecols=1, ndmin=2),
    lambda xp: xp.loadtxt(["5"]),
    lambda xp: xp.loadtxt(["5 6"], ndmin=2),
    lambda xp: xp.loadtxt(["5", "6"], ndmin=1, dtype="uint8"),
    lambda xp: xp.loadtxt(["1 // x", "2 % y"], comments=["//", "%"]),
    lambda xp: xp.loadtxt(["0x10 1"], converters={0: lambda s: int(s, 16)}),
    lambda xp: xp.loadtxt(["1+2j (3-4j)"], dtype=complex),
    lambda xp: xp.loadtxt(["1 0"], dtype=bool),
    lambda xp: xp.genfromtxt(["1,,3", "4,x,6"], delimiter=","),
    lambda xp: xp.genfromtxt(["1,,3", "4,x,6"], delimiter=",", dtype=int, filling_values=7),
    lambda xp: xp.genfromtxt(["1 N/A", "N/A 4"], missing_values="N/A",
                             filling_values={0: 9, 1: 8}),
    lambda xp: xp.genfromtxt(["head", "1 2", "3 4", "foot"], skip_header=1, skip_footer=1,
                             unpack=True),
    lambda xp: xp.fromstring("1, 2 ,3", sep=","),
    lambda xp: xp.fromstring(" 1  2\n3 ", dtype="int16", sep=" "),
    lambda xp: xp.fromstring("1 2 3", sep=" ", count=2),
])
def test_cases(case):
    identical(case(pm), case(np))


@pytest.mark.parametrize("case", [
    lambda xp: xp.apply_along_axis(sum, 2, xp.zeros((2, 2))),
    lambda xp: xp.apply_along_axis(sum, 0, xp.zeros((2, 0))),
    lambda xp: xp.apply_over_axes(lambda a, axis: a.sum(), xp.zeros((2, 2)), [0]),
    lambda xp: xp.vectorize(3),
    lambda xp: xp.vectorize(lambda a: a)([]),
    lambda xp: xp.vectorize(lambda a: a, signature="(n")([1]),
    lambda xp: xp.vectorize(lambda a, b: a, signature="(n),(n)->()")([1, 2], [1, 2, 3]),
    lambda xp: xp.vectorize(lambda a: a, signature="(n),(n)->()")([1, 2]),
    lambda xp: xp.vectorize(lambda a: a, signature="(m,n)->()")([1, 2]),
    lambda xp: xp.loadtxt(["1 2", "3"]),
    lambda xp: xp.loadtxt(["1 x"]),
    lambda xp: xp.loadtxt(["1,,2"], delimiter=","),
    lambda xp: xp.loadtxt(["1 2"], usecols=5),
    lambda xp: xp.loadtxt(["1 2"], ndmin=3),
    lambda xp: xp.genfromtxt(["1 2", "3"]),
    lambda xp: xp.savetxt(io.StringIO(), xp.zeros((2, 2, 2))),
    lambda xp: xp.savetxt(io.StringIO(), xp.zeros((2, 2)), fmt="%d %d %d"),
    lambda xp: xp.savetxt(io.StringIO(), xp.asarray([1j]), fmt=["%d", "%d"]),
    lambda xp: xp.fromstring("1 2", sep=""),
])
def test_errors(case):
    with pytest.raises(Exception) as theirs:
        case(np)
    with pytest.raises(Exception) as found:
        case(pm)
    assert issubclass(theirs.type, numpys(found.type)) or theirs.type is AttributeError, repr(found.value)


def test_functions_of_python():
    assert pm.frompyfunc(lambda a, b: a * b, 2, 1)([1, 2], 3).tolist() == [3, 6]
    assert [a.tolist() for a in pm.frompyfunc(divmod, 2, 2)([7, 9], 4)] == [[1, 2], [3, 1]]
    with pytest.raises(TypeError, match="takes 2 arrays"):
        pm.frompyfunc(divmod, 2, 2)(1)
    with pytest.raises(ValueError, match="must give 1 results"):
        pm.frompyfunc(divmod, 2, 1)(1, 2)
    assert pm.vectorize(len, doc="text").__doc__ == "text"


def test_nothing_is_read_with_a_warning():
    for name in ("loadtxt", "genfromtxt"):
        with pytest.warns(UserWarning, match="no data"):
            found = getattr(pm, name)(["# only a comment"])
        assert found.shape == (0,) and found.dtype == "float64"


def text_of(xp, *args, **kwargs):
    file = io.StringIO()
    xp.savetxt(file, *args, **kwargs)
    return file.getvalue()


@few
@given(array=st.sampled_from("float64 float32 int64 uint8 bool complex128".split()).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(max_dims=2, max_side=4))),
    options=st.fixed_dictionaries({}, optional={
        "delimiter": st.sampled_from([",", "; "]), "newline": st.just("\r\n"),
        "header": st.sampled_from(["a", "a\nb"]), "footer": st.just("z"),
        "comments": st.sampled_from(["", "%"])}))
def test_text_is_saved(array, options):
    assert text_of(pm, ours(array), **options) == text_of(np, array, **options)


@pytest.mark.parametrize("array, fmt", [
    ([[1, 2], [3, 4]], "%d"), ([[1, 2], [3, 4]], ["%d", "%.2f"]), ([[1, 2], [3, 4]], "<%d|%5.1f>"),
    ([1.5, 2.5], "%10.5f"), ([[1 + 2j, 3 - 4j]], "%.1f"), ([[1 + 2j, 3 - 4j]], "%d+%dj %d%dj"),
    ([[1 + 2j, 3 - 4j]], ["%s%s", "%d:%d"]),
])
def test_formats(array, fmt):
    assert text_of(pm, array, fmt=fmt) == text_of(np, array, fmt=fmt)


@few
@given(array=hnp.arrays("float64", hnp.array_shapes(min_dims=2, max_dims=2)))
def test_what_was_saved_is_loaded(array):
    file = io.StringIO(text_of(pm, ours(array)))
    identical(pm.loadtxt(file, ndmin=2), array)


def test_files(tmp_path):
    a = pm.arange(6, dtype="float32").reshape(2, 3)
    for name in ("a.txt", "a.txt.gz", "a.txt.bz2", "a.txt.xz"):
        pm.savetxt(tmp_path / name, a, header="h\u00e9")
        identical(pm.loadtxt(str(tmp_path / name), dtype="float32", encoding="latin1"),
             np.loadtxt(tmp_path / name, dtype="float32", encoding="latin1"))
    with gzip.open(tmp_path / "a.txt.gz") as file:
        assert file.readline() == b"# h\xe9\n"
    a.tofile(tmp_path / "a.raw")
    for options in ({}, {"count": 2}, {"offset": 4}, {"count": 1, "offset": 8}):
        identical(pm.fromfile(tmp_path / "a.raw", "float32", **options),
             np.fromfile(tmp_path / "a.raw", "float32", **options))
    a.tofile(tmp_path / "a.csv", sep=",")
    identical(pm.fromfile(tmp_path / "a.csv", sep=","), np.arange(6.0))
    with open(tmp_path / "a.raw", "rb") as file:
        file.read(4)
        identical(pm.fromfile(file, "float32", 2), np.array([1, 2], "float32"))
