// /api/logto/sign-in, /api/logto/sign-in-callback, /api/logto/sign-out and /api/logto/user

import { logto } from "../../../library/logto";

const routes = logto.handleAuthRoutes();

export default async function route(request, response) {
	try {
		await routes(request, response);
	} catch (error) {
		// What went wrong, and why: a fetch that fails tells it in its cause.
		const reasons = [error, error.cause]
			.filter((reason) => reason?.message)
			.map(({ code, message }) => `${code ?? "error"}: ${message}`);
		response.status(500).send(reasons.join("; "));
	}
}
