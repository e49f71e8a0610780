"""Logs in at the mock Hugging Face with the official command line, `hf auth login`.

The command runs unchanged, aimed at the mock by HF_ENDPOINT: device flow with the client id
that is built into it, a browser (of httpx) that enters the code and answers, then
`hf auth whoami` with the token that was stored, which refreshes it first when it is about to
expire.

    python device_login.py path/to/mock-huggingface
"""

import faulthandler
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from urllib.parse import urljoin

from sign_in import form_of, origin_of

# Each login waits for the five seconds between two polls.
TIME_LIMIT_SECONDS = 75
# Of huggingface_hub/constants.py, DEVICE_CODE_OAUTH_CLIENT_ID.
CLIENT_ID = "26be6b09-91c5-47da-9861-d2d2bb7a7e36"
CONFIG = {
    "users": [{"username": "ada", "fullname": "Ada Lovelace", "email": "ada@example.com"}],
    "apps": [
        {
            "client_id": CLIENT_ID,
            "public": True,
            "name": "Hugging Face CLI",
            "scopes": ["openid", "profile", "email", "read-repos", "write-repos", "inference-api"],
            # One minute: close enough to its end for the client to refresh it at once.
            "token_duration_minutes": 1,
        }
    ],
}


def environment(origin: str, home: str) -> dict[str, str]:
    """What the command sees: nothing of this machine's Hugging Face settings."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": home,
        "HF_HOME": os.path.join(home, "hf"),
        "HF_ENDPOINT": origin,
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        "NO_PROXY": "*",
        "PYTHONUNBUFFERED": "1",
    }


def command(*arguments: str) -> list[str]:
    """`hf` of the Python that runs this."""
    return [str(Path(sys.executable).parent / "hf"), *arguments]


def answer_in_browser(page_url: str, user_code: str, action: str) -> str:
    """Signs in as Ada, enters the code and answers; returns the last page."""
    import httpx

    with httpx.Client(timeout=10, trust_env=False) as browser:
        to_login = browser.get(page_url)
        assert to_login.status_code == 303, to_login.text
        login = browser.get(urljoin(page_url, to_login.headers["location"]))
        url, fields = form_of(login.text, 'value="ada"')
        signed_in = browser.post(urljoin(page_url, url), data={**fields, "username": "ada"})
        entry = browser.get(urljoin(page_url, signed_in.headers["location"]))
        url, fields = form_of(entry.text, ">Continue</button>")
        permission = browser.post(urljoin(page_url, url), data={**fields, "user_code": user_code})
        assert "Hugging Face CLI wants to access your account" in permission.text, permission.text
        url, fields = form_of(permission.text, ">Authorize</button>")
        done = browser.post(urljoin(page_url, url), data={**fields, "action": action})
        assert done.status_code == 200, done.text
        return done.text


def log_in(origin: str, env: dict[str, str], action: str) -> tuple[int, str]:
    """Runs `hf auth login` and answers in the browser; exit code and all that it printed."""
    login = subprocess.Popen(
        command("auth", "login", "--force"),
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        printed = ""
        while not (code := re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", printed)):
            line = login.stdout.readline()
            assert line, f"hf ended before it showed a code: {printed}"
            printed += line
        assert f"{origin}/oauth/device" in printed, printed
        answer_in_browser(f"{origin}/oauth/device", code[0], action)
        printed += login.stdout.read()
        return login.wait(), printed
    finally:
        login.kill()
        login.wait()


def stored(env: dict[str, str]) -> str:
    """Everything the command keeps about its tokens."""
    return Path(env["HF_HOME"], "stored_tokens").read_text(encoding="utf-8")


def whoami(env: dict[str, str]) -> str:
    done = subprocess.run(
        command("auth", "whoami"), env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    return done.stdout + done.stderr


def check(origin: str, home: str) -> None:
    env = environment(origin, home)
    assert "ada" not in whoami(env)

    exit_code, printed = log_in(origin, env, "deny")
    assert exit_code != 0 and "denied" in printed, (exit_code, printed)
    assert "ada" not in whoami(env)

    exit_code, printed = log_in(origin, env, "authorize")
    assert exit_code == 0, (exit_code, printed)
    first = stored(env)
    assert "hf_oauth__refresh_" in first, first
    me = whoami(env)
    assert re.search(r"\bada\b", me), me
    assert stored(env) != first, "the token was to be refreshed"


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python device_login.py path/to/mock-huggingface")
    faulthandler.dump_traceback_later(TIME_LIMIT_SECONDS, exit=True)
    with tempfile.TemporaryDirectory() as directory:
        file = os.path.join(directory, "config.json")
        with open(file, "w", encoding="utf-8") as config:
            json.dump(CONFIG, config)
        mock = subprocess.Popen([sys.argv[1], "--config", file], stdout=subprocess.PIPE, text=True)
        # A hang must not leave the mock behind: it is killed before this process ends itself.
        watchdog = threading.Timer(TIME_LIMIT_SECONDS - 5, mock.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            check(origin_of(mock), directory)
        finally:
            mock.kill()
            mock.wait()
    print("hf auth login logged in by device code, and hf auth whoami knows who it is")


if __name__ == "__main__":
    main()
