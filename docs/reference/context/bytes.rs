#[pommel::module]
mod bytes {
    use pommel::prelude::*;

    /// The sum of all bytes, as one byte.
    #[function]
    fn checksum<'c>(ctx: Ctx<'c>, data: &[u8]) -> Result<Bytes<'c>> {
        let sum = data.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
        ctx.bytes(&[sum])
    }
}
