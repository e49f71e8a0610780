//! What stands between the parties.

use super::see;
use crate::findings::text::causes;

causes! {
    /// What stands between the parties.
    "network" Network {
        AppCannotReachLogto "app-cannot-reach-logto" {
            cause: "The app's server gets no answer from Logto.",
            place: AppConfiguration,
            fix: "Check from the machine or container of the app that Logto's address answers: that Logto runs, that the name leads to it there (in a container `localhost` is the container itself), and that its certificate is trusted.",
            see: see::DEPLOYMENT,
        }
        LogtoCannotReachHuggingFace "logto-cannot-reach-huggingface" {
            cause: "Logto's server does not reach Hugging Face: no request of the connector arrived there.",
            place: LogtoDeployment,
            fix: "Let the machine or container of Logto reach https://huggingface.co: name resolution, firewall, and a route that needs no proxy, since Logto uses none.",
            see: see::DEPLOYMENT,
        }
        LogtoTrustsNoCertificate "logto-trusts-no-certificate" {
            cause: "Logto does not trust the certificate that it is shown for huggingface.co.",
            place: LogtoDeployment,
            fix: "If TLS is opened on the way by a proxy of your organisation, start Logto with NODE_EXTRA_CA_CERTS naming its CA; Node reads it at start only.",
            see: see::DEPLOYMENT,
        }
        ProxyStripsPort "proxy-strips-port" {
            cause: "The proxy in front of Logto passes the Host header on without its port, and Logto gives out addresses without it.",
            place: Proxy,
            fix: "Pass the header on as it came: in nginx `proxy_set_header Host $http_host`, not `$host`.",
            see: see::DEPLOYMENT,
        }
        ProxyHidesAddress "proxy-hides-address" {
            cause: "The proxy in front of the app does not tell it the address that the browser asked for, so the app takes the callback for one at another address.",
            place: Proxy,
            fix: "Pass the Host header on as it came, and send X-Forwarded-Proto with the scheme that browsers use.",
            see: see::GO_GUIDE,
        }
        ProxyRequestHeaderLimit "proxy-request-header-limit" {
            cause: "The cookies make the request's header larger than the proxy takes.",
            place: AppCode,
            fix: "Keep sessions on the server and only their id in the cookie; or raise the proxy's limit (nginx: large_client_header_buffers).",
            see: see::GO_GUIDE,
        }
        ProxyResponseHeaderLimit "proxy-response-header-limit" {
            cause: "The Set-Cookie lines make the answer's header larger than the proxy takes.",
            place: AppCode,
            fix: "Keep sessions on the server and only their id in the cookie; or raise the proxy's limit (nginx: proxy_buffer_size).",
            see: see::GO_GUIDE,
        }
        NoAnswer "no-answer" {
            cause: "A party did not answer the browser at all.",
            place: LogtoDeployment,
            fix: "Check that it runs, and that its address is the one that was asked.",
            see: see::DEPLOYMENT,
        }
    }
}
