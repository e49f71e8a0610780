//! A certificate authority that is valid for a few names only.

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

/// File names in a CA directory.
const CERTIFICATE: &str = "ca.pem";
const KEY: &str = "ca.key";

/// A CA whose certificate has name constraints (RFC 5280 §4.2.1.10): even for clients that trust
/// it, it is valid only for the given names, and not for any other host, IP address, e-mail address
/// or URI.
///
/// Created per start and kept in memory, unless it is explicitly saved.
pub struct Ca {
    certificate_pem: String,
    certificate: CertificateDer<'static>,
    key_pem: String,
    issuer: Issuer<'static, KeyPair>,
    made: MadeAt,
}

/// Why a CA could not be created, saved or loaded.
#[derive(Debug, thiserror::Error)]
pub enum CaError {
    /// The certificate could not be created or read.
    #[error("certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The TLS library refused the certificate or its key.
    #[error("TLS configuration: {0}")]
    Tls(#[from] rustls::Error),
    /// A file could not be read.
    #[error("{path}: {source}; create a CA with `logto-testkit ca create DIR`")]
    Read {
        /// Path of the file.
        path: PathBuf,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("{path}: the CA cannot be written: {source}")]
    Write {
        /// Path of the file.
        path: PathBuf,
        /// The operating system's error.
        source: std::io::Error,
    },
    /// The folder already contains a CA.
    #[error(
        "{directory} already has a CA, which others may trust: it is not overwritten; choose another folder"
    )]
    Exists {
        /// Path of the folder.
        directory: PathBuf,
    },
    /// A file is empty or truncated.
    #[error(
        "{path} is empty or cut off, as a full disk leaves it: delete ca.pem and ca.key in {directory}, create a CA with \
         `logto-testkit ca create {directory}`, and configure clients to trust it"
    )]
    CutOff {
        /// Path of the file.
        path: PathBuf,
        /// The folder with the CA.
        directory: PathBuf,
    },
    /// The certificate belongs to another key, so clients that trust it would refuse this key's
    /// certificates.
    #[error("{path} is the certificate of another key")]
    OtherKey {
        /// Path of the file.
        path: PathBuf,
    },
    /// The certificate file does not contain a PEM certificate.
    #[error("{path} contains no PEM certificate")]
    NoCertificate {
        /// Path of the file.
        path: PathBuf,
    },
}

impl std::fmt::Debug for Ca {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ca").finish_non_exhaustive()
    }
}

/// Midnight of a day this many years from then, for validity periods. Whole days hide small
/// differences between clocks.
fn years_from(then: Timestamp, years: i16) -> impl FnOnce(&mut CertificateParams, Bound) {
    let day = jiff::tz::TimeZone::UTC.to_datetime(then).date();
    // The 28th exists in every month. The TLS library knows no time before 1970, and the last year
    // of a certificate is 9999 (RFC 5280 §4.1.2.5).
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

/// The time as of which the TLS library checks certificates of a [`Ca`]: when the CA was created or
/// read. A client trusts only this CA, for the lifetime of its stack, so nothing can expire in
/// between, however the clocks of machine and stack are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct MadeAt(pub(crate) Timestamp);

impl TimeProvider for MadeAt {
    fn current_time(&self) -> Option<UnixTime> {
        let since = u64::try_from(self.0.as_second()).unwrap_or(0);
        Some(UnixTime::since_unix_epoch(std::time::Duration::from_secs(since)))
    }
}

/// An end of a validity period.
enum Bound {
    NotBefore,
    NotAfter,
}

impl Ca {
    /// Creates a CA that is valid for `names` and nothing else.
    ///
    /// # Errors
    /// [`CaError::Certificate`] if the certificate cannot be created.
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
    /// [`CaError::Read`] if a file is missing, [`CaError::CutOff`] if it is truncated,
    /// [`CaError::Certificate`] if it is not a certificate.
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
                "the CA in {} was created by an earlier version: clients that trust it trust its key for IP addresses, e-mail \
                 addresses and URIs too; create one that is valid for its host name only with `logto-testkit ca create DIR`",
                directory.display()
            );
        }
        Ok(ca)
    }

    /// Reads a CA that is stored elsewhere than in a folder; `place` is named in errors.
    ///
    /// # Errors
    /// [`CaError`] if the texts are not a certificate and its key.
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

    /// Whether `directory` contains a CA: a certificate that others may already trust. An empty or
    /// truncated file, as a full disk leaves it, does not count.
    #[must_use]
    pub fn is_in(directory: &Path) -> bool {
        match files::read_text(&directory.join(CERTIFICATE), files::SMALL_LIMIT) {
            Ok(text) => !is_cut_off(&text),
            Err(error) => error.kind() != std::io::ErrorKind::NotFound,
        }
    }

    /// Writes `ca.pem` and `ca.key` (readable only by the owner) to `directory`.
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
        // An existing file is not a complete certificate, so nothing trusts it and no key is lost.
        // The certificate comes last: if it exists, the CA is complete.
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

    /// The CA's certificate, for clients that are to trust it.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        &self.certificate_pem
    }

    /// The CA's private key, with which certificates for the CA's names can be issued.
    #[must_use]
    pub fn key_pem(&self) -> &str {
        &self.key_pem
    }

    /// The CA's certificate.
    pub(crate) fn certificate(&self) -> &CertificateDer<'static> {
        &self.certificate
    }

    /// When it was created or read.
    pub(crate) fn made(&self) -> MadeAt {
        self.made
    }

    /// TLS configuration for a server of that name, with its own certificate.
    ///
    /// # Errors
    /// [`CaError::Certificate`] if `name` is not a DNS name.
    pub fn server_config(&self, name: &str) -> Result<Arc<rustls::ServerConfig>, CaError> {
        let leaf = self.leaf(name)?;
        Ok(leaf.config)
    }

    /// A leaf certificate for `name`, with its TLS configuration and its key's digest.
    ///
    /// # Errors
    /// [`CaError::Certificate`] if `name` is not a DNS name.
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

/// A certificate in use by a server.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// The server side of TLS.
    pub config: Arc<rustls::ServerConfig>,
    /// Base64 of the SHA-256 of the public key, in the format of Chromium's
    /// `--ignore-certificate-errors-spki-list`.
    pub spki_digest: String,
}

fn spki_digest(key: &KeyPair) -> String {
    use base64::Engine as _;
    use rcgen::PublicKeyData as _;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &key.subject_public_key_info());
    base64::engine::general_purpose::STANDARD.encode(digest.as_ref())
}

/// The only crypto provider, passed explicitly so that no process-wide default is needed.
pub(crate) fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    static PROVIDER: std::sync::LazyLock<Arc<rustls::crypto::CryptoProvider>> =
        std::sync::LazyLock::new(|| Arc::new(rustls::crypto::aws_lc_rs::default_provider()));
    PROVIDER.clone()
}

/// Formats data as PEM (RFC 7468 §3).
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

/// Whether a PEM file was truncated by an interrupted write.
fn is_cut_off(pem: &str) -> bool {
    let pem = pem.trim();
    "-----BEGIN ".starts_with(pem) || pem.starts_with("-----BEGIN ") && !pem.contains("-----END ")
}
