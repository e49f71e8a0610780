"""An app that signs in through Logto, in nothing but Python's standard library.

It knows four environment variables that `logto-testkit run --app-command` sets.
"""

import base64
import hashlib
import json
import os
import secrets
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BASE = os.environ["APP_BASE_URL"]
LOGTO = os.environ["LOGTO_ENDPOINT"]
APP_ID = os.environ["LOGTO_APP_ID"]
APP_SECRET = os.environ["LOGTO_APP_SECRET"]

# Sessions in memory, by the value of the cookie: tokens are too large for a cookie.
SESSIONS: dict[str, dict[str, str]] = {}


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def authorization_uri(session: dict[str, str]) -> str:
    session["verifier"] = secrets.token_urlsafe(32)
    session["state"] = secrets.token_urlsafe(16)
    return f"{LOGTO}/oidc/auth?" + urllib.parse.urlencode(
        {
            "client_id": APP_ID,
            "redirect_uri": f"{BASE}/callback",
            "response_type": "code",
            "scope": "openid profile",
            "state": session["state"],
            "code_challenge": base64url(hashlib.sha256(session["verifier"].encode()).digest()),
            "code_challenge_method": "S256",
        }
    )


def claims_for(code: str, verifier: str) -> dict:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": f"{BASE}/callback",
        "code_verifier": verifier,
    }
    credentials = base64.b64encode(f"{APP_ID}:{APP_SECRET}".encode()).decode()
    request = urllib.request.Request(
        f"{LOGTO}/oidc/token",
        urllib.parse.urlencode(form).encode(),
        {"authorization": f"Basic {credentials}"},
    )
    with urllib.request.urlopen(request, timeout=10) as response:
        token = json.load(response)["id_token"]
    # Straight from Logto over a connection of our own (OpenID Connect Core §3.1.3.7).
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


class App(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def session(self) -> tuple[str, dict[str, str]]:
        for pair in (self.headers.get("cookie") or "").split("; "):
            name, _, value = pair.partition("=")
            if name == "session" and value in SESSIONS:
                return value, SESSIONS[value]
        key = secrets.token_urlsafe(16)
        SESSIONS[key] = {}
        return key, SESSIONS[key]

    def answer(self, status: int, key: str, location: str = "", page: str = ""):
        body = page.encode()
        self.send_response(status)
        if location:
            self.send_header("location", location)
        self.send_header("set-cookie", f"session={key}; Path=/; HttpOnly; SameSite=Lax")
        self.send_header("cache-control", "no-store")
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        url = urllib.parse.urlparse(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        key, session = self.session()
        if url.path == "/" and "name" in session:
            page = f"<title>Mine</title><p>Welcome, {session['name']}</p><a href='/sign-out'>Log out</a>"
            self.answer(200, key, page=page)
        elif url.path == "/":
            self.answer(200, key, page="<title>Mine</title><a href='/sign-in'>Log in</a>")
        elif url.path == "/sign-in":
            self.answer(302, key, authorization_uri(session))
        elif url.path == "/callback" and "code" in query and query.get("state") == session.pop("state", None):
            session["name"] = claims_for(query["code"], session.pop("verifier"))["name"]
            self.answer(302, key, "/")
        elif url.path == "/sign-out":
            session.clear()
            back = urllib.parse.urlencode({"client_id": APP_ID, "post_logout_redirect_uri": f"{BASE}/"})
            self.answer(302, key, f"{LOGTO}/oidc/session/end?{back}")
        else:
            self.answer(404, key, page="<title>Not here</title>")


if __name__ == "__main__":
    # Behind a proxy, the app does not listen where browsers find it.
    port = int(os.environ.get("PORT") or urllib.parse.urlparse(BASE).port)
    ThreadingHTTPServer(("127.0.0.1", port), App).serve_forever()
