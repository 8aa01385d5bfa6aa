//! The pool user: it resolves pool handles and keeps sessions with pools when their pool elements fail.
//!
//! [`PoolUser`] is the type for programs. [`UserDriver`] beneath it runs the engine on a transport without clock or
//! I/O of its own.
//!
//! # The primitives of RFC 5352 §6
//!
//! | RFC 5352 | here |
//! |---|---|
//! | §6.3 CachePopulateRequest | [`PoolUser::populate`] |
//! | §6.4 CachePurgeRequest | [`PoolUser::purge`] |
//! | §6.5.1 DataSendRequest to a pool handle | [`PoolUser::open`], then [`PoolUser::send`] |
//! | §6.5.3 … to a pool element handle | [`PoolUser::open_with`] and [`Target::Element`] |
//! | §6.5.4 … to a transport address | not provided |
//! | §6.5.5 ASAP_SEND_FAILOVER, _NO_FAILOVER | [`PoolUser::open_with`], and [`Message::failover`] for one message |
//! | §6.5.5 ASAP_SEND_TO_LAST | the default of a session |
//! | §6.5.5 ASAP_SEND_TO_ALL | [`PoolUser::resolve`], then a session with each [`Target::Element`] |
//! | §6.5.5 ASAP_SCTP_UNORDER | [`Message::unordered`] |
//! | §6.6 Data.Received | [`PoolUser::receive`], or [`PoolUser::next_event`] and [`Event::Data`] |
//! | §6.7 Error.Report | [`ResolveError`], [`SessionError`], [`Event::Returned`], [`Event::Failed`] |
//! | §6.9.1 Translation.Request | [`PoolUser::resolve`], [`PoolUser::watch`] |
//! | §6.9.2 Transport.Failure | [`PoolUser::fail`]; [`PoolUser::contacted`] and [`PoolUser::unreachable`] |
//!
//! # Examples
//!
//! A pool user asks a registrar for a pool that the registrar does not know:
//!
//! ```
//! use rserpool::pool_user::{PoolUser, ResolveError, Settings};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let registrar = rserpool::example::Registrar::start()?;
//! let settings = Settings {
//!     registrar: Some(vec![registrar.addr]),
//!     // Only for a registrar whose SCTP uses another UDP port than 9899.
//!     udp_peer: Some(vec![registrar.udp_peer]),
//!     ..Settings::default()
//! };
//! let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! runtime.block_on(async {
//!     let mut user = PoolUser::start(&settings)?;
//!     match user.resolve("EchoPool").await {
//!         Ok(answer) => println!("ask {} first", answer.preferred),
//!         Err(ResolveError::Failure(why)) => {
//!             assert_eq!(why.to_string(), "rejected: Unknown Pool Handle");
//!         }
//!         Err(ResolveError::Io(error)) => return Err(error.into()),
//!     }
//!     user.stop().await?;
//!     Ok(())
//! })
//! # }
//! ```
//!
//! A session with a pool of two pool elements, all on one thread. The program makes it leave the first one, and it
//! continues with the second one, as it does on its own when a pool element fails:
//!
//! ```
//! use rserpool::pool_element::{self, PoolElement, settings::ServiceKind};
//! use rserpool::pool_user::{Event, Message, PoolUser, Settings};
//!
//! # /// The UDP ports of pool elements that share an address.
//! # fn ports(element: &PoolElement) -> Option<rserpool::values::UdpPeer> {
//! #     let rsp_wire::Transport::Sctp(sctp) = element.user_transport() else { return None };
//! #     format!("127.0.0.1:{}={}", sctp.port, element.udp_addr()?.port()).parse().ok()
//! # }
//! # type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
//! # fn main() -> Result<()> {
//! # let registrar = rserpool::example::Registrar::start()?;
//! # let mut udp_peers = vec![registrar.udp_peer];
//! async fn talk(mut user: PoolUser) -> Result<()> {
//!     let session = user.open("EchoPool");
//!     user.send(session, Message::new("hello")).await?;
//!     assert_eq!(user.receive(session).await?, b"hello");
//!
//!     user.fail(session);
//!     user.send(session, Message::new("still there?")).await?;
//!     assert_eq!(user.receive(session).await?, b"still there?");
//!     while let Some(event) = user.next_event_until(Some(user.now())).await? {
//!         if let Event::Up { element, failover: Some(failover), .. } = event {
//!             println!("{} serves after {}", element.identifier, failover.from);
//!         }
//!     }
//!     user.stop().await?;
//!     Ok(())
//! }
//!
//! async fn serve(mut element: PoolElement) -> Result<()> {
//!     loop {
//!         element.next_event().await?;
//!     }
//! }
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let settings = pool_element::Settings {
//!     service: Some(ServiceKind::Echo),
//!     registrar: Some(vec![registrar.addr]),
//! #   udp_peer: Some(udp_peers.clone()),
//! #   udp_port: Some(0),
//!     ..Default::default()
//! };
//! let (mut first, mut second) = (PoolElement::start(&settings)?, PoolElement::start(&settings)?);
//! while !first.is_registered() {
//!     first.next_event().await?;
//! }
//! while !second.is_registered() {
//!     second.next_event().await?;
//! }
//! # udp_peers.extend([&first, &second].into_iter().filter_map(ports));
//! let user = PoolUser::start(&Settings {
//!     registrar: settings.registrar,
//! #   udp_peer: Some(udp_peers),
//!     ..Default::default()
//! })?;
//! tokio::select! {
//!     done = talk(user) => done,
//!     done = serve(first) => done,
//!     done = serve(second) => done,
//! }
//! # })
//! # }
//! ```

pub mod driver;
mod inbox;
mod lines;
pub mod live;
pub mod settings;

pub use driver::{Refused, Setup, UserDriver};
pub use live::{PoolUser, ResolveError, Resolved, SessionError};
pub use rsp_proto::pool_user::{
    Config, Event, Failover, Failure, Fault, Message, Request, Resolution, Session, SessionFailure,
    Target, Unsent,
};
pub use settings::Settings;
