//! Views of other objects' memory, on a host that lends it.

use super::bench::on;
use super::extension::memory;
use hpy_mock::Interpreter;

#[test]
fn memory_is_read_and_written_in_place() {
    on(Interpreter::new_ours(), &memory::__POMMEL_MODULE, |b| {
        let samples = b.module.call_method("Samples", (vec![1.5, 2.0],))?;
        assert_eq!(b.module.call_method("sum", (&samples,))?.extract::<f64>()?, 3.5);
        b.module.call_method("double", (&samples,))?;
        assert_eq!(b.module.call_method("sum", (&samples,))?.extract::<f64>()?, 7.0);
        let empty = b.module.call_method("Samples", (Vec::<f64>::new(),))?;
        assert_eq!(b.module.call_method("sum", (&empty,))?.extract::<f64>()?, 0.0);
        Ok(())
    });
}

#[test]
fn what_does_not_fit_is_refused_and_given_back() {
    on(Interpreter::new_ours(), &memory::__POMMEL_MODULE, |b| {
        let samples = b.module.call_method("Samples", (vec![1.5],))?;
        let error = b.error(b.module.call_method("integers", (&samples,)));
        assert!(error.contains("'q' with 8 bytes, not 'd' with 8 (Samples)"), "{error}");
        let error = b.error(b.module.call_method("sum", (1,)));
        assert!(error.starts_with("TypeError: "), "{error}");
        // The borrow of the view that was refused has ended.
        samples.call_method("grow", ()).map(drop)
    });
}

#[test]
fn the_exporter_is_borrowed_as_long_as_the_view_lives() {
    on(Interpreter::new_ours(), &memory::__POMMEL_MODULE, |b| {
        let samples = b.module.call_method("Samples", (vec![1.5],))?;
        let error = b.error(b.module.call_method("grow_meanwhile", (&samples,)));
        assert!(error.starts_with("RuntimeError: "), "{error}");
        samples.call_method("grow", ()).map(drop)
    });
}
