// Signs in at the mock Hugging Face with the official JavaScript client:
// discovery, code with PKCE and no client_id at the token step, userinfo, whoami.
//
//   node sign-in.mjs path/to/mock-huggingface

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { oauthHandleRedirect, oauthLoginUrl, whoAmI } from "@huggingface/hub";

const TIME_LIMIT_MS = 60_000;
const CLIENT_ID = "static+space app";
const REDIRECT_URI = "http://localhost:3000/callback";

const config = {
	users: [{ username: "ada", fullname: "Ada Lovelace", email: "ada@example.com", website: "https://ada.example" }],
	apps: [
		{
			client_id: CLIENT_ID,
			name: "Static space",
			public: true,
			redirect_uris: [REDIRECT_URI],
			scopes: ["openid", "profile", "email"],
		},
	],
};

/** Resolves to the mock's origin, which it prints once it listens. */
function originOf(mock) {
	return new Promise((resolve, reject) => {
		mock.once("error", reject);
		mock.once("exit", (code) => reject(new Error(`the mock ended with exit code ${code}`)));
		createInterface({ input: mock.stdout }).on("line", (line) => {
			const site = /^site: +(\S+)/.exec(line);
			if (site) {
				resolve(site[1]);
			}
		});
	});
}

/** A form's action and hidden fields, as a browser would send them. */
function formOf(page, button) {
	const form = page.match(/<form[^]*?<\/form>/g)?.find((form) => form.includes(button));
	assert.ok(form, `the page has a form with ${button}`);
	const text = (html) => html.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
	const fields = new URLSearchParams();
	for (const [, name, value] of form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)) {
		fields.append(text(name), text(value));
	}
	return { action: text(/action="([^"]*)"/.exec(form)[1]), fields };
}

/** Walks through login and permission page; resolves to the URL of the app's callback. */
async function signInAsAda(loginUrl) {
	const origin = new URL(loginUrl).origin;
	let cookie = "";
	const send = (url, options = {}) =>
		fetch(url, { redirect: "manual", ...options, headers: { ...options.headers, cookie, origin } });
	const post = (form) => send(new URL(form.action, origin), { method: "POST", body: form.fields });

	const toLogin = await send(loginUrl);
	assert.equal(toLogin.status, 303);
	const login = await send(new URL(toLogin.headers.get("location"), origin));
	const loginForm = formOf(await login.text(), 'value="ada"');
	loginForm.fields.append("username", "ada");
	const signedIn = await post(loginForm);
	assert.equal(signedIn.status, 303);
	cookie = signedIn.headers.get("set-cookie").split(";")[0];

	const permission = await send(new URL(signedIn.headers.get("location"), origin));
	assert.equal(permission.status, 200);
	const permissionForm = formOf(await permission.text(), ">Authorize</button>");
	permissionForm.fields.append("action", "authorize");
	const done = await post(permissionForm);
	assert.equal(done.status, 303);
	return done.headers.get("location");
}

async function check(hubUrl) {
	const localStorage = {};
	const loginUrl = await oauthLoginUrl({
		clientId: CLIENT_ID,
		redirectUrl: REDIRECT_URI,
		scopes: "openid profile email",
		state: "cart=1 & more",
		hubUrl,
		localStorage,
	});
	const callback = await signInAsAda(loginUrl);
	assert.ok(callback.startsWith(`${REDIRECT_URI}?code=`), callback);

	const result = await oauthHandleRedirect({
		redirectedUrl: callback,
		hubUrl,
		nonce: localStorage.nonce,
		codeVerifier: localStorage.codeVerifier,
	});
	assert.match(result.accessToken, /^hf_oauth_/);
	assert.equal(result.scope, "openid profile email");
	assert.equal(result.state, "cart=1 & more");
	assert.equal(result.userInfo.name, "Ada Lovelace");
	assert.equal(result.userInfo.preferred_username, "ada");
	assert.equal(result.userInfo.email, "ada@example.com");
	assert.equal(result.userInfo.website, "https://ada.example");

	const me = await whoAmI({ hubUrl, accessToken: result.accessToken });
	assert.equal(me.type, "user");
	assert.equal(me.name, "ada");
	assert.equal(me.fullname, "Ada Lovelace");
	assert.equal(me.auth.type, "oauth");
}

const [binary] = process.argv.slice(2);
assert.ok(binary, "usage: node sign-in.mjs path/to/mock-huggingface");
const watchdog = setTimeout(() => {
	console.error(`not done after ${TIME_LIMIT_MS / 1000} s`);
	process.exit(1);
}, TIME_LIMIT_MS);
watchdog.unref();

const directory = await mkdtemp(join(tmpdir(), "mock-huggingface-"));
const file = join(directory, "config.json");
await writeFile(file, JSON.stringify(config));
const mock = spawn(binary, ["--config", file], { stdio: ["ignore", "pipe", "inherit"] });
process.on("exit", () => mock.kill());
try {
	await check(await originOf(mock));
	console.log("@huggingface/hub signed in and read the profile");
} finally {
	mock.removeAllListeners("exit");
	mock.kill();
	await rm(directory, { recursive: true });
}
