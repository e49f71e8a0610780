//! Causes in what stands between the parties.

use super::see;
use crate::findings::text::causes;

causes! {
    /// What stands between the parties.
    "network" Network, place: LogtoDeployment, see: see::DEPLOYMENT {
        AppCannotReachLogto "app-cannot-reach-logto" {
            cause: "Logto does not answer the app's server.",
            place: AppConfiguration,
            fix: "Check from the app's machine or container that Logto's address answers: that Logto runs, that the name resolves to it there (in a container `localhost` is the container itself), and that its certificate is trusted.",
        }
        LogtoCannotReachHuggingFace "logto-cannot-reach-huggingface" {
            cause: "Logto's server cannot reach Hugging Face: no request of the connector arrived there.",
            fix: "Let Logto's machine or container reach https://huggingface.co: name resolution, firewall, and a route that needs no proxy, since Logto uses none.",
        }
        LogtoTrustsNoCertificate "logto-trusts-no-certificate" {
            cause: "Logto does not trust the certificate that it receives for huggingface.co.",
            fix: "If a proxy of your organization opens TLS on the way, start Logto with NODE_EXTRA_CA_CERTS naming its CA; Node reads it only at start.",
        }
        ProxyStripsPort "proxy-strips-port" {
            cause: "The proxy in front of Logto forwards the Host header without its port, and Logto returns URLs without the port.",
            place: Proxy,
            fix: "Forward the header unchanged: in nginx `proxy_set_header Host $http_host`, not `$host`.",
        }
        ProxyHidesAddress "proxy-hides-address" {
            cause: "The proxy in front of the app does not forward the address that the browser requested, so the app takes the callback for one at another address.",
            place: Proxy,
            fix: "Forward the Host header unchanged, and send X-Forwarded-Proto with the scheme that browsers use.",
            see: see::GO_GUIDE,
        }
        ProxyRequestHeaderLimit "proxy-request-header-limit" {
            cause: "The cookies make the request's header larger than the proxy accepts.",
            place: AppCode,
            fix: "Keep sessions on the server and only their id in the cookie; or raise the proxy's limit (nginx: large_client_header_buffers).",
            see: see::GO_GUIDE,
        }
        ProxyResponseHeaderLimit "proxy-response-header-limit" {
            cause: "The Set-Cookie lines make the response's header larger than the proxy accepts.",
            place: AppCode,
            fix: "Keep sessions on the server and only their id in the cookie; or raise the proxy's limit (nginx: proxy_buffer_size).",
            see: see::GO_GUIDE,
        }
        NoAnswer "no-answer" {
            cause: "A party did not answer the browser at all.",
            fix: "Check that it runs, and that its address is the one that was requested.",
        }
    }
}
