//! The micro benchmarks with the safe API: function by function what the rivals do.

use pommel::prelude::*;

/// Functions and a class that cost next to nothing themselves.
#[pommel::module]
pub mod micro_pommel {
    use super::*;

    #[function]
    fn none() {}

    #[function]
    fn one(x: i64) -> i64 {
        x + 1
    }

    #[function]
    fn two(x: f64, y: f64) -> f64 {
        x + y
    }

    #[function]
    fn many(a: i64, b: i64, c: i64, d: i64, e: i64, f: i64) -> i64 {
        a + b + c + d + e + f
    }

    #[function(signature = (a, b = 2, *, key = 1.0))]
    fn keywords(a: i64, b: i64, key: f64) -> f64 {
        (a + b) as f64 * key
    }

    #[function]
    fn list_build(ctx: Ctx<'_>, length: i64) -> Result<List<'_>> {
        ctx.list(0..length)
    }

    #[function]
    fn list_read(list: &List<'_>) -> Result<i64> {
        let mut sum = 0;
        for number in list.iter_as::<i64>()? {
            sum += number?;
        }
        Ok(sum)
    }

    #[function]
    fn dict_build(ctx: Ctx<'_>, length: i64) -> Result<Dict<'_>> {
        let dict = ctx.dict()?;
        for i in 0..length {
            let number = ctx.object(i)?;
            dict.set_item(&number, &number)?;
        }
        Ok(dict)
    }

    #[function]
    fn dict_read(dict: &Dict<'_>) -> Result<i64> {
        let mut sum = 0;
        for i in 0..dict.len()? as i64 {
            let value = dict.get(i)?.ok_or_else(|| Error::value_error("a gap"))?;
            sum += value.extract::<i64>()?;
        }
        Ok(sum)
    }

    #[function]
    fn is_point(object: &Object<'_>) -> bool {
        Instance::<Point>::of(object).is_some()
    }

    #[function]
    fn fail() -> Result<()> {
        Err(Error::value_error("as asked"))
    }

    /// A point in the plane.
    #[class]
    pub struct Point {
        x: f64,
        y: f64,
    }

    #[methods]
    impl Point {
        #[new]
        fn new(x: f64, y: f64) -> Point {
            Point { x, y }
        }

        fn norm(&self) -> f64 {
            (self.x * self.x + self.y * self.y).sqrt()
        }

        fn scaled(&self, factor: f64) -> f64 {
            self.x * factor
        }

        #[getter]
        fn x(&self) -> f64 {
            self.x
        }

        #[setter]
        fn set_x(&mut self, x: f64) {
            self.x = x;
        }
    }
}
