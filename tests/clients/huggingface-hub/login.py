"""Logs a machine in at the mock Hugging Face with the official command.

`hf auth login` runs unchanged in a process of its own, by the device flow: it
shows a code, a person enters and allows it, and the command fetches its tokens.

    python login.py path/to/hf path/to/mock-huggingface
"""

import faulthandler
import json
import os
import re
import subprocess
import sys
import tempfile
import threading

import httpx

from sign_in import form_of, origin_of

TIME_LIMIT_SECONDS = 80
# The first-party app of the command; its tokens live 30 days.
CLIENT_ID = "26be6b09-91c5-47da-9861-d2d2bb7a7e36"
CONFIG = {
    "apps": [
        {
            "client_id": CLIENT_ID,
            "public": True,
            "name": "Hugging Face CLI",
            "scopes": ["openid", "profile", "email", "write-repos", "inference-api", "jobs"],
            "token_duration_minutes": 43200,
        }
    ]
}


def allow(origin: str, user_code: str) -> None:
    """What the person does in the browser."""
    with httpx.Client(base_url=origin, timeout=10, trust_env=False) as browser:
        to_login = browser.get("/oauth/device")
        assert to_login.status_code == 303, to_login.text
        login = browser.get(to_login.headers["location"])
        action, fields = form_of(login.text, 'value="ada"')
        back = browser.post(action, data={**fields, "username": "ada"})
        page = browser.get(back.headers["location"])
        assert "Enter the code" in page.text, page.text
        action, fields = form_of(page.text, 'name="user_code"')
        permission = browser.post(action, data={**fields, "user_code": user_code})
        assert "Hugging Face CLI wants to access your account" in permission.text, permission.text
        action, fields = form_of(permission.text, ">Authorize</button>")
        done = browser.post(action, data={**fields, "action": "authorize"})
        assert "Device connected" in done.text, done.text


def check(hf: str, origin: str, home: str) -> None:
    environment = {
        **os.environ,
        "HF_ENDPOINT": origin,
        "HF_HOME": home,
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        "NO_COLOR": "1",
        "NO_PROXY": "*",
    }
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        environment.pop(name, None)
    login = subprocess.Popen(
        [hf, "auth", "login"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        shown = ""
        for line in login.stdout:
            shown += line
            code = re.search(r"\b([A-Z0-9]{4}-[A-Z0-9]{4})\b", line)
            if code:
                allow(origin, code[1])
                break
        else:
            raise AssertionError(f"no code was shown:\n{shown}")
        rest = login.stdout.read()
        assert login.wait(timeout=60) == 0, shown + rest
    finally:
        login.kill()
        login.wait()

    def whoami() -> str:
        command = [hf, "auth", "whoami"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "ada" in whoami(), whoami()


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit("usage: python login.py path/to/hf path/to/mock-huggingface")
    faulthandler.dump_traceback_later(TIME_LIMIT_SECONDS, exit=True)
    with tempfile.TemporaryDirectory() as directory:
        file = os.path.join(directory, "config.json")
        with open(file, "w", encoding="utf-8") as config:
            json.dump(CONFIG, config)
        mock = subprocess.Popen([sys.argv[2], "--config", file], stdout=subprocess.PIPE, text=True)
        watchdog = threading.Timer(TIME_LIMIT_SECONDS - 5, mock.kill)
        watchdog.daemon = True
        watchdog.start()
        try:
            check(sys.argv[1], origin_of(mock), os.path.join(directory, "home"))
        finally:
            mock.kill()
            mock.wait()
    print("hf auth login signed in by the device flow")


if __name__ == "__main__":
    main()
