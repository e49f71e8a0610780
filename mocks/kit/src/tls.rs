//! A certificate authority that can speak for a few names only.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, UnixTime, pem::PemObject as _};
use rustls::time_provider::TimeProvider;

use crate::Clock;
use crate::files::{self, Access};

mod constraints;
mod stored;
#[cfg(test)]
mod tests;

/// File names inside a CA directory.
const CERTIFICATE: &str = "ca.pem";
const KEY: &str = "ca.key";

/// A CA whose certificate carries name constraints (RFC 5280 §4.2.1.10): even
/// where somebody trusts it, it can vouch for no host but the given names, and for
/// no IP address, e-mail address or URI.
///
/// Made per start and kept in memory, unless it is saved by request.
pub struct Ca {
    certificate_pem: String,
    certificate: CertificateDer<'static>,
    key_pem: String,
    issuer: Issuer<'static, KeyPair>,
    made: MadeAt,
}

/// A CA could not be made, saved or loaded.
#[derive(Debug, thiserror::Error)]
pub enum CaError {
    /// The certificate could not be made or read.
    #[error("certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The TLS library refused the certificate or its key.
    #[error("TLS configuration: {0}")]
    Tls(#[from] rustls::Error),
    /// A file could not be read.
    #[error("{path}: {source}; `logto-testkit ca create DIR` makes a CA")]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("{path}: the CA cannot be written: {source}")]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There is a CA already.
    #[error(
        "{directory} has a CA already, which others may trust: it is not overwritten; choose another folder"
    )]
    Exists {
        /// The folder.
        directory: PathBuf,
    },
    /// A file is empty or ends too early.
    #[error(
        "{path} is empty or cut off, as a full disk leaves it: delete ca.pem and ca.key in {directory}, make a CA with \
         `logto-testkit ca create {directory}`, and have it trusted anew"
    )]
    CutOff {
        /// Which file.
        path: PathBuf,
        /// The folder.
        directory: PathBuf,
    },
    /// The certificate is that of another key, so nobody who trusts it would believe this one.
    #[error("{path} is the certificate of another key")]
    OtherKey {
        /// Which file.
        path: PathBuf,
    },
    /// The certificate file holds no PEM certificate.
    #[error("{path} holds no PEM certificate")]
    NoCertificate {
        /// Which file.
        path: PathBuf,
    },
}

impl std::fmt::Debug for Ca {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ca").finish_non_exhaustive()
    }
}

/// Midnight of a day this many years from then, for validity periods. Whole days hide small
/// differences of clocks.
fn years_from(then: Timestamp, years: i16) -> impl FnOnce(&mut CertificateParams, Bound) {
    let day = jiff::tz::TimeZone::UTC.to_datetime(then).date();
    // The 28th exists in every month. Who judges knows no time before 1970, and the last
    // year of a certificate is 9999 (RFC 5280 §4.1.2.5).
    let (year, month, day) = match day.year().saturating_add(years) {
        ..1970 => (1970, 1, 1),
        year => (year.min(9999), day.month(), day.day().min(28)),
    };
    let at = rcgen::date_time_ymd(i32::from(year), month.unsigned_abs(), day.unsigned_abs());
    move |params, bound| match bound {
        Bound::NotBefore => params.not_before = at,
        Bound::NotAfter => params.not_after = at,
    }
}

/// The time by which the TLS library judges certificates of a [`Ca`]: the one at which the CA
/// was made or read. A client trusts it alone and for the life of its stack, so nothing can
/// expire meanwhile, wherever the clocks of machine and stack are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct MadeAt(pub(crate) Timestamp);

impl TimeProvider for MadeAt {
    fn current_time(&self) -> Option<UnixTime> {
        let since = u64::try_from(self.0.as_second()).unwrap_or(0);
        Some(UnixTime::since_unix_epoch(std::time::Duration::from_secs(since)))
    }
}

/// Which end of a validity period.
enum Bound {
    NotBefore,
    NotAfter,
}

impl Ca {
    /// Makes a CA that can vouch for `names` and nothing else.
    ///
    /// # Errors
    /// [`CaError::Certificate`] when the certificate cannot be made.
    pub fn create(clock: &Clock, names: &[&str]) -> Result<Self, CaError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "Logto Testkit CA (tests only)");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.custom_extensions = vec![constraints::only(names)];
        let made = clock.now();
        years_from(made, -1)(&mut params, Bound::NotBefore);
        years_from(made, 10)(&mut params, Bound::NotAfter);
        let certificate = params.self_signed(&key)?;
        let certificate_pem = pem("CERTIFICATE", certificate.der());
        Ok(Self {
            certificate: certificate.der().clone(),
            certificate_pem,
            key_pem: pem("PRIVATE KEY", key.serialized_der()),
            issuer: Issuer::new(params, key),
            made: MadeAt(made),
        })
    }

    /// Reads a CA that [`Ca::save`] wrote.
    ///
    /// # Errors
    /// [`CaError::Read`] when a file is missing, [`CaError::CutOff`] when it ends too early,
    /// [`CaError::Certificate`] when it is not one.
    pub fn load(directory: &Path) -> Result<Self, CaError> {
        let read = |name: &str| {
            let path = directory.join(name);
            files::read_text(&path, files::SMALL_LIMIT).map_err(|source| CaError::Read { path, source })
        };
        let (certificate, key) = (read(CERTIFICATE)?, read(KEY)?);
        for (name, text) in [(CERTIFICATE, &certificate), (KEY, &key)] {
            if is_cut_off(text) {
                return Err(CaError::CutOff { path: directory.join(name), directory: directory.to_owned() });
            }
        }
        let ca = Self::from_pem(certificate, key, &directory.join(CERTIFICATE))?;
        if !constraints::restrict_addresses(&ca.certificate) {
            tracing::warn!(
                "the CA in {} was made by an earlier version: who trusts it trusts its key for IP addresses, e-mail \
                 addresses and URIs too; `logto-testkit ca create DIR` makes one that is good for its host name only",
                directory.display()
            );
        }
        Ok(ca)
    }

    /// A CA kept elsewhere than in a folder; `place` is where, for errors.
    ///
    /// # Errors
    /// [`CaError`] when the texts are no certificate and key.
    pub fn from_pem(certificate_pem: String, key_pem: String, place: &Path) -> Result<Self, CaError> {
        let certificate = CertificateDer::from_pem_slice(certificate_pem.as_bytes())
            .map_err(|_| CaError::NoCertificate { path: place.to_owned() })?;
        let key = PrivateKeyDer::from_pem_slice(key_pem.as_bytes());
        let key = KeyPair::try_from(&key.map_err(|_| rcgen::Error::CouldNotParseKeyPair)?)?;
        let params = stored::issuer(&certificate, &key)?;
        let params = params.ok_or_else(|| CaError::OtherKey { path: place.to_owned() })?;
        let issuer = Issuer::new(params, key);
        let made = MadeAt(Clock::system().now());
        Ok(Self { certificate_pem, certificate, key_pem, issuer, made })
    }

    /// Whether there is a CA in `directory`: a certificate that others may trust by now. An
    /// empty file or one that is cut off, as a full disk leaves it, is none.
    #[must_use]
    pub fn is_in(directory: &Path) -> bool {
        match files::read_text(&directory.join(CERTIFICATE), files::SMALL_LIMIT) {
            Ok(text) => !is_cut_off(&text),
            Err(error) => error.kind() != std::io::ErrorKind::NotFound,
        }
    }

    /// Writes `ca.pem` and `ca.key` (readable by the owner only) into `directory`.
    ///
    /// # Errors
    /// [`CaError::Exists`]: an existing CA is never overwritten; [`CaError::Write`].
    pub fn save(&self, directory: &Path) -> Result<PathBuf, CaError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| CaError::Write { path, source }
        };
        std::fs::create_dir_all(directory).map_err(failed(directory))?;
        if Self::is_in(directory) {
            return Err(CaError::Exists { directory: directory.to_owned() });
        }
        // What is there is no whole certificate, so nobody trusts it and no key is lost. The
        // certificate comes last: where it is, the CA is whole.
        let (certificate, key) = (directory.join(CERTIFICATE), directory.join(KEY));
        match std::fs::remove_file(&certificate) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(failed(&certificate)(source));
            }
            _ => {}
        }
        files::replace(&key, &self.key_pem, Access::Secret).map_err(failed(&key))?;
        match files::create(&certificate, &self.certificate_pem, Access::Ordinary) {
            Err(source) if source.kind() == std::io::ErrorKind::AlreadyExists => {
                Err(CaError::Exists { directory: directory.to_owned() })
            }
            written => written.map_err(failed(&certificate)).map(|()| certificate),
        }
    }

    /// The CA's certificate, for whoever is to trust it.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// The CA's private key. Whoever has it can vouch for the CA's names.
    #[must_use]
    pub fn key_pem(&self) -> &str {
        &self.key_pem
    }

    /// The CA's certificate.
    pub(crate) fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// When it was made or read.
    pub(crate) fn made(&self) -> MadeAt {
        self.made
    }

    /// TLS for a server of that name, with a certificate of its own.
    ///
    /// # Errors
    /// [`CaError::Certificate`] when `name` is no DNS name.
    pub fn server_config(&self, name: &str) -> Result<Arc<rustls::ServerConfig>, CaError> {
        let leaf = self.leaf(name)?;
        Ok(leaf.config)
    }

    /// A leaf certificate for `name`, its TLS configuration and its key's digest.
    ///
    /// # Errors
    /// [`CaError::Certificate`] when `name` is no DNS name.
    pub fn leaf(&self, name: &str) -> Result<Leaf, CaError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(vec![name.to_owned()])?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        years_from(self.made.0, -1)(&mut params, Bound::NotBefore);
        years_from(self.made.0, 1)(&mut params, Bound::NotAfter);
        let certificate = params.signed_by(&key, &self.issuer)?;
        let chain = vec![certificate.der().clone(), self.certificate.clone()];
        let spki_digest = spki_digest(&key);
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let mut config = rustls::ServerConfig::builder_with_details(provider(), Arc::new(self.made))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Leaf { config: Arc::new(config), spki_digest })
    }
}

/// A server's certificate in use.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// The server side of TLS.
    pub config: Arc<rustls::ServerConfig>,
    /// Base64 of the SHA-256 of the public key, as Chromium's
    /// `--ignore-certificate-errors-spki-list` takes it.
    pub spki_digest: String,
}

fn spki_digest(key: &KeyPair) -> String {
    use base64::Engine as _;
    use rcgen::PublicKeyData as _;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &key.subject_public_key_info());
    base64::engine::general_purpose::STANDARD.encode(digest.as_ref())
}

/// The one crypto provider, passed explicitly so that no process-wide default is needed.
pub(crate) fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    static PROVIDER: std::sync::LazyLock<Arc<rustls::crypto::CryptoProvider>> =
        std::sync::LazyLock::new(|| Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
    PROVIDER.clone()
}

/// A file of PEM (RFC 7468 §3).
fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    for (at, character) in encoded.char_indices() {
        text.push(character);
        if at % 64 == 63 || at + 1 == encoded.len() {
            text.push('\n');
        }
    }
    text + &format!("-----END {label}-----\n")
}

/// What an interrupted write left of a PEM file.
fn is_cut_off(pem: &str) -> bool {
    let pem = pem.trim();
    "-----BEGIN ".starts_with(pem) || pem.starts_with("-----BEGIN ") && !pem.contains("-----END ")
}
