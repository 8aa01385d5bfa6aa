//! The ids of the requirements, as constants.
//!
//! Generated from `catalogue/*.toml`; a test of [`crate::catalogue`] keeps it fresh and writes it with
//! `RSPCHECK_BLESS=1`. Do not edit.

pub use crate::catalogue::ReqId;

// RFC 5352 section 1.1: Definitions
/// A PE and its Home ENRP server both record which registrar is the Home ENRP server of the PE.
pub const R5352_1_1_1: ReqId = ReqId("R5352_1_1_1");
/// The ENRP client channel can use multicast or a configured list of registrars.
pub const R5352_1_1_2: ReqId = ReqId("R5352_1_1_2");

// RFC 5352 section 1.4: Scope of ASAP
/// A service can recover transactions that a failure interrupted; ASAP itself does not recover them.
pub const R5352_1_4_1: ReqId = ReqId("R5352_1_4_1");
/// An ASAP implementation can offer interfaces for state sharing; ASAP itself shares no application state.
pub const R5352_1_4_2: ReqId = ReqId("R5352_1_4_2");

// RFC 5352 section 2: Message Definitions
/// ASAP messages and their fields are sent in network byte order.
pub const R5352_2_1: ReqId = ReqId("R5352_2_1");

// RFC 5352 section 2.1: ASAP Parameter Formats
/// All ASAP messages between a registrar and a PE are sent over SCTP.
pub const R5352_2_1_1: ReqId = ReqId("R5352_2_1_1");
/// All ASAP messages between a registrar and a PU are sent over SCTP or TCP.
pub const R5352_2_1_2: ReqId = ReqId("R5352_2_1_2");
/// A PE and a PU exchange data over any transport protocol that the PE registered.
pub const R5352_2_1_3: ReqId = ReqId("R5352_2_1_3");

// RFC 5352 section 2.2: ASAP Messages
/// The ASAP message types are 0x01 to 0x0e, each with the meaning that Figure 1 assigns to it.
pub const R5352_2_2_1: ReqId = ReqId("R5352_2_2_1");
/// Message types outside 0x01 to 0x0e are reserved and are not sent.
pub const R5352_2_2_2: ReqId = ReqId("R5352_2_2_2");

// RFC 5352 section 2.2.1: ASAP_REGISTRATION Message
/// A PE sends an ASAP_REGISTRATION with the Pool Handle and the Pool Element parameter filled in.
pub const R5352_2_2_1_1: ReqId = ReqId("R5352_2_2_1_1");
/// The registering PE fills in the Pool Element parameter as section 3.1 specifies.
pub const R5352_2_2_1_2: ReqId = ReqId("R5352_2_2_1_2");
/// A PE sends an ASAP_REGISTRATION over an SCTP association.
pub const R5352_2_2_1_3: ReqId = ReqId("R5352_2_2_1_3");
/// The addresses in the Pool Element parameter are a subset of the addresses of the SCTP association, regardless of the transport protocol that the PE registers.
pub const R5352_2_2_1_4: ReqId = ReqId("R5352_2_2_1_4");
/// ASAP_REGISTRATION has type 0x01 and no flags.
pub const R5352_2_2_1_5: ReqId = ReqId("R5352_2_2_1_5");
/// The value of an ASAP_REGISTRATION is a Pool Handle, then a Pool Element.
pub const R5352_2_2_1_6: ReqId = ReqId("R5352_2_2_1_6");
/// The registrar does not list an address that the association of the PE lacks, unless its response to the registration has an Operation Error as a warning.
pub const R5352_2_2_1_7: ReqId = ReqId("R5352_2_2_1_7");

// RFC 5352 section 2.2.2: ASAP_DEREGISTRATION Message
/// ASAP_DEREGISTRATION has type 0x02 and no flags.
pub const R5352_2_2_2_1: ReqId = ReqId("R5352_2_2_2_1");
/// The value of an ASAP_DEREGISTRATION is a Pool Handle, then a PE Identifier.
pub const R5352_2_2_2_2: ReqId = ReqId("R5352_2_2_2_2");
/// A PE sends an ASAP_DEREGISTRATION with both parameters filled in, so that the registrar can verify the identity of the PE.
pub const R5352_2_2_2_3: ReqId = ReqId("R5352_2_2_2_3");
/// A PE can de-register only itself: an ASAP_DEREGISTRATION from another endpoint does not remove the PE.
pub const R5352_2_2_2_4: ReqId = ReqId("R5352_2_2_2_4");

// RFC 5352 section 2.2.3: ASAP_REGISTRATION_RESPONSE Message
/// The Home ENRP server sends an ASAP_REGISTRATION_RESPONSE to the PE that sent the ASAP_REGISTRATION.
pub const R5352_2_2_3_1: ReqId = ReqId("R5352_2_2_3_1");
/// ASAP_REGISTRATION_RESPONSE has type 0x03 and only the flag R, 0x01.
pub const R5352_2_2_3_2: ReqId = ReqId("R5352_2_2_3_2");
/// The value of an ASAP_REGISTRATION_RESPONSE is a Pool Handle, a PE Identifier and optionally an Operation Error, in this order.
pub const R5352_2_2_3_3: ReqId = ReqId("R5352_2_2_3_3");
/// R set indicates that the registrar rejected the registration, R clear that it granted the registration.
pub const R5352_2_2_3_4: ReqId = ReqId("R5352_2_2_3_4");
/// The Pool Handle of an ASAP_REGISTRATION_RESPONSE equals the Pool Handle of the ASAP_REGISTRATION that it answers.
pub const R5352_2_2_3_5: ReqId = ReqId("R5352_2_2_3_5");
/// The PE Identifier of an ASAP_REGISTRATION_RESPONSE equals the PE Identifier of the ASAP_REGISTRATION that it answers.
pub const R5352_2_2_3_6: ReqId = ReqId("R5352_2_2_3_6");
/// With R set, an Operation Error indicates the cause of the rejection.
pub const R5352_2_2_3_7: ReqId = ReqId("R5352_2_2_3_7");
/// With R clear, an Operation Error is a warning that the registrar has modified values of the registration.
pub const R5352_2_2_3_8: ReqId = ReqId("R5352_2_2_3_8");
/// The response to a registration that is granted without a warning contains no Operation Error.
pub const R5352_2_2_3_9: ReqId = ReqId("R5352_2_2_3_9");

// RFC 5352 section 2.2.4: ASAP_DEREGISTRATION_RESPONSE Message
/// The Home ENRP server sends an ASAP_DEREGISTRATION_RESPONSE in response to an ASAP_DEREGISTRATION or when the registration life of the PE expires.
pub const R5352_2_2_4_1: ReqId = ReqId("R5352_2_2_4_1");
/// ASAP_DEREGISTRATION_RESPONSE has type 0x04 and no flags, hence no flag for a rejection.
pub const R5352_2_2_4_2: ReqId = ReqId("R5352_2_2_4_2");
/// The value of an ASAP_DEREGISTRATION_RESPONSE is a Pool Handle, a PE Identifier and optionally an Operation Error, in this order.
pub const R5352_2_2_4_3: ReqId = ReqId("R5352_2_2_4_3");
/// The Pool Handle and the PE Identifier of an ASAP_DEREGISTRATION_RESPONSE are those of the PE that is de-registered.
pub const R5352_2_2_4_4: ReqId = ReqId("R5352_2_2_4_4");
/// The registrar includes an Operation Error if an error occurred during the de-registration.
pub const R5352_2_2_4_5: ReqId = ReqId("R5352_2_2_4_5");
/// The response to a successful de-registration contains no Operation Error.
pub const R5352_2_2_4_6: ReqId = ReqId("R5352_2_2_4_6");

// RFC 5352 section 2.2.5: ASAP_HANDLE_RESOLUTION Message
/// ASAP_HANDLE_RESOLUTION has type 0x05 and only the flag S, 0x01.
pub const R5352_2_2_5_1: ReqId = ReqId("R5352_2_2_5_1");
/// The value of an ASAP_HANDLE_RESOLUTION is a Pool Handle.
pub const R5352_2_2_5_2: ReqId = ReqId("R5352_2_2_5_2");
/// The registrar answers an ASAP_HANDLE_RESOLUTION from a PE in the same way as one from a PU.
pub const R5352_2_2_5_3: ReqId = ReqId("R5352_2_2_5_3");
/// A registrar that accepted S sends updates when the pool changes, for the lifetime of the SCTP association.
pub const R5352_2_2_5_4: ReqId = ReqId("R5352_2_2_5_4");
/// An update is an additional ASAP_HANDLE_RESOLUTION_RESPONSE, which the registrar sends without a further request.
pub const R5352_2_2_5_5: ReqId = ReqId("R5352_2_2_5_5");
/// The registrar sends no updates after a request with S clear.
pub const R5352_2_2_5_6: ReqId = ReqId("R5352_2_2_5_6");
/// An endpoint that adopts a new Home ENRP server requests updates again there if it wants to continue to receive them.
pub const R5352_2_2_5_7: ReqId = ReqId("R5352_2_2_5_7");
/// Registrars do not share the state of which endpoints requested updates.
pub const R5352_2_2_5_8: ReqId = ReqId("R5352_2_2_5_8");
/// After a negative response to a request with S set, the registrar sends no updates when the pool is created later.
pub const R5352_2_2_5_9: ReqId = ReqId("R5352_2_2_5_9");

// RFC 5352 section 2.2.6: ASAP_HANDLE_RESOLUTION_RESPONSE Message
/// The registrar sends the ASAP_HANDLE_RESOLUTION_RESPONSE to the PE or PU that sent the ASAP_HANDLE_RESOLUTION.
pub const R5352_2_2_6_1: ReqId = ReqId("R5352_2_2_6_1");
/// When a pool changes, the registrar also sends an ASAP_HANDLE_RESOLUTION_RESPONSE to each endpoint that requested updates.
pub const R5352_2_2_6_2: ReqId = ReqId("R5352_2_2_6_2");
/// ASAP_HANDLE_RESOLUTION_RESPONSE has type 0x06 and only the flag A, 0x01.
pub const R5352_2_2_6_3: ReqId = ReqId("R5352_2_2_6_3");
/// The value of an ASAP_HANDLE_RESOLUTION_RESPONSE is a Pool Handle, then optionally a policy, Pool Elements and an Operation Error, in this order.
pub const R5352_2_2_6_4: ReqId = ReqId("R5352_2_2_6_4");
/// The Pool Handle of an ASAP_HANDLE_RESOLUTION_RESPONSE equals the requested Pool Handle.
pub const R5352_2_2_6_5: ReqId = ReqId("R5352_2_2_6_5");
/// The registrar sets the A flag only if the request had S set and the registrar accepts the request for updates.
pub const R5352_2_2_6_6: ReqId = ReqId("R5352_2_2_6_6");
/// A registrar can omit support for updates; its responses then have A clear.
pub const R5352_2_2_6_7: ReqId = ReqId("R5352_2_2_6_7");
/// A PU assumes Round Robin if a positive response contains no policy parameter.
pub const R5352_2_2_6_8: ReqId = ReqId("R5352_2_2_6_8");
/// A negative response contains no policy parameter.
pub const R5352_2_2_6_9: ReqId = ReqId("R5352_2_2_6_9");
/// A PE or PU does not use a policy inside a Pool Element to determine the overall policy of the pool.
pub const R5352_2_2_6_10: ReqId = ReqId("R5352_2_2_6_10");
/// A positive response contains Pool Element parameters with the current information about the PEs of the pool.
pub const R5352_2_2_6_11: ReqId = ReqId("R5352_2_2_6_11");
/// A positive response contains at least one Pool Element.
pub const R5352_2_2_6_12: ReqId = ReqId("R5352_2_2_6_12");
/// A negative response contains no Pool Element.
pub const R5352_2_2_6_13: ReqId = ReqId("R5352_2_2_6_13");
/// A response with an Operation Error is negative; a response without one is positive.
pub const R5352_2_2_6_14: ReqId = ReqId("R5352_2_2_6_14");
/// The cause in a negative response indicates the reason for the rejection.
pub const R5352_2_2_6_15: ReqId = ReqId("R5352_2_2_6_15");

// RFC 5352 section 2.2.7: ASAP_ENDPOINT_KEEP_ALIVE Message
/// A registrar sends ASAP_ENDPOINT_KEEP_ALIVE to a PE to verify that the PE is reachable.
pub const R5352_2_2_7_1: ReqId = ReqId("R5352_2_2_7_1");
/// A PE answers every ASAP_ENDPOINT_KEEP_ALIVE with an ASAP_ENDPOINT_KEEP_ALIVE_ACK, regardless of the H flag.
pub const R5352_2_2_7_2: ReqId = ReqId("R5352_2_2_7_2");
/// ASAP_ENDPOINT_KEEP_ALIVE has type 0x07 and only the flag H, 0x01.
pub const R5352_2_2_7_3: ReqId = ReqId("R5352_2_2_7_3");
/// The value of an ASAP_ENDPOINT_KEEP_ALIVE is a Server Identifier of 32 bits without a parameter header, then a Pool Handle.
pub const R5352_2_2_7_4: ReqId = ReqId("R5352_2_2_7_4");
/// A registrar sets the H flag if and only if it intends to become the Home ENRP server of the PE.
pub const R5352_2_2_7_5: ReqId = ReqId("R5352_2_2_7_5");
/// The Server Identifier of an ASAP_ENDPOINT_KEEP_ALIVE is the sending registrar's own ID.
pub const R5352_2_2_7_6: ReqId = ReqId("R5352_2_2_7_6");
/// The Pool Handle of an ASAP_ENDPOINT_KEEP_ALIVE is the Pool Handle of the PE that receives it.
pub const R5352_2_2_7_7: ReqId = ReqId("R5352_2_2_7_7");

// RFC 5352 section 2.2.8: ASAP_ENDPOINT_KEEP_ALIVE_ACK Message
/// A PE sends an ASAP_ENDPOINT_KEEP_ALIVE_ACK in response to an ASAP_ENDPOINT_KEEP_ALIVE.
pub const R5352_2_2_8_1: ReqId = ReqId("R5352_2_2_8_1");
/// ASAP_ENDPOINT_KEEP_ALIVE_ACK has type 0x08 and no flags.
pub const R5352_2_2_8_2: ReqId = ReqId("R5352_2_2_8_2");
/// The value of an ASAP_ENDPOINT_KEEP_ALIVE_ACK is a Pool Handle, then a PE Identifier.
pub const R5352_2_2_8_3: ReqId = ReqId("R5352_2_2_8_3");

// RFC 5352 section 2.2.9: ASAP_ENDPOINT_UNREACHABLE Message
/// A PE or PU sends an ASAP_ENDPOINT_UNREACHABLE to its Home ENRP server.
pub const R5352_2_2_9_1: ReqId = ReqId("R5352_2_2_9_1");
/// ASAP_ENDPOINT_UNREACHABLE has type 0x09 and no flags.
pub const R5352_2_2_9_2: ReqId = ReqId("R5352_2_2_9_2");
/// The value of an ASAP_ENDPOINT_UNREACHABLE is a Pool Handle, then a PE Identifier.
pub const R5352_2_2_9_3: ReqId = ReqId("R5352_2_2_9_3");

// RFC 5352 section 2.2.10: ASAP_SERVER_ANNOUNCE Message
/// ASAP_SERVER_ANNOUNCE has type 0x0a and no flags.
pub const R5352_2_2_10_1: ReqId = ReqId("R5352_2_2_10_1");
/// The value of an ASAP_SERVER_ANNOUNCE is a Server Identifier of 32 bits without a parameter header, then zero or more transport parameters.
pub const R5352_2_2_10_2: ReqId = ReqId("R5352_2_2_10_2");
/// The Server Identifier of an ASAP_SERVER_ANNOUNCE is the announcing registrar's own ID.
pub const R5352_2_2_10_3: ReqId = ReqId("R5352_2_2_10_3");
/// An ASAP_SERVER_ANNOUNCE contains only SCTP and TCP Transport parameters.
pub const R5352_2_2_10_4: ReqId = ReqId("R5352_2_2_10_4");

// RFC 5352 section 2.2.11: ASAP_COOKIE Message
/// ASAP_COOKIE has type 0x0b and no flags.
pub const R5352_2_2_11_1: ReqId = ReqId("R5352_2_2_11_1");
/// The value of an ASAP_COOKIE is a Cookie parameter.
pub const R5352_2_2_11_2: ReqId = ReqId("R5352_2_2_11_2");

// RFC 5352 section 2.2.12: ASAP_COOKIE_ECHO Message
/// The cookie in an ASAP_COOKIE_ECHO is the last one that the PU received from the failed PE.
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
/// The registrar sends the ASAP_ERROR to the endpoint that sent the unknown message or the message with an unknown parameter.
pub const R5352_2_2_14_1: ReqId = ReqId("R5352_2_2_14_1");
/// ASAP_ERROR has type 0x0e and no flags.
pub const R5352_2_2_14_2: ReqId = ReqId("R5352_2_2_14_2");
/// The value of an ASAP_ERROR is an Operation Error parameter.
pub const R5352_2_2_14_3: ReqId = ReqId("R5352_2_2_14_3");
/// The registrar handles a message of unknown type as the top bits of the message type specify.
pub const R5352_2_2_14_4: ReqId = ReqId("R5352_2_2_14_4");
/// The registrar handles an unknown parameter in a known message as the top bits of the parameter type specify.
pub const R5352_2_2_14_5: ReqId = ReqId("R5352_2_2_14_5");
/// If the rules on unknown types require an error report, the registrar sends back an ASAP_ERROR whose Operation Error has the proper cause code, length and information.
pub const R5352_2_2_14_6: ReqId = ReqId("R5352_2_2_14_6");

// RFC 5352 section 3.1: Registration
/// A PE that wants to create or join a pool follows the registration procedure of section 3.1.
pub const R5352_3_1_1: ReqId = ReqId("R5352_3_1_1");
/// A PE registers over an SCTP association between itself and its Home ENRP server.
pub const R5352_3_1_2: ReqId = ReqId("R5352_3_1_2");
/// A PE without a Home ENRP server first finds one by the server hunt of section 3.6.
pub const R5352_3_1_3: ReqId = ReqId("R5352_3_1_3");
/// R1: the PE binds the SCTP endpoint towards the registrar to all addresses that the PE will use, regardless of the transport protocol of its service.
pub const R5352_3_1_4: ReqId = ReqId("R5352_3_1_4");
/// R2: the PE builds an ASAP_REGISTRATION as section 2.2.1 defines it.
pub const R5352_3_1_5: ReqId = ReqId("R5352_3_1_5");
/// R2.1: the PE fills in the Pool Handle of the pool that it wants to join.
pub const R5352_3_1_6: ReqId = ReqId("R5352_3_1_6");
/// R2.2: the PE fills in a PE Identifier from a good-quality random source.
pub const R5352_3_1_7: ReqId = ReqId("R5352_3_1_7");
/// R2.3: the PE fills in the Registration Life with the number of seconds for which the registration is valid.
pub const R5352_3_1_8: ReqId = ReqId("R5352_3_1_8");
/// A PE that wants to continue its service re-registers before its registration life expires.
pub const R5352_3_1_9: ReqId = ReqId("R5352_3_1_9");
/// R2.4: the PE fills in a User Transport parameter with the transport and the data/control use that it supports.
pub const R5352_3_1_10: ReqId = ReqId("R5352_3_1_10");
/// A PE that joins an existing pool uses the transport type and the data/control use of the pool.
pub const R5352_3_1_11: ReqId = ReqId("R5352_3_1_11");
/// The registrar can reject a registration that differs from the pool's transport type or data/control use.
pub const R5352_3_1_12: ReqId = ReqId("R5352_3_1_12");
/// R2.5: the PE fills in the pool member selection policy that it prefers.
pub const R5352_3_1_13: ReqId = ReqId("R5352_3_1_13");
/// R3: the PE sends the ASAP_REGISTRATION to its Home ENRP server over SCTP.
pub const R5352_3_1_14: ReqId = ReqId("R5352_3_1_14");
/// R4: the PE starts T2-registration when it sends the ASAP_REGISTRATION.
pub const R5352_3_1_15: ReqId = ReqId("R5352_3_1_15");
/// The registrar accepts a Pool Element without the ASAP Transport parameter as complete and handles the ASAP_REGISTRATION like any other.
pub const R5352_3_1_16: ReqId = ReqId("R5352_3_1_16");
/// The registrar fills in the ASAP Transport of a PE itself and uses that address to reach the PE.
pub const R5352_3_1_17: ReqId = ReqId("R5352_3_1_17");
/// The PE starts a server hunt when T2-registration expires or a send fails.
pub const R5352_3_1_18: ReqId = ReqId("R5352_3_1_18");
/// A PE that has found a new Home ENRP server restarts its registration there.
pub const R5352_3_1_19: ReqId = ReqId("R5352_3_1_19");
/// The PE stops T2-registration when it receives the registration response.
pub const R5352_3_1_20: ReqId = ReqId("R5352_3_1_20");
/// A PE whose registration was granted is an available member of its pool: later handle resolution responses list it.
pub const R5352_3_1_21: ReqId = ReqId("R5352_3_1_21");
/// A PE whose registration was rejected either corrects the error and registers again or reports the failure to its upper layer.
pub const R5352_3_1_22: ReqId = ReqId("R5352_3_1_22");
/// A PE does not register again without correcting the error that caused the rejection.
pub const R5352_3_1_23: ReqId = ReqId("R5352_3_1_23");
/// A registered PE can re-register at any time to change its policy values or its registration life.
pub const R5352_3_1_24: ReqId = ReqId("R5352_3_1_24");
/// A re-registration carries the PE Identifier of the first registration.
pub const R5352_3_1_25: ReqId = ReqId("R5352_3_1_25");
/// The PE starts T4-reregistration when its registration is granted.
pub const R5352_3_1_26: ReqId = ReqId("R5352_3_1_26");
/// The PE re-registers from step R1 on when T4-reregistration expires.
pub const R5352_3_1_27: ReqId = ReqId("R5352_3_1_27");
/// The PE restarts T4-reregistration when the re-registration is complete.
pub const R5352_3_1_28: ReqId = ReqId("R5352_3_1_28");
/// A PE counts its registration attempts and resets the counter to zero before the first attempt with a Home ENRP server and after each successful re-registration.
pub const R5352_3_1_29: ReqId = ReqId("R5352_3_1_29");
/// A PE whose failed attempts exceed MAX-REG-ATTEMPT reports the error to its upper layer and stops its registration attempts.
pub const R5352_3_1_30: ReqId = ReqId("R5352_3_1_30");
/// Rule 1: the registrar creates a pool if a registration names a Pool Handle that is not in the handlespace.
pub const R5352_3_1_31: ReqId = ReqId("R5352_3_1_31");
/// Rule 1: the registrar adds the PE whose registration created the pool as the first member.
pub const R5352_3_1_32: ReqId = ReqId("R5352_3_1_32");
/// Rule 1: the registrar sets the overall member selection policy of a new pool to the policy type of its first PE.
pub const R5352_3_1_33: ReqId = ReqId("R5352_3_1_33");
/// Rule 1: the registrar sets the overall transport type of a new pool to the transport type of its first PE.
pub const R5352_3_1_34: ReqId = ReqId("R5352_3_1_34");
/// Rule 1: the registrar sets the overall data/control configuration of a new pool to the Transport Use of its first PE.
pub const R5352_3_1_35: ReqId = ReqId("R5352_3_1_35");
/// Rule 2: the registrar adds a PE as a new member if the PE is not yet in the named pool and is consistent with it.
pub const R5352_3_1_36: ReqId = ReqId("R5352_3_1_36");
/// Rule 2: the registrar rejects a registration whose policy type differs from the pool's.
pub const R5352_3_1_37: ReqId = ReqId("R5352_3_1_37");
/// Rule 2: the registrar rejects a registration whose transport type differs from the pool's.
pub const R5352_3_1_38: ReqId = ReqId("R5352_3_1_38");
/// Rule 2: the registrar rejects a registration whose transport use differs from the pool's.
pub const R5352_3_1_39: ReqId = ReqId("R5352_3_1_39");
/// Rule 2: the registrar checks consistency before it adds the PE, so a PE that fails a check does not become a member.
pub const R5352_3_1_40: ReqId = ReqId("R5352_3_1_40");
/// Rule 3: the registrar treats the registration of a PE that is already a member of the named pool as a re-registration, so the pool contains the PE once.
pub const R5352_3_1_41: ReqId = ReqId("R5352_3_1_41");
/// Rule 3: the registrar rejects a re-registration whose policy type differs from the pool's.
pub const R5352_3_1_42: ReqId = ReqId("R5352_3_1_42");
/// Rule 3: the registrar rejects a re-registration whose transport type differs from the pool's.
pub const R5352_3_1_43: ReqId = ReqId("R5352_3_1_43");
/// Rule 3: the registrar rejects a re-registration whose transport use differs from the pool's.
pub const R5352_3_1_44: ReqId = ReqId("R5352_3_1_44");
/// Rule 3: the registrar replaces the policy values of the PE by those of the accepted re-registration.
pub const R5352_3_1_45: ReqId = ReqId("R5352_3_1_45");
/// Rule 3: the registrar replaces the user transport (port and addresses) of the PE by that of the accepted re-registration.
pub const R5352_3_1_46: ReqId = ReqId("R5352_3_1_46");
/// Rule 3: the registrar replaces the registration life of the PE by that of the accepted re-registration and restarts it.
pub const R5352_3_1_47: ReqId = ReqId("R5352_3_1_47");
/// Rule 4: the registrar that accepts a registration becomes the owner of the PE and sets the PE's Home ENRP Server Identifier to its own ID, regardless of the value in the registration.
pub const R5352_3_1_48: ReqId = ReqId("R5352_3_1_48");
/// Rule 4: the registrar that accepts a re-registration takes over the ownership of the PE, even from another registrar.
pub const R5352_3_1_49: ReqId = ReqId("R5352_3_1_49");
/// Rule 4: the ASAP Transport of the PE contains the SCTP port from which the ASAP_REGISTRATION was received, not a port that the PE filled in.
pub const R5352_3_1_50: ReqId = ReqId("R5352_3_1_50");
/// Rule 4: the ASAP Transport of the PE contains the address from which the ASAP_REGISTRATION was received, or addresses of that association, and no other address.
pub const R5352_3_1_51: ReqId = ReqId("R5352_3_1_51");
/// Rule 5: the registrar can reject a registration for other reasons, such as invalid values, lack of resources or failed authentication.
pub const R5352_3_1_52: ReqId = ReqId("R5352_3_1_52");
/// The registrar answers every ASAP_REGISTRATION with an ASAP_REGISTRATION_RESPONSE to the PE that sent it.
pub const R5352_3_1_53: ReqId = ReqId("R5352_3_1_53");
/// The response to an accepted registration has the R flag clear.
pub const R5352_3_1_54: ReqId = ReqId("R5352_3_1_54");
/// The response to a rejected registration has the R flag set.
pub const R5352_3_1_55: ReqId = ReqId("R5352_3_1_55");
/// The response to a rejected registration contains the proper error cause or causes.
pub const R5352_3_1_56: ReqId = ReqId("R5352_3_1_56");
/// A registrar that grants a registration or re-registration assigns itself as the Home ENRP server of the PE.
pub const R5352_3_1_57: ReqId = ReqId("R5352_3_1_57");
/// The registrar announces a granted new registration to its peers by a handle update.
pub const R5352_3_1_58: ReqId = ReqId("R5352_3_1_58");
/// The registrar announces a granted re-registration to its peers by a handle update.
pub const R5352_3_1_59: ReqId = ReqId("R5352_3_1_59");
/// The registrar sends no message to its peers when it rejects a registration.
pub const R5352_3_1_60: ReqId = ReqId("R5352_3_1_60");

// RFC 5352 section 3.2: De-Registration
/// A PE that wants to leave its pool follows the de-registration procedure of section 3.2.
pub const R5352_3_2_1: ReqId = ReqId("R5352_3_2_1");
/// A PE can also leave its pool by letting its registration life expire.
pub const R5352_3_2_2: ReqId = ReqId("R5352_3_2_2");
/// When the registration life of a PE expires, the registrar sends the PE an unsolicited ASAP_DEREGISTRATION_RESPONSE.
pub const R5352_3_2_3: ReqId = ReqId("R5352_3_2_3");
/// When the registration life of a PE expires, the registrar removes the PE from its pool.
pub const R5352_3_2_4: ReqId = ReqId("R5352_3_2_4");
/// A PE de-registers over the SCTP association over which it registered.
pub const R5352_3_2_5: ReqId = ReqId("R5352_3_2_5");
/// D1: the PE fills in the Pool Handle of its registration.
pub const R5352_3_2_6: ReqId = ReqId("R5352_3_2_6");
/// D2: the PE fills in the PE Identifier parameter of the ASAP_DEREGISTRATION.
pub const R5352_3_2_7: ReqId = ReqId("R5352_3_2_7");
/// D2: the PE Identifier of the ASAP_DEREGISTRATION equals that of the registration.
pub const R5352_3_2_8: ReqId = ReqId("R5352_3_2_8");
/// The registrar verifies Pool Handle and PE Identifier together before it removes a PE: an ASAP_DEREGISTRATION that names a pool without that PE Identifier removes no PE.
pub const R5352_3_2_9: ReqId = ReqId("R5352_3_2_9");
/// D3: the PE sends the ASAP_DEREGISTRATION to its Home ENRP server over its SCTP association.
pub const R5352_3_2_10: ReqId = ReqId("R5352_3_2_10");
/// D4: the PE starts T3-deregistration when it sends the ASAP_DEREGISTRATION.
pub const R5352_3_2_11: ReqId = ReqId("R5352_3_2_11");
/// The PE starts a server hunt when T3-deregistration expires or a send fails.
pub const R5352_3_2_12: ReqId = ReqId("R5352_3_2_12");
/// A PE that has found a new Home ENRP server restarts its de-registration there.
pub const R5352_3_2_13: ReqId = ReqId("R5352_3_2_13");
/// The PE stops T3-deregistration when it receives the ASAP_DEREGISTRATION_RESPONSE.
pub const R5352_3_2_14: ReqId = ReqId("R5352_3_2_14");
/// A PE can still receive requests for some time after its de-registration.
pub const R5352_3_2_15: ReqId = ReqId("R5352_3_2_15");
/// A PE that has de-registered is free to serve late requests or to ignore them.
pub const R5352_3_2_16: ReqId = ReqId("R5352_3_2_16");
/// The registrar removes the PE from its handlespace when it receives the ASAP_DEREGISTRATION.
pub const R5352_3_2_17: ReqId = ReqId("R5352_3_2_17");
/// The registrar removes a pool from its handlespace when the last PE of the pool de-registers.
pub const R5352_3_2_18: ReqId = ReqId("R5352_3_2_18");
/// The registrar treats the de-registration of a PE that it does not know as granted: the response contains no Operation Error.
pub const R5352_3_2_19: ReqId = ReqId("R5352_3_2_19");
/// The registrar answers the de-registration of a PE that it does not know with an ASAP_DEREGISTRATION_RESPONSE.
pub const R5352_3_2_20: ReqId = ReqId("R5352_3_2_20");
/// The registrar can reject a de-registration for reasons such as invalid parameters or failed authentication.
pub const R5352_3_2_21: ReqId = ReqId("R5352_3_2_21");
/// The registrar answers every ASAP_DEREGISTRATION with an ASAP_DEREGISTRATION_RESPONSE to the PE that sent it.
pub const R5352_3_2_22: ReqId = ReqId("R5352_3_2_22");
/// The response to a rejected de-registration contains an Operation Error with the proper cause.
pub const R5352_3_2_23: ReqId = ReqId("R5352_3_2_23");
/// De-registration does not prevent the PE from sending and receiving application messages.
pub const R5352_3_2_24: ReqId = ReqId("R5352_3_2_24");
/// The registrar announces a granted de-registration that removed a PE to its peers by a handle update.
pub const R5352_3_2_25: ReqId = ReqId("R5352_3_2_25");
/// The registrar sends no handle update when it rejects a de-registration.
pub const R5352_3_2_26: ReqId = ReqId("R5352_3_2_26");
/// The registrar sends no handle update for a de-registration that removed no PE, even if it treats the de-registration as granted.
pub const R5352_3_2_27: ReqId = ReqId("R5352_3_2_27");

// RFC 5352 section 3.3: Handle Resolution
/// NR1: the endpoint fills in the ASAP_HANDLE_RESOLUTION with the Pool Handle to resolve.
pub const R5352_3_3_1: ReqId = ReqId("R5352_3_3_1");
/// NR2: an endpoint without a Home ENRP server finds one by a server hunt before it sends the request.
pub const R5352_3_3_2: ReqId = ReqId("R5352_3_3_2");
/// NR3: a PE sends its ASAP_HANDLE_RESOLUTION to its Home ENRP server over SCTP.
pub const R5352_3_3_3: ReqId = ReqId("R5352_3_3_3");
/// NR3: a PU sends its ASAP_HANDLE_RESOLUTION to its Home ENRP server over TCP or SCTP.
pub const R5352_3_3_4: ReqId = ReqId("R5352_3_3_4");
/// NR3: a PE sends its ASAP_HANDLE_RESOLUTION over the association over which it registered.
pub const R5352_3_3_5: ReqId = ReqId("R5352_3_3_5");
/// NR4: the endpoint starts T1-ENRPrequest when it sends the ASAP_HANDLE_RESOLUTION.
pub const R5352_3_3_6: ReqId = ReqId("R5352_3_3_6");
/// If T1-ENRPrequest expires before the response arrives, the endpoint takes the steps of section 3.7.2.
pub const R5352_3_3_7: ReqId = ReqId("R5352_3_3_7");
/// The endpoint starts a server hunt if the send of the request fails.
pub const R5352_3_3_8: ReqId = ReqId("R5352_3_3_8");
/// An endpoint that has found a new Home ENRP server restarts the handle resolution there.
pub const R5352_3_3_9: ReqId = ReqId("R5352_3_3_9");
/// The endpoint stops T1-ENRPrequest when it receives the ASAP_HANDLE_RESOLUTION_RESPONSE.
pub const R5352_3_3_10: ReqId = ReqId("R5352_3_3_10");
/// The endpoint then uses the response: it updates its cache, notifies its user or sends the queued message.
pub const R5352_3_3_11: ReqId = ReqId("R5352_3_3_11");
/// An endpoint can use a cache to send fewer handle resolutions.
pub const R5352_3_3_12: ReqId = ReqId("R5352_3_3_12");
/// C1: the endpoint consults its cache before it sends a handle resolution.
pub const R5352_3_3_13: ReqId = ReqId("R5352_3_3_13");
/// C2: each cache entry has a timer after whose expiry the entry is stale.
pub const R5352_3_3_14: ReqId = ReqId("R5352_3_3_14");
/// C2: the endpoint sends a handle resolution to update a stale entry that it finds in its cache.
pub const R5352_3_3_15: ReqId = ReqId("R5352_3_3_15");
/// C3: for a stale entry, the endpoint can answer its user at once and update the cache in parallel, or wait for the update.
pub const R5352_3_3_16: ReqId = ReqId("R5352_3_3_16");
/// C4: the endpoint uses a cache entry that is not stale and sends no handle resolution for it.
pub const R5352_3_3_17: ReqId = ReqId("R5352_3_3_17");
/// The registrar accepts ASAP_HANDLE_RESOLUTION from PUs over SCTP on its ASAP port.
pub const R5352_3_3_18: ReqId = ReqId("R5352_3_3_18");
/// The registrar accepts ASAP_HANDLE_RESOLUTION from PUs over TCP on its ASAP port.
pub const R5352_3_3_19: ReqId = ReqId("R5352_3_3_19");
/// The registrar looks up the Pool Handle in its handlespace before it answers.
pub const R5352_3_3_20: ReqId = ReqId("R5352_3_3_20");
/// The registrar answers a request for an existing pool with an ASAP_HANDLE_RESOLUTION_RESPONSE to the requester.
pub const R5352_3_3_21: ReqId = ReqId("R5352_3_3_21");
/// The response lists every PE that is currently registered in the pool.
pub const R5352_3_3_22: ReqId = ReqId("R5352_3_3_22");
/// The response for a pool whose policy is not Round Robin contains a Pool Member Selection Policy parameter.
pub const R5352_3_3_23: ReqId = ReqId("R5352_3_3_23");
/// The Pool Member Selection Policy parameter of the response has the type of the pool's overall policy.
pub const R5352_3_3_24: ReqId = ReqId("R5352_3_3_24");
/// The registrar rejects a request for a Pool Handle that is not in its handlespace with an ASAP_HANDLE_RESOLUTION_RESPONSE.
pub const R5352_3_3_25: ReqId = ReqId("R5352_3_3_25");
/// The response that rejects a request for an unknown pool contains the cause Unknown Pool Handle.
pub const R5352_3_3_26: ReqId = ReqId("R5352_3_3_26");

// RFC 5352 section 3.4: Endpoint Keep Alive
/// A registrar can send ASAP_ENDPOINT_KEEP_ALIVE as a heartbeat of the ASAP layer if the heartbeat of the transport layer is insufficient.
pub const R5352_3_4_1: ReqId = ReqId("R5352_3_4_1");
/// KA1: the PE compares the Pool Handle of the message with the Pool Handle that it registered with.
pub const R5352_3_4_2: ReqId = ReqId("R5352_3_4_2");
/// KA1: the PE silently discards an ASAP_ENDPOINT_KEEP_ALIVE with another Pool Handle.
pub const R5352_3_4_3: ReqId = ReqId("R5352_3_4_3");
/// KA2: the PE answers an ASAP_ENDPOINT_KEEP_ALIVE for its pool with an ASAP_ENDPOINT_KEEP_ALIVE_ACK.
pub const R5352_3_4_4: ReqId = ReqId("R5352_3_4_4");
/// KA2.1: the ASAP_ENDPOINT_KEEP_ALIVE_ACK carries the PE's Pool Handle.
pub const R5352_3_4_5: ReqId = ReqId("R5352_3_4_5");
/// KA2.2: the ASAP_ENDPOINT_KEEP_ALIVE_ACK carries the PE Identifier of the registration.
pub const R5352_3_4_6: ReqId = ReqId("R5352_3_4_6");
/// KA2.3: the PE sends the ASAP_ENDPOINT_KEEP_ALIVE_ACK over the association with the registrar that sent the ASAP_ENDPOINT_KEEP_ALIVE.
pub const R5352_3_4_7: ReqId = ReqId("R5352_3_4_7");
/// KA2.4: if the H flag is set and the Server Identifier is not that of its Home ENRP server, or it has no Home ENRP server, the PE adopts the sender as its new Home ENRP server.
pub const R5352_3_4_8: ReqId = ReqId("R5352_3_4_8");

// RFC 5352 section 3.5: Unreachable Endpoints
/// An endpoint that finds a PE unreachable reports it by an ASAP_ENDPOINT_UNREACHABLE to any registrar.
pub const R5352_3_5_1: ReqId = ReqId("R5352_3_5_1");
/// An unreachable report contains the Pool Handle and the PE Identifier of the unreachable PE.
pub const R5352_3_5_2: ReqId = ReqId("R5352_3_5_2");
/// A PE sends the ASAP_ENDPOINT_UNREACHABLE over SCTP.
pub const R5352_3_5_3: ReqId = ReqId("R5352_3_5_3");
/// An endpoint sends at most one report each time it finds a PE unreachable.
pub const R5352_3_5_4: ReqId = ReqId("R5352_3_5_4");
/// An endpoint that receives Transport.Failure sends a report only if its user requested earlier to send data to that PE.
pub const R5352_3_5_5: ReqId = ReqId("R5352_3_5_5");
/// On receipt of an ASAP_ENDPOINT_UNREACHABLE, the registrar immediately sends an ASAP_ENDPOINT_KEEP_ALIVE to the reported PE.
pub const R5352_3_5_6: ReqId = ReqId("R5352_3_5_6");
/// The registrar sends the ASAP_ENDPOINT_KEEP_ALIVE that follows a report to the reported PE only.
pub const R5352_3_5_7: ReqId = ReqId("R5352_3_5_7");
/// The ASAP_ENDPOINT_KEEP_ALIVE that follows a report has the H flag clear.
pub const R5352_3_5_8: ReqId = ReqId("R5352_3_5_8");
/// If the ASAP_ENDPOINT_KEEP_ALIVE that follows a report fails, for example by an SCTP send failure, the registrar removes the reported PE from its handlespace.
pub const R5352_3_5_9: ReqId = ReqId("R5352_3_5_9");
/// If the ASAP_ENDPOINT_KEEP_ALIVE that follows a report is transmitted successfully, the registrar retains the reported PE in its handlespace.
pub const R5352_3_5_10: ReqId = ReqId("R5352_3_5_10");
/// The registrar counts the reports about each PE.
pub const R5352_3_5_11: ReqId = ReqId("R5352_3_5_11");
/// The registrar removes a PE from its handlespace when the number of reports about it exceeds MAX-BAD-PE-REPORT.
pub const R5352_3_5_12: ReqId = ReqId("R5352_3_5_12");
/// A registrar can send ASAP_ENDPOINT_KEEP_ALIVE periodically to each PE that it owns.
pub const R5352_3_5_13: ReqId = ReqId("R5352_3_5_13");
/// The periodic ASAP_ENDPOINT_KEEP_ALIVE has the H flag clear.
pub const R5352_3_5_14: ReqId = ReqId("R5352_3_5_14");
/// If the registrar cannot send a periodic ASAP_ENDPOINT_KEEP_ALIVE to a PE, it removes that PE from its handlespace.
pub const R5352_3_5_15: ReqId = ReqId("R5352_3_5_15");
/// A registrar that owns many PEs avoids bursts of ASAP_ENDPOINT_KEEP_ALIVE.
pub const R5352_3_5_16: ReqId = ReqId("R5352_3_5_16");
/// The registrar distributes its periodic ASAP_ENDPOINT_KEEP_ALIVE messages over a period of time.
pub const R5352_3_5_17: ReqId = ReqId("R5352_3_5_17");
/// The registrar can vary the time between two ASAP_ENDPOINT_KEEP_ALIVE messages to the same PE randomly by plus or minus 50 percent.
pub const R5352_3_5_18: ReqId = ReqId("R5352_3_5_18");

// RFC 5352 section 3.6: ENRP Server Hunt Procedures
/// Each PU and PE keeps a list of the registrar transport addresses that it knows.
pub const R5352_3_6_1: ReqId = ReqId("R5352_3_6_1");
/// If multicast is used, the registrar sends an ASAP_SERVER_ANNOUNCE every (N+1) times T6-Serverannounce.
pub const R5352_3_6_2: ReqId = ReqId("R5352_3_6_2");
/// An ASAP_SERVER_ANNOUNCE lists all transport addresses on which the registrar is available for ASAP.
pub const R5352_3_6_3: ReqId = ReqId("R5352_3_6_3");
/// The registrar sends the ASAP_SERVER_ANNOUNCE on the multicast ENRP client channel.
pub const R5352_3_6_4: ReqId = ReqId("R5352_3_6_4");
/// N in the announcement period is the number of other registrars from which the registrar has received an ASAP_SERVER_ANNOUNCE.
pub const R5352_3_6_5: ReqId = ReqId("R5352_3_6_5");
/// All registrars together send about one ASAP_SERVER_ANNOUNCE per T6-Serverannounce.
pub const R5352_3_6_6: ReqId = ReqId("R5352_3_6_6");
/// A PU or PE adds the new transport addresses of an ASAP_SERVER_ANNOUNCE to its list.
pub const R5352_3_6_7: ReqId = ReqId("R5352_3_6_7");
/// The PU or PE starts T7-ENRPoutdate for each address that it adds.
pub const R5352_3_6_8: ReqId = ReqId("R5352_3_6_8");
/// The PU or PE restarts T7-ENRPoutdate for each address of the ASAP_SERVER_ANNOUNCE that it already knows.
pub const R5352_3_6_9: ReqId = ReqId("R5352_3_6_9");
/// If an ASAP_SERVER_ANNOUNCE contains no transport parameters, the PU or PE assumes SCTP, the source address of the message and the registered ASAP port.
pub const R5352_3_6_10: ReqId = ReqId("R5352_3_6_10");
/// The PU or PE removes an address from its list when the address's T7-ENRPoutdate expires.
pub const R5352_3_6_11: ReqId = ReqId("R5352_3_6_11");
/// If multicast is not used, each PU and PE has a configured list of registrar transport addresses.
pub const R5352_3_6_12: ReqId = ReqId("R5352_3_6_12");
/// At startup, and when communication with its Home ENRP server fails, an endpoint establishes a new Home ENRP server; after a failure it is a different registrar.
pub const R5352_3_6_13: ReqId = ReqId("R5352_3_6_13");
/// SH1: an endpoint tries to establish an association or connection with at most three registrars at a time.
pub const R5352_3_6_14: ReqId = ReqId("R5352_3_6_14");
/// SH1: an endpoint establishes at most three associations or connections.
pub const R5352_3_6_15: ReqId = ReqId("R5352_3_6_15");
/// SH2: the endpoint starts T5-Serverhunt.
pub const R5352_3_6_16: ReqId = ReqId("R5352_3_6_16");
/// SH3: the endpoint stops T5-Serverhunt when an association or connection is established.
pub const R5352_3_6_17: ReqId = ReqId("R5352_3_6_17");
/// SH3: when an association or connection is established, the endpoint resets T5-Serverhunt to its initial value and continues at SH6.
pub const R5352_3_6_18: ReqId = ReqId("R5352_3_6_18");
/// SH4: after a failed attempt, the endpoint tries a different transport address.
pub const R5352_3_6_19: ReqId = ReqId("R5352_3_6_19");
/// SH5.1: when T5-Serverhunt expires, the endpoint doubles its value, up to RETRAN.max.
pub const R5352_3_6_20: ReqId = ReqId("R5352_3_6_20");
/// SH5.2: when T5-Serverhunt expires, the endpoint stops the attempts that are in progress.
pub const R5352_3_6_21: ReqId = ReqId("R5352_3_6_21");
/// SH5.2, the second item of that number: the endpoint continues the hunt at SH1.
pub const R5352_3_6_22: ReqId = ReqId("R5352_3_6_22");
/// SH5.2, the second item of that number: the endpoint tries a different set of transport addresses in the next round.
pub const R5352_3_6_23: ReqId = ReqId("R5352_3_6_23");
/// SH6: the endpoint picks one of the registrars that it reached and sends all subsequent requests to it.
pub const R5352_3_6_24: ReqId = ReqId("R5352_3_6_24");

// RFC 5352 section 3.7.1: SCTP Send Failure
/// If SCTP could not deliver a message to a registrar, the endpoint does not resend the message to that registrar.
pub const R5352_3_7_1_1: ReqId = ReqId("R5352_3_7_1_1");
/// The endpoint discards a message that SCTP could not deliver and starts a server hunt.
pub const R5352_3_7_1_2: ReqId = ReqId("R5352_3_7_1_2");
/// The endpoint sends the request to the new Home ENRP server once the server hunt has found one.
pub const R5352_3_7_1_3: ReqId = ReqId("R5352_3_7_1_3");
/// The endpoint can queue an undeliverable message and send it to the new Home ENRP server.
pub const R5352_3_7_1_4: ReqId = ReqId("R5352_3_7_1_4");
/// An endpoint that discarded the message can reconstruct the original request.
pub const R5352_3_7_1_5: ReqId = ReqId("R5352_3_7_1_5");

// RFC 5352 section 3.7.2: T1-ENRPrequest Timer Expiration
/// When T1-ENRPrequest expires, the endpoint resends the original request and restarts T1-ENRPrequest.
pub const R5352_3_7_2_1: ReqId = ReqId("R5352_3_7_2_1");
/// When T1-ENRPrequest expires, the endpoint starts a server hunt in parallel.
pub const R5352_3_7_2_2: ReqId = ReqId("R5352_3_7_2_2");
/// The endpoint repeats request and hunt up to MAX-REQUEST-RETRANSMIT times; then it notifies its user and discards the request.
pub const R5352_3_7_2_3: ReqId = ReqId("R5352_3_7_2_3");
/// An endpoint adopts another registrar that responds as its new Home ENRP server.
pub const R5352_3_7_2_4: ReqId = ReqId("R5352_3_7_2_4");
/// The endpoint then resends the request to the new Home ENRP server.
pub const R5352_3_7_2_5: ReqId = ReqId("R5352_3_7_2_5");

// RFC 5352 section 3.8: Cookie Handling Procedures
/// A PE can send an ASAP_COOKIE to a PU at any time if a control channel exists.
pub const R5352_3_8_1: ReqId = ReqId("R5352_3_8_1");
/// A PU stores the last cookie that it received and discards an older one.
pub const R5352_3_8_2: ReqId = ReqId("R5352_3_8_2");
/// An endpoint uses the PPID to separate control messages from data messages on the same association.
pub const R5352_3_8_3: ReqId = ReqId("R5352_3_8_3");
/// A PU that fails over sends its last cookie in an ASAP_COOKIE_ECHO to the new PE as the first message on the control channel.
pub const R5352_3_8_4: ReqId = ReqId("R5352_3_8_4");
/// A PE signs the cookies that it sends and verifies the cookies that it receives.
pub const R5352_3_8_5: ReqId = ReqId("R5352_3_8_5");
/// A PU sends the cookie back unchanged.
pub const R5352_3_8_6: ReqId = ReqId("R5352_3_8_6");

// RFC 5352 section 3.9: Business Card Handling Procedures
/// A PE sends an ASAP_BUSINESS_CARD to a PU when their communication begins.
pub const R5352_3_9_1: ReqId = ReqId("R5352_3_9_1");
/// A PU sends an ASAP_BUSINESS_CARD only if it is also a PE.
pub const R5352_3_9_2: ReqId = ReqId("R5352_3_9_2");
/// An endpoint sends an ASAP_BUSINESS_CARD only if a control channel exists.
pub const R5352_3_9_3: ReqId = ReqId("R5352_3_9_3");
/// An endpoint can send a new ASAP_BUSINESS_CARD at any time to change its failover order.
pub const R5352_3_9_4: ReqId = ReqId("R5352_3_9_4");
/// BC1: an endpoint that receives a card for a Pool Handle that is not in its cache resolves that handle.
pub const R5352_3_9_5: ReqId = ReqId("R5352_3_9_5");
/// BC2: an endpoint that receives a card takes its order as the preferred failover order.
pub const R5352_3_9_6: ReqId = ReqId("R5352_3_9_6");

// RFC 5352 section 4: Roles of Endpoints
/// A PU handles ASAP_HANDLE_RESOLUTION and ASAP_HANDLE_RESOLUTION_RESPONSE.
pub const R5352_4_1: ReqId = ReqId("R5352_4_1");
/// A PU handles ASAP_ERROR messages.
pub const R5352_4_2: ReqId = ReqId("R5352_4_2");
/// A PU can handle ASAP_COOKIE, ASAP_COOKIE_ECHO and ASAP_BUSINESS_CARD.
pub const R5352_4_3: ReqId = ReqId("R5352_4_3");
/// A PU can handle ASAP_SERVER_ANNOUNCE.
pub const R5352_4_4: ReqId = ReqId("R5352_4_4");
/// A PE handles ASAP_REGISTRATION, ASAP_DEREGISTRATION and the responses to them.
pub const R5352_4_5: ReqId = ReqId("R5352_4_5");
/// A PE handles ASAP_ENDPOINT_KEEP_ALIVE, ASAP_ENDPOINT_KEEP_ALIVE_ACK, ASAP_ENDPOINT_UNREACHABLE and ASAP_ERROR.
pub const R5352_4_6: ReqId = ReqId("R5352_4_6");
/// A PE handles ASAP_COOKIE, ASAP_COOKIE_ECHO and ASAP_BUSINESS_CARD.
pub const R5352_4_7: ReqId = ReqId("R5352_4_7");
/// A PE can handle ASAP_SERVER_ANNOUNCE.
pub const R5352_4_8: ReqId = ReqId("R5352_4_8");
/// A registrar handles ASAP_REGISTRATION and ASAP_DEREGISTRATION and sends the responses to them.
pub const R5352_4_9: ReqId = ReqId("R5352_4_9");
/// A registrar handles ASAP_ENDPOINT_KEEP_ALIVE_ACK: it does not report the message as unknown and continues its service.
pub const R5352_4_10: ReqId = ReqId("R5352_4_10");
/// A registrar handles ASAP_ENDPOINT_UNREACHABLE.
pub const R5352_4_11: ReqId = ReqId("R5352_4_11");
/// A registrar handles ASAP_ERROR: it does not report the message as unknown and continues its service.
pub const R5352_4_12: ReqId = ReqId("R5352_4_12");
/// A registrar can handle ASAP_SERVER_ANNOUNCE from other registrars.
pub const R5352_4_13: ReqId = ReqId("R5352_4_13");
/// A node that is both PU and PE meets the requirements of both roles.
pub const R5352_4_14: ReqId = ReqId("R5352_4_14");

// RFC 5352 section 5: SCTP Considerations
/// Each ASAP message is sent as one SCTP user message.
pub const R5352_5_1: ReqId = ReqId("R5352_5_1");
/// ASAP messages over SCTP have the PPID registered for ASAP, 11.
pub const R5352_5_2: ReqId = ReqId("R5352_5_2");
/// The SCTP port of a registrar is configured, announced or the registered ASAP port.
pub const R5352_5_3: ReqId = ReqId("R5352_5_3");
/// ASAP messages on the control channel between PE and PU have the PPID registered for ASAP.
pub const R5352_5_4: ReqId = ReqId("R5352_5_4");
/// Messages on the data channel do not have the PPID registered for ASAP.
pub const R5352_5_5: ReqId = ReqId("R5352_5_5");

// RFC 5352 section 6.1: Registration.Request Primitive
/// Every address in a User Transport that the user passes is bound in the SCTP endpoint that communicates with the registrar.
pub const R5352_6_1_1: ReqId = ReqId("R5352_6_1_1");

// RFC 5352 section 6.5: DataSendRequest Primitive
/// On a send request, the endpoint can create a local transport endpoint for the required transport type.
pub const R5352_6_5_1: ReqId = ReqId("R5352_6_5_1");

// RFC 5352 section 6.5.1: Sending to a Pool Handle
/// The endpoint translates the Pool Handle into addresses before it sends a message to the pool.
pub const R5352_6_5_1_1: ReqId = ReqId("R5352_6_5_1_1");
/// The endpoint queues the message while it waits for the response of the registrar.
pub const R5352_6_5_1_2: ReqId = ReqId("R5352_6_5_1_2");
/// The endpoint also queues further messages to that pool until the registrar responds.
pub const R5352_6_5_1_3: ReqId = ReqId("R5352_6_5_1_3");

// RFC 5352 section 6.5.3: Sending to a Pool Element Handle
/// On a send to a pool element handle, the endpoint can set up the transport state that does not exist yet.
pub const R5352_6_5_3_1: ReqId = ReqId("R5352_6_5_3_1");

// RFC 5352 section 6.5.5: Message Delivery Options
/// With failover enabled, the endpoint silently resends a message to another PE of the pool if the selected PE is unreachable.
pub const R5352_6_5_5_1: ReqId = ReqId("R5352_6_5_5_1");

// RFC 5352 section 6.9.2: Transport.Failure Primitive
/// An endpoint sends no ASAP_ENDPOINT_UNREACHABLE for a PE to which its user has not requested to send data.
pub const R5352_6_9_2_1: ReqId = ReqId("R5352_6_9_2_1");

// RFC 5352 section 7.1: Timers
/// The default of T1-ENRPrequest is 15 seconds.
pub const R5352_7_1_1: ReqId = ReqId("R5352_7_1_1");
/// The default of T2-registration is 30 seconds.
pub const R5352_7_1_2: ReqId = ReqId("R5352_7_1_2");
/// The default of T3-deregistration is 30 seconds.
pub const R5352_7_1_3: ReqId = ReqId("R5352_7_1_3");
/// The default of T4-reregistration is the smaller of 10 minutes and the registration life minus 20 seconds.
pub const R5352_7_1_4: ReqId = ReqId("R5352_7_1_4");
/// The default of T5-Serverhunt is 10 seconds.
pub const R5352_7_1_5: ReqId = ReqId("R5352_7_1_5");
/// The default of T6-Serverannounce is 1 second.
pub const R5352_7_1_6: ReqId = ReqId("R5352_7_1_6");
/// The default of T7-ENRPoutdate is 5 seconds.
pub const R5352_7_1_7: ReqId = ReqId("R5352_7_1_7");

// RFC 5352 section 7.3: Thresholds
/// The default of MAX-REG-ATTEMPT is 2.
pub const R5352_7_3_1: ReqId = ReqId("R5352_7_3_1");
/// The default of MAX-REQUEST-RETRANSMIT is 2.
pub const R5352_7_3_2: ReqId = ReqId("R5352_7_3_2");
/// The default of RETRAN-MAX is 60 seconds.
pub const R5352_7_3_3: ReqId = ReqId("R5352_7_3_3");

// RFC 5352 section 8.1: A New Table for ASAP Message Types
/// The table of the IANA section lists 0x0b to 0xff as available for assignment.
pub const R5352_8_1_1: ReqId = ReqId("R5352_8_1_1");

// RFC 5352 section 8.2: Port Numbers
/// The ASAP ports are 3863 for TCP, UDP and SCTP, and 3864 for TLS over TCP and SCTP.
pub const R5352_8_2_1: ReqId = ReqId("R5352_8_2_1");

// RFC 5352 section 8.3: SCTP Payload Protocol Identifier
/// The PPID registered for ASAP is 11.
pub const R5352_8_3_1: ReqId = ReqId("R5352_8_3_1");

// RFC 5352 section 8.4: Multicast Addresses
/// The registrar sends announcements to the assigned multicast groups: 224.0.1.185 for IPv4, and the group number 133 of the scope for IPv6.
pub const R5352_8_4_1: ReqId = ReqId("R5352_8_4_1");

// RFC 5352 section 9.1: Summary of RSerPool Security Threats
/// The registrar limits the number of ASAP_ENDPOINT_KEEP_ALIVE messages to a PE when it receives a flood of reports.
pub const R5352_9_1_1: ReqId = ReqId("R5352_9_1_1");
/// A PU limits the number of ASAP_ENDPOINT_UNREACHABLE messages that it sends.
pub const R5352_9_1_2: ReqId = ReqId("R5352_9_1_2");

// RFC 5352 section 9.2: Implementing Security Mechanisms
/// PEs, PUs and registrars implement TLS.
pub const R5352_9_2_1: ReqId = ReqId("R5352_9_2_1");
/// An implementation of TLS for RSerPool supports the cipher suite TLS_RSA_WITH_AES_128_CBC_SHA.
pub const R5352_9_2_2: ReqId = ReqId("R5352_9_2_2");
/// A registrar supports the cipher suite TLS_RSA_WITH_3DES_EDE_CBC_SHA for backwards compatibility.
pub const R5352_9_2_3: ReqId = ReqId("R5352_9_2_3");
/// An implementation can support other cipher suites that the IETF approved.
pub const R5352_9_2_4: ReqId = ReqId("R5352_9_2_4");
/// Registrars and PEs support mutual authentication by a pre-shared key.
pub const R5352_9_2_5: ReqId = ReqId("R5352_9_2_5");
/// Registrars support mutual authentication among themselves by a pre-shared key.
pub const R5352_9_2_6: ReqId = ReqId("R5352_9_2_6");
/// A PU authenticates the registrar by its certificate.
pub const R5352_9_2_7: ReqId = ReqId("R5352_9_2_7");
/// A registrar has a site certificate for its canonical host name.
pub const R5352_9_2_8: ReqId = ReqId("R5352_9_2_8");
/// A PU can have a certificate of its own.
pub const R5352_9_2_9: ReqId = ReqId("R5352_9_2_9");
/// A PE, PU or registrar that supports TLS has a mechanism to validate the certificates that it receives.
pub const R5352_9_2_10: ReqId = ReqId("R5352_9_2_10");
/// A client verifies that the certificate belongs to the server to which it intended to connect.
pub const R5352_9_2_11: ReqId = ReqId("R5352_9_2_11");
/// A client whose check of the server's identity fails closes the transport connection or notifies its user, and reports the server's identity as suspect.
pub const R5352_9_2_12: ReqId = ReqId("R5352_9_2_12");
/// A client converts an internationalized domain name to its ASCII form before it compares the name with the certificate.
pub const R5352_9_2_13: ReqId = ReqId("R5352_9_2_13");
/// A client compares an IP address with the certificate as an octet string in network byte order.
pub const R5352_9_2_14: ReqId = ReqId("R5352_9_2_14");
/// A party that finds the security level inadequate removes the TLS layer.
pub const R5352_9_2_15: ReqId = ReqId("R5352_9_2_15");
/// TLS is supported over SCTP or over TCP.
pub const R5352_9_2_16: ReqId = ReqId("R5352_9_2_16");

// RFC 5352 section 9.3: Chain of Trust
/// A secured registrar rejects the registration of a PE that does not use TLS, with the cause for security considerations.
pub const R5352_9_3_1: ReqId = ReqId("R5352_9_3_1");
/// A secured registrar answers a PU that does not use TLS.
pub const R5352_9_3_2: ReqId = ReqId("R5352_9_3_2");

// RFC 5353 section 1.1: Definitions
/// A registrar sends an announcement as one copy for each of its peers, over the SCTP association with that peer.
pub const R5353_1_1_1: ReqId = ReqId("R5353_1_1_1");
/// A PE has exactly one Home ENRP server at any time.
pub const R5353_1_1_2: ReqId = ReqId("R5353_1_1_2");
/// A PE and its Home ENRP server keep a record of the relation between them.
pub const R5353_1_1_3: ReqId = ReqId("R5353_1_1_3");

// RFC 5353 section 2: Protocol data units
/// A registrar sends only the ENRP message types 0x01 to 0x0a; all others are reserved.
pub const R5353_2_1: ReqId = ReqId("R5353_2_1");
/// A registrar sends every field of its messages in network byte order.
pub const R5353_2_2: ReqId = ReqId("R5353_2_2");
/// A registrar pads an inner parameter that does not end at a 32-bit boundary with zero octets up to that boundary.
pub const R5353_2_3: ReqId = ReqId("R5353_2_3");
/// A registrar adds, changes and removes no PE because of an ENRP message that lacks a parameter of its layout or whose Lengths contradict each other.
pub const R5353_2_4: ReqId = ReqId("R5353_2_4");

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
/// A registrar accepts a message that was sent to it alone and whose Receiving Server's ID is 0.
pub const R5353_2_1_7: ReqId = ReqId("R5353_2_1_7");
/// A registrar accepts an ENRP_PRESENCE without Server Information.
pub const R5353_2_1_8: ReqId = ReqId("R5353_2_1_8");
/// An ENRP_PRESENCE consists of Sending and Receiving Server's ID, a PE Checksum, and at most one Server Information.
pub const R5353_2_1_9: ReqId = ReqId("R5353_2_1_9");
/// A registrar picks its server ID at random when it starts.
pub const R5353_2_1_10: ReqId = ReqId("R5353_2_1_10");
/// A registrar accepts an ENRP_PRESENCE without PE Checksum, because its sender only SHOULD include one.
pub const R5353_2_1_11: ReqId = ReqId("R5353_2_1_11");
/// The Server Information of an ENRP_PRESENCE names an address at which its sender is reached.
pub const R5353_2_1_12: ReqId = ReqId("R5353_2_1_12");
/// The Receiving Server's ID of a message to one registrar is the server ID of that registrar, or 0.
pub const R5353_2_1_13: ReqId = ReqId("R5353_2_1_13");

// RFC 5353 section 2.2: ENRP_HANDLE_TABLE_REQUEST
/// An ENRP_HANDLE_TABLE_REQUEST consists of the header with the W flag and the two server IDs, 12 octets.
pub const R5353_2_2_1: ReqId = ReqId("R5353_2_2_1");
/// The W flag of a table request is 1 if the sender requests only the PEs that the receiver owns, and otherwise 0.
pub const R5353_2_2_2: ReqId = ReqId("R5353_2_2_2");

// RFC 5353 section 2.3: ENRP_HANDLE_TABLE_RESPONSE
/// If a registrar rejects a table request, it sets the R flag of its response and includes no pool entries.
pub const R5353_2_3_1: ReqId = ReqId("R5353_2_3_1");
/// A registrar sets the M flag of a table response to 1 if it has more pool entries to send in later responses, and otherwise to 0.
pub const R5353_2_3_2: ReqId = ReqId("R5353_2_3_2");
/// A table response without the R flag has at least one pool entry, unless the sender has no PE to send.
pub const R5353_2_3_3: ReqId = ReqId("R5353_2_3_3");
/// A pool entry of a table response starts with a Pool Handle parameter, and one or more Pool Element parameters follow.
pub const R5353_2_3_4: ReqId = ReqId("R5353_2_3_4");
/// The Message Length of an ENRP message does not count the padding at its end.
pub const R5353_2_3_5: ReqId = ReqId("R5353_2_3_5");

// RFC 5353 section 2.4: ENRP_HANDLE_UPDATE
/// The Update Action of an ENRP_HANDLE_UPDATE is ADD_PE (0) or DEL_PE (1).
pub const R5353_2_4_1: ReqId = ReqId("R5353_2_4_1");
/// The sender sets the reserved field of an ENRP_HANDLE_UPDATE to zero.
pub const R5353_2_4_2: ReqId = ReqId("R5353_2_4_2");
/// The receiver of an ENRP_HANDLE_UPDATE ignores the reserved field.
pub const R5353_2_4_3: ReqId = ReqId("R5353_2_4_3");
/// An ENRP_HANDLE_UPDATE has exactly one Pool Handle parameter and one Pool Element parameter, in this order.
pub const R5353_2_4_4: ReqId = ReqId("R5353_2_4_4");
/// A registrar that receives an Update Action other than ADD_PE and DEL_PE does not add and does not remove the PE.
pub const R5353_2_4_5: ReqId = ReqId("R5353_2_4_5");

// RFC 5353 section 2.5: ENRP_LIST_REQUEST
/// An ENRP_LIST_REQUEST consists of the header and the two server IDs, 12 octets.
pub const R5353_2_5_1: ReqId = ReqId("R5353_2_5_1");

// RFC 5353 section 2.6: ENRP_LIST_RESPONSE
/// If a registrar rejects a list request, it sets the R flag of its response and includes no Server Information.
pub const R5353_2_6_1: ReqId = ReqId("R5353_2_6_1");
/// An ENRP_LIST_RESPONSE has one Server Information for each listed peer.
pub const R5353_2_6_2: ReqId = ReqId("R5353_2_6_2");
/// The Server Information of a peer in an ENRP_LIST_RESPONSE has the port and the addresses of the one that this peer sent.
pub const R5353_2_6_3: ReqId = ReqId("R5353_2_6_3");

// RFC 5353 section 2.7: ENRP_INIT_TAKEOVER
/// An ENRP_INIT_TAKEOVER consists of the header, the two server IDs and the Targeting Server's ID, 16 octets.
pub const R5353_2_7_1: ReqId = ReqId("R5353_2_7_1");
/// The initiator sends its ENRP_INIT_TAKEOVER to all its peers.
pub const R5353_2_7_2: ReqId = ReqId("R5353_2_7_2");

// RFC 5353 section 2.8: ENRP_INIT_TAKEOVER_ACK
/// An ENRP_INIT_TAKEOVER_ACK consists of the header, the two server IDs and the Targeting Server's ID, 16 octets.
pub const R5353_2_8_1: ReqId = ReqId("R5353_2_8_1");
/// The Targeting Server's ID of an ENRP_INIT_TAKEOVER_ACK is that of the ENRP_INIT_TAKEOVER.
pub const R5353_2_8_2: ReqId = ReqId("R5353_2_8_2");

// RFC 5353 section 2.9: ENRP_TAKEOVER_SERVER
/// An ENRP_TAKEOVER_SERVER consists of the header, the two server IDs and the Targeting Server's ID, 16 octets.
pub const R5353_2_9_1: ReqId = ReqId("R5353_2_9_1");

// RFC 5353 section 2.10: ENRP_ERROR
/// An ENRP_ERROR consists of the header, the two server IDs and one Operation Error parameter.
pub const R5353_2_10_1: ReqId = ReqId("R5353_2_10_1");

// RFC 5353 section 3.1: Methods for Communicating amongst ENRP Servers
/// A registrar sends its messages to a peer over an SCTP association with that peer.
pub const R5353_3_1_1: ReqId = ReqId("R5353_3_1_1");
/// A registrar sends an announcement to every peer of the operational scope that it knows.
pub const R5353_3_1_2: ReqId = ReqId("R5353_3_1_2");

// RFC 5353 section 3.2.1: Generate a Server Identifier
/// A registrar generates a server ID other than 0 that is as unique as possible in its operational scope.
pub const R5353_3_2_1_1: ReqId = ReqId("R5353_3_2_1_1");
/// The server ID stays the same for the lifetime of the registrar.
pub const R5353_3_2_1_2: ReqId = ReqId("R5353_3_2_1_2");

// RFC 5353 section 3.2.2.1: Finding the Mentor Server
/// A registrar that is configured with one existing peer uses this peer as its mentor.
pub const R5353_3_2_2_1_1: ReqId = ReqId("R5353_3_2_2_1_1");
/// A registrar that is configured with several existing peers picks one of them as its mentor and keeps the others as backups.
pub const R5353_3_2_2_1_2: ReqId = ReqId("R5353_3_2_2_1_2");
/// A registrar that is configured with no peer assumes that it is alone, requests no list and no table, and offers its services.
pub const R5353_3_2_2_1_3: ReqId = ReqId("R5353_3_2_2_1_3");

// RFC 5353 section 3.2.2.2: Request Complete Server List from Mentor Peer
/// A registrar answers every ENRP_LIST_REQUEST with an ENRP_LIST_RESPONSE.
pub const R5353_3_2_2_2_1: ReqId = ReqId("R5353_3_2_2_2_1");
/// A starting registrar sends an ENRP_LIST_REQUEST to its mentor.
pub const R5353_3_2_2_2_2: ReqId = ReqId("R5353_3_2_2_2_2");
/// If MAX-TIME-NO-RESPONSE (default 5 s) expires without a list response, the starting registrar sends its list request to a backup mentor, if there is one.
pub const R5353_3_2_2_2_3: ReqId = ReqId("R5353_3_2_2_2_3");
/// A mentor includes in its list response all ENRP servers that it knows.
pub const R5353_3_2_2_2_4: ReqId = ReqId("R5353_3_2_2_2_4");
/// A starting registrar takes the servers of the list response into its peer list.
pub const R5353_3_2_2_2_5: ReqId = ReqId("R5353_3_2_2_2_5");
/// A mentor that is itself starting rejects a list request: R flag set, no Server Information.
pub const R5353_3_2_2_2_6: ReqId = ReqId("R5353_3_2_2_2_6");
/// If its list request is rejected, the starting registrar repeats it after a few seconds or sends it to a backup mentor.
pub const R5353_3_2_2_2_7: ReqId = ReqId("R5353_3_2_2_2_7");

// RFC 5353 section 3.2.3: Download ENRP Handlespace Data from Mentor Peer
/// A registrar answers every ENRP_HANDLE_TABLE_REQUEST with an ENRP_HANDLE_TABLE_RESPONSE.
pub const R5353_3_2_3_1: ReqId = ReqId("R5353_3_2_3_1");
/// After it has its mentor's list, a starting registrar requests the handlespace from this mentor.
pub const R5353_3_2_3_2: ReqId = ReqId("R5353_3_2_3_2");
/// A starting registrar sends its first table request with W=0, to request the whole handlespace.
pub const R5353_3_2_3_3: ReqId = ReqId("R5353_3_2_3_3");
/// The responses of a download contain every PE of the mentor's handlespace if the request has W=0.
pub const R5353_3_2_3_4: ReqId = ReqId("R5353_3_2_3_4");
/// The mentor sets M=1 in a table response if there is more data to transfer.
pub const R5353_3_2_3_5: ReqId = ReqId("R5353_3_2_3_5");
/// The mentor keeps track of the progress of a download, so that the response to the next request continues after the previous one.
pub const R5353_3_2_3_6: ReqId = ReqId("R5353_3_2_3_6");
/// The mentor sets M=0 in the last table response of a download.
pub const R5353_3_2_3_7: ReqId = ReqId("R5353_3_2_3_7");
/// The mentor closes the download after its last response, so that another request starts a new one.
pub const R5353_3_2_3_8: ReqId = ReqId("R5353_3_2_3_8");
/// A starting registrar transfers the entries of each table response into its handlespace.
pub const R5353_3_2_3_9: ReqId = ReqId("R5353_3_2_3_9");
/// A starting registrar that receives a table response with M=1 sends another table request to its mentor.
pub const R5353_3_2_3_10: ReqId = ReqId("R5353_3_2_3_10");
/// A starting registrar creates the pool of a downloaded entry if it does not have it, and adds the entry's PEs.
pub const R5353_3_2_3_11: ReqId = ReqId("R5353_3_2_3_11");
/// A starting registrar that creates a downloaded pool gives it the policy type of the first PE.
pub const R5353_3_2_3_12: ReqId = ReqId("R5353_3_2_3_12");
/// A starting registrar adds the PEs of a downloaded entry to a pool that exists.
pub const R5353_3_2_3_13: ReqId = ReqId("R5353_3_2_3_13");
/// A starting registrar replaces the attributes of a PE that it has by the downloaded ones.
pub const R5353_3_2_3_14: ReqId = ReqId("R5353_3_2_3_14");
/// After the last table response a starting registrar offers its services.
pub const R5353_3_2_3_15: ReqId = ReqId("R5353_3_2_3_15");
/// A mentor that cannot provide a download rejects the table request: R flag set, no pool entries.
pub const R5353_3_2_3_16: ReqId = ReqId("R5353_3_2_3_16");
/// If its table request is rejected, the starting registrar repeats it after a few seconds or sends it to a backup mentor.
pub const R5353_3_2_3_17: ReqId = ReqId("R5353_3_2_3_17");
/// If no table response arrives in time, the starting registrar aborts the download and starts a new one with a backup mentor, if there is one.
pub const R5353_3_2_3_18: ReqId = ReqId("R5353_3_2_3_18");
/// If no further request arrives after a table response with M=1, the mentor ends the download and removes its record after a timer.
pub const R5353_3_2_3_19: ReqId = ReqId("R5353_3_2_3_19");

// RFC 5353 section 3.3.1: Announcing Additions or Updates of PE
/// The Home ENRP server sets the Receiving Server's ID of an ADD_PE to 0.
pub const R5353_3_3_1_1: ReqId = ReqId("R5353_3_3_1_1");
/// The Home ENRP server sets the Sending Server's ID of an ADD_PE to its own server ID.
pub const R5353_3_3_1_2: ReqId = ReqId("R5353_3_3_1_2");
/// A registrar announces each granted registration to all its peers by an ENRP_HANDLE_UPDATE with ADD_PE.
pub const R5353_3_3_1_3: ReqId = ReqId("R5353_3_3_1_3");
/// A registrar announces each granted re-registration to all its peers by an ENRP_HANDLE_UPDATE with ADD_PE.
pub const R5353_3_3_1_4: ReqId = ReqId("R5353_3_3_1_4");
/// An ADD_PE contains the handle of the pool and the complete new information of the PE.
pub const R5353_3_3_1_5: ReqId = ReqId("R5353_3_3_1_5");
/// A registrar that receives an ADD_PE for an unknown pool creates the pool with this PE and all its attributes.
pub const R5353_3_3_1_6: ReqId = ReqId("R5353_3_3_1_6");
/// A registrar that creates a pool for an ADD_PE gives it the policy type of the PE.
pub const R5353_3_3_1_7: ReqId = ReqId("R5353_3_3_1_7");
/// A registrar that receives an ADD_PE for a known pool and an unknown PE adds the PE with all its attributes.
pub const R5353_3_3_1_8: ReqId = ReqId("R5353_3_3_1_8");
/// A registrar that receives an ADD_PE for a known PE replaces the PE's attributes, the Home ENRP server among them.
pub const R5353_3_3_1_9: ReqId = ReqId("R5353_3_3_1_9");
/// A registrar sends no ENRP_HANDLE_UPDATE about a change that a peer has announced: the Home ENRP server sends it to all.
pub const R5353_3_3_1_10: ReqId = ReqId("R5353_3_3_1_10");

// RFC 5353 section 3.3.2: Announcing Removal of PE
/// The sender of a DEL_PE sets its Receiving Server's ID to 0.
pub const R5353_3_3_2_1: ReqId = ReqId("R5353_3_3_2_1");
/// A registrar announces each granted de-registration to all its peers by an ENRP_HANDLE_UPDATE with DEL_PE.
pub const R5353_3_3_2_2: ReqId = ReqId("R5353_3_3_2_2");
/// A registrar that removes a PE of its own for another reason, such as an expired life or an unreachable PE, announces the removal to all its peers.
pub const R5353_3_3_2_3: ReqId = ReqId("R5353_3_3_2_3");
/// A DEL_PE contains the handle of the pool and the complete information of the PE.
pub const R5353_3_3_2_4: ReqId = ReqId("R5353_3_3_2_4");
/// The sender of a DEL_PE sets the Sending Server's ID to its own server ID.
pub const R5353_3_3_2_5: ReqId = ReqId("R5353_3_3_2_5");
/// A registrar that receives a DEL_PE removes the PE from its handlespace.
pub const R5353_3_3_2_6: ReqId = ReqId("R5353_3_3_2_6");
/// A registrar that removes the last PE of a pool because of a DEL_PE removes the pool as well.
pub const R5353_3_3_2_7: ReqId = ReqId("R5353_3_3_2_7");
/// A registrar that receives a DEL_PE for an unknown PE or pool takes no action.
pub const R5353_3_3_2_8: ReqId = ReqId("R5353_3_3_2_8");
/// A registrar that receives a DEL_PE removes the PE, also if the sender is not the PE's Home ENRP server.
pub const R5353_3_3_2_9: ReqId = ReqId("R5353_3_3_2_9");

// RFC 5353 section 3.4: Maintaining Peer List and Monitoring Peer Status
/// A registrar keeps an internal record of the status of each known peer.
pub const R5353_3_4_1: ReqId = ReqId("R5353_3_4_1");

// RFC 5353 section 3.4.1: Discovering New Peer
/// A registrar that receives a message of any type from an unknown peer adds this peer to its peer list.
pub const R5353_3_4_1_1: ReqId = ReqId("R5353_3_4_1_1");
/// A registrar sends an ENRP_PRESENCE with the reply required flag to the source address of the message of a new peer.
pub const R5353_3_4_1_2: ReqId = ReqId("R5353_3_4_1_2");
/// The discovery of a peer does not lead to an endless exchange of ENRP_PRESENCE messages.
pub const R5353_3_4_1_3: ReqId = ReqId("R5353_3_4_1_3");

// RFC 5353 section 3.4.2: Server Sending Heartbeat
/// A registrar sends an ENRP_PRESENCE to all its peers every PEER-HEARTBEAT-CYCLE (default 30 s).
pub const R5353_3_4_2_1: ReqId = ReqId("R5353_3_4_2_1");
/// The reply required flag of a periodic ENRP_PRESENCE is 0.
pub const R5353_3_4_2_2: ReqId = ReqId("R5353_3_4_2_2");

// RFC 5353 section 3.4.3: Detecting Peer Server Failure
/// A registrar answers an ENRP_PRESENCE that has the reply required flag within MAX-TIME-NO-RESPONSE (default 5 s).
pub const R5353_3_4_3_1: ReqId = ReqId("R5353_3_4_3_1");
/// A message of any type from a peer restarts MAX-TIME-LAST-HEARD for this peer.
pub const R5353_3_4_3_2: ReqId = ReqId("R5353_3_4_3_2");
/// A registrar that has not heard a peer for more than MAX-TIME-LAST-HEARD (default 61 s) immediately sends this peer alone an ENRP_PRESENCE with the reply required flag.
pub const R5353_3_4_3_3: ReqId = ReqId("R5353_3_4_3_3");
/// A registrar considers a peer dead if the ENRP_PRESENCE cannot be sent or the peer does not reply within MAX-TIME-NO-RESPONSE (default 5 s).
pub const R5353_3_4_3_4: ReqId = ReqId("R5353_3_4_3_4");
/// A registrar that considers a peer dead initiates a takeover.
pub const R5353_3_4_3_5: ReqId = ReqId("R5353_3_4_3_5");
/// A registrar does not initiate a takeover of a peer that it hears within the limits.
pub const R5353_3_4_3_6: ReqId = ReqId("R5353_3_4_3_6");

// RFC 5353 section 3.5.1: Initiating Server Take-over Arbitration
/// The initiator sends an ENRP_INIT_TAKEOVER to all its peers before it takes over.
pub const R5353_3_5_1_1: ReqId = ReqId("R5353_3_5_1_1");
/// The initiator sets the Sending and the Targeting Server's ID of its ENRP_INIT_TAKEOVER.
pub const R5353_3_5_1_2: ReqId = ReqId("R5353_3_5_1_2");
/// The initiator sends its ENRP_INIT_TAKEOVER to the target of the takeover as well.
pub const R5353_3_5_1_3: ReqId = ReqId("R5353_3_5_1_3");
/// The initiator waits for an ENRP_INIT_TAKEOVER_ACK of each known peer except the target before it takes over.
pub const R5353_3_5_1_4: ReqId = ReqId("R5353_3_5_1_4");
/// A registrar that receives an ENRP_INIT_TAKEOVER with itself as the target immediately sends an ENRP_PRESENCE to all its peers.
pub const R5353_3_5_1_5: ReqId = ReqId("R5353_3_5_1_5");
/// A registrar that receives an ENRP_INIT_TAKEOVER with itself as the target sends no ENRP_INIT_TAKEOVER_ACK.
pub const R5353_3_5_1_6: ReqId = ReqId("R5353_3_5_1_6");
/// An initiator that receives an ENRP_INIT_TAKEOVER for the same target from a peer with a larger server ID aborts its own attempt.
pub const R5353_3_5_1_7: ReqId = ReqId("R5353_3_5_1_7");
/// An initiator that gives way sends the other initiator an ENRP_INIT_TAKEOVER_ACK.
pub const R5353_3_5_1_8: ReqId = ReqId("R5353_3_5_1_8");
/// An initiator that gives way marks the target as not active and no longer monitors it.
pub const R5353_3_5_1_9: ReqId = ReqId("R5353_3_5_1_9");
/// An initiator that receives an ENRP_INIT_TAKEOVER for the same target from a peer with a smaller server ID ignores it.
pub const R5353_3_5_1_10: ReqId = ReqId("R5353_3_5_1_10");
/// A registrar that is neither the target nor an initiator for this target sends the initiator an ENRP_INIT_TAKEOVER_ACK.
pub const R5353_3_5_1_11: ReqId = ReqId("R5353_3_5_1_11");
/// A registrar that acknowledges a takeover marks the target as not active and no longer monitors it.
pub const R5353_3_5_1_12: ReqId = ReqId("R5353_3_5_1_12");
/// An initiator that has an ENRP_INIT_TAKEOVER_ACK of every known peer except the target completes the takeover.
pub const R5353_3_5_1_13: ReqId = ReqId("R5353_3_5_1_13");
/// An initiator that receives an ENRP_PRESENCE of the target during the arbitration stops the takeover and takes no further takeover actions.
pub const R5353_3_5_1_14: ReqId = ReqId("R5353_3_5_1_14");
/// An initiator that stops a takeover because of the target's ENRP_PRESENCE marks the target as active and monitors it again.
pub const R5353_3_5_1_15: ReqId = ReqId("R5353_3_5_1_15");
/// A registrar acknowledges a takeover as well if it does not know the target, or has acknowledged the takeover of this target by another initiator.
pub const R5353_3_5_1_16: ReqId = ReqId("R5353_3_5_1_16");
/// A registrar that is in an arbitration of its own acknowledges the takeover of another target.
pub const R5353_3_5_1_17: ReqId = ReqId("R5353_3_5_1_17");

// RFC 5353 section 3.5.2: Takeover Target Peer Server
/// The initiator that has won sends an ENRP_TAKEOVER_SERVER to all its active peers before its other takeover actions.
pub const R5353_3_5_2_1: ReqId = ReqId("R5353_3_5_2_1");
/// The Targeting Server's ID of an ENRP_TAKEOVER_SERVER is the server ID of the target of the takeover.
pub const R5353_3_5_2_2: ReqId = ReqId("R5353_3_5_2_2");
/// The initiator marks itself as the Home ENRP server of each PE that the target owned.
pub const R5353_3_5_2_3: ReqId = ReqId("R5353_3_5_2_3");
/// The initiator removes the target from its peer list after the ENRP_TAKEOVER_SERVER.
pub const R5353_3_5_2_4: ReqId = ReqId("R5353_3_5_2_4");
/// The initiator sends each PE that it has taken over an ASAP_ENDPOINT_KEEP_ALIVE with H=1.
pub const R5353_3_5_2_5: ReqId = ReqId("R5353_3_5_2_5");
/// A registrar that receives an ENRP_TAKEOVER_SERVER removes the target from its peer list.
pub const R5353_3_5_2_6: ReqId = ReqId("R5353_3_5_2_6");
/// A registrar that receives an ENRP_TAKEOVER_SERVER sets the Home ENRP server of each PE that the target owned to the sender.
pub const R5353_3_5_2_7: ReqId = ReqId("R5353_3_5_2_7");
/// A takeover does not change the Home ENRP server of a PE that the target did not own.
pub const R5353_3_5_2_8: ReqId = ReqId("R5353_3_5_2_8");

// RFC 5353 section 3.6: Handlespace Data Auditing and Re-synchronization
/// A registrar periodically verifies that its copy of the handlespace agrees with those of its peers.
pub const R5353_3_6_1: ReqId = ReqId("R5353_3_6_1");

// RFC 5353 section 3.6.1: Auditing Procedures
/// Every ENRP_PRESENCE contains the current PE checksum of the registrar that sends it.
pub const R5353_3_6_1_1: ReqId = ReqId("R5353_3_6_1_1");
/// A registrar keeps a PE checksum for each known peer and one for itself.
pub const R5353_3_6_1_2: ReqId = ReqId("R5353_3_6_1_2");
/// A registrar that receives a PE checksum other than its own one for that peer immediately resynchronises with this peer.
pub const R5353_3_6_1_3: ReqId = ReqId("R5353_3_6_1_3");
/// A registrar compares a received PE checksum with its own one for the peer.
pub const R5353_3_6_1_4: ReqId = ReqId("R5353_3_6_1_4");
/// A registrar that receives the PE checksum that it has for this peer requests no table.
pub const R5353_3_6_1_5: ReqId = ReqId("R5353_3_6_1_5");

// RFC 5353 section 3.6.2: PE Checksum Calculation Algorithm
/// A registrar computes its PE checksum as the Internet checksum over one block for each PE that it owns: the pool handle, padded with zeros to a multiple of 4 octets, and the PE Identifier.
pub const R5353_3_6_2_1: ReqId = ReqId("R5353_3_6_2_1");
/// A registrar computes the PE checksum of a peer in the same way, over the PEs of its handlespace that this peer owns.
pub const R5353_3_6_2_2: ReqId = ReqId("R5353_3_6_2_2");
/// A registrar updates the affected PE checksums immediately after its handlespace has changed.
pub const R5353_3_6_2_3: ReqId = ReqId("R5353_3_6_2_3");

// RFC 5353 section 3.6.3: Re-Synchronization Procedures
/// A registrar marks every PE that the peer owns when a resynchronisation begins.
pub const R5353_3_6_3_1: ReqId = ReqId("R5353_3_6_3_1");
/// A registrar sends the peer a table request with W=1 in a resynchronisation.
pub const R5353_3_6_3_2: ReqId = ReqId("R5353_3_6_3_2");
/// A registrar answers a table request with W=1 immediately with all PEs that it owns, and with no others.
pub const R5353_3_6_3_3: ReqId = ReqId("R5353_3_6_3_3");
/// A registrar transfers the entries of the response into its handlespace.
pub const R5353_3_6_3_4: ReqId = ReqId("R5353_3_6_3_4");
/// A registrar replaces a PE that it has by the copy in the response.
pub const R5353_3_6_3_5: ReqId = ReqId("R5353_3_6_3_5");
/// A registrar removes each PE of the peer that the responses did not contain, after the last response.
pub const R5353_3_6_3_6: ReqId = ReqId("R5353_3_6_3_6");
/// A registrar announces no DEL_PE for PEs that a resynchronisation removes.
pub const R5353_3_6_3_7: ReqId = ReqId("R5353_3_6_3_7");
/// A registrar whose table request with W=1 is rejected, or not answered, removes no PE of the peer.
pub const R5353_3_6_3_8: ReqId = ReqId("R5353_3_6_3_8");
/// A registrar that receives a response with M=1 requests the next part, and removes no PE before the last part.
pub const R5353_3_6_3_9: ReqId = ReqId("R5353_3_6_3_9");
/// A PE that its Home ENRP server announces between a table request and the response stays, also if the response does not contain it.
pub const R5353_3_6_3_10: ReqId = ReqId("R5353_3_6_3_10");
/// A registrar that continues a download sends its further table requests with the W flag of the first one.
pub const R5353_3_6_3_11: ReqId = ReqId("R5353_3_6_3_11");

// RFC 5353 section 3.7: Handling Unrecognized Messages or Unrecognized Parameters
/// A registrar handles an ENRP message of unknown type as the two highest bits of the type require.
pub const R5353_3_7_1: ReqId = ReqId("R5353_3_7_1");
/// A registrar handles an unknown parameter of an ENRP message as the two highest bits of its type require.
pub const R5353_3_7_2: ReqId = ReqId("R5353_3_7_2");
/// A registrar that has to report an error sends an ENRP_ERROR with a fitting cause to the sender of the message.
pub const R5353_3_7_3: ReqId = ReqId("R5353_3_7_3");
/// A registrar does not answer an ENRP_ERROR with an ENRP_ERROR.
pub const R5353_3_7_4: ReqId = ReqId("R5353_3_7_4");

// RFC 5353 section 4.2: Thresholds
/// PEER-HEARTBEAT-CYCLE has a default of 30 s.
pub const R5353_4_2_1: ReqId = ReqId("R5353_4_2_1");
/// MAX-TIME-LAST-HEARD has a default of 61 s.
pub const R5353_4_2_2: ReqId = ReqId("R5353_4_2_2");
/// MAX-TIME-NO-RESPONSE has a default of 5 s.
pub const R5353_4_2_3: ReqId = ReqId("R5353_4_2_3");

// RFC 5353 section 5.3: Port Numbers
/// The registered port of ENRP over SCTP is 9901, and 9902 with TLS.
pub const R5353_5_3_1: ReqId = ReqId("R5353_5_3_1");

// RFC 5353 section 5.4: SCTP Payload Protocol Identifier
/// A registrar sends its ENRP messages with the payload protocol identifier 12.
pub const R5353_5_4_1: ReqId = ReqId("R5353_5_4_1");

// RFC 5353 section 6.2: Implementing Security Mechanisms
/// A registrar implements TLS with PSK for its peers and certificates for PUs.
pub const R5353_6_2_1: ReqId = ReqId("R5353_6_2_1");
/// A registrar goes on serving while it receives announcements and messages from many unknown senders.
pub const R5353_6_2_2: ReqId = ReqId("R5353_6_2_2");
/// A registrar goes on serving PEs, PUs and its other peers while one peer repeats, floods or contradicts.
pub const R5353_6_2_3: ReqId = ReqId("R5353_6_2_3");

// RFC 5353 section 6.3: Chain of Trust
/// A registrar that uses TLS for all communication rejects updates and registrations that do not use TLS.
pub const R5353_6_3_1: ReqId = ReqId("R5353_6_3_1");

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

// RFC 5355 section 2.1.3: PE Registration/De-Registration Flooding -- Non-Existent PE: Requirement
/// A registrar that uses TLS creates and changes no state for a registration or de-registration before it has authenticated the PE.
pub const R5355_2_1_3_1: ReqId = ReqId("R5355_2_1_3_1");
/// A registrar goes on serving other PEs and PUs while one sender registers and de-registers many PEs.
pub const R5355_2_1_3_2: ReqId = ReqId("R5355_2_1_3_2");

// RFC 5355 section 2.2.3: PE Registration/De-Registration Flooding -- Unauthorized PE: Requirement
/// A registrar that uses TLS creates and changes no state for a registration or de-registration before it has verified the sender's authentication.
pub const R5355_2_2_3_1: ReqId = ReqId("R5355_2_2_3_1");

// RFC 5355 section 2.3.3: PE Registration/De-Registration Spoofing: Requirement
/// A registrar that uses TLS creates and changes no state about a PE for a sender that it has not authenticated as this PE.
pub const R5355_2_3_3_1: ReqId = ReqId("R5355_2_3_3_1");
/// A PE registers itself, and does not register other PEs.
pub const R5355_2_3_3_2: ReqId = ReqId("R5355_2_3_3_2");

// RFC 5355 section 2.4.3: PE Registration/De-Registration Unauthorized: Requirement
/// A registrar that uses TLS creates and changes no state for a registration or de-registration before it has authorized the sender.
pub const R5355_2_4_3_1: ReqId = ReqId("R5355_2_4_3_1");

// RFC 5355 section 2.5.3: Malicious ENRP Server Joins: Requirement
/// A registrar and its peer authenticate each other.
pub const R5355_2_5_3_1: ReqId = ReqId("R5355_2_5_3_1");

// RFC 5355 section 2.6.3: Registration with Malicious ENRP Server: Requirement
/// A PE authenticates the registrar that it registers with.
pub const R5355_2_6_3_1: ReqId = ReqId("R5355_2_6_3_1");

// RFC 5355 section 2.7.3: Malicious ENRP Handlespace Resolution: Requirement
/// A PE or PU authenticates the registrar that answers its handle resolutions.
pub const R5355_2_7_3_1: ReqId = ReqId("R5355_2_7_3_1");

// RFC 5355 section 2.8.3: Replay Attack: Requirement
/// The protocol prevents replay attacks.
pub const R5355_2_8_3_1: ReqId = ReqId("R5355_2_8_3_1");

// RFC 5355 section 2.9.3: Re-Establishing PU-PE Security during Failover: Requirement
/// A PU notifies its application of a failover, so that the application can secure its relation to the next PE.
pub const R5355_2_9_3_1: ReqId = ReqId("R5355_2_9_3_1");

// RFC 5355 section 2.10.3: Integrity: Requirement
/// PEs and registrars protect the integrity of the messages among them.
pub const R5355_2_10_3_1: ReqId = ReqId("R5355_2_10_3_1");

// RFC 5355 section 2.11.3: Data Confidentiality: Requirement
/// A confidentiality service is available.
pub const R5355_2_11_3_1: ReqId = ReqId("R5355_2_11_3_1");

// RFC 5355 section 2.12.3: ENRP Server Discovery: Requirement
/// Authentication is available for the discovery of registrars.
pub const R5355_2_12_3_1: ReqId = ReqId("R5355_2_12_3_1");
/// A confidentiality service is available for the discovery of registrars.
pub const R5355_2_12_3_2: ReqId = ReqId("R5355_2_12_3_2");

// RFC 5355 section 2.13.3: Flood of Endpoint-Unreachable Messages: Requirement
/// A PU limits the number of ASAP_ENDPOINT_UNREACHABLE messages that it sends to a registrar.
pub const R5355_2_13_3_1: ReqId = ReqId("R5355_2_13_3_1");
/// A registrar goes on serving PEs and PUs while a PU sends many ASAP_ENDPOINT_UNREACHABLE messages.
pub const R5355_2_13_3_2: ReqId = ReqId("R5355_2_13_3_2");

// RFC 5355 section 2.14.3: Flood of Endpoint Keep-Alive Messages: Requirement
/// A registrar limits the frequency of its keep-alives to a PE: reports do not multiply them.
pub const R5355_2_14_3_1: ReqId = ReqId("R5355_2_14_3_1");

// RFC 5355 section 2.15.3: Security of the ENRP Database: Requirement
/// The handlespace of a registrar has registrations with security mechanisms only, or without them only.
pub const R5355_2_15_3_1: ReqId = ReqId("R5355_2_15_3_1");
/// A registrar that uses TLS rejects registrations that do not use it.
pub const R5355_2_15_3_2: ReqId = ReqId("R5355_2_15_3_2");
/// A registrar that uses TLS accepts no updates from peers that do not use it.
pub const R5355_2_15_3_3: ReqId = ReqId("R5355_2_15_3_3");

// RFC 5355 section 2.16: Cookie Mechanism Security
/// If the data channel between a PE and a PU is a TCP connection, the control channel uses the same connection.
pub const R5355_2_16_1: ReqId = ReqId("R5355_2_16_1");

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
