// /api/logto/sign-in, /api/logto/sign-in-callback, /api/logto/sign-out and /api/logto/user

import { logto } from "../../../library/logto";

// What went wrong, and why: a fetch that fails tells it in its cause.
function failed(_request, response, error) {
	const reasons = [error, error.cause].filter(Boolean).map(({ code, message }) => `${code ?? "error"}: ${message}`);
	response.status(500).send(reasons.join("; "));
}

export default logto.handleAuthRoutes(undefined, failed);
