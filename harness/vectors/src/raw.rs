//! The content of a vector file. Checks its keys and resolves bases and patches.

use crate::hex::annotated;
use crate::model::{Expect, ExpectedError, Fields, KINDS, Protocol, Reaction, Vector};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// Name and version of the format.
pub(crate) const FORMAT: &str = "rspcheck-vectors/1";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    pub(crate) format: Spanned<String>,
    pub(crate) protocol: Protocol,
    #[serde(default)]
    pub(crate) vector: Vec<Spanned<RawVector>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawVector {
    pub(crate) id: String,
    about: String,
    #[serde(default)]
    covers: Vec<String>,
    origin: String,
    expect: Expect,
    why: Option<String>,
    octets: Option<String>,
    base: Option<String>,
    #[serde(default)]
    patch: Vec<Patch>,
    error: Option<ExpectedError>,
    reaction: Option<Reaction>,
    #[serde(default)]
    fields: BTreeMap<String, toml::Value>,
    reencodes: Option<String>,
    or_reencodes: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Patch {
    at: Option<usize>,
    octets: Option<String>,
    remove: Option<usize>,
    cut: Option<usize>,
}

impl RawVector {
    /// Returns the checked vector without `id` and `place`, which depend on the file. `all` are the vectors of the file.
    pub(crate) fn resolve(
        &self,
        protocol: Protocol,
        all: &[Spanned<RawVector>],
    ) -> Result<Vector, String> {
        self.check()?;
        let octets = self.octets(all, &mut Vec::new())?;
        if let Some(error) = &self.error
            && error.offset > octets.len()
        {
            return Err(format!(
                "error.offset {} is beyond the {} octets",
                error.offset,
                octets.len()
            ));
        }
        let form = |text: &Option<String>| text.as_deref().map(annotated).transpose();
        let fields = self
            .fields
            .iter()
            .map(|(path, value)| Ok((path.clone(), plain_value(path, value)?)));
        Ok(Vector {
            id: String::new(),
            place: String::new(),
            protocol,
            about: self.about.clone(),
            covers: self.covers.clone(),
            origin: self.origin.clone(),
            expect: self.expect,
            why: self.why.clone(),
            error: self.error.clone(),
            reaction: self.reaction,
            fields: fields.collect::<Result<Fields, String>>()?,
            reencodes: form(&self.reencodes).map_err(|wrong| format!("reencodes: {wrong}"))?,
            or_reencodes: form(&self.or_reencodes)
                .map_err(|wrong| format!("or_reencodes: {wrong}"))?,
            octets,
        })
    }

    /// Checks the keys that do not depend on the octets.
    fn check(&self) -> Result<(), String> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.id.is_empty() || !self.id.chars().all(plain) {
            return Err("id must be lower-case letters, digits and hyphens".to_owned());
        }
        if let Some(wrong) = self.covers.iter().find(|id| !is_requirement(id)) {
            return Err(format!(
                "covers: \"{wrong}\" is no requirement id such as R5354_3_9_1"
            ));
        }
        match (self.expect, &self.why, &self.error) {
            (Expect::Either, None, _) => return Err("expect = \"either\" needs a `why`".to_owned()),
            (Expect::Accept | Expect::Reject, Some(_), _) => {
                return Err("`why` belongs to expect = \"either\" only".to_owned());
            }
            (Expect::Reject, _, None) => {
                return Err("expect = \"reject\" needs an `error`".to_owned());
            }
            (Expect::Accept, _, Some(_)) => {
                return Err("expect = \"accept\" has no `error`".to_owned());
            }
            _ => {}
        }
        if self.expect == Expect::Reject && (self.reencodes.is_some() || !self.fields.is_empty()) {
            return Err("expect = \"reject\" has neither `fields` nor `reencodes`".to_owned());
        }
        let kinds = self
            .error
            .iter()
            .flat_map(|error| error.or_kinds.iter().chain([&error.kind]));
        for kind in kinds {
            if !KINDS.contains(&kind.as_str()) {
                return Err(format!(
                    "error kind \"{kind}\" is none of {}",
                    KINDS.join(", ")
                ));
            }
        }
        Ok(())
    }

    /// Returns the octets after all patches of the vector and its bases. `path` are the ids of the vectors derived from
    /// this one, to detect a circle.
    fn octets<'a>(
        &'a self,
        all: &'a [Spanned<RawVector>],
        path: &mut Vec<&'a str>,
    ) -> Result<Vec<u8>, String> {
        let base = match (&self.octets, &self.base) {
            (Some(text), None) if self.patch.is_empty() => {
                return annotated(text).map_err(|wrong| format!("octets: {wrong}"));
            }
            (None, Some(base)) => base,
            _ => return Err("a vector has `octets`, or `base` and `patch`".to_owned()),
        };
        if path.contains(&self.id.as_str()) {
            return Err(format!(
                "its bases form a circle: {} → {}",
                path.join(" → "),
                self.id
            ));
        }
        path.push(&self.id);
        let found = all.iter().find(|other| other.as_ref().id == *base);
        let found = found.ok_or_else(|| format!("there is no base \"{base}\" in this file"))?;
        let mut octets = found.as_ref().octets(all, path)?;
        for (step, patch) in self.patch.iter().enumerate() {
            patch
                .apply(&mut octets)
                .map_err(|wrong| format!("patch step {}: {wrong}", step + 1))?;
        }
        Ok(octets)
    }
}

impl Patch {
    fn apply(&self, octets: &mut Vec<u8>) -> Result<(), String> {
        let there = octets.len();
        let (at, new) = match (self.cut, self.at, &self.octets, self.remove) {
            (Some(cut), None, None, None) if cut <= there => {
                octets.truncate(cut);
                return Ok(());
            }
            (Some(cut), None, None, None) => return Err(format!("cut at {cut} of {there} octets")),
            (None, Some(at), None, Some(_)) => (at, Vec::new()),
            (None, Some(at), Some(new), _) => (at, annotated(new)?),
            _ => {
                return Err(
                    "a step is { cut }, { at, octets } or { at, remove, octets }".to_owned(),
                );
            }
        };
        // Without `remove` the new octets replace as many old ones.
        let removed = self.remove.unwrap_or(new.len());
        let end = at.checked_add(removed).filter(|end| *end <= there);
        let end = end.ok_or_else(|| {
            format!("octets {at} to {at}+{removed} are beyond the {there} of the message")
        })?;
        octets.splice(at..end, new);
        Ok(())
    }
}

fn plain_value(path: &str, value: &toml::Value) -> Result<serde_json::Value, String> {
    match value {
        toml::Value::Boolean(flag) => Ok((*flag).into()),
        toml::Value::Integer(number) => Ok((*number).into()),
        toml::Value::String(text) => Ok(text.as_str().into()),
        _ => Err(format!(
            "fields: \"{path}\" must be a boolean, a whole number or a string"
        )),
    }
}

/// Returns true if an id has the form of `R5354_3_9_1`: `R` and at least two numbers.
fn is_requirement(id: &str) -> bool {
    let parts = id
        .strip_prefix('R')
        .map(|rest| rest.split('_').collect::<Vec<_>>());
    parts.is_some_and(|parts| {
        parts.len() > 1
            && parts
                .iter()
                .all(|part| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit()))
    })
}
