// The app of Logto's guide for Express: express-session and @logto/express,
// whose router has the routes /logto/sign-in, /logto/sign-in-callback and
// /logto/sign-out.

import { handleAuthRoutes, withLogto } from "@logto/express";
import cookieParser from "cookie-parser";
import express from "express";
import session from "express-session";

const { LOGTO_ENDPOINT, LOGTO_APP_ID, LOGTO_APP_SECRET, APP_BASE_URL, PORT } = process.env;

const config = {
	endpoint: LOGTO_ENDPOINT,
	appId: LOGTO_APP_ID,
	appSecret: LOGTO_APP_SECRET,
	baseUrl: APP_BASE_URL,
};

const escaped = (text) => String(text).replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
const page = (text, link = "") => `<!doctype html><title>Express</title><p>${escaped(text)}</p>${link}`;

const app = express();
app.use(cookieParser());
app.use(
	session({
		secret: "only for this example",
		resave: false,
		saveUninitialized: false,
		// In milliseconds: with the guide's 14 * 24 * 60 * 60 it ends after 20 minutes.
		cookie: { maxAge: 14 * 24 * 60 * 60 * 1000 },
	}),
);
app.use(handleAuthRoutes(config));

app.get("/", withLogto(config), ({ user }, response) => {
	if (user.isAuthenticated) {
		response.send(page(`You are signed in as ${user.claims.name}.`, '<a href="/logto/sign-out">Sign Out</a>'));
	} else {
		response.send(page("You are not signed in.", '<a href="/logto/sign-in">Sign In</a>'));
	}
});

// What went wrong, and why: a fetch that fails tells it in its cause.
app.use((error, _request, response, _next) => {
	const reasons = [error, error.cause]
		.filter((reason) => reason?.message)
		.map(({ code, message }) => `${code ?? "error"}: ${message}`);
	response.status(500).send(page(reasons.join("; ")));
});

app.listen(PORT, "127.0.0.1");
