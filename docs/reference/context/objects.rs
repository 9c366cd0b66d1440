#[pommel::module]
mod objects {
    use pommel::prelude::*;

    /// `max(items, key=len).name`
    #[function]
    fn longest<'c>(items: &Object<'c>) -> Result<Object<'c>> {
        let mut found = None;
        for index in 0..items.len()? {
            let item = items.get_item(index)?;
            let length = item.len()?;
            if found.as_ref().is_none_or(|(longest, _)| length > *longest) {
                found = Some((length, item));
            }
        }
        let (_, item) = found.ok_or_else(|| Error::value_error("there is no item"))?;
        item.get_attr(c"name")
    }
}
