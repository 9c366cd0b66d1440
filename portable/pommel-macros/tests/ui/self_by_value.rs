use pommel::prelude::*;

#[class]
struct Ticket;

#[methods]
impl Ticket {
    fn redeem(self) {}
}

fn main() {}
