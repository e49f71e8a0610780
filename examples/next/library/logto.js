import LogtoClient from "@logto/next";

export const logto = new LogtoClient({
	endpoint: process.env.LOGTO_ENDPOINT,
	appId: process.env.LOGTO_APP_ID,
	appSecret: process.env.LOGTO_APP_SECRET,
	baseUrl: process.env.APP_BASE_URL,
	cookieSecret: "only for this example, 32 or more",
	cookieSecure: process.env.NODE_ENV === "production",
});
