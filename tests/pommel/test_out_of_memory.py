"""Where there is no memory for what an operation needs it raises `MemoryError`, and the process goes
on: in processes whose addresses are limited, operations of every family.

With room for less than one more array each of them fails. With room for one, two or three the result may
fit and what is needed on the way to it not, or all of it; nothing but `MemoryError` says so.
"""

import pytest

pytestmark = pytest.mark.only("survives_without_memory")

FAMILIES = {
    "creation": """pm.zeros(n)  pm.ones(n)  pm.full(n,7)  pm.arange(n)  pm.linspace(0,1,n)  pm.eye(k)
        pm.array(memoryview(a))  pm.eval(pm.meshgrid(pm.arange(k),pm.arange(k)))  a.copy()""",
    "element-wise": """pm.eval(a+1)  pm.eval(pm.sqrt(a*a+1)/(a-0.5))  pm.eval(pm.where(a>0,a,-a))
        pm.eval(pm.exp(a))  pm.eval(pm.clip(a,0,1))  pm.eval(a.astype('complex64'))
        a.__iadd__(a[::-1])  pm.sort(pm.sqrt(a)+1)  pm.eval(pm.add.__call__(m,m.T))""",
    "sorting": """pm.sort(a)  pm.argsort(a)  pm.partition(a,5)  pm.unique(a)  pm.median(a)
        pm.searchsorted(a,a)  pm.unique_inverse(a)  pm.sort(a.astype('complex128'))""",
    "selection": """pm.take(a,i)  a[i]  a[a>=0]  pm.nonzero(a)  pm.nonzero(m)  pm.cumsum(a)  pm.roll(a,3)
        pm.concat([a,a])  pm.stack([a,a])  pm.repeat(a,2)  pm.tile(a,2)  pm.pad(a,2)  m.T.flatten()
        m.__setitem__(m>0,a[:k*k])  m.__setitem__((i[:k],),m+1)""",
    "products": """m@m  pm.einsum('ij,jk->ik',m,m)  pm.tensordot(m,m,axes=1)
        m.astype('float32')@m  pm.eval(pm.outer(m[0],m[0]))  pm.linalg.matrix_power(m,3)""",
    "systems": """pm.linalg.solve(m,m)  pm.linalg.inv(m)  pm.linalg.det(m)  pm.linalg.slogdet(m)
        pm.linalg.cholesky(m)  pm.linalg.lstsq(m,m)  pm.linalg.pinv(m)""",
    "decompositions": """pm.linalg.qr(m)  pm.linalg.svd(m)  pm.linalg.svdvals(m)  pm.linalg.eigh(m)
        pm.linalg.eigvalsh(m)  pm.linalg.eig(m)  pm.linalg.eigvals(m)  pm.linalg.norm(m,2)""",
    "transforms": """pm.fft.fft(a)  pm.fft.rfft(a)  pm.fft.ifft(a)  pm.fft.irfft(a)  pm.fft.hfft(a)
        pm.fft.fft(a[:-1])  pm.fft.fft2(m)  pm.fft.rfftn(m)  pm.fft.fftshift(a)""",
    "random numbers": """rng.random(n)  rng.normal(size=n)  rng.integers(10,size=n)
        rng.permutation(a)  rng.choice(a,n)  rng.choice(n,n//2,replace=False)
        rng.choice(n,n//60,replace=False)  rng.bytes(8*n)""",
    "elsewhere": """a.tobytes()  a.tolist()  pickle.dumps(a)  pickle.loads(pickled)
        pm.load(io.BytesIO(saved))  pm.load(io.BytesIO(archive))['a']
        pm.save(io.BytesIO(),a)  pm.savez(io.BytesIO(),a=a)  pm.savez_compressed(io.BytesIO(),a=a)
        pm.convolve(a,pm.ones(3))  pm.interp(a,pm.arange(3.0),pm.arange(3.0))""",
    "inflating": "pm.load(io.BytesIO(packed))['a']",
}
#: With room for less than one more array these can do what they do, some with what those that failed
#: before them have given back.
SMALL = {"rng.choice(n,n//60,replace=False)", "pm.savez_compressed(io.BytesIO(),a=a)",
         "pm.median(a)", "pm.linalg.eigvalsh(m)", "pm.linalg.det(m)", "pm.linalg.slogdet(m)",
         "pm.linalg.svdvals(m)", "pm.linalg.eigvals(m)", "pm.linalg.norm(m,2)"}

PROGRAM = """
import io, math, pickle, resource
import pommel as pm

n, room = {n}, {room}
k = int(n ** 0.5)
a = pm.ones(n)
m = pm.ones((k, k))
m[:] += pm.eye(k) * 3
i = pm.zeros(n, dtype="int64")
rng = pm.random.default_rng(1)
pickled = pickle.dumps(a)
files = [io.BytesIO() for _ in range(3)]
pm.save(files[0], a), pm.savez(files[1], a=a), pm.savez_compressed(files[2], a=a)
saved, archive, packed = (file.getvalue() for file in files)
# Threads are there, and what they need for themselves.
s, t = pm.ones(300_000), pm.ones((300, 300)) + pm.eye(300)
for warm in (s * s).sum(), pm.sort(s), t @ t, pm.linalg.svd(t), pm.linalg.det(t), pm.fft.fft(s):
    pass
del files, s, t, warm
pm.eval()
with open("/proc/self/statm") as file:
    size = int(file.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + room, resource.RLIM_INFINITY))
held = []
while {full}:
    # What was freed and not given back would be room.
    try:
        held.append(pm.zeros(k * k))
    except MemoryError:
        break
for code in {codes}:
    # Said before it is tried: what ends the process says nothing.
    print(code, end=" ", flush=True)
    try:
        eval(code)
    except MemoryError:
        print("fails", flush=True)
    else:
        print("fits", flush=True)
    assert (pm.ones(3) + 1).tolist() == [2, 2, 2]
"""


def outcomes(run, family, n, room, full=False):
    codes = FAMILIES[family].split()
    said = run(PROGRAM.format(n=n, room=room, full=full, codes=codes))
    found = dict(line.rsplit(" ", 1) for line in said.splitlines())
    assert list(found) == codes
    return found


@pytest.mark.parametrize("family", FAMILIES)
def test_less_room_than_an_array_needs(family, in_new_process):
    found = outcomes(in_new_process, family, 2_000_000, 5 << 20, full=True)
    assert {code for code, outcome in found.items() if outcome == "fits"} <= SMALL


@pytest.mark.parametrize("arrays", [1.2, 2.2, 3.3])
@pytest.mark.parametrize("family", FAMILIES)
def test_room_for_some_arrays(family, arrays, in_new_process):
    n = 300_000
    outcomes(in_new_process, family, n, int(arrays * n * 8))
