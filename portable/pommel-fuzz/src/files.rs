//! Files of arrays: what is written is read as it was, and what was damaged is refused, or read as
//! something that the same rules hold for.

use crate::input::Input;
use crate::run;
use pommel_array::npy::{Archive, ArchiveWriter, ByteOrder, Header};
use pommel_array::{DType, Order};

/// A header, most of the time one that an array could have.
fn header(input: &mut Input) -> Header {
    let dtype = DType::ALL[input.below(DType::ALL.len())];
    let order = input.pick(&[Order::C, Order::F]);
    let extent = |input: &mut Input| {
        if input.once_in(32) { input.number() } else { input.below(6) as isize }
    };
    let shape = input.several(5, extent);
    let mut header = Header::new(dtype, written_order(order, &shape), &shape);
    let byte_order = input.pick(&[ByteOrder::Little, ByteOrder::Big]);
    // A single byte has no order.
    header.byte_order = if dtype.size() > 1 { byte_order } else { ByteOrder::NATIVE };
    header
}

/// What lies the same in both orders is written as in C order.
fn written_order(order: Order, shape: &[isize]) -> Order {
    let long = shape.iter().filter(|&&extent| extent != 1).count();
    if shape.contains(&0) || long < 2 { Order::C } else { order }
}

/// The bytes of an array, as many as a file has for it, or fewer.
fn data(input: &mut Input, header: &Header) -> Option<Vec<u8>> {
    let size = header.data_size().ok().filter(|&size| size < 1 << 16)?;
    let some = input.several(64, Input::byte);
    Some(some.iter().copied().cycle().take(if some.is_empty() { 0 } else { size }).collect())
}

/// A `.npy` file: of a header, of a text that looks like one, or of any bytes.
pub fn npy(input: &mut Input) {
    let (file, written) = match input.below(3) {
        0 => {
            let header = header(input);
            let mut file = header.to_bytes();
            file.extend(data(input, &header).unwrap_or_default());
            (file, Some(header))
        }
        1 => (written(input), None),
        _ => (input.rest().to_vec(), None),
    };
    let mut damaged = file.clone();
    input.damage(&mut damaged);
    run(&String::from_utf8_lossy(&damaged), || {
        if let Some(header) = &written
            && header.layout().is_ok()
        {
            assert_eq!(Header::parse(&file).expect("a header that was written").0, *header);
        }
        check(&damaged);
    });
}

/// A header as somebody could write it.
fn written(input: &mut Input) -> Vec<u8> {
    const WORDS: &[&str] = &[
        "'descr'",
        "'fortran_order'",
        "'shape'",
        ": ",
        ", ",
        "'<f8'",
        "'>c16'",
        "'|b1'",
        "False",
        "True",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "(3,)",
        "(2, 3)",
        "()",
        "-1",
        "9223372036854775807",
        "L",
        "None",
        "'",
        "\"",
        "\\x41",
        "'|O'",
        "[('a', '<i4')]",
        " ",
        "\n",
        "u'",
        "0x10",
        "1_0",
        "1e3",
        "#",
    ];
    let mut text = String::from("{'descr': ");
    for _ in 0..input.below(40) {
        text.push_str(input.pick(WORDS));
    }
    if input.once_in(2) {
        text = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {}, }}", &text[10..]);
    }
    text.push('\n');
    let mut file = b"\x93NUMPY".to_vec();
    let version = input.pick(&[1, 2, 3, 4]);
    file.extend([version, 0]);
    let length = text.len() as u32;
    file.extend(&length.to_le_bytes()[..if version == 1 { 2 } else { 4 }]);
    file.extend(text.as_bytes());
    file
}

/// Whatever a file says, both ways to read it agree, and what it was taken for can be written.
fn check(file: &[u8]) {
    let mut reader = file;
    let read = Header::read(&mut reader);
    let Ok((header, start)) = Header::parse(file) else {
        assert!(read.is_err(), "read, and not parsed");
        return;
    };
    assert_eq!(read.expect("parsed, and not read"), header);
    assert_eq!(reader.len(), file.len() - start, "where the data begin");
    let size = header.data_size().expect("a header with a layout");
    let mut written = header.clone();
    written.order = written_order(header.order, &header.shape);
    assert_eq!(Header::parse(&header.to_bytes()).expect("what is written").0, written);
    let data = header.data(file, start);
    assert_eq!(data.is_ok(), file.len() - start >= size);
    let copied = header.read_data(&mut reader);
    match data {
        Ok(data) => {
            let mut copied = copied.expect("data that are there");
            assert_eq!(copied, data);
            header.make_native(&mut copied);
            let mut native = header.clone();
            native.byte_order = ByteOrder::NATIVE;
            assert!(native.is_native(&copied));
        }
        Err(_) => assert!(copied.is_err()),
    }
}

/// An archive of some arrays, and the same damaged.
pub fn npz(input: &mut Input) {
    let compress = input.once_in(2);
    let mut members = Vec::new();
    let mut writer = ArchiveWriter::new(Vec::new(), compress);
    for number in 0..input.below(4) {
        let header = header(input);
        let Some(mut data) = data(input, &header) else { continue };
        data.resize(header.data_size().expect("a size"), 1);
        let name = input.pick(&["a", "x/y", "é", "", "a.npy"]).to_owned() + &number.to_string();
        writer.add(&name, &header, &data).expect("memory to write to");
        members.push((name, header, data));
    }
    let file = writer.finish().expect("memory to write to");
    let mut damaged = if input.once_in(8) { input.rest().to_vec() } else { file.clone() };
    input.damage(&mut damaged);
    run(&(&members, &damaged), || {
        let archive = Archive::new(&file).expect("an archive that was written");
        assert_eq!(archive.names().len(), members.len());
        for (name, header, data) in &members {
            let (found, bytes) = archive.array(name).expect("an array that was written");
            assert_eq!((&found, &bytes[..]), (header, &data[..]));
        }
        let Ok(archive) = Archive::new(&damaged) else { return };
        for name in archive.names() {
            if let Ok((header, bytes)) = archive.array(name) {
                assert_eq!(bytes.len(), header.data_size().expect("a header with a layout"));
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Found by libFuzzer: an array without elements in Fortran's order, which is written in C's.
    #[test]
    fn no_elements_in_another_order() {
        npy(&mut Input::new(b"\xc9\xfei2\xff\xffi4\xff~\x0br=\x06"));
    }
}
