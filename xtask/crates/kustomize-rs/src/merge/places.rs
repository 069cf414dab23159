//! Where each key of a mapping is: small mappings are searched, large ones indexed.

use std::collections::HashMap;

use smol_str::SmolStr;

use crate::yaml::node::{Field, INDEXED};

/// The first place of each key; nothing for a mapping that is searched.
pub(super) struct Places(Option<HashMap<SmolStr, usize>>);

impl Places {
    /// For a mapping that is about to be filled with up to so many fields.
    pub(super) fn with_room_for(count: usize) -> Self {
        Places((count >= INDEXED).then(|| HashMap::with_capacity(count)))
    }

    pub(super) fn of(fields: &[Field]) -> Self {
        let mut places = Places::with_room_for(fields.len());
        fields.iter().enumerate().for_each(|(place, field)| places.add(&field.key, place));
        places
    }

    pub(super) fn add(&mut self, key: &SmolStr, place: usize) {
        if let Some(places) = &mut self.0 {
            places.entry(key.clone()).or_insert(place);
        }
    }

    /// The first place of a key among the fields of which these are the places.
    pub(super) fn first(&self, fields: &[Field], key: &str) -> Option<usize> {
        match &self.0 {
            Some(places) => places.get(key).copied(),
            None => fields.iter().position(|field| field.key == key),
        }
    }
}
