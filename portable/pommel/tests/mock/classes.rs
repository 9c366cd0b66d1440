//! Classes: constructors, methods, properties, operators, protocols, fields and borrows.

use super::bench::on_both;
use super::extension::{NODES, nodes, points, words};
use hpy_abi::CmpOp;
use pommel::Instance;
use std::sync::atomic::Ordering::Relaxed;

#[test]
fn instances_are_made() {
    on_both(&points::__POMMEL_MODULE, |b| {
        let (class, ctx) = (b.get("Point")?, b.ctx());
        assert_eq!(class.call((1.5,))?.repr()?, "Point(1.5, 0)");
        let y = ctx.object(2)?;
        assert_eq!(class.call_with((1,), &[("y", &y)])?.repr()?, "Point(1, 2)");
        let error = b.error(class.call((f64::NAN,)));
        assert_eq!(error, "ValueError: x must be a number");
        let error = b.error(class.call(()));
        assert_eq!(error, "TypeError: Point() missing 1 required argument: 'x'");
        assert_eq!(class.call_method("origin", ())?.repr()?, "Point(0, 0)");
        assert_eq!(class.call_method("diagonal", (3,))?.repr()?, "Point(3, 3)");
        Ok(())
    });
}

#[test]
fn methods_and_properties_work() {
    on_both(&points::__POMMEL_MODULE, |b| {
        let point = b.module.call_method("Point", (3, 4))?;
        assert_eq!(point.call_method("length", ())?.extract::<f64>()?, 5.0);
        point.set_attr("x", 0)?;
        assert_eq!(point.get_attr("x")?.extract::<f64>()?, 0.0);
        assert_eq!(point.get_attr("y")?.extract::<f64>()?, 4.0);
        point.get_attr("scale")?.call_with((2,), &[("twice", &b.ctx().object(true)?)])?;
        assert_eq!(point.repr()?, "Point(0, 16)");
        let error = b.error(point.set_attr("x", "left"));
        assert!(error.starts_with("TypeError: "), "{error}");
        let error = b.error(point.set_attr("y", 1));
        assert!(error.starts_with("AttributeError: "), "{error}");
        let error = b.error(point.del_attr("x"));
        assert!(!error.is_empty());
        assert_eq!(point.repr()?, "Point(0, 16)");
        Ok(())
    });
}

#[test]
fn operators_try_both_sides() {
    on_both(&points::__POMMEL_MODULE, |b| {
        let (p, q) = (b.module.call_method("Point", (1, 2))?, b.module.call_method("Point", (3,))?);
        assert_eq!(p.add(&q)?.repr()?, "Point(4, 2)");
        assert_eq!(b.ctx().object(1)?.add(&p)?.repr()?, "Point(2, 2)");
        assert_eq!(p.mul(2)?.repr()?, "Point(2, 4)");
        assert_eq!(b.ctx().object(2.0)?.mul(&p)?.repr()?, "Point(2, 4)");
        assert_eq!(p.neg()?.repr()?, "Point(-1, -2)");
        let error = b.error(p.add("x"));
        assert!(error.starts_with("TypeError: unsupported operand"), "{error}");
        let error = b.error(b.ctx().object("x")?.mul(&p));
        assert!(error.starts_with("TypeError: "), "{error}");
        let same = p.iadd(9)?;
        assert!(same.is(&p));
        assert_eq!(p.repr()?, "Point(10, 2)");
        assert!(p.is_true()?);
        assert!(!b.get("Point")?.call_method("origin", ())?.is_true()?);
        Ok(())
    });
}

#[test]
fn instances_are_compared() {
    on_both(&points::__POMMEL_MODULE, |b| {
        let class = b.get("Point")?;
        let (p, q) = (class.call((1, 2))?, class.call((1, 2))?);
        assert!(p.equals(&q)?);
        assert!(!p.equals(1)?);
        assert!(p.compare(CmpOp::NE, "p")?);
        assert_eq!(p.hash()?, q.hash()?);
        let long = class.call((30, 40))?;
        assert!(p.compare(CmpOp::LT, &long)?);
        // The other side's `<` answers.
        assert!(long.compare(CmpOp::GT, &p)?);
        let error = b.error(p.compare(CmpOp::LE, &q));
        assert!(error.starts_with("TypeError: '<=' not supported"), "{error}");
        Ok(())
    });
}

#[test]
fn unequal_is_derived_from_equal() {
    // On the other host it is `object.__ne__` that derives it.
    on_both(&points::__POMMEL_MODULE, |b| {
        let class = b.get("Point")?;
        let (p, q) = (class.call((1, 2))?, class.call((1, 2))?);
        assert!(!p.compare(CmpOp::NE, &q)?);
        assert!(p.compare(CmpOp::NE, &class.call((1,))?)?);
        Ok(())
    });
}

#[test]
fn containers_are_indexed_and_iterated() {
    on_both(&words::__POMMEL_MODULE, |b| {
        let words = b.module.call_method("Words", ("ab", "c"))?;
        assert_eq!(words.len()?, 2);
        assert_eq!(words.get_item(0)?.extract::<String>()?, "ab");
        assert_eq!(b.error(words.get_item(2)), "IndexError: there is no word 2");
        words.set_item(1, "de")?;
        assert!(words.contains("de")?);
        assert!(!words.contains("c")?);
        assert_eq!(words.call(("-",))?.extract::<String>()?, "ab-de");
        let letters = words.iter()?.map(|c| c?.extract::<char>());
        assert_eq!(letters.collect::<pommel::Result<String>>()?, "abde");
        // Rust alone makes these.
        let error = b.error(b.get("Spelling")?.call(()));
        assert!(error.starts_with("TypeError: "), "{error}");
        words.del_item(0)?;
        assert_eq!(words.len()?, 1);
        let error = b.error(b.module.call_method("Words", ("ab", 1)));
        assert!(error.starts_with("TypeError: "), "{error}");
        Ok(())
    });
}

#[test]
fn fields_keep_objects_and_let_go_of_them() {
    on_both(&nodes::__POMMEL_MODULE, |b| {
        let class = b.get("Node")?;
        let (node, other) = (class.call(())?, class.call(())?);
        assert!(node.get_attr("target")?.is_none());
        node.set_attr("target", &other)?;
        node.call_method("keep", (1, "one"))?;
        assert!(node.get_attr("target")?.is(&other));
        drop(other);
        assert_eq!(NODES.load(Relaxed), 2);
        assert_eq!(node.call_method("kept", (1,))?.extract::<String>()?, "one");
        assert!(node.call_method("kept", (0,))?.is_none());
        node.set_attr("target", b.ctx().none())?;
        assert_eq!(NODES.load(Relaxed), 1);
        drop(node);
        assert_eq!(NODES.load(Relaxed), 0);
        Ok(())
    });
}

#[test]
fn borrows_that_conflict_are_refused() {
    on_both(&points::__POMMEL_MODULE, |b| {
        let class = b.get("Point")?;
        let (p, q) = (class.call((3, 4))?, class.call((5, 6))?);
        let length = p.get_attr("length")?;
        let error = b.error(p.call_method("while_changing", (&length,)));
        assert!(error.starts_with("RuntimeError: "), "{error}");
        // The change before the error stays, and the borrow has ended.
        assert_eq!(p.get_attr("y")?.extract::<f64>()?, 5.0);
        assert_eq!(p.call_method("while_looking", (&length,))?.extract::<f64>()?, 34f64.sqrt());
        let error = b.error(p.call_method("swap_with", (&p,)));
        assert!(error.starts_with("RuntimeError: "), "{error}");
        p.call_method("swap_with", (&q,))?;
        assert_eq!((p.repr()?, q.repr()?), ("Point(5, 6)".into(), "Point(3, 5)".into()));
        let instance: &Instance<'_, points::Point> = Instance::of(&p).expect("a point");
        let looking = instance.borrow()?;
        assert!(instance.borrow().is_ok());
        assert!(b.error(instance.borrow_mut().map(drop)).starts_with("RuntimeError: "));
        drop(looking);
        drop(instance.borrow_mut()?);
        assert!(Instance::<points::Point>::of(&length).is_none());
        Ok(())
    });
}

#[test]
fn a_receiver_of_another_class_is_refused() {
    on_both(&points::__POMMEL_MODULE, |b| {
        let (point, other) = (b.get("Point")?, b.ctx().object("text")?);
        let error = b.error(point.get_attr("length")?.call((&other,)));
        assert!(error.starts_with("TypeError: "), "{error}");
        let origin = point.call_method("origin", ())?;
        let error = b.error(origin.call_method("swap_with", (&other,)));
        let words = "TypeError: Point.swap_with() argument 'other' must be a 'Point', not ";
        let short = "TypeError: swap_with() argument 'other' must be a 'Point', not ";
        assert!(error.starts_with(words) || error.starts_with(short), "{error}");
        Ok(())
    });
}
