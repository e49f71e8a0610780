"""The app of Logto's guide for Flask: the SDK `logto`, which keeps what it knows of a person in Flask's session, a cookie."""

import os

from aiohttp import ClientError
from flask import Flask, redirect, request, session
from logto import LogtoClient, LogtoConfig, LogtoException, Storage
from markupsafe import escape
from pydantic import ValidationError


class SessionStorage(Storage):
    def get(self, key):
        return session.get(key)

    def set(self, key, value):
        session[key] = value

    def delete(self, key):
        session.pop(key, None)


app = Flask(__name__)
app.secret_key = "only for this example"
base_url = os.environ["APP_BASE_URL"]
client = LogtoClient(
    LogtoConfig(
        endpoint=os.environ["LOGTO_ENDPOINT"],
        appId=os.environ["LOGTO_APP_ID"],
        appSecret=os.environ["LOGTO_APP_SECRET"],
    ),
    storage=SessionStorage(),
)


def page(text, link=""):
    return f"<!doctype html><title>Flask</title><p>{escape(text)}</p>{link}"


@app.get("/")
async def home():
    if not client.isAuthenticated():
        return page("You are not signed in.", '<a href="/sign-in">Sign In</a>')
    name = client.getIdTokenClaims().name
    return page(f"You are signed in as {name}.", '<a href="/sign-out">Sign Out</a>')


@app.get("/sign-in")
async def sign_in():
    return redirect(await client.signIn(redirectUri=f"{base_url}/callback"))


@app.get("/callback")
async def callback():
    await client.handleSignInCallback(request.url)
    return redirect("/")


@app.get("/sign-out")
async def sign_out():
    return redirect(await client.signOut(postLogoutRedirectUri=f"{base_url}/"))


# What went wrong: Logto refuses, does not answer, or answers something else.
@app.errorhandler(LogtoException)
@app.errorhandler(ClientError)
@app.errorhandler(ValidationError)
def failed(error):
    return page(f"{type(error).__name__}: {error}"), 500
