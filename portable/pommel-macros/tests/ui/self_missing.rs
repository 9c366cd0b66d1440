use pommel::prelude::*;

#[class]
struct Ticket;

#[methods]
impl Ticket {
    fn price(discount: f64) -> f64 {
        10.0 - discount
    }
}

fn main() {}
