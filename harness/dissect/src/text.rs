//! Text form of a dissection: one line, or an annotated tree.

use crate::dissection::Dissection;
use crate::schema::{self, Shape};
use crate::sink::Sort;
use crate::tree::{Node, What};
use crate::value::{Value, printable};
use data_encoding::HEXLOWER;
use std::fmt::Write;

/// Octets per line of the tree.
const LINE: usize = 8;

/// Limit on the shown octets of a value; the rest is counted.
const SHOWN: usize = 64;

/// Limit on the named parameters of a summary; the rest is counted.
const NAMED: usize = 8;

impl Dissection {
    /// Returns one line, as in `ASAP_REGISTRATION_RESPONSE R=1 "EchoPool" 0x12345678 cause 0x5`.
    pub fn summary(&self) -> String {
        let mut line = match (self.message_name(), self.message_type()) {
            (Some(name), _) => name.to_owned(),
            (None, Some(code)) => format!("{} message type 0x{code:02x}", self.protocol().word()),
            (None, None) => "no octets".to_owned(),
        };
        line.push_str(&self.flags_text());
        let shown = |node: &Node<'_>| !node.is_filler();
        for node in self.root().children().filter(shown).take(NAMED) {
            self.summarize(node, &mut line);
        }
        let left = self
            .root()
            .children()
            .filter(shown)
            .count()
            .saturating_sub(NAMED);
        if left > 0 {
            let _ = write!(line, " and {left} more");
        }
        if let Some(rejection) = self.rejection() {
            let _ = write!(
                line,
                "; malformed: {} at {}",
                rejection.kind, rejection.offset
            );
        }
        line
    }

    fn summarize(&self, node: Node<'_>, line: &mut String) {
        let Some(code) = node.code() else {
            match (node.entry().what, node.value()) {
                (What::Leaf(Shape::Reserved), _) | (_, None) => {}
                (_, Some(Value::Number(number))) if node.note().is_empty() => {
                    let _ = write!(line, " {number:#010x}");
                }
                _ => {
                    let _ = write!(line, " {}", node.note());
                }
            }
            return;
        };
        let word = match (code, node.value()) {
            (schema::param::POOL_HANDLE, Some(Value::Opaque(octets))) => {
                format!(" {}", quoted(&octets))
            }
            (schema::param::PE_IDENTIFIER, Some(Value::Number(id))) => format!(" {id:#010x}"),
            (schema::param::PE_CHECKSUM, Some(Value::Number(sum))) => {
                format!(" checksum {sum:#06x}")
            }
            (schema::param::COOKIE, Some(Value::Opaque(octets))) => {
                format!(" cookie of {}", counted(octets.len()))
            }
            (schema::param::POOL_ELEMENT, _) => identified(" PE", node, "pe-identifier"),
            (schema::param::SERVER_INFORMATION, _) => {
                identified(" server", node, "server-identifier")
            }
            (schema::param::POLICY, _) => {
                format!(
                    " {}",
                    node.child("type", 0).map_or("policy", |kind| kind.note())
                )
            }
            (schema::param::OPERATION_ERROR, _) => {
                let causes = node.children().filter(|cause| cause.code().is_some());
                causes
                    .take(NAMED)
                    .map(|cause| format!(" cause {}", cause.segment()))
                    .collect()
            }
            _ => format!(" {}", node.segment()),
        };
        line.push_str(&word);
    }

    fn flags_text(&self) -> String {
        let flags = self.row().map_or(&[][..], |row| row.flags);
        let there = self.octets().len() > 1;
        let text =
            |flag: &schema::Flag| format!(" {}={}", flag.letter, u8::from(self.is_set(flag)));
        flags.iter().filter(|_| there).map(text).collect()
    }

    /// Returns the tree: offset, octets, name and value, with each defect after its element.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let mut defects = self.anchors.iter().zip(self.defects()).peekable();
        for index in 0..self.entries.len() {
            let node = self.node(index);
            if !self.shown_elsewhere(node) {
                self.write_node(node, &mut text);
            }
            // Anchors never decrease, because the walker reports defects in the order of entries.
            while let Some((_, defect)) = defects.next_if(|(anchor, _)| **anchor <= index) {
                let indent = "  ".repeat(node.depth() + 1);
                let _ = writeln!(
                    text,
                    "{:04x}  {:17}  {indent}^ {}: {}: {} [{}]",
                    defect.offset, "", defect.severity, defect.kind, defect.what, defect.section
                );
            }
        }
        text
    }

    /// Returns true if the hex of a cause's information is redundant: it is empty, or its parameter is
    /// shown.
    fn shown_elsewhere(&self, node: Node<'_>) -> bool {
        let quotes = |parent: Node<'_>| parent.children().any(|child| child.code().is_some());
        let redundant = node.length() == 0 || node.parent().is_some_and(quotes);
        node.entry().what == What::Leaf(Shape::Information) && redundant
    }

    fn write_node(&self, node: Node<'_>, text: &mut String) {
        let depth = node.depth();
        let (octets, label) = match node.entry().what {
            What::Element(sort) => {
                let header = &node.octets()[..node.length().min(4)];
                (header, self.element_label(node, sort))
            }
            What::Leaf(shape) => (node.octets(), leaf_label(node, shape)),
        };
        let shown = &octets[..octets.len().min(SHOWN)];
        let mut lines = shown.chunks(LINE);
        let first = grouped(lines.next().unwrap_or(&[]));
        let _ = writeln!(
            text,
            "{:04x}  {first:17}  {}{label}",
            node.offset(),
            "  ".repeat(depth)
        );
        for (n, line) in lines.enumerate() {
            let _ = writeln!(
                text,
                "{:04x}  {}",
                node.offset() + (n + 1) * LINE,
                grouped(line)
            );
        }
        if octets.len() > SHOWN {
            let _ = writeln!(
                text,
                "{:04x}  … {} octets more",
                node.offset() + SHOWN,
                octets.len() - SHOWN
            );
        }
    }

    fn element_label(&self, node: Node<'_>, sort: Sort) -> String {
        let length = |at| match self.octets().get(at..at + 2) {
            Some(octets) => format!(", Length {}", u16::from_be_bytes([octets[0], octets[1]])),
            None => String::new(),
        };
        let entry = node.entry();
        match sort {
            Sort::Message => {
                format!(
                    "{}{}{}, {}",
                    entry.name,
                    self.flags_text(),
                    length(2),
                    self.octets().len()
                )
            }
            Sort::Parameter => {
                let role = match entry.segment {
                    "user-transport" => "User Transport: ",
                    "asap-transport" => "ASAP Transport: ",
                    _ => "",
                };
                format!(
                    "{role}{} (0x{:x}){}",
                    entry.name,
                    entry.code,
                    length(entry.offset + 2)
                )
            }
            Sort::Cause => format!(
                "cause 0x{:x} {}{}",
                entry.code,
                entry.name,
                length(entry.offset + 2)
            ),
        }
    }
}

fn identified(word: &str, node: Node<'_>, field: &str) -> String {
    match node.child(field, 0).and_then(|field| field.value()) {
        Some(Value::Number(id)) => format!("{word} {id:#010x}"),
        _ => format!("{word} ?"),
    }
}

fn leaf_label(node: Node<'_>, shape: Shape) -> String {
    let mut label = node.name().to_owned();
    match (shape, node.value()) {
        (Shape::Padding | Shape::Undecoded, _) => {
            let _ = write!(label, ", {}", counted(node.length()));
        }
        (Shape::Information, _) => {
            let _ = write!(label, ": {}", counted(node.length()));
        }
        (Shape::Hex | Shape::Reserved, Some(Value::Number(number))) => {
            let _ = write!(label, ": 0x{number:0width$x}", width = node.length() * 2);
        }
        (_, Some(Value::Opaque(octets))) => {
            let _ = write!(label, ": {}", quoted(&octets));
        }
        (_, Some(value)) => {
            let _ = write!(label, ": {value}");
        }
        (_, None) => {}
    }
    if !node.note().is_empty() {
        let _ = write!(label, " ({})", node.note());
    }
    label
}

fn counted(octets: usize) -> String {
    format!("{octets} octet{}", if octets == 1 { "" } else { "s" })
}

/// Returns the text in quotation marks, or hex digits with the number of octets.
fn quoted(octets: &[u8]) -> String {
    match printable(octets) {
        Some(text) if text.len() <= SHOWN => format!("\"{text}\""),
        Some(text) => format!("\"{}…\" ({} octets)", &text[..SHOWN], text.len()),
        None if octets.len() <= 2 * LINE => format!("hex:{}", HEXLOWER.encode(octets)),
        None => format!(
            "hex:{}… ({} octets)",
            HEXLOWER.encode(&octets[..2 * LINE]),
            octets.len()
        ),
    }
}

/// Returns the octets as hex in groups of 4.
fn grouped(octets: &[u8]) -> String {
    octets
        .chunks(4)
        .map(|octets| HEXLOWER.encode(octets))
        .collect::<Vec<_>>()
        .join(" ")
}
