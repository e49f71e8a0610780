// What an error leads to.

import { Refused, TimedOut, verify } from './api.js';
import { showNothing, toast } from './dom.js';
import { go } from './router.js';
import { opens } from './rules.js';
import { forgetAttempt, keepVerification } from './tab.js';
import { t } from './text.js';

/** Does something that calls Logto. `handlers` are by code; `otherwise` is for every other answer of Logto's. */
export async function attempt(act, handlers = {}, otherwise = ({ message }) => toast(message)) {
  try {
    return await act();
  } catch (error) {
    return handle(error, handlers, otherwise);
  }
}

/** The double answers what it does not play with 501 and plain text. */
const notPlayedBy = (error) => error instanceof Refused && error.status === 501 && !error.answer;

async function handle(error, handlers, otherwise) {
  if (error instanceof TimedOut) {
    toast(t('error.timeout'));
  } else if (error instanceof Refused && error.answer) {
    const { code } = error.answer;
    if (Object.hasOwn(handlers, code)) return handlers[code](error.answer);
    if (code === 'user.suspended') return go('/account-suspended', { replace: true });
    return otherwise(error.answer);
  } else {
    console.error(error);
    toast(t(notPlayedBy(error) ? 'double.not_played' : 'error.unknown'));
  }
  return showNothing();
}

/** Leaves the page for an address that Logto has answered. */
export function leave(address) {
  if (!opens(address)) return toast(t('error.unknown'));
  return location.assign(address);
}

/** The same for good: "back" does not lead here, and nothing is kept of the attempt. */
export function finish({ redirectTo }) {
  if (!opens(redirectTo)) return toast(t('error.unknown'));
  forgetAttempt();
  return location.replace(redirectTo);
}

const EXTRA = { extraProfile: 'extra-profile' };
const ASKED = ['username', 'password', 'email', 'phone', 'emailOrPhone', 'extraProfile'];

/** What is still missing when an attempt is submitted: the pages that ask for it. */
export function asking(interactionEvent, { replace = false, linkSocial } = {}) {
  const to = (path, state = null, query = '') => go(path, { replace, state, query });
  return {
    'user.missing_profile': ({ data, message }) => {
      const missing = data?.missingProfile?.[0];
      if (!ASKED.includes(missing)) return toast(message);
      const linked = linkSocial && !['password', 'extraProfile'].includes(missing);
      const query = linked ? new URLSearchParams({ link_social: linkSocial }) : '';
      return to(`/continue/${EXTRA[missing] ?? missing}`, { interactionEvent }, query);
    },
    'user.suggest_mfa': () => to('/mfa-onboarding'),
    'user.missing_mfa': ({ data, message }) => {
      const factors = data?.availableFactors ?? [];
      if (!factors.length) return toast(message);
      const state = { availableFactors: factors, skippable: data.skippable === true };
      if (factors.length > 1) return to('/mfa-binding', state);
      return bindFactor(factors[0], state, replace);
    },
  };
}

/** Begins to set up a second factor. */
export async function bindFactor(factor, state, replace = false) {
  const path = `/mfa-binding/${encodeURIComponent(factor)}`;
  if (factor !== 'Totp') return go(path, { replace, state });
  return attempt(async () => {
    const made = await verify('totp/secret').catch((error) => {
      if (notPlayedBy(error)) return undefined;
      throw error;
    });
    if (!made) return go(path, { replace, state: { ...state, notPlayed: true } });
    const { verificationId, secret, secretQrCode } = made;
    keepVerification('Totp', verificationId);
    return go(path, { replace, state: { ...state, secret, secretQrCode } });
  });
}
