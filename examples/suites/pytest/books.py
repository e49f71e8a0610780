"""An API that people use with an access token of Logto: a WSGI application."""

import jwt


def books(issuer, keys, audience):
    key_set = jwt.PyJWKClient(keys)

    def answer(environ, start_response):
        kind, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        status, body = "200 OK", b'["Notes by the Translator"]'
        try:
            key = key_set.get_signing_key_from_jwt(token).key
            claims = jwt.decode(token, key, algorithms=["ES384"], audience=audience, issuer=issuer)
            if "read:books" not in claims["scope"].split():
                status, body = "403 Forbidden", b'"the scope read:books is missing"'
        except jwt.PyJWTError as error:
            status, body = "401 Unauthorized", f'"{error}"'.encode()
        start_response(status, [("Content-Type", "application/json")])
        return [body]

    return answer
