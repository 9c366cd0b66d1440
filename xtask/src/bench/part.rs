//! The parts of a case. A `[[part]]` is a family: the same work at several sizes, for several types
//! of elements; what is measured one by one, and named in results, are its members.

use serde::{Deserialize, Deserializer};

/// What `[[part]]` may say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Family {
    name: String,
    title: String,
    /// Numbers of elements, as they are written in names: `4`, `1e6`.
    #[serde(default)]
    sizes: Vec<String>,
    /// The sizes of a quick run, if not those of the case.
    quick_sizes: Option<Vec<String>>,
    /// The first is what is meant where a name says no type.
    #[serde(default)]
    dtypes: Vec<String>,
    work: Option<Work>,
    /// The one row that has it: it measures what the machine can do.
    only: Option<String>,
    /// Names of members that differ in more than their size: `loop` with `members = ["for"]` is
    /// measured as `loop-for`.
    #[serde(default)]
    members: Vec<String>,
    /// The table that it stands in, where a case has several.
    section: Option<String>,
    /// Left out of quick runs.
    #[serde(default)]
    is_slow: bool,
}

/// What a part asks of the machine. Parts that name the same limit are compared with each other:
/// those that only one row has say what can be reached.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Work {
    pub limit: String,
    /// How many arrays have to be read or written once.
    streams: Option<f64>,
    /// `[2.0, 1.5]`: twice the number of elements to the power of 1.5.
    flops: Option<[f64; 2]>,
}

/// What is measured with every row that has it.
#[derive(Clone)]
pub struct Part {
    /// As the workers and the results name it: `add-1e6`, `add-float32-1e6`.
    pub name: String,
    pub title: String,
    pub family: String,
    pub size: Option<String>,
    pub dtype: Option<String>,
    pub work: Option<Work>,
    pub only: Option<String>,
    pub section: Option<String>,
    is_slow: bool,
    quick_sizes: Option<Vec<String>>,
}

impl Part {
    /// The number of elements; none where the part has no size.
    pub fn elements(&self) -> f64 {
        self.size.as_ref().and_then(|size| size.parse().ok()).unwrap_or_default()
    }

    /// Whether somebody who says `name` means this part: `add`, `add-float32` or `add-1e6`.
    pub fn is_meant(&self, name: &str) -> bool {
        let of_type = || self.dtype.as_ref().map(|dtype| format!("{}-{dtype}", self.family));
        self.name == name || self.family == name || of_type().is_some_and(|full| full == name)
    }

    /// Whether a quick run has it, where the case says `sizes`; no sizes are all.
    pub fn is_quick(&self, sizes: &[String]) -> bool {
        let sizes = self.quick_sizes.as_deref().unwrap_or(sizes);
        if self.is_slow {
            return false;
        }
        self.size.as_ref().is_none_or(|size| sizes.is_empty() || sizes.contains(size))
    }

    /// Bytes that cross memory, or operations, whichever the part counts.
    pub fn amount(&self) -> Option<f64> {
        let work = self.work.as_ref()?;
        match (work.streams, work.flops) {
            (Some(streams), None) => Some(streams * self.elements() * self.width()),
            (None, Some([factor, power])) => Some(factor * self.elements().powf(power)),
            _ => None,
        }
    }

    /// What the amount in a second is called, in thousands of millions.
    pub fn unit(&self) -> &'static str {
        if self.work.as_ref().is_some_and(|work| work.flops.is_some()) { "GFLOP/s" } else { "GB/s" }
    }

    /// Whether `other` measures the limit of the same size and type.
    pub fn is_limited_by(&self, other: &Part) -> bool {
        let limit = |part: &Part| part.work.as_ref().map(|work| work.limit.clone());
        // Of arithmetic there is one peak for all sizes.
        let is_peak = self.unit() != "GB/s";
        other.only.is_some()
            && self.only.is_none()
            && limit(self).is_some_and(|name| Some(name) == limit(other))
            && self.dtype == other.dtype
            && (is_peak || self.size == other.size)
    }

    /// The bytes of an element.
    fn width(&self) -> f64 {
        if self.dtype.as_deref() == Some("float32") { 4.0 } else { 8.0 }
    }
}

impl Family {
    fn members(self) -> Vec<Part> {
        // A family without types or sizes has one member.
        let alternatives = |names: &[String]| -> Vec<Option<String>> {
            if names.is_empty() { vec![None] } else { names.iter().cloned().map(Some).collect() }
        };
        let mut members = Vec::new();
        for kind in alternatives(&self.members) {
            for (index, dtype) in alternatives(&self.dtypes).into_iter().enumerate() {
                for size in alternatives(&self.sizes) {
                    members.push(self.member(kind.as_deref(), dtype.clone(), index == 0, size));
                }
            }
        }
        members
    }

    fn member(
        &self,
        kind: Option<&str>,
        dtype: Option<String>,
        is_usual: bool,
        size: Option<String>,
    ) -> Part {
        let (mut name, mut title) = (self.name.clone(), self.title.clone());
        if let Some(kind) = kind {
            name += &format!("-{kind}");
            title += &format!(": {}", kind.replace('-', " "));
        }
        let named = dtype.as_ref().filter(|_| !is_usual);
        if let Some(dtype) = named {
            name += &format!("-{dtype}");
        }
        if let Some(size) = &size {
            name += &format!("-{size}");
            title += &format!(", n = {size}");
        }
        if let Some(dtype) = named {
            title += &format!(", {dtype}");
        }
        Part {
            name,
            title,
            family: self.name.clone(),
            size,
            dtype,
            work: self.work.clone(),
            only: self.only.clone(),
            section: self.section.clone(),
            is_slow: self.is_slow,
            quick_sizes: self.quick_sizes.clone(),
        }
    }
}

/// The members of all families, in their order.
pub fn members<'de, D: Deserializer<'de>>(source: D) -> Result<Vec<Part>, D::Error> {
    let families = Vec::<Family>::deserialize(source)?;
    Ok(families.into_iter().flat_map(Family::members).collect())
}

#[cfg(test)]
pub mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct File {
        #[serde(rename = "part", deserialize_with = "members")]
        parts: Vec<Part>,
    }

    pub fn parts(text: &str) -> Vec<Part> {
        toml::from_str::<File>(text).unwrap().parts
    }

    const ADD: &str = r#"
        [[part]]
        name = "add"
        title = "a + b"
        sizes = ["4", "1e6"]
        dtypes = ["float64", "float32"]
        work = { limit = "memory", streams = 3 }
        [[part]]
        name = "copy"
        title = "copied"
        sizes = ["1e6"]
        dtypes = ["float64", "float32"]
        only = "machine"
        work = { limit = "memory", streams = 2 }
        [[part]]
        name = "read"
        title = "an element"
    "#;

    #[test]
    fn a_family_has_a_member_for_each_type_and_size() {
        let parts = parts(ADD);
        let names: Vec<&str> = parts.iter().map(|part| part.name.as_str()).collect();
        assert_eq!(names[..4], ["add-4", "add-1e6", "add-float32-4", "add-float32-1e6"]);
        assert_eq!(names[4..], ["copy-1e6", "copy-float32-1e6", "read"]);
        assert_eq!(parts[0].title, "a + b, n = 4");
        assert_eq!(parts[3].title, "a + b, n = 1e6, float32");
        assert_eq!((parts[3].elements(), parts[6].elements()), (1e6, 0.0));
    }

    #[test]
    fn a_name_means_a_part_a_type_or_a_family() {
        let parts = parts(ADD);
        let meant = |name| parts.iter().filter(|part| part.is_meant(name)).count();
        assert_eq!([meant("add"), meant("add-float32"), meant("add-1e6")], [4, 2, 1]);
        assert_eq!([meant("ad"), meant("read"), meant("add-1e7")], [0, 1, 0]);
    }

    #[test]
    fn quick_runs_have_some_sizes() {
        let mut parts = parts(ADD);
        let sizes = |names: &[&str]| names.iter().map(|name| String::from(*name)).collect();
        let four: Vec<String> = sizes(&["4"]);
        let quick = |part: &Part| part.is_quick(&four);
        assert!(quick(&parts[0]) && !quick(&parts[1]) && quick(&parts[6]));
        assert!(parts[1].is_quick(&[]));
        parts[1].quick_sizes = Some(sizes(&["1e6"]));
        assert!(quick(&parts[1]));
    }

    #[test]
    fn members_have_names_and_slow_ones_are_for_long_runs() {
        let parts = parts(
            "[[part]]\nname = 'loop'\ntitle = 'loops'\nmembers = ['for', 'for-else']\n\
             section = 'Features'\nis_slow = true\n",
        );
        let named: Vec<_> = parts.iter().map(|part| (&*part.name, &*part.title)).collect();
        assert_eq!(named, [("loop-for", "loops: for"), ("loop-for-else", "loops: for else")]);
        assert!(parts.iter().all(|part| part.section.as_deref() == Some("Features")));
        assert!(parts[0].is_meant("loop") && !parts[0].is_quick(&[]));
    }

    #[test]
    fn work_is_counted_and_compared_with_its_like() {
        let parts = parts(ADD);
        assert_eq!((parts[1].amount(), parts[3].amount()), (Some(24e6), Some(12e6)));
        assert_eq!((parts[6].amount(), parts[1].unit()), (None, "GB/s"));
        assert!(parts[1].is_limited_by(&parts[4]) && parts[3].is_limited_by(&parts[5]));
        // Another type, another size, and what is no limit.
        assert!(!parts[1].is_limited_by(&parts[5]) && !parts[0].is_limited_by(&parts[4]));
        assert!(!parts[4].is_limited_by(&parts[1]) && !parts[6].is_limited_by(&parts[4]));
    }

    #[test]
    fn arithmetic_has_one_peak_for_all_sizes() {
        let product = "name = 'p'\ntitle = 'p'\nsizes = ['100']\ndtypes = ['float64']\n\
                       work = { limit = 'peak', flops = [2, 1.5] }\n";
        let peak = "name = 'q'\ntitle = 'q'\nsizes = ['1e6']\ndtypes = ['float64']\n\
                    only = 'm'\nwork = { limit = 'peak', flops = [2, 1] }\n";
        let parts = parts(&format!("[[part]]\n{product}[[part]]\n{peak}"));
        assert_eq!((parts[0].amount(), parts[1].amount()), (Some(2000.0), Some(2e6)));
        assert_eq!(parts[0].unit(), "GFLOP/s");
        assert!(parts[0].is_limited_by(&parts[1]));
    }
}
