//! Conversions, and arguments passed in every way.

use super::bench::on_both;
use super::extension::functions;
use pommel::Dict;

#[test]
fn numbers_pass_through() {
    on_both(&functions::__POMMEL_MODULE, |b| {
        let numbers = b.get("numbers")?;
        let same = numbers.call((-128, u64::MAX, 2.5, true))?;
        assert_eq!(same.extract::<(i8, u64, f64, bool)>()?, (-128, u64::MAX, 2.5, true));
        // An `int` is a real number.
        assert_eq!(numbers.call((0, 0, 3, false))?.repr()?, "(0, 0, 3.0, False)");
        let error = b.error(numbers.call((128, 0, 0.0, true)));
        let words = "OverflowError: numbers() argument 'a' must be between -128 and 127, not 128";
        assert_eq!(error, words);
        let error = b.error(numbers.call((0, -1, 0.0, true)));
        assert!(error.starts_with("OverflowError: numbers() argument 'b' must be "), "{error}");
        let error = b.error(numbers.call((1u64 << 63, 0, 0.0, true)));
        assert!(
            error.ends_with("must be between -128 and 127, not 9223372036854775808"),
            "{error}"
        );
        let error = b.error(numbers.call((0, 0, "x", true)));
        let words = "TypeError: numbers() argument 'c' must be a real number, not 'x' (str)";
        assert_eq!(error, words);
        let error = b.error(numbers.call((1.5, 0, 0.0, true)));
        assert_eq!(error, "TypeError: numbers() argument 'a' must be an int, not 1.5 (float)");
        let error = b.error(numbers.call((0, 0, 0.0, 1)));
        assert_eq!(error, "TypeError: numbers() argument 'd' must be True or False, not 1 (int)");
        Ok(())
    });
}

#[test]
fn texts_pass_through() {
    on_both(&functions::__POMMEL_MODULE, |b| {
        let texts = b.get("texts")?;
        let bytes = b.ctx().bytes(b"a\0b")?;
        let same = texts.call(("z\u{fc}rich", "a\0b", 'x', &*bytes))?;
        assert_eq!(same.get_index(0)?.extract::<String>()?, "z\u{fc}rich");
        assert_eq!(same.get_index(1)?.extract::<String>()?, "a\0b");
        assert_eq!(same.get_index(2)?.extract::<char>()?, 'x');
        assert!(same.get_index(3)?.equals(&*bytes)?);
        let error = b.error(texts.call(("", "", "xy", &*bytes)));
        let words =
            "TypeError: texts() argument 'c' must be a str of one character, not 'xy' (str)";
        assert_eq!(error, words);
        let error = b.error(texts.call(("", (), 'x', &*bytes)));
        assert_eq!(error, "TypeError: texts() argument 'b' must be a str, not None");
        Ok(())
    });
}

#[test]
fn containers_pass_through() {
    on_both(&functions::__POMMEL_MODULE, |b| {
        let containers = b.get("containers")?;
        let map = b.ctx().dict()?;
        map.set_item("one", 1)?;
        map.set_item("none", b.ctx().none())?;
        let same = containers.call((vec![1, 2], &*map, (7, "seven")))?;
        assert_eq!(same.get_index(0)?.extract::<Vec<i64>>()?, [1, 2]);
        assert!(same.get_index(1)?.equals(&*map)?);
        assert_eq!(same.get_index(2)?.repr()?, "(7, 'seven')");
        let error = b.error(containers.call((vec!["one"], &*map, (7, "seven"))));
        assert!(error.starts_with("TypeError: containers() argument 'a' "), "{error}");
        let error = b.error(containers.call((vec![1], &*map, (7, "seven", 8))));
        assert!(error.contains("containers() argument 'c' "), "{error}");
        let optional = b.get("optional")?;
        assert!(optional.call(())?.is_none());
        assert!(optional.call((b.ctx().none(),))?.is_none());
        assert_eq!(optional.call((5,))?.extract::<i64>()?, 5);
        assert!(b.get("nothing")?.call(())?.is_none());
        Ok(())
    });
}

#[test]
fn arguments_find_their_parameters() {
    on_both(&functions::__POMMEL_MODULE, |b| {
        let (everything, ctx) = (b.get("everything")?, b.ctx());
        let (four, five, six) = (ctx.object(4)?, ctx.object(5)?, ctx.object(6)?);
        let result = everything.call_with((1, 2), &[("d", &four)])?;
        assert_eq!(result.repr()?, "((1, 2, 3), (), (4, 5), None)");
        let result = everything.call_with((1, 2, 9, 8, 7), &[("d", &four), ("e", &six)])?;
        assert_eq!(result.repr()?, "((1, 2, 9), (8, 7), (4, 6), None)");
        // The name of a positional-only parameter is free for `**kwargs`.
        let named = [("b", &five), ("d", &four), ("a", &six), ("z", &five)];
        let result = everything.call_with((1,), &named)?;
        assert_eq!(result.get_index(0)?.repr()?, "(1, 5, 3)");
        let rest = result.get_index(3)?;
        let rest: &Dict<'_> = rest.cast()?;
        assert_eq!(rest.len()?, 2);
        assert_eq!(rest.get_item("a")?.extract::<i64>()?, 6);
        Ok(())
    });
}

#[test]
fn arguments_without_parameters_are_refused() {
    on_both(&functions::__POMMEL_MODULE, |b| {
        let everything = b.get("everything")?;
        let error = b.error(everything.call((1,)));
        assert_eq!(error, "TypeError: everything() missing 2 required arguments: 'b', 'd'");
        let two = b.ctx().object(2)?;
        let error = b.error(everything.call_with((1, 2), &[("b", &two), ("d", &two)]));
        assert_eq!(error, "TypeError: everything() got multiple values for argument 'b'");
        let parse = b.get("parse")?;
        let error = b.error(parse.call(("1", "2")));
        assert_eq!(error, "TypeError: parse() takes 1 positional argument but 2 were given");
        let error = b.error(parse.call_with((), &[("txet", &two)]));
        let words = "TypeError: parse() got an unexpected keyword argument 'txet'";
        assert!(error.starts_with(words), "{error}");
        let error = b.error(parse.call_with((), &[("texts", &two)]));
        let words = "TypeError: parse() got an unexpected keyword argument 'texts'. \
                     Did you mean 'text'?";
        assert_eq!(error, words);
        Ok(())
    });
}

#[test]
fn rust_calls_back() {
    on_both(&functions::__POMMEL_MODULE, |b| {
        let (call, optional) = (b.get("call")?, b.get("optional")?);
        assert_eq!(call.call((&optional,))?.extract::<i64>()?, 42);
        let error = b.error(call.call((&optional, 1)));
        assert!(error.starts_with("TypeError: optional() takes "), "{error}");
        let error = b.error(call.call((1,)));
        assert!(error.starts_with("TypeError: "), "{error}");
        let error = b.error(b.module.call_method("total", (vec!["a"],)));
        assert!(error.starts_with("TypeError: "), "{error}");
        let total = b.module.call_method("total", (vec![1.5, 2.0],))?;
        assert_eq!(total.extract::<f64>()?, 3.5);
        assert_eq!(b.get("ANSWER")?.extract::<i64>()?, 42);
        Ok(())
    });
}
