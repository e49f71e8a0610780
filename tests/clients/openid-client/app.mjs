// An app that signs in through Logto with openid-client, and has a page for
// everything else that the library offers. The library checks Logto's answers;
// a page shows the result, and a walk checks the pages.
//
// It reads four environment variables that `logto-testkit run --app-command` sets.

import { createServer } from "node:http";
import { randomUUID } from "node:crypto";
import * as client from "openid-client";

const BASE = new URL(process.env.APP_BASE_URL);
const CALLBACK = new URL("/callback", BASE);
const { LOGTO_ENDPOINT, LOGTO_APP_ID, LOGTO_APP_SECRET } = process.env;

/** The ways in which a client may show its secret (RFC 6749 §2.3.1). */
const WAYS = {
	basic: client.ClientSecretBasic(LOGTO_APP_SECRET),
	post: client.ClientSecretPost(LOGTO_APP_SECRET),
	wrong: client.ClientSecretBasic(`${LOGTO_APP_SECRET} %+`),
};

/** @type {Map<string, client.Configuration>} */
const configurations = new Map();

async function configuration(way) {
	if (!configurations.has(way)) {
		const issuer = new URL("/oidc", LOGTO_ENDPOINT);
		const options = { execute: [client.allowInsecureRequests, client.enableNonRepudiationChecks] };
		configurations.set(way, await client.discovery(issuer, LOGTO_APP_ID, undefined, WAYS[way], options));
	}
	return configurations.get(way);
}

/** Sessions in memory, by the value of the cookie. */
const sessions = new Map();

function sessionOf(request) {
	const key = /(?:^|; )openid-client=([^;]*)/.exec(request.headers.cookie ?? "")?.[1];
	if (sessions.has(key)) {
		return [key, sessions.get(key)];
	}
	const fresh = randomUUID();
	sessions.set(fresh, {});
	return [fresh, sessions.get(fresh)];
}

const escaped = (text) => String(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
const link = (path, text) => `<a href="${path}">${text}</a>`;
const page = (...paragraphs) => ({ page: paragraphs.map((text) => `<p>${text}</p>`).join("\n") });
const redirect = (location) => ({ location: location.toString() });

async function signIn(session, query) {
	const way = query.get("way") ?? "basic";
	const config = await configuration(way);
	session.pending = {
		way,
		verifier: client.randomPKCECodeVerifier(),
		state: client.randomState(),
		nonce: client.randomNonce(),
		maxAge: query.has("max_age") ? Number(query.get("max_age")) : undefined,
	};
	const parameters = {
		redirect_uri: CALLBACK.href,
		scope: "openid profile email identities offline_access",
		state: session.pending.state,
		nonce: session.pending.nonce,
		code_challenge: await client.calculatePKCECodeChallenge(session.pending.verifier),
		code_challenge_method: "S256",
		prompt: query.get("prompt") ?? "consent",
	};
	for (const name of ["max_age", "response_mode"]) {
		if (query.has(name)) {
			parameters[name] = query.get(name);
		}
	}
	if (query.has("wrong_verifier")) {
		session.pending.verifier = client.randomPKCECodeVerifier();
	}
	return redirect(client.buildAuthorizationUrl(config, parameters));
}

/** `answer` is the address of a redirect, or the request of `response_mode=form_post`. */
async function callback(session, answer) {
	const { pending } = session;
	delete session.pending;
	const tokens = await client.authorizationCodeGrant(await configuration(pending.way), answer, {
		pkceCodeVerifier: pending.verifier,
		expectedState: pending.state,
		expectedNonce: pending.nonce,
		maxAge: pending.maxAge,
		idTokenExpected: true,
	});
	session.way = pending.way;
	session.tokens = tokens;
	session.claims = tokens.claims();
	return redirect(new URL("/", BASE));
}

function home({ claims }) {
	if (!claims) {
		return page("You are not signed in.", link("/sign-in", "Sign In"));
	}
	return page(
		`Hello, ${escaped(claims.name)} (${escaped(claims.email)}).`,
		`auth_time is ${"auth_time" in claims ? "told" : "not told"}.`,
		link("/userinfo", "What Logto knows"),
		link("/refresh", "Refresh"),
		link("/introspect", "Introspect"),
		link("/revoke", "Revoke"),
		link("/sign-out", "Sign Out"),
	);
}

async function userinfo({ way, tokens, claims }) {
	const info = await client.fetchUserInfo(await configuration(way), tokens.access_token, claims.sub);
	const { userId } = info.identities.huggingface;
	return page(`Logto knows ${escaped(info.name)}, ${escaped(info.email)}, at Hugging Face ${escaped(userId)}.`);
}

async function refresh(session, query) {
	const { way, tokens, claims } = session;
	const wanted = query.has("older") ? session.older : tokens.refresh_token;
	const parameters = query.has("scope") ? { scope: query.get("scope") } : undefined;
	const fresh = await client.refreshTokenGrant(await configuration(way), wanted, parameters);
	const rotated = fresh.refresh_token !== wanted;
	const same = fresh.claims().sub === claims.sub && fresh.claims().nonce === claims.nonce;
	const changed = fresh.access_token !== tokens.access_token;
	if (!query.has("older")) {
		session.older = wanted;
		session.tokens = fresh;
	}
	return page(
		`The access token is ${changed ? "a new one" : "the old one"}, for ${escaped(fresh.scope)}.`,
		`The refresh token is ${rotated ? "a new one" : "the old one"}.`,
		`The ID token is about ${same ? "the same sign-in" : "another sign-in"}.`,
	);
}

async function introspect({ way, tokens, claims }) {
	const config = await configuration(way);
	const facts = await Promise.all(
		["access_token", "refresh_token"].map(async (name) => {
			const about = await client.tokenIntrospection(config, tokens[name], { token_type_hint: name });
			const own = about.sub === claims.sub && about.client_id === LOGTO_APP_ID;
			return `${name}: ${about.active ? `active, ${own ? "ours" : "of others"}` : "not active"}`;
		}),
	);
	return page(...facts);
}

async function revoke({ way, tokens }) {
	await client.tokenRevocation(await configuration(way), tokens.refresh_token, { token_type_hint: "refresh_token" });
	return page("The refresh token is revoked.");
}

async function signOut(session) {
	const parameters = {
		post_logout_redirect_uri: new URL("/", BASE).href,
		id_token_hint: session.tokens.id_token,
		state: "signed out & +",
	};
	delete session.claims;
	return redirect(client.buildEndSessionUrl(await configuration(session.way), parameters));
}

/** What the library found wrong with an answer of Logto. */
function refused(error) {
	const { name, error: code, error_description: description, status } = error;
	const challenges = error instanceof client.WWWAuthenticateChallengeError ? error.cause : [];
	const schemes = challenges.map(({ scheme, parameters }) => `${scheme} ${parameters.error ?? "-"}`);
	const parts = [name, error.code, status, code, description, ...schemes];
	return { status: 502, ...page(escaped(parts.filter(Boolean).join(" · "))) };
}

const PAGES = { "/sign-in": signIn, "/userinfo": userinfo, "/refresh": refresh, "/introspect": introspect, "/revoke": revoke };

async function answer(request, session) {
	const url = new URL(request.url, BASE);
	if (url.pathname === "/callback") {
		if (request.method !== "POST") {
			return callback(session, url);
		}
		const { method, headers } = request;
		return callback(session, new Request(url, { method, headers, body: await body(request) }));
	}
	if (url.pathname === "/") {
		return home(session);
	}
	if (url.pathname === "/sign-out") {
		return signOut(session);
	}
	return PAGES[url.pathname]?.(session, url.searchParams) ?? { status: 404, ...page("Not here.") };
}

async function body(request) {
	const chunks = [];
	for await (const chunk of request) {
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

const server = createServer(async (request, response) => {
	const [key, session] = sessionOf(request);
	const result = await answer(request, session).catch((error) => {
		console.error(error);
		return refused(error);
	});
	const status = result.status ?? (result.location ? 302 : 200);
	response.writeHead(status, {
		...(result.location && { location: result.location }),
		"set-cookie": `openid-client=${key}; Path=/; HttpOnly; SameSite=Lax`,
		"cache-control": "no-store",
		"content-type": "text/html; charset=utf-8",
	});
	response.end(result.page && `<title>openid-client</title>\n${result.page}`);
});
server.listen(Number(BASE.port), "127.0.0.1");
