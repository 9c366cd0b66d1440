//! The loops of iterators that are followed where they stand: each does what its class in C does, in that
//! order, so that whoever is asked for items is asked as often and as early.

use super::consume::Use;
use super::generators::Items;
use super::tools::{Begun, Part, Used};
use super::{Lowering, Result};
use crate::code::{
    Argument, Binary, BlockId, Compare, Constant, Handler, Instruction, Reg, Span, Special,
    Terminator, Tool,
};

impl<'a> Lowering<'a> {
    /// Follows a call with the arguments that it has: see [`Self::over`].
    pub(super) fn follow_used(
        &mut self,
        begun: &Begun<'a>,
        at: Span,
        done: BlockId,
        each: &mut Use<'_, 'a>,
    ) -> Result<()> {
        match begun.tool {
            Tool::Accumulate => self.accumulate(begun, at, done, each),
            Tool::Chain => self.chain(begun, at, done, each),
            Tool::Combinations | Tool::CombinationsAgain | Tool::Permutations => {
                self.choices(begun, done, each)
            }
            Tool::Count => self.count_up(begun, done, each),
            Tool::Enumerate => self.enumerate(begun, at, done, each),
            Tool::Filter | Tool::Takewhile => self.filter(begun, at, done, each),
            Tool::Islice => self.islice(begun, at, done, each),
            Tool::Map => self.map(begun, at, done, each),
            Tool::Pairwise => self.pairwise(begun, at, done, each),
            Tool::Product => self.product(begun, done, each),
            Tool::Repeat => self.repeat(begun, done, each),
            Tool::Zip => self.zip(begun, at, done, each),
            Tool::ZipLongest => self.zip_longest(begun, at, done, each),
            // It gives a result, not items.
            Tool::Reduce => Ok(()),
        }
    }

    fn branch_on(&mut self, condition: Reg, then: BlockId, otherwise: BlockId, span: Span) {
        self.terminate(Terminator::Branch { condition, then, otherwise }, span);
    }

    /// The next item of an iterator, with which it goes on here.
    fn ask(&mut self, iterator: Reg, to: Reg, done: BlockId, at: Span) {
        let body = self.block();
        self.terminate(Terminator::Next { iterator, to, body, done }, at);
        self.enter(body);
    }

    /// `to = left + right`
    fn add(&mut self, to: Reg, left: Reg, right: Reg, span: Span) {
        let (operator, in_place) = (Binary::Add, false);
        self.emit(Instruction::Binary { to, operator, left, right, in_place }, span);
    }

    fn add_one(&mut self, to: Reg, span: Span) {
        let one = self.constant(Constant::Int(1), None, span);
        self.add(to, to, one, span);
    }

    /// Goes on in one of two blocks as integers compare.
    fn compare_and_branch(
        &mut self,
        (left, operator, right): (Reg, Compare, Reg),
        [then, otherwise]: [BlockId; 2],
        span: Span,
    ) {
        let to = self.temporary();
        self.emit(Instruction::Compare { to, operator, left, right }, span);
        self.branch_on(to, then, otherwise, span);
    }

    fn copy(&mut self, from: Reg, span: Span) -> Reg {
        let to = self.temporary();
        self.emit_move(to, from, span);
        to
    }

    /// An argument by position that is asked for items: an iterator is made of an object, and of what was
    /// not followed.
    fn start<'b>(&mut self, part: &'b Part<'a>, span: Span) -> Source<'b, 'a> {
        match part {
            Part::Object(from) => {
                let to = self.temporary();
                self.emit(Instruction::Iterate { to, from: *from }, span);
                Source::Iterator(to)
            }
            Part::Followed(items) => {
                let (is_it, given) = items.is_it_or_given();
                self.iterate_unless(is_it, given, span);
                Source::Followed(items)
            }
        }
    }

    fn over_source(
        &mut self,
        source: Source<'_, 'a>,
        at: Span,
        done: BlockId,
        each: &mut Use<'_, 'a>,
    ) -> Result<()> {
        match source {
            Source::Iterator(iterator) => self.over_iterator(iterator, at, done, each),
            Source::Followed(items) => self.over(items, at, done, each),
        }
    }

    /// Does something that raises `StopIteration` where there are no more items, as classes in C take it.
    fn until_stopped(&mut self, done: BlockId, span: Span, what: impl FnOnce(&mut Self)) {
        let outside = self.handler;
        let exception = self.temporary();
        let [caught, behind] = [self.block(), self.block()];
        self.protect(Some(Handler { block: caught, exception }), span);
        what(self);
        self.protect(outside, span);
        self.jump(behind, span);
        self.enter(caught);
        let cleanup = self.begin_handling(exception, span);
        let class = self.temporary();
        let name = self.intern("StopIteration");
        self.emit(Instruction::LoadBuiltin { to: class, name }, span);
        self.emit(Instruction::MatchException { to: class, exception, class }, span);
        let [ends, other] = [self.block(), self.block()];
        self.branch_on(class, ends, other, span);
        self.enter(other);
        self.go_on(exception, exception, outside, span);
        self.handler = Some(cleanup);
        self.enter(ends);
        self.protect(outside, span);
        self.emit(Instruction::LeaveHandler { exception }, span);
        self.jump(done, span);
        self.end_handling(exception, cleanup, outside, span);
        self.enter(behind);
    }

    fn call_with(&mut self, to: Reg, callee: Reg, given: &[Reg], span: Span) {
        let arguments = given.iter().copied().map(Argument::Positional).collect();
        self.emit(Instruction::Call { to, callee, arguments }, span);
    }

    /// `total = total + item`, or what a function says.
    fn accumulated(&mut self, total: Reg, item: Reg, function: Option<Reg>, span: Span) {
        match function {
            Some(callee) => self.call_with(total, callee, &[total, item], span),
            None => self.add(total, total, item, span),
        }
    }

    /// `accumulate(items, function, initial=...)`
    fn accumulate(
        &mut self,
        begun: &Begun<'a>,
        at: Span,
        done: BlockId,
        each: &mut Use<'_, 'a>,
    ) -> Result<()> {
        let (span, function) = (begun.span, begun.object(1));
        let source = self.start(&begun.parts[0], span);
        let [has_one, total] = [self.temporary(), self.temporary()];
        let give = self.block();
        let initial = begun.named;
        if let (Source::Iterator(iterator), None) = (source, initial) {
            // The first item is a total itself.
            self.ask(iterator, total, done, at);
            self.jump(give, at);
            let next = self.block();
            self.enter(next);
            let item = self.temporary();
            self.ask(iterator, item, done, at);
            self.until_stopped(done, at, |this| this.accumulated(total, item, function, at));
            self.jump(give, at);
            self.enter(give);
            each(self, total, next, done)?;
            self.jump(next, at);
            return Ok(());
        }
        if let Some(initial) = initial {
            let ready = self.block();
            self.emit_move(total, initial, span);
            let is_none = self.is_none(initial, span);
            self.constant(Constant::Bool(true), Some(has_one), span);
            let [none, some] = [self.block(), self.block()];
            self.branch_on(is_none, none, some, span);
            self.enter(none);
            self.constant(Constant::Bool(false), Some(has_one), span);
            self.jump(ready, span);
            self.enter(some);
            each(self, total, ready, done)?;
            self.jump(ready, span);
            self.enter(ready);
        } else {
            self.constant(Constant::Bool(false), Some(has_one), span);
            self.emit(Instruction::Unbind { register: total }, span);
        }
        self.over_source(source, at, done, &mut |this, item, next, done| {
            let [step, first, give] = [this.block(), this.block(), this.block()];
            this.branch_on(has_one, step, first, at);
            this.enter(first);
            this.emit_move(total, item, at);
            this.constant(Constant::Bool(true), Some(has_one), at);
            this.jump(give, at);
            this.enter(step);
            this.emit(Instruction::CheckBound { local: total }, at);
            this.until_stopped(done, at, |this| this.accumulated(total, item, function, at));
            this.jump(give, at);
            this.enter(give);
            each(this, total, next, done)
        })
    }

    fn is_none(&mut self, object: Reg, span: Span) -> Reg {
        let none = self.constant(Constant::None, None, span);
        let to = self.temporary();
        let (operator, left, right) = (Compare::Is, object, none);
        self.emit(Instruction::Compare { to, operator, left, right }, span);
        to
    }

    /// `chain(a, b)`: an iterator is made where the one before has ended.
    fn chain(
        &mut self,
        begun: &Begun<'a>,
        at: Span,
        done: BlockId,
        each: &mut Use<'_, 'a>,
    ) -> Result<()> {
        for (index, part) in begun.parts.iter().enumerate() {
            let is_last = index + 1 == begun.parts.len();
            let behind = if is_last { done } else { self.block() };
            let source = self.start(part, at);
            self.over_source(source, at, behind, &mut |this, item, next, _| {
                each(this, item, next, done)
            })?;
            if !is_last {
                self.enter(behind);
            }
        }
        Ok(())
    }

    /// `combinations`, `permutations` and `combinations_with_replacement`: places in a list, in their order.
    fn choices(&mut self, begun: &Begun<'a>, done: BlockId, each: &mut Use<'_, 'a>) -> Result<()> {
        let Begun { tool, span, width, .. } = *begun;
        let Part::Object(from) = begun.parts[0] else { return Ok(()) };
        let [pool, length] = [self.temporary(), self.temporary()];
        let list = |to, operation, of| Instruction::Special { to, operation, operands: vec![of] };
        self.emit(list(pool, Special::ToList, from), span);
        self.emit(list(length, Special::Length, pool), span);
        let (mut places, mut items): (Vec<Reg>, Vec<Reg>) = (vec![], vec![]);
        let mut out = done;
        for _ in 0..width {
            let [head, body, next] = [(); 3].map(|()| self.block());
            let place = match (tool, places.last()) {
                (Tool::Permutations, _) | (_, None) => self.constant(Constant::Int(0), None, span),
                (_, Some(&before)) => self.copy(before, span),
            };
            if let (Tool::Combinations, Some(_)) = (tool, places.last()) {
                self.add_one(place, span);
            }
            self.jump(head, span);
            self.enter(next);
            self.add_one(place, span);
            self.jump(head, span);
            self.enter(head);
            self.compare_and_branch((place, Compare::Less, length), [body, out], span);
            self.enter(body);
            for &other in places.iter().filter(|_| tool == Tool::Permutations) {
                let free = self.block();
                self.compare_and_branch((place, Compare::Equal, other), [next, free], span);
                self.enter(free);
            }
            let item = self.temporary();
            self.emit(Instruction::LoadItem { to: item, object: pool, key: place }, span);
            places.push(place);
            items.push(item);
            out = next;
        }
        self.give_tuple(items, (out, done), span, each)
    }

    /// Does something with a tuple.
    fn give_tuple(
        &mut self,
        items: Vec<Reg>,
        (next, done): (BlockId, BlockId),
        span: Span,
        each: &mut Use<'_, 'a>,
    ) -> Result<()> {
        let to = self.temporary();
        self.emit(Instruction::MakeTuple { to, items }, span);
        each(self, to, next, done)?;
        self.jump(next, span);
        Ok(())
    }

    /// `product(a, b, repeat=2)`
    fn product(&mut self, begun: &Begun<'a>, done: BlockId, each: &mut Use<'_, 'a>) -> Result<()> {
        let span = begun.span;
        let mut pools = vec![];
        for part in &begun.parts {
            let Part::Object(from) = *part else { return Ok(()) };
            let to = self.temporary();
            let (operation, operands) = (Special::ToList, vec![from]);
            self.emit(Instruction::Special { to, operation, operands }, span);
            pools.push(to);
        }
        let (mut items, mut out) = (vec![], done);
        for index in 0..begun.width {
            let [iterator, item] = [self.temporary(), self.temporary()];
            let (head, from) = (self.block(), pools[index % pools.len()]);
            self.emit(Instruction::Iterate { to: iterator, from }, span);
            self.jump(head, span);
            self.enter(head);
            self.ask(iterator, item, out, span);
            items.push(item);
            out = head;
        }
        self.give_tuple(items, (out, done), span, each)
    }

    /// `count(start, step)`
    fn count_up(&mut self, begun: &Begun<'a>, done: BlockId, each: &mut Use<'_, 'a>) -> Result<()> {
        let span = begun.span;
        let number = match begun.object(0) {
            Some(start) => self.copy(start, span),
            None => self.constant(Constant::Int(0), None, span),
        };
        let [head, next] = [self.block(), self.block()];
        self.jump(head, span);
        self.enter(next);
        match begun.object(1) {
            Some(step) => self.add(number, number, step, span),
            None => self.add_one(number, span),
        }
        self.jump(head, span);
        self.enter(head);
        each(self, number, next, done)?;
        self.jump(next, span);
        Ok(())
    }

    /// `repeat(object, times)`
    fn repeat(&mut self, begun: &Begun<'a>, done: BlockId, each: &mut Use<'_, 'a>) -> Result<()> {
        let span = begun.span;
        let Part::Object(object) = begun.parts[0] else { return Ok(()) };
        let head = self.block();
        match begun.object(1) {
            Some(times) => {
                let number = self.constant(Constant::Int(0), None, span);
                self.jump(head, span);
                self.enter(head);
                let body = self.block();
                self.compare_and_branch((number, Compare::Less, times), [body, done], span);
                self.enter(body);
                self.add_one(number, span);
            }
            None => {
                self.jump(head, span);
                self.enter(head);
            }
        }
        each(self, object, head, done)?;
        self.jump(head, span);
        Ok(())
    }

    /// `enumerate(items, start)`
    fn enumerate(
        &mut self,
        begun: &Begun<'a>,
        at: Span,
        done: BlockId,
        each: &mut Use<'_, 'a>,
    ) -> Result<()> {
        let span = begun.span;
        let source = self.start(&begun.parts[0], span);
        let number = match begun.named.or(begun.object(1)) {
            Some(start) => self.copy(start, span),
            None => self.constant(Constant::Int(0), None, span),
        };
        self.over_source(source, at, done, &mut |this, item, next, done| {
            let pair = this.temporary();
            let items = vec![number, item];
            this.emit(Instruction::MakeTuple { to: pair, items }, at);
            this.add_one(number, at);
            each(this, pair, next, done)
        })
    }

    /// `filter(function, items)` and `takewhile(function, items)`
    fn filter(
        &mut self,
        begun: &Begun<'a>,
        at: Span,
        done: BlockId,
        each: &mut Use<'_, 'a>,
    ) -> Result<()> {
        let source = self.start(&begun.parts[1], begun.span);
        let is_filter = begun.tool == Tool::Filter;
        let function = match begun.parts[0] {
            // It is called, whatever it is.
            Part::Object(function) if !is_filter => Some(function),
            _ => begun.object(0),
        };
        self.over_source(source, at, done, &mut |this, item, next, done| {
            let passes = match function {
                Some(callee) => {
                    let to = this.temporary();
                    this.until_stopped(done, at, |this| this.call_with(to, callee, &[item], at));
                    to
                }
                None => item,
            };
            let yes = this.block();
            this.branch_on(passes, yes, if is_filter { next } else { done }, at);
            this.enter(yes);
            each(this, item, next, done)
        })
    }

    /// `map(function, items)`
    fn map(
        &mut self,
        begun: &Begun<'a>,
        at: Span,
        done: BlockId,
        each: &mut Use<'_, 'a>,
    ) -> Result<()> {
        let [Part::Object(function), items] = &begun.parts[..] else { return Ok(()) };
        let source = self.start(items, begun.span);
        self.over_source(source, at, done, &mut |this, item, next, done| {
            let to = this.temporary();
            this.until_stopped(done, at, |this| this.call_with(to, *function, &[item], at));
            each(this, to, next, done)
        })
    }

    /// `islice(items, stop)`, `islice(items, start, stop, step)`: where the last item was asked for, those
    /// behind it are asked for up to the end.
    fn islice(
        &mut self,
        begun: &Begun<'a>,
        at: Span,
        done: BlockId,
        each: &mut Use<'_, 'a>,
    ) -> Result<()> {
        let span = begun.span;
        let (start, stop) = match begun.parts.len() {
            2 => (None, begun.object(1)),
            _ => (begun.object(1), begun.object(2)),
        };
        let step = begun.object(3);
        let source = self.start(&begun.parts[0], span);
        let number = self.constant(Constant::Int(0), None, span);
        let wanted = match start {
            Some(start) => self.copy(start, span),
            None => self.constant(Constant::Int(0), None, span),
        };
        let is_part = start.is_some() || step.is_some();
        let begin = self.block();
        match stop {
            Some(stop) => {
                self.compare_and_branch((number, Compare::Less, stop), [begin, done], span);
            }
            None => self.jump(begin, span),
        }
        self.enter(begin);
        self.over_source(source, at, done, &mut |this, item, next, done| {
            let [give, check] = [this.block(), this.block()];
            match is_part {
                true => {
                    let is_it = this.temporary();
                    let (operator, left, right) = (Compare::Equal, number, wanted);
                    this.emit(Instruction::Compare { to: is_it, operator, left, right }, at);
                    this.add_one(number, at);
                    this.branch_on(is_it, give, check, at);
                }
                false => {
                    this.add_one(number, at);
                    this.jump(give, at);
                }
            }
            this.enter(give);
            match step {
                Some(step) => this.add(wanted, wanted, step, at),
                None if is_part => this.emit_move(wanted, number, at),
                None => {}
            }
            each(this, item, check, done)?;
            this.jump(check, at);
            this.enter(check);
            if let Some(stop) = stop {
                this.compare_and_branch((number, Compare::Less, stop), [next, done], at);
                this.enter_unreachable();
            }
            Ok(())
        })
    }

    /// `pairwise(items)`
    fn pairwise(
        &mut self,
        begun: &Begun<'a>,
        at: Span,
        done: BlockId,
        each: &mut Use<'_, 'a>,
    ) -> Result<()> {
        let source = self.start(&begun.parts[0], begun.span);
        let [has_one, old] = [self.temporary(), self.temporary()];
        if let Source::Iterator(iterator) = source {
            self.ask(iterator, old, done, at);
            return self.over_iterator(iterator, at, done, &mut |this, item, next, done| {
                let pair = this.temporary();
                this.emit(Instruction::MakeTuple { to: pair, items: vec![old, item] }, at);
                this.emit_move(old, item, at);
                each(this, pair, next, done)
            });
        }
        self.constant(Constant::Bool(false), Some(has_one), at);
        self.emit(Instruction::Unbind { register: old }, at);
        self.over_source(source, at, done, &mut |this, item, next, done| {
            let [give, first] = [this.block(), this.block()];
            this.branch_on(has_one, give, first, at);
            this.enter(first);
            this.emit_move(old, item, at);
            this.constant(Constant::Bool(true), Some(has_one), at);
            this.jump(next, at);
            this.enter(give);
            this.emit(Instruction::CheckBound { local: old }, at);
            let pair = this.temporary();
            this.emit(Instruction::MakeTuple { to: pair, items: vec![old, item] }, at);
            this.emit_move(old, item, at);
            each(this, pair, next, done)
        })
    }

    /// `zip` of iterators of which one is followed. The others are asked where it would be.
    fn zip(
        &mut self,
        begun: &Begun<'a>,
        at: Span,
        done: BlockId,
        each: &mut Use<'_, 'a>,
    ) -> Result<()> {
        let mut sources = vec![];
        for part in &begun.parts {
            sources.push(self.start(part, begun.span));
        }
        let items: Vec<Reg> = sources.iter().map(|_| self.temporary()).collect();
        let Some(main) = sources.iter().position(|s| matches!(s, Source::Followed(_))) else {
            return Ok(());
        };
        let ask_for = |this: &mut Self, range: core::ops::Range<usize>, done| {
            for index in range {
                if let Source::Iterator(iterator) = sources[index] {
                    this.ask(iterator, items[index], done, at);
                }
            }
        };
        ask_for(self, 0..main, done);
        self.over_source(sources[main], at, done, &mut |this, item, _, done| {
            this.emit_move(items[main], item, at);
            ask_for(this, main + 1..items.len(), done);
            let (tuple, again) = (this.temporary(), this.block());
            this.emit(Instruction::MakeTuple { to: tuple, items: items.clone() }, at);
            each(this, tuple, again, done)?;
            this.jump(again, at);
            this.enter(again);
            ask_for(this, 0..main, done);
            Ok(())
        })
    }

    /// `zip_longest(a, b, fillvalue=...)`
    fn zip_longest(
        &mut self,
        begun: &Begun<'a>,
        at: Span,
        done: BlockId,
        each: &mut Use<'_, 'a>,
    ) -> Result<()> {
        let span = begun.span;
        let fill = match begun.named {
            Some(fill) => fill,
            None => self.constant(Constant::None, None, span),
        };
        let mut sides = vec![];
        for part in &begun.parts {
            let Source::Iterator(iterator) = self.start(part, span) else { return Ok(()) };
            let has_more = self.constant(Constant::Bool(true), None, span);
            sides.push((iterator, has_more, self.temporary()));
        }
        let head = self.block();
        self.jump(head, span);
        self.enter(head);
        for (index, &(iterator, has_more, item)) in sides.iter().enumerate() {
            let [more, ended, none, ready] = [(); 4].map(|()| self.block());
            self.branch_on(has_more, more, none, at);
            self.enter(more);
            self.ask(iterator, item, ended, at);
            self.jump(ready, at);
            self.enter(ended);
            self.constant(Constant::Bool(false), Some(has_more), at);
            self.branch_on(sides[1 - index].1, none, done, at);
            self.enter(none);
            self.emit_move(item, fill, at);
            self.jump(ready, at);
            self.enter(ready);
        }
        let items = sides.iter().map(|side| side.2).collect();
        self.give_tuple(items, (head, done), at, each)
    }

    /// `reduce(function, items, initial)`
    pub(super) fn reduce(&mut self, used: Used<'a>) -> Result<Reg> {
        let result = self.temporary();
        let mark = self.next;
        let begun = self.begin_used(used, None)?;
        let span = begun.span;
        let [inline, as_it_is, done, end] = [(); 4].map(|()| self.block());
        self.branch_on(begun.is_it, inline, as_it_is, span);
        self.enter(as_it_is);
        self.emit_move(result, begun.given, span);
        self.jump(end, span);
        self.enter(inline);
        let (Part::Object(callee), source) = (&begun.parts[0], self.start(&begun.parts[1], span))
        else {
            return self.cannot("a call that was not looked at", used.call);
        };
        let initial = match begun.parts.get(2) {
            Some(Part::Object(initial)) => Some(*initial),
            _ => None,
        };
        let (function, has_one, empty) = (Some(*callee), self.temporary(), self.block());
        self.constant(Constant::Bool(initial.is_some()), Some(has_one), span);
        match (initial, source) {
            (Some(initial), _) => self.emit_move(result, initial, span),
            (None, Source::Iterator(iterator)) => self.ask(iterator, result, empty, span),
            (None, _) => self.emit(Instruction::Unbind { register: result }, span),
        }
        let is_begun = initial.is_some() || matches!(source, Source::Iterator(_));
        self.over_source(source, span, done, &mut |this, item, next, _| {
            if !is_begun {
                let [step, first] = [this.block(), this.block()];
                this.branch_on(has_one, step, first, span);
                this.enter(first);
                this.emit_move(result, item, span);
                this.constant(Constant::Bool(true), Some(has_one), span);
                this.jump(next, span);
                this.enter(step);
                this.emit(Instruction::CheckBound { local: result }, span);
            }
            this.accumulated(result, item, function, span);
            Ok(())
        })?;
        self.enter(done);
        if is_begun {
            self.jump(end, span);
        } else {
            self.branch_on(has_one, end, empty, span);
        }
        self.enter(empty);
        // The function itself says that there is none.
        let nothing = self.temporary();
        self.emit(Instruction::MakeTuple { to: nothing, items: vec![] }, span);
        self.call_with(result, begun.callee, &[*callee, nothing], span);
        self.jump(end, span);
        self.enter(end);
        self.emit(Instruction::CheckBound { local: result }, span);
        self.next = mark;
        Ok(result)
    }
}

/// What is asked for items.
#[derive(Clone, Copy)]
enum Source<'b, 'a> {
    Iterator(Reg),
    Followed(&'b Items<'a>),
}
