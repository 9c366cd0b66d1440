//! The stub of a module: what type checkers are told.

/// Accounts of whole cents.
#[pommel::module]
mod bank {
    use pommel::prelude::*;
    use pommel::{Annotation, Args};
    use std::borrow::Cow;
    use std::collections::HashMap;

    /// An alias is annotated as what it stands for.
    type Rates<'a> = Result<HashMap<String, Option<Object<'a>>>>;

    struct Cents(i64);

    impl FromPython for Cents {
        const TAKES: Annotation = Annotation::Name("int | decimal.Decimal");
        fn expected() -> Cow<'static, str> {
            "an amount".into()
        }
        fn from_python(object: &Object<'_>) -> Result<Cents> {
            object.extract().map(Cents)
        }
    }

    pommel::argument!(Cents);

    #[class]
    pub struct Account {
        cents: i64,
    }

    #[methods]
    impl Account {
        #[new]
        #[signature(cents = -1)]
        fn new(cents: i64) -> Result<Account> {
            Ok(Account { cents })
        }

        /// What is in
        /// the account: "cents"
        #[getter]
        fn cents(&self) -> i64 {
            self.cents
        }

        #[setter]
        fn set_cents(&mut self, cents: i64) {
            self.cents = cents;
        }

        #[setter]
        fn secret(&mut self, _value: i64) {}

        #[staticmethod]
        fn merged(a: &Self, b: &Account) -> Self {
            Account { cents: a.cents + b.cents }
        }

        #[classmethod]
        fn kind(_cls: &Type<'_>) -> &'static str {
            "current"
        }

        fn __eq__(&self, other: &Account) -> bool {
            self.cents == other.cents
        }

        fn __iadd__(&mut self, cents: i64) {
            self.cents += cents;
        }

        fn __iter__<'c>(this: &Instance<'c, Self>) -> Instance<'c, Self> {
            this.clone()
        }

        fn __next__(&mut self) -> Option<i64> {
            None
        }

        #[skip]
        #[allow(dead_code)]
        fn hidden(&self) {}
    }

    /// Members that hide types.
    #[class]
    pub struct Sum;

    #[methods(operators = Sum)]
    impl Sum {
        #[getter]
        #[name = "str"]
        fn text(&self) -> String {
            String::new()
        }

        #[name = "Sum"]
        fn own(&self, other: &Sum, names: Vec<String>) -> Option<Sum> {
            let _ = (other, names);
            None
        }

        fn __add__<'c>(&self, ctx: Ctx<'c>, _other: &Object<'c>) -> Result<Object<'c>> {
            Ok(ctx.not_implemented())
        }

        fn __rpow__<'c>(&self, ctx: Ctx<'c>, _other: i64, _modulus: &Object<'c>) -> Object<'c> {
            ctx.not_implemented()
        }

        fn __pow__(&self, other: i64, modulus: Option<i64>) -> i64 {
            other + modulus.unwrap_or(0)
        }

        fn __ipow__(&mut self, _other: i64) {}

        fn __eq__<'c>(&self, ctx: Ctx<'c>, _other: &Object<'c>) -> Object<'c> {
            ctx.not_implemented()
        }

        fn __float__<'c>(&self, ctx: Ctx<'c>) -> Result<Object<'c>> {
            ctx.object(0.5)
        }

        fn __reduce_ex__<'c>(&self, ctx: Ctx<'c>, _protocol: i64) -> Object<'c> {
            ctx.none()
        }
    }

    #[class(subclass)]
    pub struct Empty;

    #[methods]
    impl Empty {}

    /// Backslash \ and """ quotes.
    #[function(signature = (a, /, b = 1.5, *rest, key = "x", limit = i64::MAX, **named))]
    fn every<'c>(
        ctx: Ctx<'c>,
        a: &str,
        b: f64,
        rest: Args<'_, 'c>,
        key: &str,
        limit: i64,
        named: Option<Dict<'c>>,
    ) -> Rates<'c> {
        let _ = (ctx, a, b, rest, key, limit, named);
        Ok(HashMap::new())
    }

    #[function(signature = (rows, *, by_name = None))]
    fn only(rows: Vec<(i64, bool)>, by_name: Option<&Account>) -> Option<Account> {
        by_name.map(|account| Account { cents: account.cents + rows.len() as i64 })
    }

    #[function]
    fn pay(amount: Cents) -> impl IntoPython {
        amount.0
    }
}

const EXPECTED: &str = r#""""Accounts of whole cents."""
import builtins
import collections.abc
import decimal
import typing
import typing_extensions

def every(a: str, /, b: float = 1.5, *rest: typing.Any, key: str = "x", limit: int = ..., **named: typing.Any) -> dict[str, typing.Any]:
    """Backslash \\ and \"\"\" quotes."""

def only(rows: collections.abc.Iterable[tuple[int, bool]], *, by_name: Account | None = None) -> Account | None: ...

def pay(amount: int | decimal.Decimal) -> typing.Any: ...

@typing.final
class Account:
    def __new__(cls, cents: int = -1) -> typing_extensions.Self: ...
    @property
    def cents(self) -> int:
        """What is in
        the account: "cents"
        """
    @cents.setter
    def cents(self, value: int) -> None: ...
    @property
    def secret(self) -> typing.NoReturn: ...
    @secret.setter
    def secret(self, value: int) -> None: ...
    @staticmethod
    def merged(a: Account, b: Account) -> Account: ...
    @classmethod
    def kind(cls) -> str: ...
    def __eq__(self, other: object, /) -> bool: ...
    def __iadd__(self, cents: int, /) -> typing_extensions.Self: ...
    def __iter__(self) -> Account: ...
    def __next__(self) -> int: ...
    __hash__: typing.ClassVar[None]  # type: ignore[assignment]

@typing.final
class Sum:
    """Members that hide types."""
    @property
    def str(self) -> builtins.str: ...
    def Sum(self, other: _Sum, names: collections.abc.Iterable[builtins.str]) -> _Sum | None: ...
    def __add__(self, _other: typing.Any, /) -> _Sum: ...
    def __rpow__(self, _other: int, _modulus: typing.Any, /) -> _Sum: ...
    def __pow__(self, other: int, modulus: int | None = None, /) -> int: ...
    def __ipow__(self, _other: int, modulus: int | None = None, /) -> typing_extensions.Self: ...
    def __eq__(self, _other: object, /) -> _Sum: ...  # type: ignore[override]
    def __float__(self) -> float: ...
    def __reduce_ex__(self, _protocol: typing.SupportsIndex) -> typing.Any: ...
    __hash__: typing.ClassVar[None]  # type: ignore[assignment]

class Empty:
    ...

_Sum: typing_extensions.TypeAlias = Sum
"#;

#[test]
fn every_kind_of_declaration() {
    let text = pommel::rt::stub(&bank::__POMMEL_MODULE);
    let (got, expected) = (text.lines(), EXPECTED.lines());
    for (number, (got, expected)) in got.zip(expected).enumerate() {
        assert_eq!(got, expected, "line {}", number + 1);
    }
    assert_eq!(text, EXPECTED);
}
