//! The name constraints of a CA (RFC 5280 §4.2.1.10), encoded here because `rcgen` does not support
//! constraints on URIs.
//!
//! A permitted subtree restricts only names of its own type, so every type needs its own:
//!
//! * DNS: the name is permitted, everything below it is excluded. A leading dot ("below it") is not
//!   defined by the RFC for DNS names, but OpenSSL, Node.js, Go and webpki all read it so, and for
//!   a library that does not, it matches nothing.
//! * IP: every address of both versions is excluded.
//! * E-mail and URI: no form of the RFC matches all of them, and OpenSSL ignores an empty one. So a
//!   host that cannot exist (RFC 2606 §2) is permitted, which leaves nothing else, and excluded
//!   again.
//!
//! Directory names are not constrained: webpki refuses every certificate below such a constraint,
//! and no client looks for a host in them if there is a DNS name.

use std::net::IpAddr;

use rcgen::CustomExtension;

/// The object identifier `id-ce-nameConstraints`.
const OID: [u64; 4] = [2, 5, 29, 30];
/// A host that cannot exist.
const NOTHING: &[u8] = b"nothing.invalid";

const SEQUENCE: u8 = 0x30;
const PERMITTED: u8 = 0xa0;
const EXCLUDED: u8 = 0xa1;
/// Choices of `GeneralName`.
const EMAIL: u8 = 0x81;
const DNS: u8 = 0x82;
const URI: u8 = 0x86;
const IP: u8 = 0x87;

/// Permits only `names`: DNS names, or single IP addresses. Names below a permitted name are not
/// excluded if one of them is also permitted.
pub(super) fn only(names: &[&str]) -> CustomExtension {
    let (mut permitted, mut excluded) = (vec![], vec![]);
    let (addresses, hosts): (Vec<_>, Vec<_>) =
        names.iter().map(|name| name.parse::<IpAddr>().map_err(|_| *name)).partition(Result::is_ok);
    for host in hosts.iter().filter_map(|host| host.as_ref().err()) {
        permitted.extend(subtree(DNS, host.as_bytes()));
        let below = format!(".{host}");
        if !names.iter().any(|other| other.ends_with(&below)) {
            excluded.extend(subtree(DNS, below.as_bytes()));
        }
    }
    let nothing = if hosts.is_empty() { &[EMAIL, URI, DNS][..] } else { &[EMAIL, URI] };
    for kind in nothing {
        permitted.extend(subtree(*kind, NOTHING));
        excluded.extend(subtree(*kind, NOTHING));
    }
    permitted.extend(addresses.iter().flatten().flat_map(|ip| subtree(IP, &single(*ip))));
    // If one address is permitted, no other one is.
    if addresses.is_empty() {
        excluded.extend(subtree(IP, &[0; 8]));
        excluded.extend(subtree(IP, &[0; 32]));
    }
    let content = [tlv(PERMITTED, &permitted), tlv(EXCLUDED, &excluded)].concat();
    let mut extension = CustomExtension::from_oid_content(&OID, tlv(SEQUENCE, &content));
    extension.set_criticality(true);
    extension
}

/// Whether a certificate constrains IP addresses, which those of earlier versions did not.
pub(super) fn restrict_addresses(certificate: &[u8]) -> bool {
    let begins = [[SEQUENCE, 10, IP, 8], [SEQUENCE, 34, IP, 32]];
    certificate.windows(4).any(|part| begins.iter().any(|begin| part == begin))
}

/// An address, with a mask that matches no other.
fn single(ip: IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(ip) => [ip.octets(), [0xff; 4]].concat(),
        IpAddr::V6(ip) => [ip.octets(), [0xff; 16]].concat(),
    }
}

/// A `GeneralSubtree` with the default minimum and no maximum.
fn subtree(kind: u8, base: &[u8]) -> Vec<u8> {
    tlv(SEQUENCE, &tlv(kind, base))
}

/// Tag, length and value in DER (X.690 §8.1).
fn tlv(tag: u8, value: &[u8]) -> Vec<u8> {
    let length = value.len().to_be_bytes();
    let significant = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    let mut out = vec![tag];
    if value.len() > 127 {
        out.push(0x80 | significant.len().to_le_bytes()[0]);
    }
    out.extend(if value.is_empty() { &[0] } else { significant });
    out.extend(value);
    out
}
