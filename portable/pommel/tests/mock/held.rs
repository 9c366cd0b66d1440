//! What is kept of Python outside of a class, on a host that is strict about handles.

use super::bench::on;
use super::extension::memory;
use hpy_mock::Interpreter;
use pommel::held::{self, Farewell, Held, HeldBuffer};
use std::sync::atomic::{AtomicUsize, Ordering};

fn in_another_thread(work: impl FnOnce() + Send) {
    std::thread::scope(|scope| scope.spawn(work).join()).unwrap();
}

#[test]
fn an_object_is_kept_and_let_go() {
    on(Interpreter::new(), &memory::__POMMEL_MODULE, |b| {
        let ctx = b.module.ctx();
        let list = ctx.list([1, 2])?;
        // SAFETY: dropped in this function.
        let held = unsafe { Held::new(&list) };
        drop(list);
        assert_eq!(held.get(ctx).len()?, 2);
        Ok(())
    });
}

#[test]
fn a_thread_without_python_leaves_it_to_the_next_that_has_it() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    on(Interpreter::new(), &memory::__POMMEL_MODULE, |b| {
        let ctx = b.module.ctx();
        let make = || {
            // SAFETY: dropped in this function.
            unsafe { Farewell::new(ctx, || _ = CALLS.fetch_add(1, Ordering::SeqCst)) }
        };
        let list = ctx.list([1])?;
        // SAFETY: as above.
        let (first, object) = (make(), unsafe { Held::new(&list) });
        in_another_thread(|| drop((first, object)));
        assert_eq!(CALLS.load(Ordering::SeqCst), 0);
        let second = make();
        assert_eq!(CALLS.load(Ordering::SeqCst), 1);
        held::away(|| drop(second));
        assert_eq!(CALLS.load(Ordering::SeqCst), 1);
        held::arrive(ctx);
        assert_eq!(CALLS.load(Ordering::SeqCst), 2);
        let third = make();
        ctx.detach(|| drop(third));
        assert_eq!(CALLS.load(Ordering::SeqCst), 2);
        held::arrive(ctx);
        assert_eq!(CALLS.load(Ordering::SeqCst), 3);
        drop(make());
        assert_eq!(CALLS.load(Ordering::SeqCst), 4);
        Ok(())
    });
}

#[test]
fn an_export_is_kept_and_let_go() {
    on(Interpreter::new_ours(), &memory::__POMMEL_MODULE, |b| {
        let samples = b.module.call_method("Samples", (vec![1.5, 2.0],))?;
        // SAFETY: dropped in this function.
        let held = unsafe { HeldBuffer::of(&samples)? }.unwrap();
        assert_eq!((held.shape(), held.strides(), held.itemsize()), (&[2][..], &[8][..], 8));
        assert_eq!((held.format(), held.is_readonly()), (c"d", false));
        // SAFETY: the second of two numbers.
        assert_eq!(unsafe { held.start().cast::<f64>().add(1).read() }, 2.0);
        let error = b.error(samples.call_method("grow", ()));
        assert!(error.starts_with("RuntimeError: "), "{error}");
        drop(held);
        samples.call_method("grow", ())?;
        // SAFETY: as above.
        assert!(unsafe { HeldBuffer::of(&b.module.ctx().none()) }.is_err());
        Ok(())
    });
    on(Interpreter::new(), &memory::__POMMEL_MODULE, |b| {
        // SAFETY: as above.
        assert!(unsafe { HeldBuffer::of(b.module)? }.is_none() && !HeldBuffer::is_offered());
        Ok(())
    });
}
