//! Words about the reaction to unusual and malformed messages: reports, and continued service.
//!
//! The RFCs leave most of these reactions open (T23, T50), so these words record them and judge little.

use rspcheck_testkit::prelude::*;

/// Cause code of Unrecognized Parameter (RFC 5354 §3.12.2).
pub(crate) const UNRECOGNIZED_PARAMETER: u16 = 0x1;
/// Cause code of Unrecognized Message (RFC 5354 §3.12.3).
pub(crate) const UNRECOGNIZED_MESSAGE: u16 = 0x2;

/// Time for a reaction after an answered probe: the margin for a registrar that answers out of order.
const SETTLE: Duration = Duration::from_millis(300);

/// Registers a PE and de-registers it: the control of an unusual registration, after which the PE is not in the
/// pool. From then on the tester acknowledges its keep-alives, even after a malformed registration.
pub(crate) fn welcome(t: &mut Tester, pe: &PoolElement) -> Outcome {
    t.control(|t| {
        t.register(pe)?;
        t.send(pe, forge::deregistration(&pe.handle.0, pe.pe_identifier()))?;
        t.deregistration_response(pe)?;
        if t.listed(pe, &pe.handle)?.contains(&pe.pe_identifier()) {
            return Err(t.inconclusive("the PE is still listed after its de-registration"));
        }
        Ok(())
    })
}

/// Returns the messages with an Operation Error that came for a player. It waits until `count` causes with
/// this code have come or the registrar has answered a probe. A response received before counts, too.
pub(crate) fn reports(
    t: &mut Tester,
    player: Player,
    code: u16,
    count: usize,
    response: Option<Message>,
) -> Result<Vec<Message>, Stop> {
    let mut found: Vec<Message> = response.into_iter().filter(has_error).collect();
    t.probe(player)?;
    let until = t.now() + SETTLE;
    while quoted(&found, code).len() < count {
        match t.next_of(player, until, has_error)? {
            Some(message) => found.push(message),
            None => break,
        }
    }
    Ok(found)
}

/// Report of something unknown, as it is expected.
pub(crate) struct Report<'a> {
    /// Code of its error cause.
    pub(crate) cause: u16,
    /// Octets that the cause quotes.
    pub(crate) quotes: &'a [u8],
    /// Requirements of the cause and of the quotation.
    pub(crate) rules: [ReqId; 2],
}

impl Report<'_> {
    /// Checks that there is a report (a SHOULD of RFC 5352 §2.2.14), and that its cause and quotation are right.
    pub(crate) fn judge(&self, t: &mut Tester, reports: &[Message]) {
        let note = format!("nothing is reported; expected cause {:#x}", self.cause);
        t.check_that(R5352_2_2_14_6, !reports.is_empty(), note);
        let Some(first) = reports.first() else { return };
        let [cause, quotation] = self.rules;
        let quotations = quoted(reports, self.cause);
        t.check_that(cause, !quotations.is_empty(), first.summary());
        if !quotations.is_empty() {
            let whole = quotations.iter().any(|q| quotes(q, self.quotes));
            t.check_that(quotation, whole, format!("quoted: {quotations:02x?}"));
        }
    }
}

/// Returns the information of every cause with this code, in order.
pub(crate) fn quoted(messages: &[Message], code: u16) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for message in messages {
        for n in 0.. {
            let nth = if n == 0 {
                String::new()
            } else {
                format!("[{n}]")
            };
            let cause = format!("operation-error/0x{code:x}{nth}");
            if !message.has(&cause) {
                break;
            }
            let information = message.octets_of(&format!("{cause}/info"));
            found.push(information.unwrap_or_default().to_vec());
        }
    }
    found
}

/// Returns true if a cause's information is these octets, with or without their padding.
pub(crate) fn quotes(information: &[u8], expected: &[u8]) -> bool {
    let rest = information.strip_prefix(expected);
    rest.is_some_and(|padding| padding.len() < 4 && padding.iter().all(|octet| *octet == 0))
}

/// Records the reaction to octets for which no rule prescribes one, and checks that the registrar continues
/// to serve. The request comes over a new association, since the registrar may have closed the old one.
pub(crate) fn serves_on(t: &mut Tester, player: impl Into<Player>) -> Outcome {
    observe_reaction(t, player)?;
    next_pu_is_served(t)
}

/// Records the reaction to octets for which no rule prescribes one; ABORT is one, too.
pub(crate) fn observe_reaction(t: &mut Tester, player: impl Into<Player>) -> Outcome {
    let player = player.into();
    let reaction = next_reaction(t, player)?;
    match (reaction, t.association_end(player)) {
        (Some(message), _) => t.observe_message("the answer", &message),
        (None, Some(end)) => t.observe(format!("the association is {}", end.word())),
        (None, None) => t.observe("there is no answer"),
    }
    Ok(())
}

/// As [`serves_on`], after malformed registrations: a PE is not listed if all that were answered are rejected.
/// One can be rejected and another granted.
pub(crate) fn serves_on_without(t: &mut Tester, pe: &PoolElement) -> Outcome {
    let until = t.now() + SETTLE;
    let mut answers = Vec::new();
    while let Some(message) = t.next_of(pe, until, |m| !m.is(ENDPOINT_KEEP_ALIVE))? {
        answers.push(message);
    }
    t.observe_answers("malformed registrations", &answers);
    answers.retain(|m| m.is(REGISTRATION_RESPONSE));
    let rejected = !answers.is_empty() && answers.iter().all(|m| m.flag('R'));
    next_pu_is_served(t)?;
    let pu = t.pool_user();
    let listed = t.listed(&pu, &pe.handle)?.contains(&pe.pe_identifier());
    if listed {
        t.observe("the PE is registered nevertheless");
    }
    let note = "the registration is rejected, and the PE is listed";
    t.check_that(R5352_3_1_55, !(rejected && listed), note);
    Ok(())
}

/// Checks that a new PU is answered: its request is for an unknown pool.
#[track_caller]
pub(crate) fn next_pu_is_served(t: &mut Tester) -> Outcome {
    let pu = t.pool_user();
    t.answered(R5352_3_3_25, |t| t.probe(&pu))
}

/// Checks that the registrar does not report an acknowledgement as an unrecognized message. It may report
/// its contents.
#[track_caller]
pub(crate) fn not_unrecognized(t: &mut Tester, player: impl Into<Player>) -> Outcome {
    let player = player.into();
    t.probe(player)?;
    let errors = t.take_all(player, ERROR);
    let known = !errors.iter().any(|m| m.has("operation-error/0x2"));
    let note = "an acknowledgement is reported as unrecognized";
    t.check_that(R5352_4_10, known, note);
    for error in errors {
        t.observe_message("the answer to an acknowledgement", &error);
    }
    Ok(())
}

/// Returns the next message for the player other than keep-alives, which come by a timer.
fn next_reaction(t: &mut Tester, player: Player) -> Result<Option<Message>, Stop> {
    let until = t.now() + SETTLE;
    t.next_of(player, until, |m| !m.is(ENDPOINT_KEEP_ALIVE))
}

/// Sends octets after which the registrar may close the association. Events up to now are processed first,
/// so that an association that was closed before is set up again.
pub(crate) fn throw(t: &mut Tester, player: impl Into<Player>, octets: &[u8]) -> Outcome {
    t.pass_time(Duration::from_millis(10))?;
    let player = player.into();
    t.send_octets(player, octets)
}

fn has_error(message: &Message) -> bool {
    message.has("operation-error")
}
