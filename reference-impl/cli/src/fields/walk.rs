//! Goes through a message and names what it finds.

use std::collections::BTreeMap;
use std::net::IpAddr;

use rsp_wire::asap::{self, AnnouncedTransport, MessageType};
use rsp_wire::enrp;
use rsp_wire::param::{self, Parameter};
use rsp_wire::text::{hex, text_or_hex};
use rsp_wire::{
    CauseCode, EncodeError, ErrorCause, Flags, OperationError, ParameterType, PeChecksum,
    PeIdentifier, Policy, PoolElement, PoolHandle, SctpTransport, ServerInformation, Transport,
    UnknownParameter, UnknownParameters,
};

use super::{Fields, Value};

/// Octets of a message's header, of a parameter's and of a cause's.
const HEADER: usize = 4;

/// Depth of quotations whose content is listed. A cause quotes a parameter, which can be an Operation Error with a cause
/// that quotes: 8,000 times in one message, and each level lists the octets of all levels below it.
const QUOTATION_DEPTH: u8 = 4;

pub(super) fn asap(message: &asap::Message, octets: &[u8]) -> Result<Fields, EncodeError> {
    use asap::Message;
    let letters: &[_] = match message.message_type() {
        MessageType::REGISTRATION_RESPONSE => &[('R', asap::RegistrationResponse::REJECT)],
        MessageType::HANDLE_RESOLUTION => &[('S', asap::HandleResolution::SEND_UPDATES)],
        MessageType::HANDLE_RESOLUTION_RESPONSE => {
            &[('A', asap::HandleResolutionResponse::UPDATES_ACCEPTED)]
        }
        MessageType::ENDPOINT_KEEP_ALIVE => &[('H', asap::EndpointKeepAlive::HOME)],
        _ => &[],
    };
    let mut walk = Walk::new(octets, message.flags(), letters);
    match message {
        Message::Registration(m) => walk.message(
            4,
            &m.unknown,
            [(&m.pool_handle).into(), (&m.pool_element).into()],
        ),
        Message::Deregistration(m) => walk.message(
            4,
            &m.unknown,
            [(&m.pool_handle).into(), m.pe_identifier.into()],
        ),
        Message::RegistrationResponse(m) => walk.answer(
            &m.unknown,
            &m.pool_handle,
            m.pe_identifier,
            &m.operation_error,
        ),
        Message::DeregistrationResponse(m) => walk.answer(
            &m.unknown,
            &m.pool_handle,
            m.pe_identifier,
            &m.operation_error,
        ),
        Message::HandleResolution(m) => walk.message(4, &m.unknown, [(&m.pool_handle).into()]),
        Message::HandleResolutionResponse(m) => {
            let mut found: Vec<Found> = vec![(&m.pool_handle).into()];
            found.extend(m.policy.iter().map(Found::from));
            found.extend(m.pool_elements.iter().map(Found::from));
            found.extend(m.operation_error.iter().map(Found::from));
            walk.message(4, &m.unknown, found)
        }
        Message::EndpointKeepAlive(m) => {
            walk.number("server-identifier", m.server_id.0);
            walk.message(8, &m.unknown, [(&m.pool_handle).into()])
        }
        Message::EndpointKeepAliveAck(m) => walk.message(
            4,
            &m.unknown,
            [(&m.pool_handle).into(), m.pe_identifier.into()],
        ),
        Message::EndpointUnreachable(m) => walk.message(
            4,
            &m.unknown,
            [(&m.pool_handle).into(), m.pe_identifier.into()],
        ),
        Message::ServerAnnounce(m) => {
            walk.number("server-identifier", m.server_id.0);
            walk.message(8, &m.unknown, m.transports.iter().map(Found::from))
        }
        Message::Cookie(m) => walk.message(4, &m.unknown, [(&m.cookie).into()]),
        Message::CookieEcho(m) => walk.message(4, &m.unknown, [(&m.cookie).into()]),
        Message::BusinessCard(m) => {
            let mut found: Vec<Found> = vec![(&m.pool_handle).into()];
            found.extend(m.pool_elements.iter().map(Found::from));
            walk.message(4, &m.unknown, found)
        }
        Message::Error(m) => walk.message(4, &m.unknown, [(&m.operation_error).into()]),
    }?;
    Ok(walk.fields)
}

pub(super) fn enrp(message: &enrp::Message, octets: &[u8]) -> Result<Fields, EncodeError> {
    use enrp::{Message, MessageType};
    let letters: &[_] = match message.message_type() {
        MessageType::PRESENCE => &[('R', enrp::Presence::REPLY_REQUIRED)],
        MessageType::HANDLE_TABLE_REQUEST => &[('W', enrp::HandleTableRequest::OWN_CHILDREN_ONLY)],
        MessageType::HANDLE_TABLE_RESPONSE => &[
            ('R', enrp::HandleTableResponse::REJECT),
            ('M', enrp::HandleTableResponse::MORE_TO_SEND),
        ],
        MessageType::LIST_RESPONSE => &[('R', enrp::ListResponse::REJECT)],
        _ => &[],
    };
    let mut walk = Walk::new(octets, message.flags(), letters);
    walk.number("sender-server-id", message.sender().0);
    walk.number("receiver-server-id", message.receiver().0);
    match message {
        Message::Presence(m) => {
            let checksum = m.pe_checksum.map(Found::from);
            let server = m.server_information.as_ref().map(Found::from);
            walk.message(12, &m.unknown, checksum.into_iter().chain(server))
        }
        Message::HandleTableRequest(m) => walk.message(12, &m.unknown, []),
        Message::HandleTableResponse(m) => {
            let found = m.entries.iter().flat_map(|entry| {
                let elements = entry.pool_elements.iter().map(Found::from);
                std::iter::once(Found::from(&entry.pool_handle)).chain(elements)
            });
            walk.message(12, &m.unknown, found)
        }
        Message::HandleUpdate(m) => {
            walk.number("update-action", m.action.0);
            walk.message(
                16,
                &m.unknown,
                [(&m.pool_handle).into(), (&m.pool_element).into()],
            )
        }
        Message::ListRequest(m) => walk.message(12, &m.unknown, []),
        Message::ListResponse(m) => walk.message(12, &m.unknown, m.servers.iter().map(Found::from)),
        Message::InitTakeover(m) => walk.target(&m.unknown, m.target),
        Message::InitTakeoverAck(m) => walk.target(&m.unknown, m.target),
        Message::TakeoverServer(m) => walk.target(&m.unknown, m.target),
        Message::Error(m) => walk.message(12, &m.unknown, [(&m.operation_error).into()]),
    }?;
    Ok(walk.fields)
}

/// A parameter of any type.
enum Found {
    Address(IpAddr),
    Transport(Transport),
    Policy(Policy),
    PoolHandle(PoolHandle),
    PoolElement(Box<PoolElement>),
    ServerInformation(ServerInformation),
    OperationError(OperationError),
    Cookie(param::Cookie),
    PeIdentifier(PeIdentifier),
    PeChecksum(PeChecksum),
}

macro_rules! found {
    ($($variant:ident: $type:ty => $value:expr;)+) => {
        $(impl From<$type> for Found {
            fn from(value: $type) -> Self {
                Self::$variant($value(value))
            }
        })+
    };
}

found! {
    Address: &IpAddr => IpAddr::clone;
    Transport: &Transport => Transport::clone;
    Transport: &SctpTransport => |value: &SctpTransport| Transport::Sctp(value.clone());
    Transport: &AnnouncedTransport => |value: &AnnouncedTransport| match value {
        AnnouncedTransport::Sctp(transport) => Transport::Sctp(transport.clone()),
        AnnouncedTransport::Tcp(transport) => Transport::Tcp(transport.clone()),
    };
    Policy: &Policy => Policy::clone;
    PoolHandle: &PoolHandle => PoolHandle::clone;
    PoolElement: &PoolElement => |value: &PoolElement| Box::new(value.clone());
    ServerInformation: &ServerInformation => ServerInformation::clone;
    OperationError: &OperationError => OperationError::clone;
    Cookie: &param::Cookie => param::Cookie::clone;
    PeIdentifier: PeIdentifier => std::convert::identity;
    PeChecksum: PeChecksum => std::convert::identity;
}

impl Found {
    /// The one parameter that the octets are, if they are one that RFC 5354 defines.
    fn alone(octets: &[u8]) -> Option<Self> {
        fn read<P: Parameter>(octets: &[u8]) -> Option<P> {
            P::decode_alone(octets).ok()
        }
        let parameter_type = ParameterType(u16::from_be_bytes(*octets.first_chunk()?));
        Some(match parameter_type {
            _ if IpAddr::accepts(parameter_type) => Self::Address(read(octets)?),
            _ if Transport::accepts(parameter_type) => Self::Transport(read(octets)?),
            ParameterType::POLICY => Self::Policy(read(octets)?),
            ParameterType::POOL_HANDLE => Self::PoolHandle(read(octets)?),
            ParameterType::POOL_ELEMENT => Self::PoolElement(Box::new(read(octets)?)),
            ParameterType::SERVER_INFORMATION => Self::ServerInformation(read(octets)?),
            ParameterType::OPERATION_ERROR => Self::OperationError(read(octets)?),
            ParameterType::COOKIE => Self::Cookie(read(octets)?),
            ParameterType::PE_IDENTIFIER => Self::PeIdentifier(read(octets)?),
            ParameterType::PE_CHECKSUM => Self::PeChecksum(read(octets)?),
            _ => return None,
        })
    }

    fn parameter_type(&self) -> ParameterType {
        match self {
            Self::Address(value) => Parameter::parameter_type(value),
            Self::Transport(value) => value.parameter_type(),
            Self::Policy(value) => Parameter::parameter_type(value),
            Self::PoolHandle(value) => Parameter::parameter_type(value),
            Self::PoolElement(value) => Parameter::parameter_type(&**value),
            Self::ServerInformation(value) => Parameter::parameter_type(value),
            Self::OperationError(value) => Parameter::parameter_type(value),
            Self::Cookie(value) => Parameter::parameter_type(value),
            Self::PeIdentifier(value) => Parameter::parameter_type(value),
            Self::PeChecksum(value) => Parameter::parameter_type(value),
        }
    }

    fn octets(&self) -> Result<Vec<u8>, EncodeError> {
        match self {
            Self::Address(value) => value.encode_alone(),
            Self::Transport(value) => value.encode_alone(),
            Self::Policy(value) => value.encode_alone(),
            Self::PoolHandle(value) => value.encode_alone(),
            Self::PoolElement(value) => value.encode_alone(),
            Self::ServerInformation(value) => value.encode_alone(),
            Self::OperationError(value) => value.encode_alone(),
            Self::Cookie(value) => value.encode_alone(),
            Self::PeIdentifier(value) => value.encode_alone(),
            Self::PeChecksum(value) => value.encode_alone(),
        }
    }
}

struct Walk {
    fields: Fields,
    /// Parameters quoted by error causes around the current one.
    quotations: u8,
}

impl Walk {
    /// Begins with the header of a message.
    fn new(octets: &[u8], flags: Flags, letters: &[(char, Flags)]) -> Self {
        let mut walk = Self {
            fields: Fields::new(),
            quotations: 0,
        };
        if let [message_type, _, high, low, ..] = octets {
            walk.number("type", *message_type);
            walk.number("length", u16::from_be_bytes([*high, *low]));
        }
        walk.number("flags", flags.0);
        for (letter, flag) in letters {
            walk.set(format!("flag/{letter}"), Value::Bool(flags.contains(*flag)));
        }
        walk.text("#octets", hex(octets));
        walk
    }

    fn message(
        &mut self,
        at: usize,
        unknown: &UnknownParameters,
        found: impl IntoIterator<Item = Found>,
    ) -> Result<(), EncodeError> {
        self.parameters(
            "",
            at,
            unknown,
            found.into_iter().map(|found| (None, found)),
        )
    }

    fn answer(
        &mut self,
        unknown: &UnknownParameters,
        pool_handle: &PoolHandle,
        pe_identifier: PeIdentifier,
        error: &Option<OperationError>,
    ) -> Result<(), EncodeError> {
        let mut found: Vec<Found> = vec![pool_handle.into(), pe_identifier.into()];
        found.extend(error.iter().map(Found::from));
        self.message(4, unknown, found)
    }

    fn target(
        &mut self,
        unknown: &UnknownParameters,
        target: param::ServerId,
    ) -> Result<(), EncodeError> {
        self.number("targeting-server-id", target.0);
        self.message(16, unknown, [])
    }

    /// Parameters with the roles they have, if they have one, and among them those that were skipped.
    fn parameters(
        &mut self,
        parent: &str,
        mut at: usize,
        unknown: &UnknownParameters,
        known: impl IntoIterator<Item = (Option<&'static str>, Found)>,
    ) -> Result<(), EncodeError> {
        let mut names = Names::new(parent);
        let mut unknown = unknown.iter().peekable();
        for (position, (role, found)) in known.into_iter().enumerate() {
            while let Some(skipped) = unknown.next_if(|u| usize::from(u.position) <= position) {
                at = self.unknown(
                    &names.next(&skipped.parameter_type.to_string()),
                    at,
                    skipped,
                );
            }
            let name = role.map_or_else(|| found.parameter_type().to_string(), str::to_owned);
            at = self.parameter(&names.next(&name), at, &found)?;
        }
        for skipped in unknown {
            at = self.unknown(
                &names.next(&skipped.parameter_type.to_string()),
                at,
                skipped,
            );
        }
        Ok(())
    }

    fn unknown(&mut self, path: &str, at: usize, unknown: UnknownParameter<'_>) -> usize {
        let length = HEADER + unknown.value.len();
        self.text(path, text_or_hex(unknown.value));
        let number = hex(&unknown.parameter_type.0.to_be_bytes());
        let octets = format!("{number}{length:04x}{}", hex(unknown.value));
        self.header(path, at, unknown.parameter_type, length, octets)
    }

    fn parameter(&mut self, path: &str, at: usize, found: &Found) -> Result<usize, EncodeError> {
        let octets = found.octets()?;
        match found {
            Found::Address(address) => self.text(path, address.to_string()),
            Found::Transport(transport) => self.transport(path, at, transport)?,
            Found::Policy(policy) => self.policy(path, policy),
            Found::PoolHandle(handle) => self.text(path, text_or_hex(handle.as_octets())),
            Found::PoolElement(element) => self.pool_element(path, at, element)?,
            Found::ServerInformation(server) => {
                self.number(&format!("{path}/server-identifier"), server.server_id.0);
                let transport = [(None, Found::from(&server.transport))];
                self.parameters(path, at + 8, &server.unknown, transport)?;
            }
            Found::OperationError(error) => self.operation_error(path, at, error)?,
            Found::Cookie(cookie) => self.text(path, text_or_hex(&cookie.0)),
            Found::PeIdentifier(identifier) => self.number(path, identifier.0),
            Found::PeChecksum(checksum) => self.number(path, checksum.0),
        }
        Ok(self.header(path, at, found.parameter_type(), octets.len(), hex(&octets)))
    }

    fn header(
        &mut self,
        path: &str,
        at: usize,
        parameter_type: ParameterType,
        length: usize,
        octets: String,
    ) -> usize {
        self.number(&format!("{path}/#type"), parameter_type.0);
        self.set(format!("{path}/#length"), Value::Unsigned(length as u64));
        self.set(format!("{path}/#offset"), Value::Unsigned(at as u64));
        self.text(&format!("{path}/#octets"), octets);
        (at + length).next_multiple_of(4)
    }

    fn transport(
        &mut self,
        path: &str,
        at: usize,
        transport: &Transport,
    ) -> Result<(), EncodeError> {
        if let Some(port) = transport.port() {
            self.number(&format!("{path}/port"), port);
        }
        let (fixed, unknown) = match transport {
            Transport::Opaque(opaque) => {
                self.text(path, text_or_hex(&opaque.0));
                return Ok(());
            }
            Transport::Sctp(sctp) => {
                self.number(&format!("{path}/transport-use"), sctp.transport_use.0);
                (8, &sctp.unknown)
            }
            Transport::Dccp(dccp) => {
                self.number(&format!("{path}/service-code"), dccp.service_code);
                (12, &dccp.unknown)
            }
            Transport::Tcp(tcp) => (8, &tcp.unknown),
            Transport::Udp(udp) => (8, &udp.unknown),
            Transport::UdpLite(udp_lite) => (8, &udp_lite.unknown),
        };
        let addresses = transport
            .addresses()
            .map(|address| (None, Found::Address(address)));
        self.parameters(path, at + fixed, unknown, addresses)
    }

    fn policy(&mut self, path: &str, policy: &Policy) {
        self.number(&format!("{path}/type"), policy.policy_type().0);
        let mut field = |name: &str, value: u32| self.number(&format!("{path}/{name}"), value);
        match policy {
            Policy::RoundRobin | Policy::Random => {}
            Policy::WeightedRoundRobin { weight } | Policy::WeightedRandom { weight } => {
                field("weight", *weight);
            }
            Policy::Priority { priority } => field("priority", *priority),
            Policy::LeastUsed { load } | Policy::RandomizedLeastUsed { load } => {
                field("load", *load)
            }
            Policy::LeastUsedDegradation {
                load,
                load_degradation,
            }
            | Policy::PriorityLeastUsed {
                load,
                load_degradation,
            } => {
                field("load", *load);
                field("load-degradation", *load_degradation);
            }
            Policy::Other { data, .. } => self.text(&format!("{path}/data"), text_or_hex(data)),
        }
    }

    fn pool_element(
        &mut self,
        path: &str,
        at: usize,
        element: &PoolElement,
    ) -> Result<(), EncodeError> {
        self.number(&format!("{path}/pe-identifier"), element.identifier.0);
        self.number(
            &format!("{path}/home-enrp-server-identifier"),
            element.home.0,
        );
        let life = Value::Signed(i64::from(element.life.0));
        self.set(format!("{path}/registration-life"), life);
        let mut found = vec![
            (Some("user-transport"), Found::from(&element.user_transport)),
            (None, Found::from(&element.policy)),
        ];
        found.extend(
            element
                .asap_transport
                .iter()
                .map(|t| (Some("asap-transport"), t.into())),
        );
        self.parameters(path, at + 16, &element.unknown, found)
    }

    fn operation_error(
        &mut self,
        path: &str,
        at: usize,
        error: &OperationError,
    ) -> Result<(), EncodeError> {
        let mut names = Names::new(path);
        let mut at = at + HEADER;
        for cause in &error.causes {
            let path = names.next(&format!("{:#x}", cause.code.0));
            self.cause(&path, at + HEADER, cause)?;
            at = (at + HEADER + cause.information.len()).next_multiple_of(4);
        }
        Ok(())
    }

    /// The information as it is, and, up to [`QUOTATION_DEPTH`], what is in it if it is a parameter.
    fn cause(&mut self, path: &str, at: usize, cause: &ErrorCause) -> Result<(), EncodeError> {
        self.text(&format!("{path}/info"), hex(&cause.information));
        let holds_parameter = matches!(
            cause.code,
            CauseCode::UNRECOGNIZED_PARAMETER
                | CauseCode::INVALID_VALUES
                | CauseCode::INCONSISTENT_POOL_POLICY
                | CauseCode::INCONSISTENT_TRANSPORT_TYPE
        );
        if !holds_parameter || self.quotations == QUOTATION_DEPTH {
            return Ok(());
        }
        self.quotations += 1;
        if let Some(found) = Found::alone(&cause.information) {
            let path = format!("{path}/{}", found.parameter_type());
            self.parameter(&path, at, &found)?;
        } else if let [t0, t1, _, _, value @ ..] = &*cause.information {
            let parameter_type = ParameterType(u16::from_be_bytes([*t0, *t1]));
            if !parameter_type.is_known() {
                let unknown = UnknownParameter {
                    position: 0,
                    parameter_type,
                    value,
                };
                self.unknown(&format!("{path}/{parameter_type}"), at, unknown);
            }
        }
        self.quotations -= 1;
        Ok(())
    }

    fn number(&mut self, path: &str, value: impl Into<u64>) {
        self.set(path.to_owned(), Value::Unsigned(value.into()));
    }

    fn text(&mut self, path: &str, value: String) {
        self.set(path.to_owned(), Value::Text(value));
    }

    fn set(&mut self, path: String, value: Value) {
        self.fields.insert(path, value);
    }
}

/// Distinct names for parameters of one name and parent: `name`, `name[1]`, `name[2]`.
struct Names {
    parent: String,
    used: BTreeMap<String, usize>,
}

impl Names {
    fn new(parent: &str) -> Self {
        let parent = if parent.is_empty() {
            String::new()
        } else {
            format!("{parent}/")
        };
        Self {
            parent,
            used: BTreeMap::new(),
        }
    }

    fn next(&mut self, name: &str) -> String {
        let used = self.used.entry(name.to_owned()).or_default();
        *used += 1;
        match *used - 1 {
            0 => format!("{}{name}", self.parent),
            index => format!("{}{name}[{index}]", self.parent),
        }
    }
}
