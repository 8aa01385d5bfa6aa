//! The tree of a message being forged. Lengths and padding are computed when it is written; a spoiled
//! value is stored beside the true one, so a spoiled message can still be addressed by path.

use super::structs::{Cause, CauseInfo, Policy, PoolElement, ServerInformation, Transport};
use super::{ForgeError, Piece, Setting};
use std::borrow::Cow;
use std::net::IpAddr;

/// A parameter or an error cause: both are type, Length, value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    name: Cow<'static, str>,
    code: u16,
    pub(super) body: Element,
}

/// The part of an element after its type: Length, value, padding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) parts: Vec<Part>,
    /// The Length to write instead of the true one.
    pub(super) length: Option<u16>,
    /// The octet to pad with instead of zero.
    pub(super) fill: Option<u8>,
    /// The padding to write instead of the true one.
    pub(super) padding: Option<Vec<u8>>,
    /// True if the Length counts the padding at the end.
    pub(super) counts_padding: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Field {
        name: &'static str,
        octets: Vec<u8>,
    },
    /// The value of an element with one value: its path is that of the element.
    Value {
        octets: Vec<u8>,
        fixed: bool,
    },
    Parameter(Parameter),
    Raw(Vec<u8>),
}

impl Element {
    /// Writes Length and value; returns the padding that follows, which the parent counts or not.
    pub(super) fn write(&self, into: &mut Vec<u8>) -> Vec<u8> {
        let start = into.len();
        into.extend([0, 0]);
        let mut pending = Vec::new();
        for part in &self.parts {
            into.append(&mut pending);
            match part {
                Part::Field { octets, .. } | Part::Value { octets, .. } | Part::Raw(octets) => {
                    into.extend_from_slice(octets);
                }
                Part::Parameter(parameter) => pending = parameter.write(into),
            }
        }
        // The two octets of type (or type and flags) are before `start`.
        let mut length = into.len() - start + 2;
        let padding = self.padding_for(length, pending);
        let padding = if self.counts_padding {
            into.extend(padding);
            length = into.len() - start + 2;
            Vec::new()
        } else {
            padding
        };
        // The Length cannot express more than 65535 octets; a careless sender writes the low 16 bits.
        let written = self.length.unwrap_or((length & 0xffff) as u16);
        into[start..start + 2].copy_from_slice(&written.to_be_bytes());
        padding
    }

    fn padding_for(&self, length: usize, of_last: Vec<u8>) -> Vec<u8> {
        let count = (4 - length % 4) % 4;
        match (&self.padding, self.fill) {
            (Some(padding), _) => padding.clone(),
            (None, Some(octet)) => vec![octet; count],
            // The last parameter's padding and its parent's are the same octets.
            (None, None) if of_last.len() == count || self.last_is_spoiled() => of_last,
            (None, None) => vec![0; count],
        }
    }

    fn last_is_spoiled(&self) -> bool {
        match self.parts.last() {
            Some(Part::Parameter(last)) => {
                last.body.padding.is_some() || last.body.last_is_spoiled()
            }
            _ => false,
        }
    }

    pub(super) fn set(&mut self, path: &str, value: &Setting) -> Result<(), ForgeError> {
        if let Some(path) = path.strip_suffix("/#type") {
            self.parameter(path)?.code = value.half(path)?;
            return Ok(());
        }
        if let Some(path) = path.strip_suffix("/#length") {
            self.parameter(path)?.body.length = Some(value.half(path)?);
            return Ok(());
        }
        let (parent, at) = self.find(path)?;
        match &mut parent.parts[at] {
            Part::Field { octets, .. } if is_variable(path) => *octets = value.opaque(path)?,
            Part::Field { octets, .. } => *octets = value.fixed(path, octets.len())?,
            Part::Parameter(parameter) => parameter.set_value(path, value)?,
            Part::Value { .. } | Part::Raw(_) => return Err(unknown(path)),
        }
        Ok(())
    }

    pub(super) fn insert(
        &mut self,
        path: &str,
        after: usize,
        piece: Piece,
    ) -> Result<(), ForgeError> {
        let (parent, at) = self.find(path)?;
        parent.parts.insert(at + after, piece.part());
        Ok(())
    }

    pub(super) fn remove(&mut self, path: &str) -> Result<(), ForgeError> {
        let (parent, at) = self.find(path)?;
        parent.parts.remove(at);
        Ok(())
    }

    /// Returns the element at a path; the empty path is this one.
    pub(super) fn element(&mut self, path: &str) -> Result<&mut Element, ForgeError> {
        if path.is_empty() {
            Ok(self)
        } else {
            Ok(&mut self.parameter(path)?.body)
        }
    }

    fn parameter(&mut self, path: &str) -> Result<&mut Parameter, ForgeError> {
        let (parent, at) = self.find(path)?;
        match &mut parent.parts[at] {
            Part::Parameter(parameter) => Ok(parameter),
            _ => Err(ForgeError::new(format!(
                "{path} is a field, not a parameter"
            ))),
        }
    }

    /// Returns the parent of the part at a path, and its index there.
    fn find(&mut self, path: &str) -> Result<(&mut Element, usize), ForgeError> {
        let mut element = self;
        let mut segments = path.split('/').peekable();
        while let Some(segment) = segments.next() {
            let at = element.place(segment).ok_or_else(|| unknown(path))?;
            if segments.peek().is_none() {
                return Ok((element, at));
            }
            element = match &mut element.parts[at] {
                Part::Parameter(parameter) => &mut parameter.body,
                _ => return Err(unknown(path)),
            };
        }
        Err(unknown(path))
    }

    fn place(&self, segment: &str) -> Option<usize> {
        let (name, nth) = match segment
            .strip_suffix(']')
            .and_then(|rest| rest.split_once('['))
        {
            Some((name, nth)) => (name, nth.parse().ok()?),
            None => (segment, 0),
        };
        let named = |part: &Part| match part {
            Part::Field { name: own, .. } => *own == name,
            Part::Parameter(parameter) => parameter.name == name,
            Part::Value { .. } | Part::Raw(_) => false,
        };
        let mut found = self
            .parts
            .iter()
            .enumerate()
            .filter(|(_, part)| named(part));
        found.nth(nth).map(|(at, _)| at)
    }
}

fn unknown(path: &str) -> ForgeError {
    ForgeError::new(format!("the message being forged has no {path}"))
}

/// Returns true for the fields without a fixed size.
fn is_variable(path: &str) -> bool {
    path.ends_with("policy/data") || path.ends_with("/info")
}

impl Parameter {
    /// Returns a parameter of any type with any value.
    pub fn new(code: u16, value: impl Into<Vec<u8>>) -> Parameter {
        let value = Part::Value {
            octets: value.into(),
            fixed: false,
        };
        let name = match crate::schema::parameter(code) {
            Some(row) => Cow::Borrowed(row.segment),
            None => Cow::Owned(format!("0x{code:x}")),
        };
        Parameter::with(name, code, vec![value])
    }

    /// Pool Handle (RFC 5354 §3.9).
    pub fn pool_handle(handle: &[u8]) -> Parameter {
        Parameter::new(0x9, handle)
    }

    /// Cookie (RFC 5354 §3.13).
    pub fn cookie(cookie: &[u8]) -> Parameter {
        Parameter::new(0xd, cookie)
    }

    /// PE Identifier (RFC 5354 §3.14).
    pub fn pe_identifier(id: u32) -> Parameter {
        Parameter::fixed("pe-identifier", 0xe, &id.to_be_bytes())
    }

    /// PE Checksum (RFC 5354 §3.15).
    pub fn pe_checksum(checksum: u16) -> Parameter {
        Parameter::fixed("pe-checksum", 0xf, &checksum.to_be_bytes())
    }

    /// IPv4 or IPv6 Address (RFC 5354 §3.1, §3.2).
    pub fn address(address: IpAddr) -> Parameter {
        match address {
            IpAddr::V4(address) => Parameter::fixed("ipv4-address", 0x1, &address.octets()),
            IpAddr::V6(address) => Parameter::fixed("ipv6-address", 0x2, &address.octets()),
        }
    }

    /// Any transport (RFC 5354 §3.3 to §3.7, §3.16).
    pub fn transport(transport: &Transport) -> Parameter {
        let (name, code, fields, addrs) = match transport {
            Transport::Dccp {
                port,
                service_code,
                addrs,
            } => {
                let fields = vec![
                    half("port", *port),
                    half("reserved", 0),
                    word("service-code", *service_code),
                ];
                ("dccp-transport", 0x3, fields, addrs)
            }
            Transport::Sctp {
                port,
                transport_use,
                addrs,
            } => {
                let fields = vec![half("port", *port), half("transport-use", *transport_use)];
                ("sctp-transport", 0x4, fields, addrs)
            }
            Transport::Tcp { port, addrs } => (
                "tcp-transport",
                0x5,
                vec![half("port", *port), half("reserved", 0)],
                addrs,
            ),
            Transport::Udp { port, addrs } => (
                "udp-transport",
                0x6,
                vec![half("port", *port), half("reserved", 0)],
                addrs,
            ),
            Transport::UdpLite { port, addrs } => (
                "udp-lite-transport",
                0x7,
                vec![half("port", *port), half("reserved", 0)],
                addrs,
            ),
            Transport::Opaque(octets) => return Parameter::new(0x10, octets.clone()),
        };
        let mut parts = fields;
        parts.extend(
            addrs
                .iter()
                .map(|address| Part::Parameter(Parameter::address(*address))),
        );
        Parameter::with(name, code, parts)
    }

    /// Pool Member Selection Policy (RFC 5354 §3.8).
    pub fn policy(policy: &Policy) -> Parameter {
        let mut parts = vec![word("type", policy.kind())];
        match policy {
            Policy::RoundRobin | Policy::Random => {}
            Policy::WeightedRoundRobin { weight } | Policy::WeightedRandom { weight } => {
                parts.push(word("weight", *weight));
            }
            Policy::Priority { priority } => parts.push(word("priority", *priority)),
            Policy::LeastUsed { load } | Policy::RandomizedLeastUsed { load } => {
                parts.push(word("load", *load));
            }
            Policy::LeastUsedDegradation { load, degradation }
            | Policy::PriorityLeastUsed { load, degradation } => {
                parts.push(word("load", *load));
                parts.push(word("load-degradation", *degradation));
            }
            Policy::Other { data, .. } => parts.push(Part::Field {
                name: "data",
                octets: data.clone(),
            }),
        }
        Parameter::with("policy", 0x8, parts)
    }

    /// Pool Element (RFC 5354 §3.10).
    pub fn pool_element(pe: &PoolElement) -> Parameter {
        let mut parts = vec![
            word("pe-identifier", pe.id),
            word("home-enrp-server-identifier", pe.home),
            Part::Field {
                name: "registration-life",
                octets: pe.life.to_be_bytes().to_vec(),
            },
            Part::Parameter(Parameter::transport(&pe.user_transport).named("user-transport")),
            Part::Parameter(Parameter::policy(&pe.policy)),
        ];
        let asap = pe.asap_transport.as_ref();
        parts.extend(
            asap.map(|it| Part::Parameter(Parameter::transport(it).named("asap-transport"))),
        );
        Parameter::with("pool-element", 0xa, parts)
    }

    /// Server Information (RFC 5354 §3.11).
    pub fn server_information(server: &ServerInformation) -> Parameter {
        let transport = Part::Parameter(Parameter::transport(&server.transport));
        Parameter::with(
            "server-information",
            0xb,
            vec![word("server-identifier", server.id), transport],
        )
    }

    /// Operation Error (RFC 5354 §3.12); the RFC requires at least one cause.
    pub fn operation_error(causes: &[Cause]) -> Parameter {
        let parts = causes
            .iter()
            .map(|cause| Part::Parameter(Parameter::cause(cause)))
            .collect();
        Parameter::with("operation-error", 0xc, parts)
    }

    pub(super) fn error_if_any(causes: &[Cause]) -> Option<Parameter> {
        (!causes.is_empty()).then(|| Parameter::operation_error(causes))
    }

    /// Returns the octets with padding, for insertion as they are.
    pub fn octets(&self) -> Vec<u8> {
        let mut octets = Vec::new();
        let padding = self.write(&mut octets);
        octets.extend(padding);
        octets
    }

    fn cause(cause: &Cause) -> Parameter {
        let parts = match &cause.info {
            CauseInfo::Empty => vec![],
            CauseInfo::Octets(octets) => vec![Part::Field {
                name: "info",
                octets: octets.clone(),
            }],
            CauseInfo::Parameter(parameter) => vec![Part::Parameter(parameter.clone())],
        };
        Parameter::with(format!("0x{:x}", cause.code), cause.code, parts)
    }

    fn with(name: impl Into<Cow<'static, str>>, code: u16, parts: Vec<Part>) -> Parameter {
        Parameter {
            name: name.into(),
            code,
            body: Element {
                parts,
                ..Element::default()
            },
        }
    }

    fn fixed(name: &'static str, code: u16, octets: &[u8]) -> Parameter {
        Parameter::with(
            name,
            code,
            vec![Part::Value {
                octets: octets.to_vec(),
                fixed: true,
            }],
        )
    }

    fn named(mut self, name: &'static str) -> Parameter {
        self.name = name.into();
        self
    }

    fn set_value(&mut self, path: &str, value: &Setting) -> Result<(), ForgeError> {
        match self.body.parts.as_mut_slice() {
            [
                Part::Value {
                    octets,
                    fixed: true,
                },
            ] => *octets = value.fixed(path, octets.len())?,
            [
                Part::Value {
                    octets,
                    fixed: false,
                },
            ] => *octets = value.opaque(path)?,
            _ => {
                return Err(ForgeError::new(format!(
                    "{path} has several fields; set one of them"
                )));
            }
        }
        Ok(())
    }

    fn write(&self, into: &mut Vec<u8>) -> Vec<u8> {
        into.extend(self.code.to_be_bytes());
        self.body.write(into)
    }
}

fn half(name: &'static str, value: u16) -> Part {
    Part::Field {
        name,
        octets: value.to_be_bytes().to_vec(),
    }
}

fn word(name: &'static str, value: u32) -> Part {
    Part::Field {
        name,
        octets: value.to_be_bytes().to_vec(),
    }
}
