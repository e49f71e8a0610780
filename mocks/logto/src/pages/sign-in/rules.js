// What can be decided without a browser: names, passwords, addresses.

/** An address or a number, so that only its owner recognizes it: `****@example.com`, `hopp****@example.com`, `****1234`.
 * Names of up to four letters are hidden. */
export function masked({ type, value }) {
  if (type !== 'email') return `****${value.slice(-4)}`;
  const [name, domain = ''] = value.split('@');
  return `${name.length > 4 ? name.slice(0, 4) : ''}****@${domain}`;
}

/** The first rule that a username breaks, as the name of a text and its values. Without a policy only the rules of
 * every tenant count, because an existing name may be older than the policy. */
export function usernameError(name, policy) {
  if (!name) return ['username_required'];
  if (/^\d/.test(name)) return ['username_should_not_start_with_number'];
  if (!/^\w+$/.test(name)) return ['username_invalid_charset'];
  if (!policy) return null;
  const { minLength = 1, maxLength = 128, allowedChars = {} } = policy;
  if (name.length < minLength) return ['username_too_short', { min: minLength }];
  if (name.length > maxLength) return ['username_too_long', { max: maxLength }];
  const kinds = { uppercase: /[A-Z]/, lowercase: /[a-z]/, numbers: /\d/, underscore: /_/ };
  const refused = Object.keys(kinds).find((kind) => allowedChars[kind] === false && kinds[kind].test(name));
  return refused ? [`username_${refused}_not_allowed`] : null;
}

/** What a tenant's password policy has against a password, as far as a page can tell: in the form in which Logto
 * answers it, of several the one that is shown. */
export function passwordError(password, policy = {}) {
  const { min = 8, max = 256 } = policy.length ?? {};
  const types = policy.characterTypes?.min ?? 1;
  const kinds = [/[A-Z]/, /[a-z]/, /\d/, /[^A-Za-z\d]/];
  const issue = (name, interpolation = {}) => ({ code: `password_rejected.${name}`, interpolation });
  if (/[^ -~]/.test(password)) return issue('unsupported_characters');
  if (password.length < min) return issue('too_short', { min });
  if (kinds.filter((kind) => kind.test(password)).length < types) return issue('character_types', { min: types });
  return password.length > max ? issue('too_long', { max }) : null;
}

/** What a person has typed, out of what may be typed. */
export function identifierType(value, types) {
  if (types.length < 2) return types[0];
  if (value.includes('@') && types.includes('email')) return 'email';
  if (/^\+?[\d\s()-]+$/.test(value) && types.includes('phone')) return 'phone';
  return types.includes('username') ? 'username' : types[0];
}

/** Buttons in a browser: no connectors of native apps, and of two with the same target the one for the web. */
export function buttons(connectors) {
  const byTarget = new Map();
  for (const connector of connectors) {
    if (connector.platform === 'Native') continue;
    if (connector.platform === 'Web' || !byTarget.has(connector.target)) byTarget.set(connector.target, connector);
  }
  return [...byTarget.values()];
}

/** What a provider says in the query and in the fragment; of two values of one name the last counts. */
export function answered(search, hash) {
  return new URLSearchParams([...new URLSearchParams(search), ...new URLSearchParams(hash.replace(/^#/, ''))]);
}

/** Where a direct sign-in leads that is not possible. The parameter is looked up among the names of Logto's routes,
 * while Logto sends paths: `sign-in` and `identifier-sign-in` are no names. */
export function fallback(search) {
  const routes = {
    signIn: 'sign-in',
    register: 'register',
    sso: 'single-sign-on',
    consent: 'consent',
    resetPassword: 'reset-password',
    identifierSignIn: 'identifier-sign-in',
    identifierRegister: 'identifier-register',
    device: 'device',
    switchAccount: 'switch-account',
    oneTimeToken: 'one-time-token',
    accountSuspended: 'account-suspended',
  };
  const name = new URLSearchParams(search).get('fallback');
  return `/${name !== null && Object.hasOwn(routes, name) ? routes[name] : 'sign-in'}`;
}

/** Whether a page may open this address. Settings and answers can contain any text; an app's private scheme is fine. */
export function opens(address) {
  try {
    return !['javascript:', 'data:', 'vbscript:', 'blob:'].includes(new URL(address, 'http://localhost').protocol);
  } catch {
    return false;
  }
}

/** What a person sees of a redirect URI: the origin of a website, all of an app's own. */
export function shownOrigin(address) {
  try {
    const url = new URL(address);
    return url.protocol.startsWith('http') ? url.origin : address;
  } catch {
    return address;
  }
}
