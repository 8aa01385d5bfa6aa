//! The business card that a pool element sends on its own (RFC 5352 §3.9).
//!
//! ```text
//!              registered                     another identifier, transport, policy, life
//!   no card ──────────────► its pool, and itself ─┐
//!                                  ▲              │ a new one
//!                                  └──────────────┘
//! ```
//!
//! The card lists this pool element alone: the pool's policy selects the next one, which a pool user learns from its
//! registrar. A new load makes no new card, as it does not change the failover order.

use rsp_proto::pool_element::Element;
use rsp_wire::asap::BusinessCard;
use rsp_wire::{PoolElement, ServerId, UnknownParameters};
use serde::Deserialize;

use crate::policy::with_load;

/// The business card that pool users receive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Card {
    /// The pool and this pool element, once it is registered.
    #[default]
    Own,
    /// Only the card that the owner sets.
    None,
}

/// The card that is sent, if one is.
#[derive(Debug)]
pub(super) struct OwnCard {
    card: Card,
    /// The entry of the last card, without a load.
    given: Option<PoolElement>,
}

impl OwnCard {
    pub(super) fn new(card: Card) -> Self {
        Self { card, given: None }
    }

    /// Leaves the card to the owner.
    pub(super) fn leave_to_owner(&mut self) {
        self.card = Card::None;
    }

    /// Returns the card to send from now on, if it changed.
    pub(super) fn renewed(&mut self, engine: &Element) -> Option<BusinessCard> {
        let is_due = match self.card {
            Card::Own => engine.is_registered() && engine.has_control_channel(),
            Card::None => false,
        };
        if !is_due {
            return None;
        }
        let config = engine.config();
        let element = PoolElement {
            identifier: engine.id(),
            home: engine.home_id().unwrap_or(ServerId::UNDETERMINED),
            life: config.life,
            user_transport: config.user_transport.clone(),
            policy: config.policy.clone(),
            asap_transport: config.asap_transport.clone(),
            unknown: UnknownParameters::NONE,
        };
        let lasting = PoolElement {
            home: ServerId::UNDETERMINED,
            policy: with_load(&config.policy, 0).unwrap_or_else(|| config.policy.clone()),
            ..element.clone()
        };
        if self.given.as_ref() == Some(&lasting) {
            return None;
        }
        self.given = Some(lasting);
        Some(BusinessCard::new(config.pool.clone(), vec![element]))
    }
}
