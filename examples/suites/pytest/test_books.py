import json
import urllib.request
from wsgiref.util import setup_testing_defaults

from books import books

API = "https://api.bookstore.example"


def get(stack, token):
    environ, answers = {"HTTP_AUTHORIZATION": f"Bearer {token}"}, []
    setup_testing_defaults(environ)
    api = books(stack["logto"]["issuer"], stack["logto"]["jwks_uri"], API)
    api(environ, lambda status, headers: answers.append(int(status.split()[0])))
    return answers[0]


def test_ada_is_signed_in_to_the_app(stack, testkit):
    session = json.loads(testkit("session", "--as", "ada"))
    headers = {"Cookie": session["cookie_header"]}
    request = urllib.request.Request(f"{stack['app']['origin']}/api/session", headers=headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert json.load(answer)["claims"]["name"] == "Ada Lovelace"


def test_the_api_takes_a_token_with_its_scope(stack, testkit):
    token = testkit("token", "--as", "ada", "--resource", API, "--scope", "read:books", "--create-resource")
    assert get(stack, token) == 200


def test_the_api_refuses_other_tokens(stack, testkit):
    without_scope = testkit("token", "--as", "grace", "--resource", API, "--create-resource")
    assert get(stack, without_scope) == 403
    for_another = testkit("token", "--as", "ada", "--resource", "https://other.example", "--create-resource")
    assert get(stack, for_another) == 401
    assert get(stack, "not a token") == 401
