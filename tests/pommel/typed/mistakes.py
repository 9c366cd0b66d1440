"""Uses that a type checker must reject: each line with a remark that names mypy's error, and no
other. The file is read by the checker and never run."""

import pommel as pm

x = pm.zeros((2, 3))

pm.medain(x)  # wrong: attr-defined
pm.linalg.invert(x)  # wrong: attr-defined
pm.random.default_rng().gauss()  # wrong: attr-defined
x.shap  # wrong: attr-defined
x.shape = (6,)  # wrong: misc
x.dtype = pm.int64  # wrong: misc
pm.zeros("3")  # wrong: arg-type
pm.zeros((2, 2.5))  # wrong: arg-type
pm.zeros(3, dtype=8)  # wrong: arg-type
pm.zeros(3, typ="int8")  # wrong: call-arg
pm.linspace(0, 1, "10")  # wrong: arg-type
pm.median(x, axis="rows")  # wrong: arg-type
pm.median(x, keep=True)  # wrong: call-arg
pm.sin(x, unknown=1)  # wrong: call-arg
x.astype()  # wrong: call-arg
x.sum(axis=0.5)  # wrong: arg-type
text: str = x + 1  # wrong: assignment
number: int = x.dtype  # wrong: assignment
name: int = x.dtype.name  # wrong: assignment
first: str = x.shape[0]  # wrong: assignment
truth: bool = x > 1  # wrong: assignment
words: str = pm.sqrt(x)  # wrong: assignment
pm.random.default_rng(seed="now")  # wrong: arg-type
pm.random.default_rng().normal(size=2.5)  # wrong: arg-type
pm.linalg.svd(x).sigma  # wrong: attr-defined
pm.histogram(x, bins=10, normed=True)  # wrong: call-arg
pm.float64.bits  # wrong: attr-defined
for part in x.ndim:  # wrong: attr-defined
    pass
