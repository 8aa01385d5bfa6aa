//! JSON form of a dissection.

use crate::dissection::Dissection;
use crate::tree::Node;
use data_encoding::HEXLOWER;
use serde_json::{Map, Value as Json, json};

impl Dissection {
    /// Returns the message, its tree with offsets and values, and its defects.
    pub fn to_json(&self) -> Json {
        let flags = self.row().map_or(&[][..], |row| row.flags);
        let flags: Map<String, Json> = flags
            .iter()
            .map(|flag| (flag.letter.to_string(), self.is_set(flag).into()))
            .collect();
        json!({
            "protocol": self.protocol(),
            "message": self.message_name(),
            "type": self.message_type(),
            "flags": flags,
            "length": self.number("length"),
            "octets": HEXLOWER.encode(self.octets()),
            "well-formed": self.well_formed(),
            "fields": self.root().children().map(node).collect::<Vec<_>>(),
            "defects": self.defects(),
        })
    }
}

fn node(node: Node<'_>) -> Json {
    let mut object = Map::new();
    object.insert("name".into(), node.name().into());
    if !node.is_filler() {
        object.insert("path".into(), node.path().into());
    }
    object.insert("offset".into(), node.offset().into());
    object.insert("length".into(), node.length().into());
    if let Some(code) = node.code() {
        object.insert("type".into(), code.into());
    }
    if let Some(value) = node.value() {
        object.insert("value".into(), json!(value));
    }
    if !node.note().is_empty() {
        object.insert("note".into(), node.note().into());
    }
    // A parameter with one value shows it itself, so it needs no child.
    let children: Vec<Json> = node
        .children()
        .filter(|child| !child.entry().is_own_value())
        .map(self::node)
        .collect();
    if !children.is_empty() {
        object.insert("children".into(), children.into());
    }
    object.into()
}
