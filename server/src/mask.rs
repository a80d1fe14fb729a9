//! Which fields of a resource an update changes.

use prost_types::FieldMask;

use crate::problem::Problem;

/// The fields that a request changes, all of them among those that its caller may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask(Vec<&'static str>);

impl Mask {
    /// Without a mask the resource is replaced: every field that can be written is. A mask that names nothing changes
    /// nothing, which nobody can want. Fields that the server sets, fields inside others and `*` are refused rather than
    /// passed over, so that nobody believes to have changed what stayed as it was.
    pub fn read(mask: Option<&FieldMask>, writable: &[&'static str]) -> Result<Self, Problem> {
        let allowed = || writable.join(", ");
        let Some(FieldMask { paths }) = mask else { return Ok(Self(writable.to_vec())) };
        if paths.is_empty() {
            return Err(Problem::invalid_field(
                "update_mask",
                format!("names nothing to change; name some of: {}", allowed()),
            ));
        }
        let fields = paths.iter().map(|path| {
            writable.iter().find(|field| *field == path).copied().ok_or_else(|| {
                Problem::invalid_field("update_mask", format!("{path:?} cannot be changed; these can: {}", allowed()))
            })
        });
        Ok(Self(fields.collect::<Result<_, _>>()?))
    }

    pub fn has(&self, field: &str) -> bool {
        self.0.contains(&field)
    }

    /// Puts a new value in the place of the old one, if the field is to change.
    pub fn put<T>(&self, field: &str, old: &mut T, new: T) {
        if self.has(field) {
            *old = new;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_holds_what_may_be_written() {
        let writable = ["name", "building"];
        let read = |paths: &[&str]| {
            let mask = FieldMask { paths: paths.iter().map(|path| (*path).to_owned()).collect() };
            Mask::read(Some(&mask), &writable).ok().map(|mask| mask.0)
        };
        for (paths, expected) in [
            (&[][..], None),
            (&["building"], Some(vec!["building"])),
            (&["building", "name"], Some(vec!["building", "name"])),
            (&["*"], None),
            (&["id"], None),
            (&["name.first"], None),
            (&["Name"], None),
            (&["name", "college_id"], None),
        ] {
            assert_eq!(read(paths), expected, "{paths:?}");
        }
        assert!(Mask::read(None, &writable).is_ok_and(|mask| mask.has("name") && mask.has("building")));
    }
}
