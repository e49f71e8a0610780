// The app of Logto's guide for Next with the Pages Router and @logto/next, which
// keeps what it knows of a person in an encrypted cookie. The guide's buttons run
// a script that goes to the routes; here they are links.

import Head from "next/head";
import { logto } from "../library/logto";

export default function Home({ name }) {
	return (
		<>
			<Head>
				<title>Next</title>
			</Head>
			<p>{name ? `You are signed in as ${name}.` : "You are not signed in."}</p>
			{name ? <a href="/api/logto/sign-out">Sign Out</a> : <a href="/api/logto/sign-in">Sign In</a>}
		</>
	);
}

export const getServerSideProps = logto.withLogtoSsr(({ req }) => ({
	props: { name: req.user.claims?.name ?? null },
}));
