"""Where there is no memory for what an operation needs it raises `MemoryError`, and the process goes
on: in processes whose addresses are limited, operations of every family.

Sizes that no machine has memory for are refused as well: by a `MemoryError`, or by the `ValueError` that
says that an array would be too large.

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

#: With so many as `h`: to be made, or in an array `b` whose elements are one and the same.
SIZES = """pm.zeros(h)  pm.ones(h)  pm.full(h,1)  pm.arange(h)  pm.linspace(0,1,h)  pm.logspace(0,1,h)  pm.eye(h)
    pm.tri(h)  pm.diag(a,h)  pm.indices((h,))  pm.mgrid[0:h]  pm.vander(a,h)  pm.hanning(h)  pm.resize(a,h)
    pm.pad(a,h)  pm.pad(a,h,'edge')  pm.pad(a,h,'wrap')  pm.repeat(a,h)  pm.repeat(a,i+h)  pm.tile(a,h)
    pm.array_split(a,h)  pm.bincount(i+h)  pm.bincount(i,minlength=h)  pm.histogram(a,bins=h)
    pm.fft.fft(a,n=h)  pm.fft.irfft(a,n=h)  pm.fft.fftfreq(h)
    rng.random(h)  rng.integers(10,size=h)  rng.permutation(h)  rng.bytes(h)  rng.choice(h,h//2)
    rng.choice(h,h//2,replace=False)  rng.choice(5,h,p=a/5)  rng.multinomial(3,[0.5,0.5],size=h)
    rng.dirichlet([1,1],size=h)  rng.multivariate_hypergeometric([3,3],2,size=h)
    b.copy()  b.tolist()  b.tobytes()  pm.eval(b.astype('int8')+1)  pm.eval(b+1)  pm.sort(b)  pm.argsort(b)
    pm.unique(b)  pm.cumsum(b)  pm.nonzero(b)  b[b>0]  pm.concat([b,b])  pm.median(b)  pm.partition(b,3)
    pm.delete(b,1)  pm.insert(b,1,1)  pm.append(b,1)  pm.roll(b,1)  pm.unstack(b)  pm.split(b,h)
    pm.take(a,b.astype(int))  pm.searchsorted(a,b)  pm.searchsorted(b,a)  pm.isin(a,b)  pm.digitize(b,a)
    pm.convolve(a,b)  pm.interp(b,a,a)  pm.histogram(b)  pm.histogram(a,bins=b)  pm.fft.fft(b)  pm.poly(b)
    pm.polyval(a,b)  rng.normal(b)  rng.dirichlet(b)  rng.multinomial(3,b)  rng.choice(3,3,p=b)
    rng.permutation(b)  pm.repeat(a,b.astype(int))  pm.array2string(b,threshold=2*h)  pickle.dumps(b)
    pm.save(io.BytesIO(),b)  pm.linalg.inv(b[:,None,None])  pm.linalg.svd(b[:,None])  pm.linalg.qr(b[:,None])
    pm.linalg.det(b[:,None,None])  pm.linalg.solve(b[:,None,None],a[:1])  pm.linalg.lstsq(b[:,None],b)
    b[:,None]@b[None]  pm.cov(b)  c.tolist()  pm.eval(c+1j)  pm.sort(c)  rng.normal(c)  pm.unstack(c)"""
#: What little memory names many times, and what has no end.
GROWING = "pm.array([[a]*3000]*3000)  pm.array([[0.5]*40000]*40000)  pm.zeros(range(2**60))  pm.delete(a,range(2**60))"

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
for _ in range(8):
    # Which thread does what is chance: now each has done it all.
    (s * s).sum(), pm.sort(s), t @ t, pm.linalg.svd(t), pm.linalg.solve(t, t), pm.fft.fft(s)
del files, s, t
pm.eval()
with open("/proc/self/statm") as file:
    size = int(file.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + room, resource.RLIM_INFINITY))
held, size = [], k * k
while {full} and size > k * k // 3:
    # What was freed and not given back would be room.
    try:
        held.append(pm.zeros(size))
    except MemoryError:
        size //= 2
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


REFUSED = """
import io, pickle, resource
import pommel as pm

h = {size}
a, i, rng = pm.ones(5), pm.zeros(5, dtype="int64"), pm.random.default_rng(1)
with open("/proc/self/statm") as file:
    size = int(file.read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + {room}, resource.RLIM_INFINITY))
# Elements of eight bytes may be fewer than those of one.
b, c = pm.broadcast_to(a[:1], min(h, 2**60 - 1)), pm.broadcast_to(a[:1] > 0, h)
for code in {codes}:
    print(code, end=" ", flush=True)
    try:
        eval(code)
    except (MemoryError, ValueError, OverflowError) as error:
        print("fails", flush=True)
    else:
        print("fits", flush=True)
"""


@pytest.mark.parametrize("size", [10**9, 10**15, 2**61 + 1, 2**63 - 1])
def test_sizes_that_no_machine_has(size, in_new_process):
    codes = SIZES.split()
    found = in_new_process(REFUSED.format(size=size, room=800 << 20, codes=codes)).splitlines()
    assert found == [code + " fails" for code in codes]


def test_what_grows_while_it_is_read(in_new_process):
    codes = GROWING.split()
    found = in_new_process(REFUSED.format(size=9, room=100 << 20, codes=codes)).splitlines()
    assert found == [code + " fails" for code in codes]
