//! What a CA is valid for, according to clients that trust it: webpki (rustls) always, OpenSSL and
//! Node.js if they are installed.

#![expect(clippy::disallowed_macros, reason = "a test says what it skips")]

use std::net::IpAddr;
use std::process::Command;

use rcgen::{DnValue, GeneralSubtree, NameConstraints, SanType};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::pki_types::{ServerName, UnixTime};

use super::*;

/// A certificate that the key of the CA signed, whatever it is for.
struct Signed {
    name: &'static str,
    pem: String,
    key_pem: String,
    der: CertificateDer<'static>,
    /// The server name for which a client would accept it.
    server: &'static str,
}

fn sign(ca: &Ca, name: &'static str, server: &'static str, names: Vec<SanType>) -> Signed {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.subject_alt_names = names;
    params.distinguished_name.push(DnType::CommonName, server);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    years_from(Clock::system().now(), -1)(&mut params, Bound::NotBefore);
    years_from(Clock::system().now(), 1)(&mut params, Bound::NotAfter);
    let certificate = params.signed_by(&key, &ca.issuer).unwrap();
    Signed {
        name,
        server,
        pem: pem("CERTIFICATE", certificate.der()),
        key_pem: pem("PRIVATE KEY", key.serialized_der()),
        der: certificate.der().clone(),
    }
}

fn dns(name: &str) -> SanType {
    SanType::DnsName(name.try_into().unwrap())
}

fn ip(text: &str) -> SanType {
    SanType::IpAddress(text.parse().unwrap())
}

/// The valid certificate, then those that must be refused.
fn signed(ca: &Ca) -> (Signed, Vec<Signed>) {
    let hf = || dns("huggingface.co");
    let email = |text: &str| SanType::Rfc822Name(text.try_into().unwrap());
    let uri = |text: &str| SanType::URI(text.try_into().unwrap());
    let right = sign(ca, "huggingface.co", "huggingface.co", vec![hf()]);
    let wrong = vec![
        sign(ca, "ip-4-loopback", "127.0.0.1", vec![ip("127.0.0.1")]),
        sign(ca, "ip-4", "8.8.8.8", vec![ip("8.8.8.8")]),
        sign(ca, "ip-6-loopback", "::1", vec![ip("::1")]),
        sign(ca, "ip-6", "2001:db8::1", vec![ip("2001:db8::1")]),
        sign(ca, "ip-beside", "huggingface.co", vec![hf(), ip("10.0.0.1")]),
        sign(ca, "email", "huggingface.co", vec![hf(), email("ada@example.com")]),
        sign(ca, "email-there", "huggingface.co", vec![hf(), email("ada@huggingface.co")]),
        sign(ca, "email-nowhere", "huggingface.co", vec![hf(), email("ada@nothing.invalid")]),
        sign(ca, "uri", "huggingface.co", vec![hf(), uri("https://example.com/")]),
        sign(ca, "uri-there", "huggingface.co", vec![hf(), uri("https://huggingface.co/")]),
        sign(ca, "uri-nowhere", "huggingface.co", vec![hf(), uri("https://nothing.invalid/")]),
        sign(ca, "other", "evil.example", vec![dns("evil.example")]),
        sign(ca, "beside", "huggingface.co", vec![hf(), dns("evil.example")]),
        sign(ca, "below", "a.huggingface.co", vec![dns("a.huggingface.co")]),
        sign(ca, "wildcard", "a.huggingface.co", vec![dns("*.huggingface.co")]),
        sign(ca, "ending", "nothuggingface.co", vec![dns("nothuggingface.co")]),
        sign(ca, "common-name-only", "evil.example", vec![]),
    ];
    (right, wrong)
}

fn believed(ca: &Ca, signed: &Signed) -> Result<(), rustls::Error> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(ca.certificate.clone()).unwrap();
    let verifier = WebPkiServerVerifier::builder_with_provider(roots.into(), provider()).build().unwrap();
    let server = ServerName::try_from(signed.server).unwrap();
    verifier.verify_server_cert(&signed.der, &[], &server, &[], UnixTime::now()).map(|_| ())
}

fn from_params(params: &CertificateParams, key: &KeyPair, place: &str) -> Ca {
    let certificate = pem("CERTIFICATE", params.self_signed(key).unwrap().der());
    Ca::from_pem(certificate, pem("PRIVATE KEY", key.serialized_der()), Path::new(place)).unwrap()
}

/// A CA as earlier versions of `ca create` made it.
fn of_an_earlier_version() -> Ca {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName("huggingface.co".to_owned())],
        excluded_subtrees: vec![],
    });
    from_params(&params, &key, "old")
}

#[test]
fn the_ca_vouches_for_one_host_and_nothing_else() {
    let ca = Ca::create(&Clock::system(), &["huggingface.co"]).unwrap();
    let (right, wrong) = signed(&ca);
    believed(&ca, &right).unwrap();
    for signed in &wrong {
        assert!(believed(&ca, signed).is_err(), "{}", signed.name);
    }
    // The test can detect it: a CA of an earlier version was valid for addresses.
    let old = of_an_earlier_version();
    let (_, wrong) = signed(&old);
    assert_eq!(believed(&old, &wrong[0]), Ok(()));
    assert!(!constraints::restrict_addresses(&old.certificate));
    assert!(constraints::restrict_addresses(&ca.certificate));
}

#[test]
fn a_ca_for_an_address_vouches_for_that_one() {
    for own in ["127.0.0.1", "::1"] {
        let ca = Ca::create(&Clock::system(), &[own]).unwrap();
        assert!(constraints::restrict_addresses(&ca.certificate));
        let (host, others) = signed(&ca);
        assert!(believed(&ca, &host).is_err());
        for signed in &others {
            let is_own = signed.server.parse::<IpAddr>().is_ok() && signed.server == own;
            assert_eq!(believed(&ca, signed).is_ok(), is_own, "{own}: {}", signed.name);
        }
    }
}

#[test]
fn one_of_an_earlier_version_still_works() {
    let directory = std::env::temp_dir().join(format!("kit-old-ca-{}", crate::Random::from_os().hex(8)));
    of_an_earlier_version().save(&directory).unwrap();
    Ca::load(&directory).unwrap().server_config("huggingface.co").unwrap();
    std::fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn a_certificate_is_of_its_key_or_it_is_refused() {
    let made = || Ca::create(&Clock::system(), &["huggingface.co"]).unwrap();
    let (ca, other) = (made(), made());
    let load = |certificate: &str, key: &str| {
        Ca::from_pem(certificate.to_owned(), key.to_owned(), Path::new("ca.pem"))
            .map_err(|error| error.to_string())
    };
    let loaded = load(ca.certificate_pem(), ca.key_pem()).unwrap();
    let (right, wrong) = signed(&loaded);
    believed(&ca, &right).unwrap();
    assert!(wrong.iter().all(|signed| believed(&ca, signed).is_err()));

    let refused = |certificate: &str, key: &str| load(certificate, key).unwrap_err();
    assert_eq!(refused(ca.certificate_pem(), other.key_pem()), "ca.pem is the certificate of another key");
    assert_eq!(refused("nothing", ca.key_pem()), "ca.pem contains no PEM certificate");
    assert_eq!(refused(ca.key_pem(), ca.key_pem()), "ca.pem contains no PEM certificate");
    let garbage = "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----\n";
    assert_eq!(refused(garbage, ca.key_pem()), "certificate: Could not parse certificate");
    assert!(refused(ca.certificate_pem(), "nothing").starts_with("certificate: "));
    assert!(refused(ca.certificate_pem(), garbage).starts_with("certificate: "));
}

/// A person may bring their own CA.
#[test]
fn a_name_and_a_key_identifier_of_another_ca_are_repeated() {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_identifier_method = rcgen::KeyIdMethod::PreSpecified(b"an identifier".to_vec());
    params.distinguished_name = rcgen::DistinguishedName::new();
    let values = [
        (DnType::CountryName, DnValue::PrintableString("DE".try_into().unwrap())),
        (DnType::OrganizationName, DnValue::TeletexString("Library".try_into().unwrap())),
        (DnType::OrganizationalUnitName, DnValue::BmpString("Bücher".try_into().unwrap())),
        (DnType::LocalityName, DnValue::UniversalString("Köln".try_into().unwrap())),
        (DnType::CommonName, DnValue::Utf8String("Lesesaal – ".repeat(20))),
        // An e-mail address, and an identifier with large numbers.
        (
            DnType::CustomDnType(vec![1, 2, 840, 113_549, 1, 9, 1]),
            DnValue::Ia5String("a@b.c".try_into().unwrap()),
        ),
        (DnType::CustomDnType(vec![2, 999, 1 << 40]), DnValue::from("2.999")),
    ];
    for (kind, value) in values {
        params.distinguished_name.push(kind, value);
    }
    let ca = from_params(&params, &key, "ca.pem");
    let (right, _) = signed(&ca);
    believed(&ca, &right).unwrap();
    let leaf = CertificateParams::new(vec!["huggingface.co".to_owned()]).map(|mut params| {
        params.use_authority_key_identifier_extension = true;
        params.signed_by(&KeyPair::generate().unwrap(), &ca.issuer).unwrap()
    });
    assert!(leaf.unwrap().der().windows(13).any(|part| part == b"an identifier"));
}

/// Serves each certificate and connects to it, as a Logto would.
const NODE: &str = r#"
const tls = require("tls"), fs = require("fs"), dir = process.argv[1];
const read = (name) => fs.readFileSync(`${dir}/${name}.pem`);
const ca = fs.readFileSync(`${dir}/ca.pem`);
(async () => {
  for (const line of fs.readFileSync(`${dir}/list`, "utf8").trim().split("\n")) {
    const [name, servername] = line.split(" ");
    const server = tls.createServer({ cert: read(name), key: read(`${name}.key`) });
    server.on("tlsClientError", () => {});
    await new Promise((up) => server.listen(0, "127.0.0.1", up));
    const ip = require("net").isIP(servername);
    const outcome = await new Promise((done) => {
      const socket = tls.connect({ port: server.address().port, host: "127.0.0.1", ca,
        ...(ip ? { checkServerIdentity: (_, cert) => tls.checkServerIdentity(servername, cert) } : { servername }) });
      socket.on("secureConnect", () => { done("believed"); socket.destroy(); });
      socket.on("error", (error) => done(error.code));
    });
    server.close();
    console.log(name, outcome);
  }
})();
"#;

#[test]
fn openssl_and_node_believe_it_for_one_host_only() {
    let ca = Ca::create(&Clock::system(), &["huggingface.co"]).unwrap();
    let (right, wrong) = signed(&ca);
    let directory = std::env::temp_dir().join(format!("kit-ca-others-{}", crate::Random::from_os().hex(8)));
    std::fs::create_dir_all(&directory).unwrap();
    let write = |name: &str, text: &str| std::fs::write(directory.join(name), text).unwrap();
    write("ca.pem", ca.certificate_pem());
    let mut list = String::new();
    for signed in std::iter::once(&right).chain(&wrong) {
        write(&format!("{}.pem", signed.name), &signed.pem);
        write(&format!("{}.key.pem", signed.name), &signed.key_pem);
        list.push_str(&format!("{} {}\n", signed.name, signed.server));
    }
    write("list", &list);
    for signed in std::iter::once(&right).chain(&wrong) {
        let mut openssl = Command::new("openssl");
        openssl.args(["verify", "-purpose", "sslserver", "-CAfile", "ca.pem"]);
        let verified = openssl.arg(format!("{}.pem", signed.name)).current_dir(&directory).output();
        let Ok(verified) = verified else {
            eprintln!("skipped: OpenSSL is not tested, the command `openssl` is missing");
            break;
        };
        let told = String::from_utf8_lossy(&verified.stdout).into_owned()
            + &String::from_utf8_lossy(&verified.stderr);
        assert_eq!(verified.status.success(), signed.name == right.name, "{}: {told}", signed.name);
    }
    match Command::new("node").args(["-e", NODE]).arg(&directory).output() {
        Err(_) => eprintln!("skipped: Node.js is not tested, the command `node` is missing"),
        Ok(asked) => {
            let told = String::from_utf8_lossy(&asked.stdout);
            let (first, others) = told.split_once('\n').unwrap_or_else(|| panic!("{asked:?}"));
            assert_eq!(first, "huggingface.co believed");
            assert_eq!(others.lines().count(), wrong.len(), "{asked:?}");
            assert!(!others.contains("believed"), "{others}");
        }
    }
    std::fs::remove_dir_all(&directory).unwrap();
}
