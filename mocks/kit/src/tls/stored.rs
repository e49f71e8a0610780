//! What certificates below a stored CA must repeat of it (RFC 5280 §4.1.2.4, §4.2.1.1): its name,
//! and the identifier of its key. Parsed here, because an X.509 parser would add a dozen crates;
//! webpki checks whether the file is a certificate.

use rcgen::string::{BmpString, UniversalString};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, DnValue, Error, KeyIdMethod, KeyPair, KeyUsagePurpose,
    PublicKeyData as _,
};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;

const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
/// The tag of a certificate's `extensions`.
const EXTENSIONS: u8 = 0xa3;
/// The object identifier `id-ce-subjectKeyIdentifier`.
const SUBJECT_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 0x0e];

/// The parameters of an issuer with this certificate; `None` if it belongs to another key.
pub(super) fn issuer(
    certificate: &CertificateDer<'_>,
    key: &KeyPair,
) -> Result<Option<CertificateParams>, Error> {
    let mut store = RootCertStore::empty();
    store.add(certificate.clone()).map_err(|_| Error::CouldNotParseCertificate)?;
    let [anchor] = &store.roots[..] else { return Err(Error::CouldNotParseCertificate) };
    let public = key.subject_public_key_info();
    if values(&public).as_deref() != Some(&[(SEQUENCE, &*anchor.subject_public_key_info)]) {
        return Ok(None);
    }
    let mut params = CertificateParams::default();
    params.distinguished_name = name(&anchor.subject)?;
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    if let Some(id) = key_identifier(certificate) {
        params.key_identifier_method = KeyIdMethod::PreSpecified(id.to_vec());
    }
    Ok(Some(params))
}

/// Tag and content of each of the consecutive DER values (X.690 §8.1).
fn values(mut der: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut all = vec![];
    while !der.is_empty() {
        let (&[tag, length], rest) = der.split_first_chunk()?;
        let (length, rest) = if length < 0x80 {
            (usize::from(length), rest)
        } else {
            let (length, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
            let length = (length.len() <= 4).then_some(length)?;
            (length.iter().fold(0, |all, byte| all << 8 | usize::from(*byte)), rest)
        };
        let (content, rest) = rest.split_at_checked(length)?;
        all.push((tag, content));
        der = rest;
    }
    Some(all)
}

/// The values within a constructed one.
fn inside<'a>(value: Option<&(u8, &'a [u8])>, tag: u8) -> Option<Vec<(u8, &'a [u8])>> {
    value.filter(|value| value.0 == tag).and_then(|value| values(value.1))
}

fn key_identifier<'a>(certificate: &'a CertificateDer<'_>) -> Option<&'a [u8]> {
    let certificate = inside(values(certificate)?.first(), SEQUENCE)?;
    let signed = inside(certificate.first(), SEQUENCE)?;
    let extensions = inside(signed.iter().find(|value| value.0 == EXTENSIONS), EXTENSIONS)?;
    inside(extensions.first(), SEQUENCE)?.iter().find_map(|extension| {
        let extension = inside(Some(extension), SEQUENCE)?;
        let (id, content) = (extension.first()?, extension.last()?);
        if *id != (OBJECT_IDENTIFIER, SUBJECT_KEY_IDENTIFIER) || content.0 != OCTET_STRING {
            return None;
        }
        values(content.1)?.first().filter(|value| value.0 == OCTET_STRING).map(|value| value.1)
    })
}

fn name(subject: &[u8]) -> Result<DistinguishedName, Error> {
    let mut name = DistinguishedName::new();
    for part in values(subject).ok_or(Error::CouldNotParseCertificate)? {
        let (kind, value) = attribute(&part).ok_or(Error::CouldNotParseCertificate)??;
        name.push(kind, value);
    }
    Ok(name)
}

/// The single attribute in a part of a name.
fn attribute(part: &(u8, &[u8])) -> Option<Result<(DnType, DnValue), Error>> {
    let [attribute] = inside(Some(part), SET)?[..] else { return None };
    let [(OBJECT_IDENTIFIER, kind), (tag, text)] = inside(Some(&attribute), SEQUENCE)?[..] else {
        return None;
    };
    let kind = DnType::from_oid(&object_identifier(kind)?);
    let utf8 = || std::str::from_utf8(text).map_err(|_| Error::CouldNotParseCertificate);
    let value = match tag {
        0x0c => utf8().map(|text| DnValue::Utf8String(text.to_owned())),
        0x13 => utf8().and_then(|text| Ok(DnValue::PrintableString(text.try_into()?))),
        0x14 => utf8().and_then(|text| Ok(DnValue::TeletexString(text.try_into()?))),
        0x16 => utf8().and_then(|text| Ok(DnValue::Ia5String(text.try_into()?))),
        0x1c => UniversalString::from_utf32be(text.to_vec()).map(DnValue::UniversalString),
        0x1e => BmpString::from_utf16be(text.to_vec()).map(DnValue::BmpString),
        _ => return None,
    };
    Some(value.map(|value| (kind, value)))
}

/// The numbers of an object identifier (X.690 §8.19); `None` if the last one is truncated.
fn object_identifier(content: &[u8]) -> Option<Vec<u64>> {
    let mut numbers = vec![];
    let mut number = 0_u64;
    for byte in content {
        number = number.checked_mul(128)? | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            numbers.push(std::mem::take(&mut number));
        }
    }
    // The first two are combined in one: 0 to 2, and the rest.
    let first = *numbers.first()?;
    let root = (first / 40).min(2);
    numbers.splice(..1, [root, first - 40 * root]);
    Some(numbers)
}
