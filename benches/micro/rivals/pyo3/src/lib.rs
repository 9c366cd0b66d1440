//! The micro benchmarks with PyO3, as its guide teaches: typed arguments, classes by attribute.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

#[pymodule]
mod micro_pyo3 {
    #[pymodule_export]
    use super::{
        Point, dict_build, dict_read, fail, is_point, keywords, list_build, list_read, many, none,
        one, two,
    };
}

#[pyfunction]
fn none() {}

#[pyfunction]
fn one(x: i64) -> i64 {
    x + 1
}

#[pyfunction]
fn two(x: f64, y: f64) -> f64 {
    x + y
}

#[pyfunction]
fn many(a: i64, b: i64, c: i64, d: i64, e: i64, f: i64) -> i64 {
    a + b + c + d + e + f
}

#[pyfunction]
#[pyo3(signature = (a, b = 2, *, key = 1.0))]
fn keywords(a: i64, b: i64, key: f64) -> f64 {
    (a + b) as f64 * key
}

#[pyfunction]
fn list_build(py: Python<'_>, length: i64) -> PyResult<Bound<'_, PyList>> {
    PyList::new(py, 0..length)
}

#[pyfunction]
fn list_read(list: &Bound<'_, PyList>) -> PyResult<i64> {
    let mut sum = 0;
    for item in list.iter() {
        sum += item.extract::<i64>()?;
    }
    Ok(sum)
}

#[pyfunction]
fn dict_build(py: Python<'_>, length: i64) -> PyResult<Bound<'_, PyDict>> {
    let dict = PyDict::new(py);
    for i in 0..length {
        let number = i.into_pyobject(py)?;
        dict.set_item(&number, &number)?;
    }
    Ok(dict)
}

#[pyfunction]
fn dict_read(dict: &Bound<'_, PyDict>) -> PyResult<i64> {
    let mut sum = 0;
    for i in 0..dict.len() {
        let value = dict.get_item(i)?.ok_or_else(|| PyValueError::new_err("a gap"))?;
        sum += value.extract::<i64>()?;
    }
    Ok(sum)
}

#[pyfunction]
fn is_point(object: &Bound<'_, PyAny>) -> bool {
    object.is_instance_of::<Point>()
}

#[pyfunction]
fn fail() -> PyResult<()> {
    Err(PyValueError::new_err("as asked"))
}

#[pyclass]
struct Point {
    #[pyo3(get, set)]
    x: f64,
    y: f64,
}

#[pymethods]
impl Point {
    #[new]
    fn new(x: f64, y: f64) -> Self {
        Point { x, y }
    }

    fn norm(&self) -> f64 {
        (self.x * self.x + self.y * self.y).sqrt()
    }

    fn scaled(&self, factor: f64) -> f64 {
        self.x * factor
    }
}
