//! Descriptors: what an attribute of a class does where an instance is asked for it.

use pommel::Field;
use pommel::prelude::*;

/// A callable that becomes a method, as functions do.
#[class(subclass)]
pub struct Method {
    function: Field,
}

#[methods]
impl Method {
    #[new]
    fn new() -> Method {
        Method { function: Field::empty() }
    }

    #[setter]
    fn set_function(this: &Instance<'_, Self>, function: &Object<'_>) -> Result<()> {
        this.borrow()?.function.store(this, Some(function))
    }

    fn __get__<'c>(
        this: &Instance<'c, Self>,
        ctx: Ctx<'c>,
        instance: Option<&Object<'c>>,
        owner: Option<&Object<'c>>,
    ) -> Result<Object<'c>> {
        let _ = owner;
        let Some(instance) = instance else { return this.into_python(ctx) };
        ctx.import(c"types")?.get_attr(c"MethodType")?.call((this, instance))
    }

    #[signature(*args)]
    fn __call__<'c>(this: &Instance<'c, Self>, args: Args<'_, 'c>) -> Result<Object<'c>> {
        let function = this.borrow()?.function.load(this)?;
        args.pass_to(&function.ok_or_else(|| Error::runtime_error("no function"))?)
    }
}

/// An attribute that is a number of at least 0, kept by the instance under another name.
#[class]
pub struct Amount {}

#[methods]
impl Amount {
    #[new]
    fn new() -> Amount {
        Amount {}
    }

    fn __get__<'c>(
        &self,
        instance: Option<&Object<'c>>,
        owner: Option<&Type<'c>>,
    ) -> Result<Object<'c>> {
        match (instance, owner) {
            (Some(instance), _) => instance.get_attr(c"_amount"),
            (None, Some(owner)) => owner.get_attr(c"__name__"),
            (None, None) => Err(Error::type_error("__get__(None, None) is invalid")),
        }
    }

    fn __set__(&self, instance: &Object<'_>, value: f64) -> Result<()> {
        if value < 0.0 {
            return Err(Error::value_error("an amount is not negative"));
        }
        instance.set_attr(c"_amount", value)
    }

    fn __delete__(&self, instance: &Object<'_>) -> Result<()> {
        instance.del_attr(c"_amount")
    }
}

/// An attribute that can be set and not be deleted.
#[class]
pub struct SetOnly {}

#[methods]
impl SetOnly {
    #[new]
    fn new() -> SetOnly {
        SetOnly {}
    }

    fn __set__(&self, instance: &Object<'_>, value: &Object<'_>) -> Result<()> {
        instance.set_attr(c"_set", value)
    }
}
