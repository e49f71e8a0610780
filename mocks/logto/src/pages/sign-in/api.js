// Calls of Logto's API, as its own page makes them.

import { known } from './tab.js';

/** Answers after which `GET` and `PUT` are sent again. */
const REPEATED = [408, 413, 429, 500, 502, 503, 504];
const AGAIN_AFTER = [300, 600];
const LIMIT = 10_000;

/** An answer that is an error; `answer` is its JSON, if it is any. */
export class Refused extends Error {
  constructor(status, answer) {
    super(`Logto answered ${status}`);
    Object.assign(this, { status, answer });
  }
}

export class TimedOut extends Error {}

const pause = (time) => new Promise((resolve) => setTimeout(resolve, time));

/** One call with its repetitions, all of them together within the limit. */
export async function send(method, path, init = {}) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), LIMIT);
  const delays = method === 'POST' ? [] : [...AGAIN_AFTER];
  try {
    for (;;) {
      const delay = delays.shift();
      try {
        const response = await fetch(path, { method, signal: limit.signal, ...init });
        if (delay === undefined || !REPEATED.includes(response.status)) return response;
      } catch (error) {
        if (limit.signal.aborted) throw new TimedOut();
        if (delay === undefined) throw error;
      }
      await pause(delay);
      if (limit.signal.aborted) throw new TimedOut();
    }
  } finally {
    clearTimeout(timer);
  }
}

async function ask(method, path, body, accept) {
  const headers = { accept, 'accept-language': document.documentElement.lang };
  if (known('appId')) headers['logto-app-id'] = known('appId');
  if (body) headers['content-type'] = 'application/json';
  const response = await send(method, path, { headers, body: body && JSON.stringify(body) });
  if (response.ok) return response;
  const answer = await response.json().catch(() => undefined);
  throw new Refused(response.status, answer !== null && typeof answer === 'object' ? answer : undefined);
}

/** A call of which only the success counts. */
const call = (method, path, body) => ask(method, path, body, '*/*');

/** A call whose answer is read. */
export const read = async (method, path, body) => (await ask(method, path, body, 'application/json')).json();

const EXPERIENCE = '/api/experience';

export const begin = (interactionEvent) => call('PUT', EXPERIENCE, { interactionEvent });
export const turnTo = (interactionEvent) => call('PUT', `${EXPERIENCE}/interaction-event`, { interactionEvent });
export const identify = (body = {}) => call('POST', `${EXPERIENCE}/identification`, body);
export const addProfile = (body) => call('POST', `${EXPERIENCE}/profile`, body);
export const submit = () => read('POST', `${EXPERIENCE}/submit`);
export const verify = (what, body) => read('POST', `${EXPERIENCE}/verification/${what}`, body);
export const check = (what, body) => call('POST', `${EXPERIENCE}/verification/${what}`, body);
export const secondFactor = (what, body) => call('POST', `${EXPERIENCE}/profile/mfa${what}`, body);
