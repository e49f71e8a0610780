// What a tab remembers, under the keys of Logto's own page.

const IN_ADDRESS = { organizationId: 'organization_id', appId: 'app_id', uiLocales: 'ui_locales' };

/** Of these, what is known to this tab. */
export const known = (name) => sessionStorage.getItem(IN_ADDRESS[name]) ?? undefined;

/** The names, in the order in which the page sends them. */
export const names = Object.keys(IN_ADDRESS);

/** Keeps what the address of a document says; without a query nothing is forgotten, with one everything but the app. */
export function takeFromAddress() {
  if (!location.search) return;
  const query = new URLSearchParams(location.search);
  for (const key of Object.values(IN_ADDRESS)) {
    const value = query.get(key);
    if (value) sessionStorage.setItem(key, value);
    if (key === IN_ADDRESS.appId) continue;
    if (!value) sessionStorage.removeItem(key);
    query.delete(key);
  }
  const search = query.size ? `?${query}` : '';
  history.replaceState(history.state, '', location.pathname + search + location.hash);
}

const own = (key) => `logto:${location.origin}:${key}`;

function read(storage, key) {
  try {
    const value = JSON.parse(storage.getItem(key));
    return value !== null && typeof value === 'object' ? value : {};
  } catch {
    return {};
  }
}

/** The verification of this kind, for all connectors one. */
export function verification(kind) {
  const ids = read(sessionStorage, own('verification-ids'));
  return Object.hasOwn(ids, kind) && typeof ids[kind] === 'string' ? ids[kind] : undefined;
}

export function keepVerification(kind, id) {
  const ids = read(sessionStorage, own('verification-ids'));
  sessionStorage.setItem(own('verification-ids'), JSON.stringify({ ...ids, [kind]: id }));
}

/** What was typed into a form before. */
export function typed(types) {
  const { type, value } = read(sessionStorage, own('identifier-input-value'));
  return types.includes(type) && typeof value === 'string' ? value : undefined;
}

export function keepTyped(type, value) {
  sessionStorage.setItem(own('identifier-input-value'), JSON.stringify({ type, value }));
}

/** Nothing is left of an attempt that has succeeded. */
export function forgetAttempt() {
  sessionStorage.removeItem(own('verification-ids'));
  sessionStorage.removeItem(own('identifier-input-value'));
}

const FALLBACK = 'logto:redirect-context:fallback:';
const TEN_MINUTES = 600_000;

/** 11 characters: base64url of 8 random bytes. */
export function newState(connector) {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  const state = btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  sessionStorage.setItem(`social_auth_state:${connector}`, state);
  return state;
}

/** Where the answer of the provider may come without this tab's memory. */
export function keepFallback(state, connectorId, verificationId) {
  const now = Date.now();
  for (const key of Object.keys(localStorage).filter((key) => key.startsWith(FALLBACK))) {
    if (!(read(localStorage, key).expiresAt > now)) localStorage.removeItem(key);
  }
  const of = Object.fromEntries(names.map((name) => [name, known(name)]));
  const context = { state, flow: 'social', connectorId, verificationId, createdAt: now, expiresAt: now + TEN_MINUTES, ...of };
  localStorage.setItem(FALLBACK + state, JSON.stringify(context));
}

/** The verification that this state belongs to, or the name of the text that says why there is none. */
export function recognize(state, connectorId) {
  if (!state) return { error: 'invalid_connector_auth' };
  const key = `social_auth_state:${connectorId}`;
  const expected = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  if (expected === null) return fromFallback(state, connectorId);
  if (expected !== state) return { error: 'invalid_connector_auth' };
  localStorage.removeItem(FALLBACK + state);
  const verificationId = verification('Social');
  return verificationId ? { verificationId } : { error: 'invalid_session' };
}

function fromFallback(state, connectorId) {
  const context = read(localStorage, FALLBACK + state);
  localStorage.removeItem(FALLBACK + state);
  if (!(context.expiresAt >= Date.now()) || context.flow !== 'social' || context.connectorId !== connectorId) {
    return { error: 'invalid_connector_auth' };
  }
  for (const name of names) if (context[name]) sessionStorage.setItem(IN_ADDRESS[name], context[name]);
  keepVerification('Social', context.verificationId);
  return { verificationId: context.verificationId };
}
