// Auth.js with its provider for Logto, after the pages on Express and Logto of
// its documentation. Auth.js has pages of its own at /auth/signin and
// /auth/signout. It reads AUTH_LOGTO_ID, AUTH_LOGTO_SECRET, AUTH_LOGTO_ISSUER and
// AUTH_SECRET, and keeps its session in a cookie.

import { ExpressAuth, getSession } from "@auth/express";
import Logto from "@auth/express/providers/logto";
import express from "express";

const config = {
	providers: [Logto],
	// Its own log leaves out why a fetch failed.
	logger: { error: ({ message, cause }) => console.error(message, cause?.message ?? "") },
};
const escaped = (text) => String(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
const page = (text, link) => `<!doctype html><title>Auth.js</title><p>${escaped(text)}</p>${link}`;

const app = express();
// Not the path of the documentation, "/auth/*", which Express 5 refuses: Auth.js needs
// the first parameter, and its name has to be 0.
app.use(/^\/auth\/(.*)/, ExpressAuth(config));
app.get("/", async (request, response) => {
	const session = await getSession(request, config);
	if (session) {
		response.send(page(`You are signed in as ${session.user.name}.`, '<a href="/auth/signout">Sign Out</a>'));
	} else {
		response.send(page("You are not signed in.", '<a href="/auth/signin">Sign In</a>'));
	}
});
app.listen(process.env.PORT, "127.0.0.1");
