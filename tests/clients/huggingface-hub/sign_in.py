"""Signs in at the mock Hugging Face with the official Python client.

The app of `huggingface_hub[oauth]` (FastAPI and authlib) runs in this process,
the mock as a command: code flow with state and nonce, client authentication by
an unescaped Basic header, id_token checked against the JWKS.

    python sign_in.py path/to/mock-huggingface
"""

import faulthandler
import html
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from urllib.parse import urljoin

TIME_LIMIT_SECONDS = 60
APP = "https://testserver"
CLIENT_ID = "space app"
# Characters that a client or a server corrupts if it decodes too much or too little.
CLIENT_SECRET = "oauth_app_secret_a+b% c!d?e:f"

CONFIG = {
    "users": [
        {
            "username": "ada",
            "fullname": "Ada Lovelace",
            "email": "ada@example.com",
            "website": "https://ada.example",
        }
    ],
    "apps": [
        {
            "client_id": CLIENT_ID,
            "secret": CLIENT_SECRET,
            "name": "Space",
            "redirect_uris": [f"{APP}/oauth/huggingface/callback?_target_url=%2Fprofile"],
            "scopes": ["openid", "profile", "email"],
        }
    ],
}


def origin_of(mock: subprocess.Popen) -> str:
    """The mock's origin, which it prints once it listens."""
    for line in mock.stdout:
        site = re.match(r"site: +(\S+)", line)
        if site:
            # Keeps the pipe from filling up.
            threading.Thread(target=mock.stdout.read, daemon=True).start()
            return site[1]
    raise RuntimeError(f"the mock ended with exit code {mock.wait()}")


def form_of(page: str, button: str) -> tuple[str, dict[str, str]]:
    """Action and hidden fields of the form with this button, as a browser would send them."""
    form = next(form for form in re.findall(r"<form.*?</form>", page, re.S) if button in form)
    hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
    fields = {html.unescape(name): html.unescape(value) for name, value in hidden}
    return html.unescape(re.search(r'action="([^"]*)"', form)[1]), fields


def sign_in_as_ada(login_url: str) -> str:
    """Walks through login and permission page; returns the URL of the app's callback."""
    import httpx

    with httpx.Client(timeout=10, trust_env=False) as browser:
        to_login = browser.get(login_url)
        assert to_login.status_code == 303, to_login.text
        login = browser.get(urljoin(login_url, to_login.headers["location"]))
        action, fields = form_of(login.text, 'value="ada"')
        signed_in = browser.post(urljoin(login_url, action), data={**fields, "username": "ada"})
        assert signed_in.status_code == 303, signed_in.text
        permission_url = urljoin(login_url, signed_in.headers["location"])
        permission = browser.get(permission_url)
        assert permission.status_code == 200, permission.text
        action, fields = form_of(permission.text, ">Authorize</button>")
        done = browser.post(urljoin(permission_url, action), data={**fields, "action": "authorize"})
        assert done.status_code == 303, done.text
        return done.headers["location"]


def check(origin: str) -> None:
    # Read by huggingface_hub when it is imported.
    os.environ.update(
        SPACE_ID="user/space",
        OAUTH_CLIENT_ID=CLIENT_ID,
        OAUTH_CLIENT_SECRET=CLIENT_SECRET,
        OAUTH_SCOPES="openid profile email",
        OPENID_PROVIDER_URL=origin,
        HF_ENDPOINT=origin,
        HF_HUB_DISABLE_TELEMETRY="1",
        NO_PROXY="*",
    )
    os.environ.pop("SPACE_HOST", None)
    from fastapi import FastAPI, Request
    from fastapi.testclient import TestClient
    from huggingface_hub import HfApi, attach_huggingface_oauth, parse_huggingface_oauth

    app = FastAPI()
    attach_huggingface_oauth(app)

    @app.get("/profile")
    def profile(request: Request):
        info = parse_huggingface_oauth(request)
        return info and {"user": vars(info.user_info), "token": info.access_token, "scope": info.scope}

    # The session cookie is Secure.
    client = TestClient(app, base_url=APP, follow_redirects=False)
    assert client.get("/profile").json() is None
    to_provider = client.get("/oauth/huggingface/login?_target_url=/profile")
    assert to_provider.status_code == 302, to_provider.text
    callback = sign_in_as_ada(to_provider.headers["location"])
    assert callback.startswith(f"{APP}/oauth/huggingface/callback?_target_url=%2Fprofile&code="), callback
    back = client.get(callback)
    assert (back.status_code, back.headers["location"]) == (307, "/profile"), back.text

    signed_in = client.get("/profile").json()
    user = signed_in["user"]
    assert (user["name"], user["preferred_username"]) == ("Ada Lovelace", "ada"), user
    assert (user["email"], user["email_verified"]) == ("ada@example.com", True), user
    assert user["website"] == "https://ada.example", user
    # The profile comes from the id_token, which has none of these.
    assert (user["is_pro"], user["can_pay"], user["orgs"]) == (None, None, None), user
    assert signed_in["scope"] == "openid profile email", signed_in

    me = HfApi(endpoint=origin, token=signed_in["token"]).whoami()
    assert (me["name"], me["fullname"], me["auth"]["type"]) == ("ada", "Ada Lovelace", "oauth"), me


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python sign_in.py path/to/mock-huggingface")
    faulthandler.dump_traceback_later(TIME_LIMIT_SECONDS, exit=True)
    with tempfile.TemporaryDirectory() as directory:
        file = os.path.join(directory, "config.json")
        with open(file, "w", encoding="utf-8") as config:
            json.dump(CONFIG, config)
        command = [sys.argv[1], "--config", file]
        mock = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        # A hang must not leave the mock behind: it is killed before this process ends itself.
        watchdog = threading.Timer(TIME_LIMIT_SECONDS - 5, mock.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            check(origin_of(mock))
        finally:
            mock.kill()
            mock.wait()
    print("huggingface_hub[oauth] signed in and read the profile")


if __name__ == "__main__":
    main()
