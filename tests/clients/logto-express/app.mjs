// The app of Logto's guide for Express, on @logto/express, with pages for what
// the guide does not show: userinfo, refresh, revocation (@logto/node).
//
// It reads four environment variables that `logto-testkit run --app-command` sets.

import { randomUUID } from "node:crypto";
import { handleAuthRoutes, withLogto, UserScope } from "@logto/express";
import LogtoClient from "@logto/node";
import express from "express";
import session from "express-session";

const { APP_BASE_URL, LOGTO_ENDPOINT, LOGTO_APP_ID, LOGTO_APP_SECRET } = process.env;
const baseUrl = APP_BASE_URL.replace(/\/$/, "");

const config = {
	endpoint: LOGTO_ENDPOINT,
	appId: LOGTO_APP_ID,
	appSecret: LOGTO_APP_SECRET,
	baseUrl,
	scopes: [UserScope.Email, UserScope.Identities],
};

/** What the SDK takes for its storage, over the session of express-session. */
class SessionStorage {
	constructor(request) {
		this.session = request.session;
	}
	async getItem(key) {
		return this.session[key] ?? null;
	}
	async setItem(key, value) {
		this.session[key] = value;
	}
	async removeItem(key) {
		delete this.session[key];
	}
}

const clientOf = (request) =>
	new LogtoClient(config, { storage: new SessionStorage(request), navigate: () => {} });

const escaped = (text) => String(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
const page = (...paragraphs) => `<title>Express</title>\n${paragraphs.map((text) => `<p>${text}</p>`).join("\n")}`;
const link = (path, text) => `<a href="${path}">${text}</a>`;

const app = express();
app.use(session({ secret: randomUUID(), resave: false, saveUninitialized: true, cookie: { sameSite: "lax" } }));
app.use(handleAuthRoutes(config));
// Straight to Hugging Face, without Logto's sign-in page.
const directSignIn = { method: "social", target: "huggingface" };
app.use(handleAuthRoutes({ ...config, authRoutesPrefix: "direct", signInOptions: { directSignIn } }));

app.get("/", withLogto(config), (request, response) => {
	const { isAuthenticated, claims } = request.user;
	if (!isAuthenticated) {
		const ways = [
			["/logto/sign-in", "Sign In"],
			["/logto/sign-up", "Sign Up"],
			["/direct/sign-in", "Continue with Hugging Face"],
		];
		response.send(page("You are not signed in.", ...ways.map(([path, text]) => link(path, text))));
		return;
	}
	const { name, email, sub } = claims;
	response.send(
		page(
			`Hello ${escaped(name ?? claims.username)}, ${escaped(email)}, ${escaped(sub)}.`,
			link("/account", "Account"),
			link("/refresh", "Refresh"),
			link("/logto/sign-out", "Sign Out"),
		),
	);
});

app.get("/account", withLogto({ ...config, fetchUserInfo: true, getAccessToken: true }), (request, response) => {
	const { userInfo, accessToken, scopes } = request.user;
	response.send(
		page(
			`Logto knows ${escaped(userInfo.name)}, ${escaped(userInfo.email)}, ${escaped(Object.keys(userInfo.identities))}.`,
			`There is ${accessToken ? "an" : "no"} access token.`,
			`Scopes: ${escaped(scopes ?? "not told")}.`,
		),
	);
});

/** The SDK asks for a new access token when it has none that is still good. */
app.get("/refresh", async (request, response) => {
	const client = clientOf(request);
	const [before, refreshToken] = [await client.getAccessToken(), await client.getRefreshToken()];
	await client.clearAccessToken();
	const after = await client.getAccessToken();
	const rotated = (await client.getRefreshToken()) !== refreshToken;
	request.session.remembered = refreshToken;
	const { email } = await client.fetchUserInfo();
	response.send(
		page(
			`The access token is ${before === after ? "the old one" : "a new one"} and good for ${escaped(email)}.`,
			`The refresh token is ${rotated ? "a new one" : "the old one"}.`,
		),
	);
});

/** Whether the refresh token that `/refresh` remembered still serves, past the SDK. */
app.get("/remembered", async (request, response) => {
	const answer = await fetch(new URL("/oidc/token", LOGTO_ENDPOINT), {
		method: "POST",
		headers: { authorization: `Basic ${btoa(`${LOGTO_APP_ID}:${LOGTO_APP_SECRET}`)}` },
		body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: request.session.remembered }),
	});
	const { error = "none" } = await answer.json();
	response.send(page(`Refused with: ${escaped(error)}.`));
});

app.use((error, _request, response, _next) => {
	console.error(error);
	response.status(500).send(page(`${escaped(error.name)}: ${escaped(error.code ?? "")} ${escaped(error.message)}`));
});

const server = app.listen(Number(new URL(baseUrl).port), "127.0.0.1", (error) => {
	if (error) {
		throw error;
	}
});
process.on("SIGTERM", () => server.close(() => process.exit(0)));
