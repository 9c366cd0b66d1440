"""What type checkers read in place of ``__init__.py``, where most names are found when they are used.

Each name stands here once, under the module that it comes from; ``tests/pommel/test_types.py``
compares the names with those of the package.
"""

from typing import Any, Tuple, overload

from . import (
    emath as emath, exceptions as exceptions, fft as fft, integrate as integrate, linalg as linalg,
    optimize as optimize, random as random
)
from ._attributes import (
    flatiter as flatiter,
)
from ._building import (
    amax as amax,
    amin as amin,
    around as around,
    asanyarray as asanyarray,
    asarray_chkfinite as asarray_chkfinite,
    ascontiguousarray as ascontiguousarray,
    asfortranarray as asfortranarray,
    bitwise_count as bitwise_count,
    block as block,
    column_stack as column_stack,
    concatenate as concatenate,
    copy as copy,
    diagflat as diagflat,
    dsplit as dsplit,
    dstack as dstack,
    hsplit as hsplit,
    inner as inner,
    isfortran as isfortran,
    linspace as linspace,
    matvec as matvec,
    ndim as ndim,
    packbits as packbits,
    require as require,
    resize as resize,
    rollaxis as rollaxis,
    row_stack as row_stack,
    shape as shape,
    shares_memory as shares_memory,
    size as size,
    sort_complex as sort_complex,
    unpackbits as unpackbits,
    vdot as vdot,
    vecmat as vecmat,
    vsplit as vsplit,
)
from ._comparing import (
    allclose as allclose,
    array_equal as array_equal,
    array_equiv as array_equiv,
    isclose as isclose,
    iscomplex as iscomplex,
    iscomplexobj as iscomplexobj,
    isneginf as isneginf,
    isposinf as isposinf,
    isreal as isreal,
    isrealobj as isrealobj,
    isscalar as isscalar,
    nan_to_num as nan_to_num,
    real_if_close as real_if_close,
)
from ._auto import (
    auto as auto,
)
from ._compile import (
    explain as explain,
    jit as jit,
)
from ._config import (
    show_config as show_config,
)
from ._elementary import (
    angle as angle,
    deg2rad as deg2rad,
    degrees as degrees,
    divmod as divmod,
    fix as fix,
    float_power as float_power,
    frexp as frexp,
    ldexp as ldexp,
    logaddexp2 as logaddexp2,
    modf as modf,
    rad2deg as rad2deg,
    radians as radians,
    spacing as spacing,
)
from ._errstate import (
    errstate as errstate,
    geterr as geterr,
    seterr as seterr,
    seterrcall as seterrcall,
)
from ._files import (
    fromfile as fromfile,
    fromiter as fromiter,
    load as load,
    memmap as memmap,
    save as save,
    savez as savez,
    savez_compressed as savez_compressed,
)
from ._functional import (
    apply_along_axis as apply_along_axis,
    apply_over_axes as apply_over_axes,
    fromfunction as fromfunction,
    frompyfunc as frompyfunc,
    iterable as iterable,
    vectorize as vectorize,
)
from ._histograms import (
    histogram as histogram,
    histogram2d as histogram2d,
    histogram_bin_edges as histogram_bin_edges,
    histogramdd as histogramdd,
)
from ._index_tricks import (
    c_ as c_,
    diag_indices as diag_indices,
    diag_indices_from as diag_indices_from,
    index_exp as index_exp,
    ix_ as ix_,
    lexsort as lexsort,
    mask_indices as mask_indices,
    mgrid as mgrid,
    ndenumerate as ndenumerate,
    ndindex as ndindex,
    ogrid as ogrid,
    r_ as r_,
    ravel_multi_index as ravel_multi_index,
    s_ as s_,
    tril_indices as tril_indices,
    tril_indices_from as tril_indices_from,
    trim_zeros as trim_zeros,
    triu_indices as triu_indices,
    triu_indices_from as triu_indices_from,
    unravel_index as unravel_index,
)
from ._nans import (
    nanargmax as nanargmax,
    nanargmin as nanargmin,
    nancumprod as nancumprod,
    nancumsum as nancumsum,
    nanmax as nanmax,
    nanmean as nanmean,
    nanmin as nanmin,
    nanprod as nanprod,
    nanstd as nanstd,
    nansum as nansum,
    nanvar as nanvar,
)
from ._placing import (
    choose as choose,
    copyto as copyto,
    fill_diagonal as fill_diagonal,
    piecewise as piecewise,
    place as place,
    put as put,
    putmask as putmask,
    select as select,
)
from ._poly1d import (
    poly1d as poly1d,
)
from ._polynomials import (
    poly as poly,
    polyadd as polyadd,
    polyder as polyder,
    polydiv as polydiv,
    polyfit as polyfit,
    polyint as polyint,
    polymul as polymul,
    polysub as polysub,
    polyval as polyval,
    roots as roots,
)
from ._printing import (
    array2string as array2string,
    array_repr as array_repr,
    array_str as array_str,
    base_repr as base_repr,
    binary_repr as binary_repr,
    printoptions as printoptions,
)
from ._quantiles import (
    median as median,
    nanmedian as nanmedian,
    nanpercentile as nanpercentile,
    nanquantile as nanquantile,
    percentile as percentile,
    quantile as quantile,
)
from ._sets import (
    intersect1d as intersect1d,
    isin as isin,
    setdiff1d as setdiff1d,
    setxor1d as setxor1d,
    unique as unique,
    unique_all as unique_all,
    unique_counts as unique_counts,
    unique_inverse as unique_inverse,
)
from ._signal import (
    bartlett as bartlett,
    blackman as blackman,
    convolve as convolve,
    correlate as correlate,
    ediff1d as ediff1d,
    gradient as gradient,
    hamming as hamming,
    hanning as hanning,
    i0 as i0,
    interp as interp,
    kaiser as kaiser,
    sinc as sinc,
    trapezoid as trapezoid,
    unwrap as unwrap,
)
from ._statistics import (
    average as average,
    corrcoef as corrcoef,
    cov as cov,
)
from ._text import (
    fromstring as fromstring,
    genfromtxt as genfromtxt,
    loadtxt as loadtxt,
    savetxt as savetxt,
)
from ._types import (
    False_ as False_,
    True_ as True_,
    __array_namespace_info__ as __array_namespace_info__,
    bool_ as bool_,
    byte as byte,
    cdouble as cdouble,
    common_type as common_type,
    complexfloating as complexfloating,
    csingle as csingle,
    double as double,
    finfo as finfo,
    floating as floating,
    generic as generic,
    half as half,
    iinfo as iinfo,
    inexact as inexact,
    int_ as int_,
    intc as intc,
    integer as integer,
    intp as intp,
    isdtype as isdtype,
    issubdtype as issubdtype,
    long as long,
    longlong as longlong,
    min_scalar_type as min_scalar_type,
    number as number,
    promote_types as promote_types,
    short as short,
    signedinteger as signedinteger,
    single as single,
    ubyte as ubyte,
    uint as uint,
    uintc as uintc,
    uintp as uintp,
    ulong as ulong,
    ulonglong as ulonglong,
    unsignedinteger as unsignedinteger,
    ushort as ushort,
)
from ._native import (
    all as all,
    any as any,
    append as append,
    arange as arange,
    argmax as argmax,
    argmin as argmin,
    argpartition as argpartition,
    argsort as argsort,
    argwhere as argwhere,
    array as array,
    array_split as array_split,
    asarray as asarray,
    astype as astype,
    atleast_1d as atleast_1d,
    atleast_2d as atleast_2d,
    atleast_3d as atleast_3d,
    bincount as bincount,
    broadcast_arrays as broadcast_arrays,
    broadcast_shapes as broadcast_shapes,
    broadcast_to as broadcast_to,
    can_cast as can_cast,
    clip as clip,
    compress as compress,
    concat as concat,
    count_nonzero as count_nonzero,
    cross as cross,
    cumprod as cumprod,
    cumsum as cumsum,
    cumulative_prod as cumulative_prod,
    cumulative_sum as cumulative_sum,
    delete as delete,
    diag as diag,
    diagonal as diagonal,
    diff as diff,
    digitize as digitize,
    dot as dot,
    dtype as dtype,
    einsum as einsum,
    empty as empty,
    empty_like as empty_like,
    eval as eval,
    expand_dims as expand_dims,
    extract as extract,
    eye as eye,
    flatnonzero as flatnonzero,
    flip as flip,
    fliplr as fliplr,
    flipud as flipud,
    from_dlpack as from_dlpack,
    frombuffer as frombuffer,
    full as full,
    full_like as full_like,
    geomspace as geomspace,
    get_num_threads as get_num_threads,
    get_printoptions as get_printoptions,
    hstack as hstack,
    identity as identity,
    imag as imag,
    indices as indices,
    insert as insert,
    kron as kron,
    logspace as logspace,
    matmul as matmul,
    matrix_transpose as matrix_transpose,
    max as max,
    may_share_memory as may_share_memory,
    mean as mean,
    meshgrid as meshgrid,
    min as min,
    moveaxis as moveaxis,
    ndarray as ndarray,
    nonzero as nonzero,
    ones as ones,
    ones_like as ones_like,
    outer as outer,
    pad as pad,
    partition as partition,
    permute_dims as permute_dims,
    prod as prod,
    ptp as ptp,
    put_along_axis as put_along_axis,
    ravel as ravel,
    real as real,
    repeat as repeat,
    reshape as reshape,
    result_type as result_type,
    roll as roll,
    rot90 as rot90,
    round as round,
    searchsorted as searchsorted,
    set_num_threads as set_num_threads,
    set_printoptions as set_printoptions,
    sliding_window_view as sliding_window_view,
    sort as sort,
    split as split,
    squeeze as squeeze,
    stack as stack,
    std as std,
    sum as sum,
    swapaxes as swapaxes,
    take as take,
    take_along_axis as take_along_axis,
    tensordot as tensordot,
    tile as tile,
    trace as trace,
    transpose as transpose,
    tri as tri,
    tril as tril,
    triu as triu,
    ufunc as ufunc,
    union1d as union1d,
    unique_values as unique_values,
    unstack as unstack,
    vander as vander,
    var as var,
    vecdot as vecdot,
    vstack as vstack,
    zeros as zeros,
    zeros_like as zeros_like,
)

@overload
def where(condition: Any, /) -> Tuple[ndarray, ...]: ...
@overload
def where(condition: Any, x1: Any, x2: Any, /) -> ndarray: ...

# Element types.
bool: dtype
complex128: dtype
complex64: dtype
float16: dtype
float32: dtype
float64: dtype
int16: dtype
int32: dtype
int64: dtype
int8: dtype
uint16: dtype
uint32: dtype
uint64: dtype
uint8: dtype

# Element-wise functions.
abs: ufunc
absolute: ufunc
acos: ufunc
acosh: ufunc
add: ufunc
arccos: ufunc
arccosh: ufunc
arcsin: ufunc
arcsinh: ufunc
arctan: ufunc
arctan2: ufunc
arctanh: ufunc
asin: ufunc
asinh: ufunc
atan: ufunc
atan2: ufunc
atanh: ufunc
bitwise_and: ufunc
bitwise_invert: ufunc
bitwise_left_shift: ufunc
bitwise_not: ufunc
bitwise_or: ufunc
bitwise_right_shift: ufunc
bitwise_xor: ufunc
cbrt: ufunc
ceil: ufunc
conj: ufunc
conjugate: ufunc
copysign: ufunc
cos: ufunc
cosh: ufunc
divide: ufunc
equal: ufunc
exp: ufunc
exp2: ufunc
expm1: ufunc
fabs: ufunc
floor: ufunc
floor_divide: ufunc
fmax: ufunc
fmin: ufunc
fmod: ufunc
gcd: ufunc
greater: ufunc
greater_equal: ufunc
heaviside: ufunc
hypot: ufunc
invert: ufunc
isfinite: ufunc
isinf: ufunc
isnan: ufunc
lcm: ufunc
left_shift: ufunc
less: ufunc
less_equal: ufunc
log: ufunc
log10: ufunc
log1p: ufunc
log2: ufunc
logaddexp: ufunc
logical_and: ufunc
logical_not: ufunc
logical_or: ufunc
logical_xor: ufunc
maximum: ufunc
minimum: ufunc
mod: ufunc
multiply: ufunc
negative: ufunc
nextafter: ufunc
not_equal: ufunc
positive: ufunc
pow: ufunc
power: ufunc
reciprocal: ufunc
remainder: ufunc
right_shift: ufunc
rint: ufunc
sign: ufunc
signbit: ufunc
sin: ufunc
sinh: ufunc
sqrt: ufunc
square: ufunc
subtract: ufunc
tan: ufunc
tanh: ufunc
true_divide: ufunc
trunc: ufunc

# Constants.
e: float
euler_gamma: float
inf: float
nan: float
newaxis: None
pi: float
__array_api_version__: str
__version__: str
