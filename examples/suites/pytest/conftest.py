import json
import subprocess

import pytest


@pytest.fixture(scope="session")
def stack():
    """Logto, Hugging Face and the app, as long as the tests run: they end when the pipe is closed."""
    command = ["logto-testkit", "serve", "stack", "--sample-app", "--json"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        line = process.stdout.readline()
        assert line, f"the stack did not start: exit code {process.wait(timeout=30)}"
        yield json.loads(line)
        process.stdin.close()
        assert process.wait(timeout=30) == 0


@pytest.fixture
def testkit(stack):
    """Runs a command of logto-testkit for this stack."""

    def run(*arguments):
        command = ["logto-testkit", *arguments, "--stack", stack["control"]]
        return subprocess.run(command, check=True, timeout=120, stdout=subprocess.PIPE, text=True).stdout.strip()

    return run
