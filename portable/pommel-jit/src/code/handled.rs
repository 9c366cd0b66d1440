//! Which exceptions are being handled where.

use super::{BlockId, Code, Instruction, Point, Reg, Terminator};

impl Code {
    /// The registers of the exceptions that the function handles at a point, the latest last.
    pub fn handled_at(&self, point: Point) -> Vec<Reg> {
        let entries = self.found_handled.get_or_init(|| on_entry(self));
        let mut handled = entries[point.block.0 as usize].clone();
        follow(self, point, &mut handled);
        handled
    }
}

/// What instructions of a block before a point do to the exceptions that are handled.
fn follow(code: &Code, point: Point, handled: &mut Vec<Reg>) {
    for (instruction, _) in code.block(point.block).instructions.iter().take(point.index as usize) {
        match instruction {
            Instruction::EnterHandler { exception } => handled.push(*exception),
            Instruction::LeaveHandler { .. } => drop(handled.pop()),
            _ => {}
        }
    }
}

/// Where an exception may come from in a block: behind what enters and leaves handlers, which stands at its
/// beginning. `None` if nothing else is there.
fn first_raising(code: &Code, block: BlockId) -> Option<Point> {
    use Instruction::{EnterHandler, LeaveHandler};
    let data = code.block(block);
    let mut all = data.instructions.iter();
    let is_quiet = |i: &Instruction| matches!(i, EnterHandler { .. } | LeaveHandler { .. });
    let index = all.position(|(instruction, _)| !is_quiet(instruction));
    let end = (!matches!(data.terminator, Terminator::Jump(_))).then_some(data.instructions.len());
    index.or(end).map(|index| Point { block, index: index as u32 })
}

/// The same for the beginnings of all blocks.
fn on_entry(code: &Code) -> Vec<Vec<Reg>> {
    let mut entries = vec![None; code.blocks.len()];
    let mut open = vec![(BlockId(0), vec![])];
    while let Some((at, handled)) = open.pop() {
        if entries[at.0 as usize].is_some() {
            continue;
        }
        let block = code.block(at);
        let mut behind = handled.clone();
        let end = Point { block: at, index: block.instructions.len() as u32 };
        follow(code, end, &mut behind);
        if let (Some(handler), Some(first)) = (block.handler, first_raising(code, at)) {
            let mut raised = handled.clone();
            follow(code, first, &mut raised);
            open.push((handler.block, raised));
        }
        entries[at.0 as usize] = Some(handled);
        open.extend(block.terminator.targets().map(|to| (to, behind.clone())));
    }
    entries.into_iter().map(Option::unwrap_or_default).collect()
}
