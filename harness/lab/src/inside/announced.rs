//! Checks that rsplib's programs, without a configured registrar, find ours by its announcements (RFC 5352 §4).
//!
//! Hosts: 1 our registrar, 2 the pool element, 4 the pool user, 5 the observer that resolves pool handles.

use super::programs::{lists_pool, our_registrar, their_pe, their_pu};
use super::scene::{START, Scene};
use super::{Check, Family, failover};

pub(super) const CHECKS: &[Check] = &[Check {
    name: "announced/pe-and-pu-find-our-registrar",
    run: pe_and_pu_find_our_registrar,
}];

fn pe_and_pu_find_our_registrar(scene: &mut Scene<'_>) -> anyhow::Result<()> {
    // rsplib's default multicast group is not the one that IANA assigned.
    let group = match scene.family {
        Family::V4 => "239.0.0.50:3863",
        Family::V6 => "[ff05::50]:3863",
    };
    let listen = format!("-asapannounce={group}");
    let _registrar = our_registrar(scene, 1, 0x1111_1111, &[], &["--announce", group])?;
    let _pe = their_pe(scene, 2, "-echo", 0x00aa_0002, &[], &[&listen])?;
    lists_pool(scene, 5, 1, "EchoPool", 1, START)?;
    let mut pu = their_pu(
        scene,
        4,
        "rspterminal",
        &[],
        &["-poolhandle=EchoPool", &listen],
    )?;
    failover::echo(&mut pu, "found", START)?;
    Ok(())
}
