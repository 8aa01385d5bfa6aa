//! The ids of the requirements, as constants.
//!
//! Generated from `catalogue/*.toml`; a test of [`crate::catalogue`] keeps it fresh and writes it with
//! `RSPCHECK_BLESS=1`. Do not edit.

pub use crate::catalogue::ReqId;

// RFC 5352 section 1.1: Definitions
/// A PE and its Home ENRP server both keep track of who the Home ENRP server is.
pub const R5352_1_1_1: ReqId = ReqId("R5352_1_1_1");
/// The ENRP client channel can use multicast or a configured list of registrars.
pub const R5352_1_1_2: ReqId = ReqId("R5352_1_1_2");

// RFC 5352 section 1.4: Scope of ASAP
/// A service can recover transactions that a failure cut off; ASAP itself does not.
pub const R5352_1_4_1: ReqId = ReqId("R5352_1_4_1");
/// An ASAP implementation can offer hooks for sharing state; ASAP itself shares none.
pub const R5352_1_4_2: ReqId = ReqId("R5352_1_4_2");

// RFC 5352 section 2: Message Definitions
/// Messages and their fields travel in network byte order.
pub const R5352_2_1: ReqId = ReqId("R5352_2_1");

// RFC 5352 section 2.1: ASAP Parameter Formats
/// All ASAP messages between a registrar and a PE travel over SCTP.
pub const R5352_2_1_1: ReqId = ReqId("R5352_2_1_1");
/// All ASAP messages between a registrar and a PU travel over SCTP or TCP.
pub const R5352_2_1_2: ReqId = ReqId("R5352_2_1_2");
/// Data between PE and PU travels over any transport the PE registered.
pub const R5352_2_1_3: ReqId = ReqId("R5352_2_1_3");

// RFC 5352 section 2.2: ASAP Messages
/// The ASAP message types are 0x01 to 0x0e, each with the meaning that the table gives it.
pub const R5352_2_2_1: ReqId = ReqId("R5352_2_2_1");
/// Message types outside 0x01 to 0x0e are reserved, so they are not sent.
pub const R5352_2_2_2: ReqId = ReqId("R5352_2_2_2");

// RFC 5352 section 2.2.1: ASAP_REGISTRATION Message
/// An ASAP_REGISTRATION is sent with the Pool Handle and the Pool Element parameter filled in.
pub const R5352_2_2_1_1: ReqId = ReqId("R5352_2_2_1_1");
/// The Pool Element parameter is filled in by the registrant as section 3.1 says.
pub const R5352_2_2_1_2: ReqId = ReqId("R5352_2_2_1_2");
/// An ASAP_REGISTRATION is sent over an SCTP association.
pub const R5352_2_2_1_3: ReqId = ReqId("R5352_2_2_1_3");
/// The addresses in the Pool Element are among those of the SCTP association, whatever transport the PE registers.
pub const R5352_2_2_1_4: ReqId = ReqId("R5352_2_2_1_4");
/// ASAP_REGISTRATION has type 0x01 and no flags.
pub const R5352_2_2_1_5: ReqId = ReqId("R5352_2_2_1_5");
/// The value of an ASAP_REGISTRATION is a Pool Handle, then a Pool Element.
pub const R5352_2_2_1_6: ReqId = ReqId("R5352_2_2_1_6");

// RFC 5352 section 2.2.2: ASAP_DEREGISTRATION Message
/// ASAP_DEREGISTRATION has type 0x02 and no flags.
pub const R5352_2_2_2_1: ReqId = ReqId("R5352_2_2_2_1");
/// The value of an ASAP_DEREGISTRATION is a Pool Handle, then a PE Identifier.
pub const R5352_2_2_2_2: ReqId = ReqId("R5352_2_2_2_2");
/// An ASAP_DEREGISTRATION is sent with both parameters filled in, so that the registrar can tell who asks.
pub const R5352_2_2_2_3: ReqId = ReqId("R5352_2_2_2_3");
/// Nobody de-registers a PE but itself: an ASAP_DEREGISTRATION from another endpoint does not remove the PE.
pub const R5352_2_2_2_4: ReqId = ReqId("R5352_2_2_2_4");

// RFC 5352 section 2.2.3: ASAP_REGISTRATION_RESPONSE Message
/// ASAP_REGISTRATION_RESPONSE is the Home ENRP server's answer to the PE that sent the ASAP_REGISTRATION.
pub const R5352_2_2_3_1: ReqId = ReqId("R5352_2_2_3_1");
/// ASAP_REGISTRATION_RESPONSE has type 0x03 and only the flag R, 0x01.
pub const R5352_2_2_3_2: ReqId = ReqId("R5352_2_2_3_2");
/// The value of an ASAP_REGISTRATION_RESPONSE is a Pool Handle, a PE Identifier and, if there is one, an Operation Error.
pub const R5352_2_2_3_3: ReqId = ReqId("R5352_2_2_3_3");
/// R set says that the registration was rejected, R clear that it was granted.
pub const R5352_2_2_3_4: ReqId = ReqId("R5352_2_2_3_4");
/// The Pool Handle of an ASAP_REGISTRATION_RESPONSE is that of the registration it answers.
pub const R5352_2_2_3_5: ReqId = ReqId("R5352_2_2_3_5");
/// The PE Identifier of an ASAP_REGISTRATION_RESPONSE is that of the registration it answers.
pub const R5352_2_2_3_6: ReqId = ReqId("R5352_2_2_3_6");
/// With R set, an Operation Error tells why the registration was rejected.
pub const R5352_2_2_3_7: ReqId = ReqId("R5352_2_2_3_7");
/// With R clear, an Operation Error is a warning that the registrar has changed values of the registration.
pub const R5352_2_2_3_8: ReqId = ReqId("R5352_2_2_3_8");
/// A registration granted without a warning is answered without an Operation Error.
pub const R5352_2_2_3_9: ReqId = ReqId("R5352_2_2_3_9");

// RFC 5352 section 2.2.4: ASAP_DEREGISTRATION_RESPONSE Message
/// ASAP_DEREGISTRATION_RESPONSE answers an ASAP_DEREGISTRATION, or tells a PE that its registration life has ended.
pub const R5352_2_2_4_1: ReqId = ReqId("R5352_2_2_4_1");
/// ASAP_DEREGISTRATION_RESPONSE has type 0x04 and no flags, so none for rejection either.
pub const R5352_2_2_4_2: ReqId = ReqId("R5352_2_2_4_2");
/// The value of an ASAP_DEREGISTRATION_RESPONSE is a Pool Handle, a PE Identifier and, if there is one, an Operation Error.
pub const R5352_2_2_4_3: ReqId = ReqId("R5352_2_2_4_3");
/// Pool Handle and PE Identifier of an ASAP_DEREGISTRATION_RESPONSE are those of the PE it is about.
pub const R5352_2_2_4_4: ReqId = ReqId("R5352_2_2_4_4");
/// An Operation Error is there if something went wrong in the de-registration.
pub const R5352_2_2_4_5: ReqId = ReqId("R5352_2_2_4_5");
/// The response to a successful de-registration has no Operation Error.
pub const R5352_2_2_4_6: ReqId = ReqId("R5352_2_2_4_6");

// RFC 5352 section 2.2.5: ASAP_HANDLE_RESOLUTION Message
/// ASAP_HANDLE_RESOLUTION has type 0x05 and only the flag S, 0x01.
pub const R5352_2_2_5_1: ReqId = ReqId("R5352_2_2_5_1");
/// The value of an ASAP_HANDLE_RESOLUTION is a Pool Handle.
pub const R5352_2_2_5_2: ReqId = ReqId("R5352_2_2_5_2");
/// The registrar answers an ASAP_HANDLE_RESOLUTION from a PE as it answers one from a PU.
pub const R5352_2_2_5_3: ReqId = ReqId("R5352_2_2_5_3");
/// A registrar that has accepted S sends updates when the pool changes, as long as the SCTP association lives.
pub const R5352_2_2_5_4: ReqId = ReqId("R5352_2_2_5_4");
/// An update is a further ASAP_HANDLE_RESOLUTION_RESPONSE that nobody has asked for with another request.
pub const R5352_2_2_5_5: ReqId = ReqId("R5352_2_2_5_5");
/// After a request with S clear, no updates come.
pub const R5352_2_2_5_6: ReqId = ReqId("R5352_2_2_5_6");
/// An endpoint that moves to a new Home ENRP server asks that one again for updates, if it still wants them.
pub const R5352_2_2_5_7: ReqId = ReqId("R5352_2_2_5_7");
/// Registrars do not tell each other who asked for updates.
pub const R5352_2_2_5_8: ReqId = ReqId("R5352_2_2_5_8");
/// A request with S set that got a negative response brings no updates later, when the pool comes into being.
pub const R5352_2_2_5_9: ReqId = ReqId("R5352_2_2_5_9");

// RFC 5352 section 2.2.6: ASAP_HANDLE_RESOLUTION_RESPONSE Message
/// ASAP_HANDLE_RESOLUTION_RESPONSE goes to the PE or PU that sent the ASAP_HANDLE_RESOLUTION.
pub const R5352_2_2_6_1: ReqId = ReqId("R5352_2_2_6_1");
/// ASAP_HANDLE_RESOLUTION_RESPONSE is also sent when a pool changes, to whoever asked for updates.
pub const R5352_2_2_6_2: ReqId = ReqId("R5352_2_2_6_2");
/// ASAP_HANDLE_RESOLUTION_RESPONSE has type 0x06 and only the flag A, 0x01.
pub const R5352_2_2_6_3: ReqId = ReqId("R5352_2_2_6_3");
/// The value of an ASAP_HANDLE_RESOLUTION_RESPONSE is a Pool Handle, then as far as present a policy, Pool Elements and an Operation Error, in this order.
pub const R5352_2_2_6_4: ReqId = ReqId("R5352_2_2_6_4");
/// The Pool Handle of an ASAP_HANDLE_RESOLUTION_RESPONSE is the one that was asked for.
pub const R5352_2_2_6_5: ReqId = ReqId("R5352_2_2_6_5");
/// The A flag is set only if the request had S set and the registrar accepts it.
pub const R5352_2_2_6_6: ReqId = ReqId("R5352_2_2_6_6");
/// A registrar need not support updates; it then answers with A clear.
pub const R5352_2_2_6_7: ReqId = ReqId("R5352_2_2_6_7");
/// A positive response without a policy parameter stands for Round Robin.
pub const R5352_2_2_6_8: ReqId = ReqId("R5352_2_2_6_8");
/// A negative response has no policy parameter.
pub const R5352_2_2_6_9: ReqId = ReqId("R5352_2_2_6_9");
/// A policy inside a Pool Element is not used to find the pool's overall policy.
pub const R5352_2_2_6_10: ReqId = ReqId("R5352_2_2_6_10");
/// A positive response contains Pool Element parameters with what is known about these PEs at the moment.
pub const R5352_2_2_6_11: ReqId = ReqId("R5352_2_2_6_11");
/// A positive response contains at least one Pool Element.
pub const R5352_2_2_6_12: ReqId = ReqId("R5352_2_2_6_12");
/// A negative response has no Pool Element.
pub const R5352_2_2_6_13: ReqId = ReqId("R5352_2_2_6_13");
/// An Operation Error in the response makes it negative, its absence positive.
pub const R5352_2_2_6_14: ReqId = ReqId("R5352_2_2_6_14");
/// The cause in a negative response tells why the request was rejected.
pub const R5352_2_2_6_15: ReqId = ReqId("R5352_2_2_6_15");

// RFC 5352 section 2.2.7: ASAP_ENDPOINT_KEEP_ALIVE Message
/// ASAP_ENDPOINT_KEEP_ALIVE goes from a registrar to a PE, to see whether the PE can be reached.
pub const R5352_2_2_7_1: ReqId = ReqId("R5352_2_2_7_1");
/// A PE answers any ASAP_ENDPOINT_KEEP_ALIVE by an ASAP_ENDPOINT_KEEP_ALIVE_ACK, whether the H flag is set or not.
pub const R5352_2_2_7_2: ReqId = ReqId("R5352_2_2_7_2");
/// ASAP_ENDPOINT_KEEP_ALIVE has type 0x07 and only the flag H, 0x01.
pub const R5352_2_2_7_3: ReqId = ReqId("R5352_2_2_7_3");
/// The value of an ASAP_ENDPOINT_KEEP_ALIVE is a Server Identifier of 32 bits without a parameter header, then a Pool Handle.
pub const R5352_2_2_7_4: ReqId = ReqId("R5352_2_2_7_4");
/// The H flag is set by a registrar that claims the PE for itself, and not otherwise.
pub const R5352_2_2_7_5: ReqId = ReqId("R5352_2_2_7_5");
/// The Server Identifier of an ASAP_ENDPOINT_KEEP_ALIVE is the registrar's own ID.
pub const R5352_2_2_7_6: ReqId = ReqId("R5352_2_2_7_6");
/// The Pool Handle of an ASAP_ENDPOINT_KEEP_ALIVE is that of the PE it is sent to.
pub const R5352_2_2_7_7: ReqId = ReqId("R5352_2_2_7_7");

// RFC 5352 section 2.2.8: ASAP_ENDPOINT_KEEP_ALIVE_ACK Message
/// ASAP_ENDPOINT_KEEP_ALIVE_ACK is a PE's answer to an ASAP_ENDPOINT_KEEP_ALIVE.
pub const R5352_2_2_8_1: ReqId = ReqId("R5352_2_2_8_1");
/// ASAP_ENDPOINT_KEEP_ALIVE_ACK has type 0x08 and no flags.
pub const R5352_2_2_8_2: ReqId = ReqId("R5352_2_2_8_2");
/// The value of an ASAP_ENDPOINT_KEEP_ALIVE_ACK is a Pool Handle, then a PE Identifier.
pub const R5352_2_2_8_3: ReqId = ReqId("R5352_2_2_8_3");

// RFC 5352 section 2.2.9: ASAP_ENDPOINT_UNREACHABLE Message
/// A PE or PU sends ASAP_ENDPOINT_UNREACHABLE, and sends it to its Home ENRP server.
pub const R5352_2_2_9_1: ReqId = ReqId("R5352_2_2_9_1");
/// ASAP_ENDPOINT_UNREACHABLE has type 0x09 and no flags.
pub const R5352_2_2_9_2: ReqId = ReqId("R5352_2_2_9_2");
/// The value of an ASAP_ENDPOINT_UNREACHABLE is a Pool Handle, then a PE Identifier.
pub const R5352_2_2_9_3: ReqId = ReqId("R5352_2_2_9_3");

// RFC 5352 section 2.2.10: ASAP_SERVER_ANNOUNCE Message
/// ASAP_SERVER_ANNOUNCE has type 0x0a and no flags.
pub const R5352_2_2_10_1: ReqId = ReqId("R5352_2_2_10_1");
/// The value of an ASAP_SERVER_ANNOUNCE is a Server Identifier of 32 bits without a parameter header, then any number of transport parameters.
pub const R5352_2_2_10_2: ReqId = ReqId("R5352_2_2_10_2");
/// The Server Identifier of an ASAP_SERVER_ANNOUNCE is the registrar's own ID.
pub const R5352_2_2_10_3: ReqId = ReqId("R5352_2_2_10_3");
/// The transport parameters of an ASAP_SERVER_ANNOUNCE are of the types SCTP and TCP only.
pub const R5352_2_2_10_4: ReqId = ReqId("R5352_2_2_10_4");

// RFC 5352 section 2.2.11: ASAP_COOKIE Message
/// ASAP_COOKIE has type 0x0b and no flags.
pub const R5352_2_2_11_1: ReqId = ReqId("R5352_2_2_11_1");
/// The value of an ASAP_COOKIE is a Cookie parameter.
pub const R5352_2_2_11_2: ReqId = ReqId("R5352_2_2_11_2");

// RFC 5352 section 2.2.12: ASAP_COOKIE_ECHO Message
/// The cookie in an ASAP_COOKIE_ECHO is the last one received from the PE that failed.
pub const R5352_2_2_12_1: ReqId = ReqId("R5352_2_2_12_1");
/// ASAP_COOKIE_ECHO has type 0x0c and no flags.
pub const R5352_2_2_12_2: ReqId = ReqId("R5352_2_2_12_2");
/// The value of an ASAP_COOKIE_ECHO is a Cookie parameter.
pub const R5352_2_2_12_3: ReqId = ReqId("R5352_2_2_12_3");

// RFC 5352 section 2.2.13: ASAP_BUSINESS_CARD Message
/// ASAP_BUSINESS_CARD has type 0x0d and no flags.
pub const R5352_2_2_13_1: ReqId = ReqId("R5352_2_2_13_1");
/// The value of an ASAP_BUSINESS_CARD is a Pool Handle, then Pool Elements in the order of failover.
pub const R5352_2_2_13_2: ReqId = ReqId("R5352_2_2_13_2");

// RFC 5352 section 2.2.14: ASAP_ERROR Message
/// ASAP_ERROR goes to the endpoint whose message was unknown or held an unknown parameter.
pub const R5352_2_2_14_1: ReqId = ReqId("R5352_2_2_14_1");
/// ASAP_ERROR has type 0x0e and no flags.
pub const R5352_2_2_14_2: ReqId = ReqId("R5352_2_2_14_2");
/// The value of an ASAP_ERROR is an Operation Error parameter.
pub const R5352_2_2_14_3: ReqId = ReqId("R5352_2_2_14_3");
/// A message of unknown type is handled as the top bits of its type say.
pub const R5352_2_2_14_4: ReqId = ReqId("R5352_2_2_14_4");
/// An unknown parameter in a known message is handled as the top bits of its type say.
pub const R5352_2_2_14_5: ReqId = ReqId("R5352_2_2_14_5");
/// A report that those rules ask for is sent back as an ASAP_ERROR whose Operation Error has the fitting cause code, length and information.
pub const R5352_2_2_14_6: ReqId = ReqId("R5352_2_2_14_6");

// RFC 5352 section 3.1: Registration
/// A PE that wants to start or join a pool registers by the steps of this section.
pub const R5352_3_1_1: ReqId = ReqId("R5352_3_1_1");
/// A PE registers over an SCTP association between itself and its Home ENRP server.
pub const R5352_3_1_2: ReqId = ReqId("R5352_3_1_2");
/// A PE without a Home ENRP server first finds one by the server hunt of section 3.6.
pub const R5352_3_1_3: ReqId = ReqId("R5352_3_1_3");
/// R1: the PE's SCTP endpoint towards the registrar is bound to every address the PE will serve on, whatever transport it serves with.
pub const R5352_3_1_4: ReqId = ReqId("R5352_3_1_4");
/// R2: the PE builds an ASAP_REGISTRATION of the layout in section 2.2.1.
pub const R5352_3_1_5: ReqId = ReqId("R5352_3_1_5");
/// R2.1: the Pool Handle parameter names the pool the PE wants to be in.
pub const R5352_3_1_6: ReqId = ReqId("R5352_3_1_6");
/// R2.2: the PE Identifier is drawn from a random source of good quality.
pub const R5352_3_1_7: ReqId = ReqId("R5352_3_1_7");
/// R2.3: Registration Life says for how many seconds the registration holds.
pub const R5352_3_1_8: ReqId = ReqId("R5352_3_1_8");
/// A PE that goes on serving re-registers before its registration life ends.
pub const R5352_3_1_9: ReqId = ReqId("R5352_3_1_9");
/// R2.4: the User Transport parameter says which transport and which data/control use the PE supports.
pub const R5352_3_1_10: ReqId = ReqId("R5352_3_1_10");
/// Joining a pool that exists, a PE uses the pool's transport type and data/control use.
pub const R5352_3_1_11: ReqId = ReqId("R5352_3_1_11");
/// A registration that departs from the pool's transport type or data/control use can be refused.
pub const R5352_3_1_12: ReqId = ReqId("R5352_3_1_12");
/// R2.5: the policy parameter carries the pool member selection policy the PE prefers.
pub const R5352_3_1_13: ReqId = ReqId("R5352_3_1_13");
/// R3: the ASAP_REGISTRATION goes to the Home ENRP server over SCTP.
pub const R5352_3_1_14: ReqId = ReqId("R5352_3_1_14");
/// R4: sending the ASAP_REGISTRATION starts T2-registration.
pub const R5352_3_1_15: ReqId = ReqId("R5352_3_1_15");
/// An ASAP_REGISTRATION whose Pool Element lacks the ASAP Transport parameter is complete and is handled like any other.
pub const R5352_3_1_16: ReqId = ReqId("R5352_3_1_16");
/// The registrar fills in the ASAP Transport of a PE itself and uses that address to reach the PE.
pub const R5352_3_1_17: ReqId = ReqId("R5352_3_1_17");
/// T2-registration running out, or a failed send, makes the PE start a server hunt.
pub const R5352_3_1_18: ReqId = ReqId("R5352_3_1_18");
/// With a new Home ENRP server found, the PE begins its registration anew.
pub const R5352_3_1_19: ReqId = ReqId("R5352_3_1_19");
/// A registration response stops T2-registration.
pub const R5352_3_1_20: ReqId = ReqId("R5352_3_1_20");
/// A PE whose registration was granted is an available member of its pool: a handle resolution that follows lists it.
pub const R5352_3_1_21: ReqId = ReqId("R5352_3_1_21");
/// A PE that was refused either mends the cause and registers again, or tells its upper layer.
pub const R5352_3_1_22: ReqId = ReqId("R5352_3_1_22");
/// A PE does not register again as long as what caused the refusal is unmended.
pub const R5352_3_1_23: ReqId = ReqId("R5352_3_1_23");
/// A registered PE can re-register at any time, to change its policy values or its registration life.
pub const R5352_3_1_24: ReqId = ReqId("R5352_3_1_24");
/// A re-registration carries the PE Identifier of the first registration.
pub const R5352_3_1_25: ReqId = ReqId("R5352_3_1_25");
/// A granted registration starts T4-reregistration.
pub const R5352_3_1_26: ReqId = ReqId("R5352_3_1_26");
/// T4-reregistration running out leads to a re-registration from step R1 on.
pub const R5352_3_1_27: ReqId = ReqId("R5352_3_1_27");
/// A re-registration that is through starts T4-reregistration again.
pub const R5352_3_1_28: ReqId = ReqId("R5352_3_1_28");
/// A PE counts its registration attempts, from zero at the first attempt with a Home ENRP server and after each successful re-registration.
pub const R5352_3_1_29: ReqId = ReqId("R5352_3_1_29");
/// With more attempts in vain than MAX-REG-ATTEMPT, the PE reports to its upper layer and ceases to register.
pub const R5352_3_1_30: ReqId = ReqId("R5352_3_1_30");
/// Rule 1: a registration for a handle that no pool has creates a pool with that handle.
pub const R5352_3_1_31: ReqId = ReqId("R5352_3_1_31");
/// Rule 1: the PE that made the registrar create a pool is that pool's first member.
pub const R5352_3_1_32: ReqId = ReqId("R5352_3_1_32");
/// Rule 1: a new pool takes the policy type of its first PE as its overall pool member selection policy.
pub const R5352_3_1_33: ReqId = ReqId("R5352_3_1_33");
/// Rule 1: a new pool takes the transport type of its first PE as its overall transport type.
pub const R5352_3_1_34: ReqId = ReqId("R5352_3_1_34");
/// Rule 1: a new pool takes the Transport Use of its first PE as its overall data/control configuration.
pub const R5352_3_1_35: ReqId = ReqId("R5352_3_1_35");
/// Rule 2: a PE not yet in the named pool, and consistent with it, becomes one more member of the pool.
pub const R5352_3_1_36: ReqId = ReqId("R5352_3_1_36");
/// Rule 2: a registration with another policy type than the pool's is rejected.
pub const R5352_3_1_37: ReqId = ReqId("R5352_3_1_37");
/// Rule 2: a registration with another transport type than the pool's is rejected.
pub const R5352_3_1_38: ReqId = ReqId("R5352_3_1_38");
/// Rule 2: a registration with another transport use than the pool's is rejected.
pub const R5352_3_1_39: ReqId = ReqId("R5352_3_1_39");
/// Rule 2: the checks come before the PE is added, so a PE that fails one does not become a member.
pub const R5352_3_1_40: ReqId = ReqId("R5352_3_1_40");
/// Rule 3: a registration from a PE that is in the named pool already counts as a re-registration, and the pool has that PE once.
pub const R5352_3_1_41: ReqId = ReqId("R5352_3_1_41");
/// Rule 3: a re-registration with another policy type than the pool's is rejected.
pub const R5352_3_1_42: ReqId = ReqId("R5352_3_1_42");
/// Rule 3: a re-registration with another transport type than the pool's is rejected.
pub const R5352_3_1_43: ReqId = ReqId("R5352_3_1_43");
/// Rule 3: a re-registration with another transport use than the pool's is rejected.
pub const R5352_3_1_44: ReqId = ReqId("R5352_3_1_44");
/// Rule 3: the policy values of an accepted re-registration replace the old ones.
pub const R5352_3_1_45: ReqId = ReqId("R5352_3_1_45");
/// Rule 3: the user transport (port and addresses) of an accepted re-registration replaces the old one.
pub const R5352_3_1_46: ReqId = ReqId("R5352_3_1_46");
/// Rule 3: the registration life of an accepted re-registration replaces the old one and counts anew.
pub const R5352_3_1_47: ReqId = ReqId("R5352_3_1_47");
/// Rule 4: the registrar that accepts a registration becomes the owner: it puts its own ID into the Home ENRP Server Identifier of that PE, whatever the registration had there.
pub const R5352_3_1_48: ReqId = ReqId("R5352_3_1_48");
/// Rule 4: an accepted re-registration moves the ownership to this registrar even from another one.
pub const R5352_3_1_49: ReqId = ReqId("R5352_3_1_49");
/// Rule 4: the ASAP Transport of the PE carries the SCTP port the ASAP_REGISTRATION came from, not one the PE wrote there.
pub const R5352_3_1_50: ReqId = ReqId("R5352_3_1_50");
/// Rule 4: the ASAP Transport of the PE carries the address the ASAP_REGISTRATION came from, or addresses of that association, and none besides.
pub const R5352_3_1_51: ReqId = ReqId("R5352_3_1_51");
/// Rule 5: a registration can also be rejected for another reason: invalid values, lack of resources, failed authentication.
pub const R5352_3_1_52: ReqId = ReqId("R5352_3_1_52");
/// Every ASAP_REGISTRATION is answered, towards the PE that sent it, by an ASAP_REGISTRATION_RESPONSE.
pub const R5352_3_1_53: ReqId = ReqId("R5352_3_1_53");
/// The response to an accepted registration has the R flag clear.
pub const R5352_3_1_54: ReqId = ReqId("R5352_3_1_54");
/// The response to a rejected registration has the R flag set.
pub const R5352_3_1_55: ReqId = ReqId("R5352_3_1_55");
/// The response to a rejected registration carries the fitting error cause or causes.
pub const R5352_3_1_56: ReqId = ReqId("R5352_3_1_56");
/// A registrar that grants a registration or re-registration makes itself the PE's Home ENRP server.
pub const R5352_3_1_57: ReqId = ReqId("R5352_3_1_57");
/// A granted new registration is told to the peers by a handle update.
pub const R5352_3_1_58: ReqId = ReqId("R5352_3_1_58");
/// A granted re-registration is told to the peers by a handle update.
pub const R5352_3_1_59: ReqId = ReqId("R5352_3_1_59");
/// A rejected registration causes no message to the peers.
pub const R5352_3_1_60: ReqId = ReqId("R5352_3_1_60");

// RFC 5352 section 3.2: De-Registration
/// A PE that wants to leave its pool de-registers by the steps of this section.
pub const R5352_3_2_1: ReqId = ReqId("R5352_3_2_1");
/// A PE can also leave by not renewing its registration.
pub const R5352_3_2_2: ReqId = ReqId("R5352_3_2_2");
/// When a registration life ends unrenewed, the registrar sends the PE an ASAP_DEREGISTRATION_RESPONSE of its own accord.
pub const R5352_3_2_3: ReqId = ReqId("R5352_3_2_3");
/// When a registration life ends unrenewed, the PE is no longer in its pool.
pub const R5352_3_2_4: ReqId = ReqId("R5352_3_2_4");
/// A PE de-registers over the association it registered over.
pub const R5352_3_2_5: ReqId = ReqId("R5352_3_2_5");
/// D1: the ASAP_DEREGISTRATION carries the Pool Handle of the registration.
pub const R5352_3_2_6: ReqId = ReqId("R5352_3_2_6");
/// D2: the ASAP_DEREGISTRATION carries a PE Identifier parameter.
pub const R5352_3_2_7: ReqId = ReqId("R5352_3_2_7");
/// D2: that identifier is the one the PE registered with.
pub const R5352_3_2_8: ReqId = ReqId("R5352_3_2_8");
/// Handle and identifier together identify the PE before anything is removed: a de-registration that names a pool the identifier is not in removes nobody.
pub const R5352_3_2_9: ReqId = ReqId("R5352_3_2_9");
/// D3: the ASAP_DEREGISTRATION goes to the Home ENRP server over the PE's SCTP association.
pub const R5352_3_2_10: ReqId = ReqId("R5352_3_2_10");
/// D4: sending the ASAP_DEREGISTRATION starts T3-deregistration.
pub const R5352_3_2_11: ReqId = ReqId("R5352_3_2_11");
/// T3-deregistration running out, or a failed send, makes the PE start a server hunt.
pub const R5352_3_2_12: ReqId = ReqId("R5352_3_2_12");
/// With a new Home ENRP server found, the PE begins its de-registration anew.
pub const R5352_3_2_13: ReqId = ReqId("R5352_3_2_13");
/// An ASAP_DEREGISTRATION_RESPONSE stops T3-deregistration.
pub const R5352_3_2_14: ReqId = ReqId("R5352_3_2_14");
/// Requests can still reach a PE some time after it has de-registered.
pub const R5352_3_2_15: ReqId = ReqId("R5352_3_2_15");
/// A PE that has de-registered is free to serve late requests or to ignore them.
pub const R5352_3_2_16: ReqId = ReqId("R5352_3_2_16");
/// An ASAP_DEREGISTRATION takes the PE out of the handlespace.
pub const R5352_3_2_17: ReqId = ReqId("R5352_3_2_17");
/// A pool whose last PE was de-registered is gone from the handlespace.
pub const R5352_3_2_18: ReqId = ReqId("R5352_3_2_18");
/// A de-registration of a PE that the registrar does not know counts as granted: the response has no Operation Error.
pub const R5352_3_2_19: ReqId = ReqId("R5352_3_2_19");
/// A de-registration of a PE that the registrar does not know is answered by an ASAP_DEREGISTRATION_RESPONSE.
pub const R5352_3_2_20: ReqId = ReqId("R5352_3_2_20");
/// A de-registration can be rejected, for invalid parameters, failed authentication and the like.
pub const R5352_3_2_21: ReqId = ReqId("R5352_3_2_21");
/// Every ASAP_DEREGISTRATION is answered, towards the PE that sent it, by an ASAP_DEREGISTRATION_RESPONSE.
pub const R5352_3_2_22: ReqId = ReqId("R5352_3_2_22");
/// The response to a rejected de-registration carries an Operation Error with the fitting cause.
pub const R5352_3_2_23: ReqId = ReqId("R5352_3_2_23");
/// De-registration does not keep the PE from exchanging application messages.
pub const R5352_3_2_24: ReqId = ReqId("R5352_3_2_24");
/// A granted de-registration that removed a PE is told to the peers by a handle update.
pub const R5352_3_2_25: ReqId = ReqId("R5352_3_2_25");
/// A rejected de-registration causes no handle update.
pub const R5352_3_2_26: ReqId = ReqId("R5352_3_2_26");
/// A de-registration that removed nobody causes no handle update, even if it counts as granted.
pub const R5352_3_2_27: ReqId = ReqId("R5352_3_2_27");

// RFC 5352 section 3.3: Handle Resolution
/// NR1: the ASAP_HANDLE_RESOLUTION carries the Pool Handle to resolve.
pub const R5352_3_3_1: ReqId = ReqId("R5352_3_3_1");
/// NR2: an endpoint without a Home ENRP server finds one by a server hunt before it asks.
pub const R5352_3_3_2: ReqId = ReqId("R5352_3_3_2");
/// NR3: a PE sends its ASAP_HANDLE_RESOLUTION to the Home ENRP server over SCTP.
pub const R5352_3_3_3: ReqId = ReqId("R5352_3_3_3");
/// NR3: a PU sends its ASAP_HANDLE_RESOLUTION to the Home ENRP server over TCP or SCTP.
pub const R5352_3_3_4: ReqId = ReqId("R5352_3_3_4");
/// NR3: a PE asks over the association it registered over.
pub const R5352_3_3_5: ReqId = ReqId("R5352_3_3_5");
/// NR4: sending the ASAP_HANDLE_RESOLUTION starts T1-ENRPrequest.
pub const R5352_3_3_6: ReqId = ReqId("R5352_3_3_6");
/// T1-ENRPrequest running out without an answer leads to the steps of section 3.7.2.
pub const R5352_3_3_7: ReqId = ReqId("R5352_3_3_7");
/// A failed send of the request makes the endpoint start a server hunt.
pub const R5352_3_3_8: ReqId = ReqId("R5352_3_3_8");
/// With a new Home ENRP server found, the endpoint begins the handle resolution anew.
pub const R5352_3_3_9: ReqId = ReqId("R5352_3_3_9");
/// An ASAP_HANDLE_RESOLUTION_RESPONSE stops T1-ENRPrequest.
pub const R5352_3_3_10: ReqId = ReqId("R5352_3_3_10");
/// The endpoint then uses the response: for its cache, for its user, for the message that waits.
pub const R5352_3_3_11: ReqId = ReqId("R5352_3_3_11");
/// An endpoint can keep a cache to ask less often.
pub const R5352_3_3_12: ReqId = ReqId("R5352_3_3_12");
/// C1: a cache is asked before the registrar is.
pub const R5352_3_3_13: ReqId = ReqId("R5352_3_3_13");
/// C2: each cache entry has a timer after which it is stale.
pub const R5352_3_3_14: ReqId = ReqId("R5352_3_3_14");
/// C2: finding a stale entry makes the endpoint send a handle resolution to renew it.
pub const R5352_3_3_15: ReqId = ReqId("R5352_3_3_15");
/// C3: on a stale entry the endpoint can answer at once and renew in parallel, or wait for the renewal.
pub const R5352_3_3_16: ReqId = ReqId("R5352_3_3_16");
/// C4: a fresh cache entry is used, and no handle resolution is sent for it.
pub const R5352_3_3_17: ReqId = ReqId("R5352_3_3_17");
/// The registrar takes ASAP_HANDLE_RESOLUTION from PUs over SCTP on its ASAP port.
pub const R5352_3_3_18: ReqId = ReqId("R5352_3_3_18");
/// The registrar takes ASAP_HANDLE_RESOLUTION from PUs over TCP on its ASAP port.
pub const R5352_3_3_19: ReqId = ReqId("R5352_3_3_19");
/// The registrar looks the handle up before it answers.
pub const R5352_3_3_20: ReqId = ReqId("R5352_3_3_20");
/// A request for a pool that exists is answered, towards the one who asked, by an ASAP_HANDLE_RESOLUTION_RESPONSE.
pub const R5352_3_3_21: ReqId = ReqId("R5352_3_3_21");
/// The response lists every PE that is registered in the pool at that moment.
pub const R5352_3_3_22: ReqId = ReqId("R5352_3_3_22");
/// The response for a pool with another policy than Round Robin contains a Pool Member Selection Policy parameter.
pub const R5352_3_3_23: ReqId = ReqId("R5352_3_3_23");
/// That parameter has the type of the pool's overall policy.
pub const R5352_3_3_24: ReqId = ReqId("R5352_3_3_24");
/// A request for a handle that no pool has is rejected by an ASAP_HANDLE_RESOLUTION_RESPONSE.
pub const R5352_3_3_25: ReqId = ReqId("R5352_3_3_25");
/// The response that rejects a request for an unknown pool carries the cause Unknown Pool Handle.
pub const R5352_3_3_26: ReqId = ReqId("R5352_3_3_26");

// RFC 5352 section 3.4: Endpoint Keep Alive
/// The registrar can send ASAP_ENDPOINT_KEEP_ALIVE as a heartbeat of the ASAP layer, where that of the transport does not suffice.
pub const R5352_3_4_1: ReqId = ReqId("R5352_3_4_1");
/// KA1: the PE compares the Pool Handle with the one it registered with.
pub const R5352_3_4_2: ReqId = ReqId("R5352_3_4_2");
/// KA1: a PE drops an ASAP_ENDPOINT_KEEP_ALIVE for another Pool Handle without an answer.
pub const R5352_3_4_3: ReqId = ReqId("R5352_3_4_3");
/// KA2: a PE answers an ASAP_ENDPOINT_KEEP_ALIVE for its pool by an ASAP_ENDPOINT_KEEP_ALIVE_ACK.
pub const R5352_3_4_4: ReqId = ReqId("R5352_3_4_4");
/// KA2.1: the acknowledgement carries the PE's Pool Handle.
pub const R5352_3_4_5: ReqId = ReqId("R5352_3_4_5");
/// KA2.2: the acknowledgement carries the PE Identifier of the registration.
pub const R5352_3_4_6: ReqId = ReqId("R5352_3_4_6");
/// KA2.3: the acknowledgement goes over the association with the registrar that asked.
pub const R5352_3_4_7: ReqId = ReqId("R5352_3_4_7");
/// KA2.4: with the H flag set and a Server Identifier other than its Home ENRP server's, or without a Home ENRP server, the PE takes the sender as its new Home ENRP server.
pub const R5352_3_4_8: ReqId = ReqId("R5352_3_4_8");

// RFC 5352 section 3.5: Unreachable Endpoints
/// An endpoint that finds a PE unreachable reports it by an ASAP_ENDPOINT_UNREACHABLE to any registrar.
pub const R5352_3_5_1: ReqId = ReqId("R5352_3_5_1");
/// The report carries Pool Handle and PE Identifier of the unreachable PE.
pub const R5352_3_5_2: ReqId = ReqId("R5352_3_5_2");
/// A PE sends its report over SCTP.
pub const R5352_3_5_3: ReqId = ReqId("R5352_3_5_3");
/// An endpoint reports each such event once at most.
pub const R5352_3_5_4: ReqId = ReqId("R5352_3_5_4");
/// Told of a failure by Transport.Failure, an endpoint reports only if its user had asked before to send data to that PE.
pub const R5352_3_5_5: ReqId = ReqId("R5352_3_5_5");
/// An ASAP_ENDPOINT_UNREACHABLE makes the registrar send an ASAP_ENDPOINT_KEEP_ALIVE to the reported PE at once.
pub const R5352_3_5_6: ReqId = ReqId("R5352_3_5_6");
/// The ASAP_ENDPOINT_KEEP_ALIVE that follows a report goes to the reported PE and to no other.
pub const R5352_3_5_7: ReqId = ReqId("R5352_3_5_7");
/// The ASAP_ENDPOINT_KEEP_ALIVE that follows a report has the H flag clear.
pub const R5352_3_5_8: ReqId = ReqId("R5352_3_5_8");
/// If the ASAP_ENDPOINT_KEEP_ALIVE that follows a report fails, as by an SCTP send failure, the reported PE is removed from the handlespace.
pub const R5352_3_5_9: ReqId = ReqId("R5352_3_5_9");
/// If the ASAP_ENDPOINT_KEEP_ALIVE that follows a report gets through, the reported PE stays in the handlespace.
pub const R5352_3_5_10: ReqId = ReqId("R5352_3_5_10");
/// The registrar counts the reports about each PE.
pub const R5352_3_5_11: ReqId = ReqId("R5352_3_5_11");
/// A PE that was reported more often than MAX-BAD-PE-REPORT is removed from the handlespace.
pub const R5352_3_5_12: ReqId = ReqId("R5352_3_5_12");
/// The registrar can send ASAP_ENDPOINT_KEEP_ALIVE periodically to each PE it owns.
pub const R5352_3_5_13: ReqId = ReqId("R5352_3_5_13");
/// The periodic ASAP_ENDPOINT_KEEP_ALIVE has the H flag clear.
pub const R5352_3_5_14: ReqId = ReqId("R5352_3_5_14");
/// If a periodic ASAP_ENDPOINT_KEEP_ALIVE cannot be sent to a PE, that PE is removed from the handlespace.
pub const R5352_3_5_15: ReqId = ReqId("R5352_3_5_15");
/// A registrar with many PEs avoids bursts of ASAP_ENDPOINT_KEEP_ALIVE.
pub const R5352_3_5_16: ReqId = ReqId("R5352_3_5_16");
/// The periodic ASAP_ENDPOINT_KEEP_ALIVE messages are spread over a period of time.
pub const R5352_3_5_17: ReqId = ReqId("R5352_3_5_17");
/// The period of ASAP_ENDPOINT_KEEP_ALIVE towards one PE can vary at random by half of its length.
pub const R5352_3_5_18: ReqId = ReqId("R5352_3_5_18");

// RFC 5352 section 3.6: ENRP Server Hunt Procedures
/// PUs and PEs each keep a list of the registrars' transport addresses they know.
pub const R5352_3_6_1: ReqId = ReqId("R5352_3_6_1");
/// Where multicast is used, the registrar sends an ASAP_SERVER_ANNOUNCE every (N+1) times T6-Serverannounce.
pub const R5352_3_6_2: ReqId = ReqId("R5352_3_6_2");
/// An ASAP_SERVER_ANNOUNCE lists every transport address on which the registrar speaks ASAP.
pub const R5352_3_6_3: ReqId = ReqId("R5352_3_6_3");
/// An ASAP_SERVER_ANNOUNCE is sent on the multicast ENRP client channel.
pub const R5352_3_6_4: ReqId = ReqId("R5352_3_6_4");
/// N is the number of other registrars whose ASAP_SERVER_ANNOUNCE the registrar has received.
pub const R5352_3_6_5: ReqId = ReqId("R5352_3_6_5");
/// All registrars together send about one ASAP_SERVER_ANNOUNCE in each T6-Serverannounce.
pub const R5352_3_6_6: ReqId = ReqId("R5352_3_6_6");
/// A PU or PE enters the new addresses of an ASAP_SERVER_ANNOUNCE into its list.
pub const R5352_3_6_7: ReqId = ReqId("R5352_3_6_7");
/// For each address so entered it starts T7-ENRPoutdate.
pub const R5352_3_6_8: ReqId = ReqId("R5352_3_6_8");
/// For each address known already, T7-ENRPoutdate starts again.
pub const R5352_3_6_9: ReqId = ReqId("R5352_3_6_9");
/// An announcement without transport parameters stands for SCTP at its source address and the registered ASAP port.
pub const R5352_3_6_10: ReqId = ReqId("R5352_3_6_10");
/// T7-ENRPoutdate running out removes the address from the list.
pub const R5352_3_6_11: ReqId = ReqId("R5352_3_6_11");
/// Without multicast, each PU and PE has a configured list of registrars' addresses.
pub const R5352_3_6_12: ReqId = ReqId("R5352_3_6_12");
/// At its start, and when its Home ENRP server fails it, an endpoint establishes a new Home ENRP server, a different one after a failure.
pub const R5352_3_6_13: ReqId = ReqId("R5352_3_6_13");
/// SH1: an endpoint tries up to three registrars at a time.
pub const R5352_3_6_14: ReqId = ReqId("R5352_3_6_14");
/// SH1: an endpoint establishes three associations at most.
pub const R5352_3_6_15: ReqId = ReqId("R5352_3_6_15");
/// SH2: the endpoint starts T5-Serverhunt.
pub const R5352_3_6_16: ReqId = ReqId("R5352_3_6_16");
/// SH3: an established association stops T5-Serverhunt.
pub const R5352_3_6_17: ReqId = ReqId("R5352_3_6_17");
/// SH3: T5-Serverhunt then goes back to its first value, and the hunt to SH6.
pub const R5352_3_6_18: ReqId = ReqId("R5352_3_6_18");
/// SH4: a failed attempt is followed by one to another transport address.
pub const R5352_3_6_19: ReqId = ReqId("R5352_3_6_19");
/// SH5.1: T5-Serverhunt running out doubles its value, up to RETRAN.max.
pub const R5352_3_6_20: ReqId = ReqId("R5352_3_6_20");
/// SH5.2: attempts under way are then given up.
pub const R5352_3_6_21: ReqId = ReqId("R5352_3_6_21");
/// SH5.2, the second of that number: the hunt goes on at SH1.
pub const R5352_3_6_22: ReqId = ReqId("R5352_3_6_22");
/// SH5.2, the second of that number: the next round tries other addresses.
pub const R5352_3_6_23: ReqId = ReqId("R5352_3_6_23");
/// SH6: the endpoint picks one of the registrars it reached and sends all further requests to it.
pub const R5352_3_6_24: ReqId = ReqId("R5352_3_6_24");

// RFC 5352 section 3.7.1: SCTP Send Failure
/// A message that SCTP could not deliver is not sent again to that registrar.
pub const R5352_3_7_1_1: ReqId = ReqId("R5352_3_7_1_1");
/// The endpoint drops it and starts a server hunt.
pub const R5352_3_7_1_2: ReqId = ReqId("R5352_3_7_1_2");
/// With a new Home ENRP server found, the request is sent there.
pub const R5352_3_7_1_3: ReqId = ReqId("R5352_3_7_1_3");
/// The endpoint can keep the message and send it to the new Home ENRP server.
pub const R5352_3_7_1_4: ReqId = ReqId("R5352_3_7_1_4");
/// An endpoint that dropped the message can build the request again.
pub const R5352_3_7_1_5: ReqId = ReqId("R5352_3_7_1_5");

// RFC 5352 section 3.7.2: T1-ENRPrequest Timer Expiration
/// T1-ENRPrequest running out leads to the same request again, with T1-ENRPrequest started anew.
pub const R5352_3_7_2_1: ReqId = ReqId("R5352_3_7_2_1");
/// In parallel the endpoint starts a server hunt.
pub const R5352_3_7_2_2: ReqId = ReqId("R5352_3_7_2_2");
/// This goes on MAX-REQUEST-RETRANSMIT times; then the user is told and the request is dropped.
pub const R5352_3_7_2_3: ReqId = ReqId("R5352_3_7_2_3");
/// An endpoint adopts another registrar that responds as its new Home ENRP server.
pub const R5352_3_7_2_4: ReqId = ReqId("R5352_3_7_2_4");
/// It then sends the request to that one.
pub const R5352_3_7_2_5: ReqId = ReqId("R5352_3_7_2_5");

// RFC 5352 section 3.8: Cookie Handling Procedures
/// A PE can send an ASAP_COOKIE to a PU at any time, if there is a control channel.
pub const R5352_3_8_1: ReqId = ReqId("R5352_3_8_1");
/// A PU keeps the last cookie it got and drops the one before.
pub const R5352_3_8_2: ReqId = ReqId("R5352_3_8_2");
/// Control messages are told from data on the same association by their PPID.
pub const R5352_3_8_3: ReqId = ReqId("R5352_3_8_3");
/// A PU that fails over opens the control channel to the new PE with an ASAP_COOKIE_ECHO that holds its last cookie.
pub const R5352_3_8_4: ReqId = ReqId("R5352_3_8_4");
/// A cookie is signed by the PE that sends it and verified by the PE that gets it back.
pub const R5352_3_8_5: ReqId = ReqId("R5352_3_8_5");
/// A PU sends the cookie back unchanged.
pub const R5352_3_8_6: ReqId = ReqId("R5352_3_8_6");

// RFC 5352 section 3.9: Business Card Handling Procedures
/// A PE sends an ASAP_BUSINESS_CARD when communication with a PU begins.
pub const R5352_3_9_1: ReqId = ReqId("R5352_3_9_1");
/// A PU sends an ASAP_BUSINESS_CARD only if it is a PE too.
pub const R5352_3_9_2: ReqId = ReqId("R5352_3_9_2");
/// An ASAP_BUSINESS_CARD is sent only where there is a control channel.
pub const R5352_3_9_3: ReqId = ReqId("R5352_3_9_3");
/// A new ASAP_BUSINESS_CARD can be sent at any time to change the order of failover.
pub const R5352_3_9_4: ReqId = ReqId("R5352_3_9_4");
/// BC1: a card for a pool handle unknown to its cache makes the receiver resolve that handle.
pub const R5352_3_9_5: ReqId = ReqId("R5352_3_9_5");
/// BC2: the receiver takes the order of the card as its preferred order of failover.
pub const R5352_3_9_6: ReqId = ReqId("R5352_3_9_6");

// RFC 5352 section 4: Roles of Endpoints
/// A PU handles ASAP_HANDLE_RESOLUTION and its response.
pub const R5352_4_1: ReqId = ReqId("R5352_4_1");
/// A PU handles ASAP_ERROR.
pub const R5352_4_2: ReqId = ReqId("R5352_4_2");
/// A PU can handle cookies, their echoes and business cards.
pub const R5352_4_3: ReqId = ReqId("R5352_4_3");
/// A PU can handle ASAP_SERVER_ANNOUNCE.
pub const R5352_4_4: ReqId = ReqId("R5352_4_4");
/// A PE handles ASAP_REGISTRATION, ASAP_DEREGISTRATION and the responses to them.
pub const R5352_4_5: ReqId = ReqId("R5352_4_5");
/// A PE handles ASAP_ENDPOINT_KEEP_ALIVE, its acknowledgement, ASAP_ENDPOINT_UNREACHABLE and ASAP_ERROR.
pub const R5352_4_6: ReqId = ReqId("R5352_4_6");
/// A PE handles cookies, their echoes and business cards.
pub const R5352_4_7: ReqId = ReqId("R5352_4_7");
/// A PE can handle ASAP_SERVER_ANNOUNCE.
pub const R5352_4_8: ReqId = ReqId("R5352_4_8");
/// A registrar handles ASAP_REGISTRATION and ASAP_DEREGISTRATION and sends the responses to them.
pub const R5352_4_9: ReqId = ReqId("R5352_4_9");
/// A registrar handles an ASAP_ENDPOINT_KEEP_ALIVE_ACK: it is not reported as unknown, and the registrar serves on.
pub const R5352_4_10: ReqId = ReqId("R5352_4_10");
/// A registrar handles ASAP_ENDPOINT_UNREACHABLE.
pub const R5352_4_11: ReqId = ReqId("R5352_4_11");
/// A registrar handles an ASAP_ERROR: it is not reported as unknown, and the registrar serves on.
pub const R5352_4_12: ReqId = ReqId("R5352_4_12");
/// A registrar can handle ASAP_SERVER_ANNOUNCE of other registrars.
pub const R5352_4_13: ReqId = ReqId("R5352_4_13");
/// A node that is PU and PE does what both have to do.
pub const R5352_4_14: ReqId = ReqId("R5352_4_14");

// RFC 5352 section 5: SCTP Considerations
/// One ASAP message is one SCTP user message.
pub const R5352_5_1: ReqId = ReqId("R5352_5_1");
/// ASAP messages over SCTP have the PPID registered for ASAP, 11.
pub const R5352_5_2: ReqId = ReqId("R5352_5_2");
/// The registrar's SCTP port is configured, announced or the registered one.
pub const R5352_5_3: ReqId = ReqId("R5352_5_3");
/// ASAP messages on the control channel between PE and PU have the PPID registered for ASAP.
pub const R5352_5_4: ReqId = ReqId("R5352_5_4");
/// Messages on the data channel never have the PPID registered for ASAP.
pub const R5352_5_5: ReqId = ReqId("R5352_5_5");

// RFC 5352 section 6.1: Registration.Request Primitive
/// Any address in a User Transport given by the user is bound in the SCTP endpoint that talks to the registrar.
pub const R5352_6_1_1: ReqId = ReqId("R5352_6_1_1");

// RFC 5352 section 6.5: DataSendRequest Primitive
/// A send request can make the endpoint create a transport endpoint of its own for the transport needed.
pub const R5352_6_5_1: ReqId = ReqId("R5352_6_5_1");

// RFC 5352 section 6.5.1: Sending to a Pool Handle
/// Before a message goes to a pool, the pool handle is translated into addresses.
pub const R5352_6_5_1_1: ReqId = ReqId("R5352_6_5_1_1");
/// A message waits in a queue as long as the answer of the registrar is outstanding.
pub const R5352_6_5_1_2: ReqId = ReqId("R5352_6_5_1_2");
/// Further messages for that pool wait in the queue too.
pub const R5352_6_5_1_3: ReqId = ReqId("R5352_6_5_1_3");

// RFC 5352 section 6.5.3: Sending to a Pool Element Handle
/// For a send to a pool element handle, the endpoint can set up the transport state it lacks.
pub const R5352_6_5_3_1: ReqId = ReqId("R5352_6_5_3_1");

// RFC 5352 section 6.5.5: Message Delivery Options
/// With failover enabled, a message to a PE found unreachable is sent silently to another PE of the pool.
pub const R5352_6_5_5_1: ReqId = ReqId("R5352_6_5_5_1");

// RFC 5352 section 6.9.2: Transport.Failure Primitive
/// No ASAP_ENDPOINT_UNREACHABLE is sent for a PE to which the user had not asked to send data.
pub const R5352_6_9_2_1: ReqId = ReqId("R5352_6_9_2_1");

// RFC 5352 section 7.1: Timers
/// T1-ENRPrequest is 15 seconds by default.
pub const R5352_7_1_1: ReqId = ReqId("R5352_7_1_1");
/// T2-registration is 30 seconds by default.
pub const R5352_7_1_2: ReqId = ReqId("R5352_7_1_2");
/// T3-deregistration is 30 seconds by default.
pub const R5352_7_1_3: ReqId = ReqId("R5352_7_1_3");
/// T4-reregistration is by default the lesser of 10 minutes and the registration life less 20 seconds.
pub const R5352_7_1_4: ReqId = ReqId("R5352_7_1_4");
/// T5-Serverhunt is 10 seconds by default.
pub const R5352_7_1_5: ReqId = ReqId("R5352_7_1_5");
/// T6-Serverannounce is 1 second by default.
pub const R5352_7_1_6: ReqId = ReqId("R5352_7_1_6");
/// T7-ENRPoutdate is 5 seconds by default.
pub const R5352_7_1_7: ReqId = ReqId("R5352_7_1_7");

// RFC 5352 section 7.3: Thresholds
/// MAX-REG-ATTEMPT is 2 by default.
pub const R5352_7_3_1: ReqId = ReqId("R5352_7_3_1");
/// MAX-REQUEST-RETRANSMIT is 2 by default.
pub const R5352_7_3_2: ReqId = ReqId("R5352_7_3_2");
/// RETRAN-MAX is 60 seconds by default.
pub const R5352_7_3_3: ReqId = ReqId("R5352_7_3_3");

// RFC 5352 section 8.1: A New Table for ASAP Message Types
/// The table of the IANA section offers 0x0b to 0xff for assignment.
pub const R5352_8_1_1: ReqId = ReqId("R5352_8_1_1");

// RFC 5352 section 8.2: Port Numbers
/// The ASAP ports are 3863 for TCP, UDP and SCTP, and 3864 for TLS over TCP and SCTP.
pub const R5352_8_2_1: ReqId = ReqId("R5352_8_2_1");

// RFC 5352 section 8.3: SCTP Payload Protocol Identifier
/// The PPID registered for ASAP is 11.
pub const R5352_8_3_1: ReqId = ReqId("R5352_8_3_1");

// RFC 5352 section 8.4: Multicast Addresses
/// Announcements use the assigned groups: 224.0.1.185, and for IPv6 the group number 133 of the scope.
pub const R5352_8_4_1: ReqId = ReqId("R5352_8_4_1");

// RFC 5352 section 9.1: Summary of RSerPool Security Threats
/// The registrar limits how many ASAP_ENDPOINT_KEEP_ALIVE messages a flood of reports makes it send to a PE.
pub const R5352_9_1_1: ReqId = ReqId("R5352_9_1_1");
/// A PU limits how many reports of unreachable PEs it sends.
pub const R5352_9_1_2: ReqId = ReqId("R5352_9_1_2");

// RFC 5352 section 9.2: Implementing Security Mechanisms
/// PEs, PUs and registrars implement TLS.
pub const R5352_9_2_1: ReqId = ReqId("R5352_9_2_1");
/// An implementation of TLS for RSerPool supports the RSA suite with AES 128 in CBC mode and SHA.
pub const R5352_9_2_2: ReqId = ReqId("R5352_9_2_2");
/// A registrar supports the RSA suite with 3DES for the sake of old peers.
pub const R5352_9_2_3: ReqId = ReqId("R5352_9_2_3");
/// An implementation can support other cipher suites that the IETF approved.
pub const R5352_9_2_4: ReqId = ReqId("R5352_9_2_4");
/// Registrars and PEs support mutual authentication by a pre-shared key.
pub const R5352_9_2_5: ReqId = ReqId("R5352_9_2_5");
/// Registrars support mutual authentication by a pre-shared key among themselves.
pub const R5352_9_2_6: ReqId = ReqId("R5352_9_2_6");
/// A PU authenticates the registrar by its certificate.
pub const R5352_9_2_7: ReqId = ReqId("R5352_9_2_7");
/// A registrar has a site certificate for its host name.
pub const R5352_9_2_8: ReqId = ReqId("R5352_9_2_8");
/// A PU can have a certificate of its own.
pub const R5352_9_2_9: ReqId = ReqId("R5352_9_2_9");
/// Whoever speaks TLS can validate the certificates it gets.
pub const R5352_9_2_10: ReqId = ReqId("R5352_9_2_10");
/// A client checks that the certificate is that of the server it meant.
pub const R5352_9_2_11: ReqId = ReqId("R5352_9_2_11");
/// A client that finds the certificate wrong closes the connection, or asks its user, and says why.
pub const R5352_9_2_12: ReqId = ReqId("R5352_9_2_12");
/// A name in other scripts is turned into its ASCII form before it is compared with the certificate.
pub const R5352_9_2_13: ReqId = ReqId("R5352_9_2_13");
/// An address is compared with the certificate as octets in network byte order.
pub const R5352_9_2_14: ReqId = ReqId("R5352_9_2_14");
/// A party to whom the security reached is not enough takes the TLS layer off again.
pub const R5352_9_2_15: ReqId = ReqId("R5352_9_2_15");
/// TLS is supported over SCTP or over TCP.
pub const R5352_9_2_16: ReqId = ReqId("R5352_9_2_16");

// RFC 5352 section 9.3: Chain of Trust
/// A secured registrar refuses the registration of a PE without TLS, with the cause for security considerations.
pub const R5352_9_3_1: ReqId = ReqId("R5352_9_3_1");
/// A secured registrar answers a PU without TLS nevertheless.
pub const R5352_9_3_2: ReqId = ReqId("R5352_9_3_2");

// RFC 5353 section 2: Protocol data units
/// A registrar sends only the ENRP message types 0x01 to 0x0a; all others are reserved.
pub const R5353_2_1: ReqId = ReqId("R5353_2_1");

// RFC 5353 section 2.1: ENRP_PRESENCE
/// The Sending Server's ID of an ENRP message is the server ID of the registrar that sends it.
pub const R5353_2_1_1: ReqId = ReqId("R5353_2_1_1");
/// A registrar sets the Receiving Server's ID to 0 in a message that is not addressed to one registrar alone.
pub const R5353_2_1_2: ReqId = ReqId("R5353_2_1_2");
/// A registrar includes its PE Checksum in every ENRP_PRESENCE.
pub const R5353_2_1_3: ReqId = ReqId("R5353_2_1_3");
/// If a registrar sends an ENRP_PRESENCE in reply to one with the reply required flag, it includes its own Server Information.
pub const R5353_2_1_4: ReqId = ReqId("R5353_2_1_4");
/// A registrar picks a server ID other than 0.
pub const R5353_2_1_5: ReqId = ReqId("R5353_2_1_5");
/// A registrar keeps its server ID until it restarts.
pub const R5353_2_1_6: ReqId = ReqId("R5353_2_1_6");

// RFC 5353 section 2.3: ENRP_HANDLE_TABLE_RESPONSE
/// If a registrar rejects a table request, it sets the R flag of its response and includes no pool entries.
pub const R5353_2_3_1: ReqId = ReqId("R5353_2_3_1");

// RFC 5353 section 2.4: ENRP_HANDLE_UPDATE
/// The Update Action of an ENRP_HANDLE_UPDATE is ADD_PE (0) or DEL_PE (1).
pub const R5353_2_4_1: ReqId = ReqId("R5353_2_4_1");
/// The sender sets the reserved field of an ENRP_HANDLE_UPDATE to zero.
pub const R5353_2_4_2: ReqId = ReqId("R5353_2_4_2");

// RFC 5353 section 2.6: ENRP_LIST_RESPONSE
/// If a registrar rejects a list request, it sets the R flag of its response and includes no Server Information.
pub const R5353_2_6_1: ReqId = ReqId("R5353_2_6_1");

// RFC 5353 section 3.2.2.2: Request Complete Server List from Mentor Peer
/// A registrar answers every ENRP_LIST_REQUEST with an ENRP_LIST_RESPONSE.
pub const R5353_3_2_2_2_1: ReqId = ReqId("R5353_3_2_2_2_1");

// RFC 5353 section 3.2.3: Download ENRP Handlespace Data from Mentor Peer
/// A registrar answers every ENRP_HANDLE_TABLE_REQUEST with an ENRP_HANDLE_TABLE_RESPONSE.
pub const R5353_3_2_3_1: ReqId = ReqId("R5353_3_2_3_1");

// RFC 5353 section 3.3.1: Announcing Additions or Updates of PE
/// The Home ENRP server sets the Receiving Server's ID of an ADD_PE to 0.
pub const R5353_3_3_1_1: ReqId = ReqId("R5353_3_3_1_1");
/// The Home ENRP server sets the Sending Server's ID of an ADD_PE to its own server ID.
pub const R5353_3_3_1_2: ReqId = ReqId("R5353_3_3_1_2");

// RFC 5353 section 3.3.2: Announcing Removal of PE
/// The sender of a DEL_PE sets its Receiving Server's ID to 0.
pub const R5353_3_3_2_1: ReqId = ReqId("R5353_3_3_2_1");

// RFC 5353 section 3.4.3: Detecting Peer Server Failure
/// A registrar answers an ENRP_PRESENCE that has the reply required flag within MAX-TIME-NO-RESPONSE (default 5 s).
pub const R5353_3_4_3_1: ReqId = ReqId("R5353_3_4_3_1");

// RFC 5353 section 3.6.1: Auditing Procedures
/// Every ENRP_PRESENCE contains the current PE checksum of the registrar that sends it.
pub const R5353_3_6_1_1: ReqId = ReqId("R5353_3_6_1_1");

// RFC 5353 section 3.6.2: PE Checksum Calculation Algorithm
/// A registrar computes its PE checksum as the Internet checksum over one block for each PE that it owns: the pool handle, padded with zeros to a multiple of 4 octets, and the PE Identifier.
pub const R5353_3_6_2_1: ReqId = ReqId("R5353_3_6_2_1");

// RFC 5354 section 2: Parameters in General
/// Parameters are sent in network byte order.
pub const R5354_2_1: ReqId = ReqId("R5354_2_1");
/// The Length of an outer parameter counts the padding between its inner parameters, but not the padding after the last of them.
pub const R5354_2_2: ReqId = ReqId("R5354_2_2");

// RFC 5354 section 3: ENRP-ASAP Common Parameters
/// A parameter consists of a Type of 16 bits, a Length of 16 bits, a value, and padding.
pub const R5354_3_1: ReqId = ReqId("R5354_3_1");
/// Parameter types range up to 65534; 65535 is reserved, so no sender uses it.
pub const R5354_3_2: ReqId = ReqId("R5354_3_2");
/// Parameter types without a defined parameter are reserved, so no sender uses them.
pub const R5354_3_3: ReqId = ReqId("R5354_3_3");
/// If a parameter has an unknown type with top bits 00, the receiver stops processing and discards the message without a report.
pub const R5354_3_4: ReqId = ReqId("R5354_3_4");
/// If a parameter has an unknown type with top bits 01, the receiver stops processing and discards the message.
pub const R5354_3_5: ReqId = ReqId("R5354_3_5");
/// If a parameter has an unknown type with top bits 01, the receiver reports the parameter with cause 0x1, Unrecognized Parameter.
pub const R5354_3_6: ReqId = ReqId("R5354_3_6");
/// If a parameter has an unknown type with top bits 10, the receiver skips it without a report and processes the rest of the message.
pub const R5354_3_7: ReqId = ReqId("R5354_3_7");
/// If a parameter has an unknown type with top bits 11, the receiver skips it and processes the rest of the message.
pub const R5354_3_8: ReqId = ReqId("R5354_3_8");
/// If a parameter has an unknown type with top bits 11, the receiver reports the parameter with cause 0x1, Unrecognized Parameter.
pub const R5354_3_9: ReqId = ReqId("R5354_3_9");
/// The parameter types 0x1 to 0x10 have the meanings that table 1 assigns to them.
pub const R5354_3_10: ReqId = ReqId("R5354_3_10");
/// Table 1 lists parameter types up to 0xffffffff.
pub const R5354_3_11: ReqId = ReqId("R5354_3_11");
/// The Length of a parameter counts Type, Length and value, so it is 4 if the value is empty.
pub const R5354_3_12: ReqId = ReqId("R5354_3_12");
/// The size of a parameter, padding included, is a multiple of 4 octets.
pub const R5354_3_13: ReqId = ReqId("R5354_3_13");
/// The sender pads a parameter with zero octets after the value.
pub const R5354_3_14: ReqId = ReqId("R5354_3_14");
/// The Length of a parameter does not count the parameter's own padding.
pub const R5354_3_15: ReqId = ReqId("R5354_3_15");
/// The sender pads a parameter with at most 3 octets.
pub const R5354_3_16: ReqId = ReqId("R5354_3_16");
/// The receiver ignores the content of a parameter's padding.
pub const R5354_3_17: ReqId = ReqId("R5354_3_17");

// RFC 5354 section 3.1: IPv4 Address Parameter
/// An IPv4 Address parameter has type 0x1, Length 8, and the 4 octets of the address.
pub const R5354_3_1_1: ReqId = ReqId("R5354_3_1_1");

// RFC 5354 section 3.2: IPv6 Address Parameter
/// An IPv6 Address parameter has type 0x2, Length 20, and the 16 octets of the address.
pub const R5354_3_2_1: ReqId = ReqId("R5354_3_2_1");

// RFC 5354 section 3.3: DCCP Transport Parameter
/// A DCCP Transport parameter has type 0x3, a port, a reserved field, a service code of 32 bits, and an address parameter.
pub const R5354_3_3_1: ReqId = ReqId("R5354_3_3_1");
/// The Length of a DCCP Transport parameter counts all its fields and the address parameter: 20 with IPv4, 32 with IPv6.
pub const R5354_3_3_2: ReqId = ReqId("R5354_3_3_2");
/// A DCCP Transport parameter contains exactly one address parameter.
pub const R5354_3_3_3: ReqId = ReqId("R5354_3_3_3");
/// No endpoint uses a DCCP port for control information.
pub const R5354_3_3_4: ReqId = ReqId("R5354_3_3_4");
/// The registrar treats a DCCP user transport as data only when it compares its data and control use with that of the pool.
pub const R5354_3_3_5: ReqId = ReqId("R5354_3_3_5");

// RFC 5354 section 3.4: SCTP Transport Parameter
/// An SCTP Transport parameter has type 0x4, a port, a Transport Use of 16 bits, and one or more address parameters.
pub const R5354_3_4_1: ReqId = ReqId("R5354_3_4_1");
/// The Length of an SCTP Transport parameter counts all its fields and all its address parameters.
pub const R5354_3_4_2: ReqId = ReqId("R5354_3_4_2");
/// The Transport Use of an SCTP Transport parameter is 0x0000 (data only) or 0x0001 (data plus control).
pub const R5354_3_4_3: ReqId = ReqId("R5354_3_4_3");
/// An SCTP Transport parameter can contain both IPv4 and IPv6 addresses.
pub const R5354_3_4_4: ReqId = ReqId("R5354_3_4_4");
/// An SCTP Transport parameter contains at least one address parameter.
pub const R5354_3_4_5: ReqId = ReqId("R5354_3_4_5");

// RFC 5354 section 3.5: TCP Transport Parameter
/// A TCP Transport parameter has type 0x5, a port, a reserved field, and an address parameter.
pub const R5354_3_5_1: ReqId = ReqId("R5354_3_5_1");
/// The Length of a TCP Transport parameter is 16 with an IPv4 address and 28 with an IPv6 address.
pub const R5354_3_5_2: ReqId = ReqId("R5354_3_5_2");
/// A TCP Transport parameter contains exactly one address parameter.
pub const R5354_3_5_3: ReqId = ReqId("R5354_3_5_3");
/// No endpoint uses a TCP port for control information.
pub const R5354_3_5_4: ReqId = ReqId("R5354_3_5_4");
/// The registrar treats a TCP user transport as data only when it compares its data and control use with that of the pool.
pub const R5354_3_5_5: ReqId = ReqId("R5354_3_5_5");

// RFC 5354 section 3.6: UDP Transport Parameter
/// A UDP Transport parameter has type 0x6, a port, a reserved field, and an address parameter.
pub const R5354_3_6_1: ReqId = ReqId("R5354_3_6_1");
/// The Length of a UDP Transport parameter is 16 with an IPv4 address and 28 with an IPv6 address.
pub const R5354_3_6_2: ReqId = ReqId("R5354_3_6_2");
/// A UDP Transport parameter contains exactly one address parameter.
pub const R5354_3_6_3: ReqId = ReqId("R5354_3_6_3");
/// No endpoint uses a UDP port for control information.
pub const R5354_3_6_4: ReqId = ReqId("R5354_3_6_4");
/// The registrar treats a UDP user transport as data only when it compares its data and control use with that of the pool.
pub const R5354_3_6_5: ReqId = ReqId("R5354_3_6_5");

// RFC 5354 section 3.7: UDP-Lite Transport Parameter
/// A UDP-Lite Transport parameter has type 0x7, a port, a reserved field, and an address parameter.
pub const R5354_3_7_1: ReqId = ReqId("R5354_3_7_1");
/// The Length of a UDP-Lite Transport parameter is 16 with an IPv4 address and 28 with an IPv6 address.
pub const R5354_3_7_2: ReqId = ReqId("R5354_3_7_2");
/// A UDP-Lite Transport parameter contains exactly one address parameter.
pub const R5354_3_7_3: ReqId = ReqId("R5354_3_7_3");
/// No endpoint uses a UDP-Lite port for control information.
pub const R5354_3_7_4: ReqId = ReqId("R5354_3_7_4");
/// The registrar treats a UDP-Lite user transport as data only when it compares its data and control use with that of the pool.
pub const R5354_3_7_5: ReqId = ReqId("R5354_3_7_5");

// RFC 5354 section 3.8: Pool Member Selection Policy Parameter
/// Every policy parameter, whatever its policy, has type 0x8, a policy type of 32 bits, and the data of that policy.
pub const R5354_3_8_1: ReqId = ReqId("R5354_3_8_1");
/// The Length of a policy parameter counts type, Length, policy type and data, but no padding.
pub const R5354_3_8_2: ReqId = ReqId("R5354_3_8_2");
/// The text refers to RFC 5352 for the procedures of the policies.
pub const R5354_3_8_3: ReqId = ReqId("R5354_3_8_3");

// RFC 5354 section 3.9: Pool Handle Parameter
/// A Pool Handle parameter has type 0x9 and a handle of as many octets as its Length minus 4.
pub const R5354_3_9_1: ReqId = ReqId("R5354_3_9_1");
/// The Length of a Pool Handle parameter does not count its padding.
pub const R5354_3_9_2: ReqId = ReqId("R5354_3_9_2");
/// The registrar compares pool handles octet by octet: two handles that differ in an octet or in length name different pools.
pub const R5354_3_9_3: ReqId = ReqId("R5354_3_9_3");

// RFC 5354 section 3.10: Pool Element Parameter
/// A Pool Element parameter has type 0xa and contains, in this order, PE Identifier, Home ENRP Server Identifier, Registration Life, User Transport, policy, and ASAP Transport.
pub const R5354_3_10_1: ReqId = ReqId("R5354_3_10_1");
/// The Length of a Pool Element parameter counts all its fields and inner parameters, but no padding at its end.
pub const R5354_3_10_2: ReqId = ReqId("R5354_3_10_2");
/// A PE Identifier identifies one PE of its pool: no two members of a pool have the same one.
pub const R5354_3_10_3: ReqId = ReqId("R5354_3_10_3");
/// The Home ENRP Server Identifier is the server ID of the PE's Home ENRP server, or zero if that server is undetermined.
pub const R5354_3_10_4: ReqId = ReqId("R5354_3_10_4");
/// The Registration Life is a signed number of seconds; with -1 the registration does not expire.
pub const R5354_3_10_5: ReqId = ReqId("R5354_3_10_5");
/// The User Transport of a Pool Element is a DCCP, SCTP, TCP, UDP, UDP-Lite or Opaque Transport parameter.
pub const R5354_3_10_6: ReqId = ReqId("R5354_3_10_6");
/// A Pool Element contains exactly one User Transport.
pub const R5354_3_10_7: ReqId = ReqId("R5354_3_10_7");
/// A Pool Element contains exactly one Pool Member Selection Policy parameter as its policy.
pub const R5354_3_10_8: ReqId = ReqId("R5354_3_10_8");
/// The ASAP Transport of a Pool Element is an SCTP Transport parameter.
pub const R5354_3_10_9: ReqId = ReqId("R5354_3_10_9");

// RFC 5354 section 3.11: Server Information Parameter
/// A Server Information parameter has type 0xb, a server ID of 32 bits, and an SCTP Transport parameter.
pub const R5354_3_11_1: ReqId = ReqId("R5354_3_11_1");
/// The Length of a Server Information parameter does not count padding at its end.
pub const R5354_3_11_2: ReqId = ReqId("R5354_3_11_2");

// RFC 5354 section 3.12: Operation Error Parameter
/// An Operation Error parameter has type 0xc and contains one or more error causes.
pub const R5354_3_12_1: ReqId = ReqId("R5354_3_12_1");
/// The Length of an Operation Error parameter does not count padding at its end.
pub const R5354_3_12_2: ReqId = ReqId("R5354_3_12_2");
/// An error cause consists of a code of 16 bits, a Length of 16 bits, and cause-specific information.
pub const R5354_3_12_3: ReqId = ReqId("R5354_3_12_3");
/// The error cause codes 0x0 to 0xa have the meanings that table 2 assigns to them; no sender uses another code.
pub const R5354_3_12_4: ReqId = ReqId("R5354_3_12_4");
/// The Length of an error cause counts code, Length and information, but no padding at its end.
pub const R5354_3_12_5: ReqId = ReqId("R5354_3_12_5");
/// The text announces subsections 3.12.1 to 3.12.9 for the causes, but eleven subsections follow.
pub const R5354_3_12_6: ReqId = ReqId("R5354_3_12_6");

// RFC 5354 section 3.12.1: Unspecified Error
/// Cause 0x0, Unspecified Error, contains no information, so its Length is 4.
pub const R5354_3_12_1_1: ReqId = ReqId("R5354_3_12_1_1");

// RFC 5354 section 3.12.2: Unrecognized Parameter Error
/// Cause 0x1, Unrecognized Parameter, contains the complete unknown parameter, header included.
pub const R5354_3_12_2_1: ReqId = ReqId("R5354_3_12_2_1");
/// If a message contains several unknown parameters, the receiver reports each of them in a cause 0x1 of its own.
pub const R5354_3_12_2_2: ReqId = ReqId("R5354_3_12_2_2");

// RFC 5354 section 3.12.3: Unrecognized Message Error
/// Cause 0x2, Unrecognized Message, contains the unknown message.
pub const R5354_3_12_3_1: ReqId = ReqId("R5354_3_12_3_1");

// RFC 5354 section 3.12.4: Invalid Values Error
/// Cause 0x3, Invalid Values, contains the parameter that has the invalid value.
pub const R5354_3_12_4_1: ReqId = ReqId("R5354_3_12_4_1");

// RFC 5354 section 3.12.5: Non-Unique PE Identifier Error
/// Cause 0x4, Non-unique PE Identifier, contains no information, so its Length is 4.
pub const R5354_3_12_5_1: ReqId = ReqId("R5354_3_12_5_1");
/// The registrar rejects a registration with cause 0x4, Non-unique PE Identifier, if another PE of the pool has the same identifier.
pub const R5354_3_12_5_2: ReqId = ReqId("R5354_3_12_5_2");

// RFC 5354 section 3.12.6: Inconsistent Pool Policy Error
/// Cause 0x5, Inconsistent Pooling Policy, contains a policy parameter with the overall policy of the pool.
pub const R5354_3_12_6_1: ReqId = ReqId("R5354_3_12_6_1");
/// The registrar rejects a registration with cause 0x5, Inconsistent Pooling Policy, if its policy differs from the pool's.
pub const R5354_3_12_6_2: ReqId = ReqId("R5354_3_12_6_2");

// RFC 5354 section 3.12.7: Lack of Resources Error
/// Cause 0x6, Lack of Resources, contains no information, so its Length is 4.
pub const R5354_3_12_7_1: ReqId = ReqId("R5354_3_12_7_1");

// RFC 5354 section 3.12.8: Inconsistent Transport Type Error
/// Cause 0x7, Inconsistent Transport Type, contains a transport parameter of the pool's type.
pub const R5354_3_12_8_1: ReqId = ReqId("R5354_3_12_8_1");
/// The registrar rejects a registration with cause 0x7, Inconsistent Transport Type, if the type of its user transport differs from the pool's.
pub const R5354_3_12_8_2: ReqId = ReqId("R5354_3_12_8_2");

// RFC 5354 section 3.12.9: Inconsistent Data/Control Configuration Error
/// Cause 0x8, Inconsistent Data/Control Configuration, contains no information, so its Length is 4.
pub const R5354_3_12_9_1: ReqId = ReqId("R5354_3_12_9_1");
/// The registrar rejects a registration with cause 0x8, Inconsistent Data/Control Configuration, if its Transport Use differs from the pool's.
pub const R5354_3_12_9_2: ReqId = ReqId("R5354_3_12_9_2");

// RFC 5354 section 3.12.10: Rejected Due to Security Considerations
/// Rejected due to security considerations has code 0xa; the RFC does not define its cause-specific information.
pub const R5354_3_12_10_1: ReqId = ReqId("R5354_3_12_10_1");

// RFC 5354 section 3.12.11: Unknown Pool Handle Error
/// Cause 0x9, Unknown Pool Handle, contains no information, so its Length is 4.
pub const R5354_3_12_11_1: ReqId = ReqId("R5354_3_12_11_1");
/// The registrar answers with cause 0x9, Unknown Pool Handle, if a PE or PU requests a pool that the registrar does not know.
pub const R5354_3_12_11_2: ReqId = ReqId("R5354_3_12_11_2");

// RFC 5354 section 3.13: Cookie Parameter
/// A Cookie parameter has type 0xd and a cookie of any content, of as many octets as its Length minus 4.
pub const R5354_3_13_1: ReqId = ReqId("R5354_3_13_1");

// RFC 5354 section 3.14: PE Identifier Parameter
/// A PE Identifier parameter has type 0xe, Length 8, and an identifier of 32 bits.
pub const R5354_3_14_1: ReqId = ReqId("R5354_3_14_1");

// RFC 5354 section 3.15: PE Checksum Parameter
/// A PE Checksum parameter has type 0xf, Length 6, a checksum of 16 bits, and 2 octets of padding.
pub const R5354_3_15_1: ReqId = ReqId("R5354_3_15_1");

// RFC 5354 section 3.16: Opaque Transport Parameter
/// An Opaque Transport parameter has type 0x10 and data of any content, of as many octets as its Length minus 4.
pub const R5354_3_16_1: ReqId = ReqId("R5354_3_16_1");

// RFC 5354 section 4: Common Message Formats
/// A message consists of a Type of 8 bits, Flags of 8 bits, a Length of 16 bits, and a value.
pub const R5354_4_1: ReqId = ReqId("R5354_4_1");
/// Message types range up to 254; 255 is reserved, so no sender uses it.
pub const R5354_4_2: ReqId = ReqId("R5354_4_2");
/// If a message has an unknown type with top bits 00, the receiver discards it without a report.
pub const R5354_4_3: ReqId = ReqId("R5354_4_3");
/// If a message has an unknown type with top bits 01, the receiver discards it.
pub const R5354_4_4: ReqId = ReqId("R5354_4_4");
/// If a message has an unknown type with top bits 01, the receiver reports it with cause 0x2, Unrecognized Message.
pub const R5354_4_5: ReqId = ReqId("R5354_4_5");
/// The top bits 10 and 11 of a message type are reserved, and the RFC defines no reaction to them.
pub const R5354_4_6: ReqId = ReqId("R5354_4_6");
/// The sender sets flags that are not defined for the message to zero.
pub const R5354_4_7: ReqId = ReqId("R5354_4_7");
/// The receiver ignores flags that are not defined for the message.
pub const R5354_4_8: ReqId = ReqId("R5354_4_8");
/// The Length of a message counts header and value, so it is 4 if the value is empty.
pub const R5354_4_9: ReqId = ReqId("R5354_4_9");
/// The Length of a message does not count the padding at its end.
pub const R5354_4_10: ReqId = ReqId("R5354_4_10");
/// The size of a message, padding included, is a multiple of 4 octets.
pub const R5354_4_11: ReqId = ReqId("R5354_4_11");
/// The sender pads a message with zero octets.
pub const R5354_4_12: ReqId = ReqId("R5354_4_12");
/// The sender pads a message with at most 3 octets.
pub const R5354_4_13: ReqId = ReqId("R5354_4_13");
/// The receiver ignores the content of a message's padding.
pub const R5354_4_14: ReqId = ReqId("R5354_4_14");

// RFC 5354 section 5.1: A New Table for RSerPool Parameter Types
/// The text counts thirteen assigned parameter types, but the table lists sixteen.
pub const R5354_5_1_1: ReqId = ReqId("R5354_5_1_1");

// RFC 5354 section 5.2: A New Table for RSerPool Error Causes
/// The assigned error causes are 0x0 to 0xa.
pub const R5354_5_2_1: ReqId = ReqId("R5354_5_2_1");

// RFC 5356 section 3.1: Load
/// The registrar compares loads as unsigned numbers of 32 bits: 0x00000000 is idle, 0xffffffff is fully used.
pub const R5356_3_1_1: ReqId = ReqId("R5356_3_1_1");
/// All PEs of a pool use the same definition of load.
pub const R5356_3_1_2: ReqId = ReqId("R5356_3_1_2");

// RFC 5356 section 3.2: Weight
/// All PEs of a pool use the same definition of weight.
pub const R5356_3_2_1: ReqId = ReqId("R5356_3_2_1");
/// A PE of weight 0 provides no service, so the registrar does not list it first while another PE's weight is above 0.
pub const R5356_3_2_2: ReqId = ReqId("R5356_3_2_2");
/// Of two PEs, the PE with the greater weight can provide more service.
pub const R5356_3_2_3: ReqId = ReqId("R5356_3_2_3");

// RFC 5356 section 4.1.1: Description
/// Every RSerPool component supports Round Robin, the default policy.
pub const R5356_4_1_1_1: ReqId = ReqId("R5356_4_1_1_1");

// RFC 5356 section 4.1.2: ENRP Server Considerations
/// RR: the registrar keeps the PEs of each pool in a circular list.
pub const R5356_4_1_2_1: ReqId = ReqId("R5356_4_1_2_1");
/// RR: the registrar keeps a pointer, the head, to one PE of the circular list.
pub const R5356_4_1_2_2: ReqId = ReqId("R5356_4_1_2_2");
/// RR: the registrar lists the PEs of a response in the order of the circular list, beginning at the head.
pub const R5356_4_1_2_3: ReqId = ReqId("R5356_4_1_2_3");
/// RR: the registrar advances the head by one PE after each response, so that successive responses begin with successive PEs.
pub const R5356_4_1_2_4: ReqId = ReqId("R5356_4_1_2_4");

// RFC 5356 section 4.1.3: Pool User Considerations
/// RR: a PU uses the PEs of a response in turn, beginning with the first.
pub const R5356_4_1_3_1: ReqId = ReqId("R5356_4_1_3_1");
/// RR: a PU that has used the last PE of the list begins again with the first, until the list is out of date.
pub const R5356_4_1_3_2: ReqId = ReqId("R5356_4_1_3_2");

// RFC 5356 section 4.1.4: Pool Member Selection Policy Parameter
/// The RR policy parameter has Length 8 and policy type 0x00000001.
pub const R5356_4_1_4_1: ReqId = ReqId("R5356_4_1_4_1");

// RFC 5356 section 4.2.1: Description
/// WRR: if all weights are 1, the registrar responds as with RR.
pub const R5356_4_2_1_1: ReqId = ReqId("R5356_4_2_1_1");

// RFC 5356 section 4.2.2: ENRP Server Considerations
/// WRR: the registrar follows RR on a circular list that contains each PE as many times as its weight requires.
pub const R5356_4_2_2_1: ReqId = ReqId("R5356_4_2_2_1");
/// WRR: the share of responses that begin with a PE is the ratio of its weight to the sum of all weights.
pub const R5356_4_2_2_2: ReqId = ReqId("R5356_4_2_2_2");
/// WRR: the registrar distributes the entries of each PE as evenly as possible over the circular list.
pub const R5356_4_2_2_3: ReqId = ReqId("R5356_4_2_2_3");

// RFC 5356 section 4.2.3: Pool User Considerations
/// WRR: a PU uses the PEs of a response as with RR.
pub const R5356_4_2_3_1: ReqId = ReqId("R5356_4_2_3_1");

// RFC 5356 section 4.2.4: Pool Member Selection Policy Parameter
/// The WRR policy parameter has Length 12, policy type 0x00000002 and a weight of 32 bits.
pub const R5356_4_2_4_1: ReqId = ReqId("R5356_4_2_4_1");

// RFC 5356 section 4.3.2: ENRP Server Considerations
/// RAND: the registrar draws the PEs of a response from the PEs of the pool.
pub const R5356_4_3_2_1: ReqId = ReqId("R5356_4_3_2_1");
/// RAND: every PE of the pool has the same probability of being listed first.
pub const R5356_4_3_2_2: ReqId = ReqId("R5356_4_3_2_2");
/// RAND: a response lists no PE more than once.
pub const R5356_4_3_2_3: ReqId = ReqId("R5356_4_3_2_3");

// RFC 5356 section 4.3.3: Pool User Considerations
/// RAND: whenever a PU selects a PE, it draws one at random from the response.
pub const R5356_4_3_3_1: ReqId = ReqId("R5356_4_3_3_1");

// RFC 5356 section 4.3.4: Pool Member Selection Policy Parameter
/// The RAND policy parameter has Length 8 and policy type 0x00000003.
pub const R5356_4_3_4_1: ReqId = ReqId("R5356_4_3_4_1");

// RFC 5356 section 4.4.1: Description
/// WRAND: if all weights are 1, the registrar draws the PEs as with RAND.
pub const R5356_4_4_1_1: ReqId = ReqId("R5356_4_4_1_1");

// RFC 5356 section 4.4.2: ENRP Server Considerations
/// WRAND: the registrar draws the PEs of a response at random from the PEs of the pool.
pub const R5356_4_4_2_1: ReqId = ReqId("R5356_4_4_2_1");
/// WRAND: a response lists no PE more than once.
pub const R5356_4_4_2_2: ReqId = ReqId("R5356_4_4_2_2");
/// WRAND: the probability that the registrar draws a PE is the ratio of its weight to the sum of all weights.
pub const R5356_4_4_2_3: ReqId = ReqId("R5356_4_4_2_3");

// RFC 5356 section 4.4.3: Pool User Considerations
/// WRAND: whenever a PU selects a PE, it draws one at random from the response.
pub const R5356_4_4_3_1: ReqId = ReqId("R5356_4_4_3_1");

// RFC 5356 section 4.4.4: Pool Member Selection Policy Parameter
/// The WRAND policy parameter has Length 12, policy type 0x00000004 and a weight of 32 bits.
pub const R5356_4_4_4_1: ReqId = ReqId("R5356_4_4_4_1");

// RFC 5356 section 4.5.2: ENRP Server Considerations
/// PRIO: the registrar selects the PEs of highest priority for a response.
pub const R5356_4_5_2_1: ReqId = ReqId("R5356_4_5_2_1");
/// PRIO: the registrar lists the PEs of a response in falling order of priority.
pub const R5356_4_5_2_2: ReqId = ReqId("R5356_4_5_2_2");
/// PRIO: the registrar can list PEs of equal priority in any order.
pub const R5356_4_5_2_3: ReqId = ReqId("R5356_4_5_2_3");

// RFC 5356 section 4.5.3: Pool Element Considerations
/// PRIO: a PU selects the active PE of highest priority.
pub const R5356_4_5_3_1: ReqId = ReqId("R5356_4_5_3_1");

// RFC 5356 section 4.5.4: Pool Member Selection Policy Parameter
/// The PRIO policy parameter has Length 12, policy type 0x00000005 and a priority of 32 bits; a larger number is a higher priority.
pub const R5356_4_5_4_1: ReqId = ReqId("R5356_4_5_4_1");

// RFC 5356 section 5.1.2: ENRP Server Considerations
/// LU: a response lists at most as many PEs as the PU requested.
pub const R5356_5_1_2_1: ReqId = ReqId("R5356_5_1_2_1");
/// LU: the registrar selects the PEs of lowest load for a response.
pub const R5356_5_1_2_2: ReqId = ReqId("R5356_5_1_2_2");
/// LU: a response lists no PE more than once.
pub const R5356_5_1_2_3: ReqId = ReqId("R5356_5_1_2_3");
/// LU: the registrar selects among PEs of equal load in round robin order.
pub const R5356_5_1_2_4: ReqId = ReqId("R5356_5_1_2_4");
/// LU: the registrar lists the PEs of a response in rising order of load.
pub const R5356_5_1_2_5: ReqId = ReqId("R5356_5_1_2_5");

// RFC 5356 section 5.1.3: Pool User Considerations
/// LU: a PU tries the PEs in the order of the response.
pub const R5356_5_1_3_1: ReqId = ReqId("R5356_5_1_3_1");
/// LU: a PU requests several entries, so that it has backup PEs.
pub const R5356_5_1_3_2: ReqId = ReqId("R5356_5_1_3_2");

// RFC 5356 section 5.1.4: Pool Member Selection Policy Parameter
/// The LU policy parameter has Length 12, policy type 0x40000001 and a load of 32 bits.
pub const R5356_5_1_4_1: ReqId = ReqId("R5356_5_1_4_1");

// RFC 5356 section 5.2.2: ENRP Server Considerations
/// LUD: the registrar keeps a degradation counter for each PE.
pub const R5356_5_2_2_1: ReqId = ReqId("R5356_5_2_2_1");
/// LUD: the registrar sets the degradation counter of a PE to 0 at each registration and re-registration.
pub const R5356_5_2_2_2: ReqId = ReqId("R5356_5_2_2_2");
/// LUD: the registrar increments the degradation counter of a PE by 1 each time it selects the PE for a response.
pub const R5356_5_2_2_3: ReqId = ReqId("R5356_5_2_2_3");
/// LUD: apart from the sum that it compares, the registrar selects as with LU: no PE more than once, rising order, round robin among equals.
pub const R5356_5_2_2_4: ReqId = ReqId("R5356_5_2_2_4");
/// LUD: the registrar selects the PEs with the lowest sum of load and degradation counter times load degradation.
pub const R5356_5_2_2_5: ReqId = ReqId("R5356_5_2_2_5");

// RFC 5356 section 5.2.3: Pool User Considerations
/// LUD: a PU uses the PEs of a response as with LU.
pub const R5356_5_2_3_1: ReqId = ReqId("R5356_5_2_3_1");

// RFC 5356 section 5.2.4: Pool Member Selection Policy Parameter
/// The LUD policy parameter has Length 16, policy type 0x40000002, and a load and a load degradation of 32 bits each.
pub const R5356_5_2_4_1: ReqId = ReqId("R5356_5_2_4_1");

// RFC 5356 section 5.3.2: ENRP Server Considerations
/// PLU: a response lists at most as many PEs as the PU requested.
pub const R5356_5_3_2_1: ReqId = ReqId("R5356_5_3_2_1");
/// PLU: the registrar selects the PEs with the lowest sum of load and load degradation.
pub const R5356_5_3_2_2: ReqId = ReqId("R5356_5_3_2_2");
/// PLU: a response lists no PE more than once.
pub const R5356_5_3_2_3: ReqId = ReqId("R5356_5_3_2_3");
/// PLU: the registrar selects among PEs of equal sum in round robin order.
pub const R5356_5_3_2_4: ReqId = ReqId("R5356_5_3_2_4");
/// PLU: the registrar lists the PEs of a response in rising order of the sum of load and load degradation.
pub const R5356_5_3_2_5: ReqId = ReqId("R5356_5_3_2_5");

// RFC 5356 section 5.3.3: Pool User Considerations
/// PLU: a PU tries the PEs in the order of the response.
pub const R5356_5_3_3_1: ReqId = ReqId("R5356_5_3_3_1");
/// PLU: a PU requests several entries, so that it has backup PEs.
pub const R5356_5_3_3_2: ReqId = ReqId("R5356_5_3_3_2");

// RFC 5356 section 5.3.4: Pool Member Selection Policy Parameter
/// The PLU policy parameter has Length 16, policy type 0x40000003, and a load and a load degradation of 32 bits each.
pub const R5356_5_3_4_1: ReqId = ReqId("R5356_5_3_4_1");

// RFC 5356 section 5.4.1: Description
/// RLU: the probability that the registrar draws a PE is the ratio of its idle share, 0xffffffff minus its load, to the sum of all idle shares.
pub const R5356_5_4_1_1: ReqId = ReqId("R5356_5_4_1_1");

// RFC 5356 section 5.4.2: ENRP Server Considerations
/// RLU: the registrar follows WRAND with the idle share of each PE as its weight.
pub const R5356_5_4_2_1: ReqId = ReqId("R5356_5_4_2_1");

// RFC 5356 section 5.4.3: Pool User Considerations
/// RLU: a PU uses the PEs of a response as with WRAND.
pub const R5356_5_4_3_1: ReqId = ReqId("R5356_5_4_3_1");

// RFC 5356 section 5.4.4: Pool Member Selection Policy Parameter
/// The RLU policy parameter has Length 12, policy type 0x40000004 and a load of 32 bits.
pub const R5356_5_4_4_1: ReqId = ReqId("R5356_5_4_4_1");

// RFC 5356 section 7.1: A New Table for RSerPool Policy Types
/// The highest bit of a policy type is 1 for private policies and 0 for IETF policies.
pub const R5356_7_1_1: ReqId = ReqId("R5356_7_1_1");
/// The second highest bit of a policy type is 1 for adaptive policies and 0 for non-adaptive policies.
pub const R5356_7_1_2: ReqId = ReqId("R5356_7_1_2");
/// The policy types 0x00000000 and 0x40000000 are invalid, so no sender uses them.
pub const R5356_7_1_3: ReqId = ReqId("R5356_7_1_3");
/// The policy types 0x00000006 to 0x3fffffff and 0x40000005 to 0x7fffffff are reserved, so no sender uses them.
pub const R5356_7_1_4: ReqId = ReqId("R5356_7_1_4");
/// The policy types 0x80000000 to 0xffffffff are for private use.
pub const R5356_7_1_5: ReqId = ReqId("R5356_7_1_5");
