"""Arrays as dask's chunks on the workers of a cluster: processes of their own, to which they go and
from which they come back."""

import os
import pathlib
import re
import subprocess
import sys

import numpy as np
import pytest

import pommel as pm

pytestmark = pytest.mark.only("distributed")

#: A cluster that hangs ends after so many seconds, and the test fails.
LIMIT = 120
PAGE = pathlib.Path(__file__).parents[3] / "docs/how-to/dask.md"


def test_the_example_of_the_documentation(folders_of_extensions, tmp_path):
    program, printed = re.search(
        r"```python\n(.*?)```\n\nIt prints\n\n```text\n(.*?)```", PAGE.read_text(), re.DOTALL).groups()
    file = tmp_path / "example.py"
    file.write_text(program)
    path = os.pathsep.join(folders_of_extensions)
    done = subprocess.run([sys.executable, file], env={**os.environ, "PYTHONPATH": path}, timeout=LIMIT,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stdout) == (0, printed), done.stderr


@pytest.fixture(scope="module")
def client():
    import dask.array as da
    from dask.distributed import Client, LocalCluster

    da.register_chunk_type(pm.ndarray)
    cluster = LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None)
    with cluster, Client(cluster, timeout=LIMIT) as client:
        client.wait_for_workers(2, timeout=LIMIT)
        yield client


def of_a_worker(chunk):
    """What a chunk is where it lies."""
    return os.getpid(), type(chunk).__module__, type(chunk).__name__


def plus_a_row(chunk):
    return chunk + pm.arange(chunk.shape[1])


N = np.arange(48.0).reshape(6, 8)

CASES = {
    "as it is": lambda lib, x: x,
    "element-wise": lambda lib, x: lib.sin(x) * x + 1,
    "a reduction": lambda lib, x: x.sum(axis=0),
    "a mean": lambda lib, x: x.mean(axis=1),
    "the largest": lambda lib, x: x.max(),
    "a scan": lambda lib, x: x.cumsum(axis=0),
    "a product": lambda lib, x: x @ x.T,
    "a slice": lambda lib, x: x[1:5, ::-2],
    "indices": lambda lib, x: x[[0, 3, 5]],
    "turned": lambda lib, x: x.T,
    "another shape": lambda lib, x: x.reshape(48),
    "joined": lambda lib, x: lib.concatenate([x, x], axis=1),
    "a choice": lambda lib, x: lib.where(x > 7, x, -x),
}


@pytest.mark.parametrize("case", CASES)
def test_chunks_stay_ours_on_the_workers(client, case):
    import dask.array as da

    d = da.from_array(pm.asarray(N), chunks=(3, 4), asarray=False)
    # dask hands the functions of NumPy on to itself.
    result, expected = (CASES[case](lib, x) for lib, x in ((np, d), (np, N)))
    agrees(client, result, expected)
    if case == "as it is":
        agrees(client, d.rechunk((2, 8)), N)
        agrees(client, d.map_blocks(plus_a_row), N + np.tile(np.arange(4), 2))
        agrees(client, d.persist() * 2, N * 2)


def agrees(client, result, expected):
    """Every chunk is an array of ours in another process, and all of them are what NumPy has."""
    import dask

    chunks = [dask.delayed(of_a_worker)(chunk) for chunk in result.to_delayed().ravel()]
    for chunk in client.compute(chunks):
        process, module, name = chunk.result(timeout=LIMIT)
        assert (module, name) == ("pommel._native", "ndarray") and process != os.getpid()
    found = client.compute(result).result(timeout=LIMIT)
    assert type(found) is pm.ndarray or np.ndim(expected) == 0
    np.testing.assert_allclose(np.asarray(found), expected, rtol=1e-12)


def test_both_workers_have_chunks(client):
    import dask.array as da
    from dask.distributed import wait

    d = da.from_array(pm.asarray(np.ones((64, 8))), chunks=(1, 8), asarray=False).persist()
    wait(d, timeout=LIMIT)
    assert all(client.has_what().values())


def test_what_is_put_off_arrives_computed(client):
    x = pm.linspace(0.0, 1.0, 10_000)
    pending = pm.sqrt(x) * 2
    future = client.submit(lambda array: float(array.sum()), pending)
    assert future.result(timeout=LIMIT) == pytest.approx(float(np.sqrt(np.linspace(0, 1, 10_000)).sum() * 2))


def test_errors_come_back(client):
    with pytest.raises(ValueError, match="do not fit"):
        client.submit(lambda a, b: a + b, pm.ones(3), pm.ones(4)).result(timeout=LIMIT)
