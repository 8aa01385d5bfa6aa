//! The pool element: it registers in a pool, keeps the registration alive when registrars fail, and serves pool
//! users by itself or registers an existing server.
//!
//! [`PoolElement`] is the type for programs. [`ElementDriver`] beneath it runs engine, transport and
//! [service](crate::services) without clock or I/O of its own.
//!
//! # The primitives of RFC 5352 §6
//!
//! | RFC 5352 | here |
//! |---|---|
//! | §6.1 Registration.Request | [`PoolElement::start`], [`PoolElement::register`] |
//! | §6.2 Deregistration.Request | [`PoolElement::deregister`], [`PoolElement::stop`] |
//! | §6.5 DataSendRequest | [`PoolElement::send`], to pool users that set up an association |
//! | §6.6 Data.Received | [`Event::Data`] |
//! | §6.7 Error.Report | [`AsapEvent::Rejected`], [`AsapEvent::Failed`], [`AsapEvent::NotDeregistered`] |
//! | §6.9.2 Transport.Failure | [`PoolElement::unreachable`] |
//!
//! The other primitives are those of a [pool user](crate::pool_user).
//!
//! # Examples
//!
//! A pool element with a service of its own: it answers each message with the message's number, and a session that
//! comes from another pool element of the pool continues with the next number.
//!
//! ```
//! use rserpool::pool_element::{AsapEvent, Event, PoolElement, Settings};
//! use rserpool::services::Message;
//! # use rserpool::pool_user::{self, PoolUser};
//!
//! /// Serves until the de-registration.
//! async fn count(mut element: PoolElement) -> std::io::Result<()> {
//!     let mut numbers = std::collections::BTreeMap::new();
//!     loop {
//!         match element.next_event().await? {
//!             Event::Session { session, .. } => {
//!                 numbers.insert(session, 0);
//!             }
//!             Event::State { session, state } => {
//!                 let number = state.try_into().map_or(0, u64::from_be_bytes);
//!                 numbers.insert(session, number);
//!             }
//!             Event::Data { session, .. } => {
//!                 let number = numbers.entry(session).or_default();
//!                 *number += 1;
//!                 let answer = Message { stream: 0, ppid: 0, octets: &number.to_be_bytes() };
//!                 element.send(session, answer);
//!                 element.leave_state(session, number.to_be_bytes().to_vec());
//!             }
//!             Event::Ended { session } => {
//!                 numbers.remove(&session);
//!             }
//!             Event::Asap(AsapEvent::Deregistered) => return Ok(()),
//!             Event::Asap(_) | Event::Card { .. } => {}
//!         }
//! #       if numbers.values().any(|&number| number == 2) { element.deregister(); }
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let registrar = rserpool::example::Registrar::start()?;
//! let settings = Settings {
//!     pool: Some("Counters".parse()?),
//!     policy: Some("weighted-round-robin:5".parse()?),
//!     registrar: Some(vec![registrar.addr]),
//! #   udp_peer: Some(vec![registrar.udp_peer]),
//! #   udp_port: Some(0),
//!     ..Settings::default()
//! };
//! let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! runtime.block_on(async {
//!     let mut element = PoolElement::start(&settings)?;
//!     while !element.is_registered() {
//!         element.next_event().await?;
//!     }
//! #   let user = pool_user::Settings {
//! #       registrar: settings.registrar.clone(),
//! #       udp_peer: Some(vec![
//! #           registrar.udp_peer,
//! #           format!("127.0.0.1={}", element.udp_addr().expect("over UDP").port()).parse()?,
//! #       ]),
//! #       ..Default::default()
//! #   };
//! #   let ask = async {
//! #       let mut user = PoolUser::start(&user)?;
//! #       let session = user.open("Counters");
//! #       for number in 1..=2u64 {
//! #           user.send(session, pool_user::Message::new(b"next")).await?;
//! #           assert_eq!(user.receive(session).await?, number.to_be_bytes());
//! #       }
//! #       Ok::<_, Box<dyn std::error::Error>>(user)
//! #   };
//! #   let (user, served) = tokio::join!(ask, count(element));
//! #   user?.stop().await?;
//! #   served?;
//! #   return Ok(());
//! #   #[expect(unreachable_code)]
//!     count(element).await?;
//!     Ok(())
//! })
//! # }
//! ```
//!
//! A pool element for an existing server registers the server's transport; pool users reach the server directly:
//!
//! ```
//! use rserpool::pool_element::Settings;
//!
//! let settings = Settings {
//!     pool: Some("Web".parse()?),
//!     transport: Some("tcp://192.0.2.80:8080".parse()?),
//!     ..Settings::default()
//! };
//! assert!(settings.setup().is_ok());
//! # Ok::<(), String>(())
//! ```

mod card;
mod cookies;
pub mod driver;
mod endpoints;
mod event;
mod live;
pub mod settings;
mod setup;
pub mod text;
mod tolerance;

pub use card::Card;
pub use cookies::Cookies;
pub use driver::ElementDriver;
pub use event::Event;
pub use live::PoolElement;
pub use rsp_proto::pool_element::{Config, Event as AsapEvent};
pub use settings::Settings;
pub use setup::{Setup, Users};
pub use tolerance::Tolerance;
