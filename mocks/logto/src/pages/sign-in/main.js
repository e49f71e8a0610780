// The double of Logto's sign-in page: shows, asks and calls what Logto's own does, without its looks.

import { button, notPlayed, showError, toast } from './dom.js';
import { consent } from './consent.js';
import { identifierRegister, identifierSignIn, register, signIn } from './first-screen.js';
import { binding, factors, onboarding } from './mfa.js';
import { question } from './questions.js';
import { registerPassword } from './register.js';
import { go, start } from './router.js';
import { applyTheme, loadSettings } from './settings.js';
import { direct, landed, linkQuestion, returned } from './social.js';
import { takeFromAddress } from './tab.js';
import { loadTexts, t } from './text.js';

const suspended = () =>
  showError({
    title: 'error.account_suspended',
    message: t('error.account_suspended_description'),
    back: false,
    action: button(t('description.back_to_sign_in'), () => go('/sign-in', { replace: true }), { className: 'primary' }),
  });

/** The pages of Logto's sign-in application. The double has no page for ways to sign in that it does not play. */
const ROUTES = [
  ['callback/:connector', landed],
  ['callback/social/:connector', returned],
  ['direct/:method', direct],
  ['direct/:method/:target', direct],
  ['unknown-session', () => showError({ message: t('error.invalid_session') })],
  ['account-suspended', suspended],
  ['sign-in', signIn],
  ['register', register],
  ['register/password', registerPassword],
  ['identifier-sign-in', identifierSignIn],
  ['identifier-register', identifierRegister],
  ['continue/:field', question],
  ['social/link/:connector', linkQuestion],
  ['consent', consent],
  ['mfa-onboarding', onboarding],
  ['mfa-binding', factors],
  ['mfa-binding/:factor', binding],
  ...[
    'sign-in/password', 'sign-in/passkey', 'sign-in/verification-methods', 'create-passkey', 'one-time-token', 'one-time-token/error',
    'switch-account', 'forgot-password', 'forgot-password/reset', 'reset-password', ':flow/verification-code', 'mfa-verification',
    'mfa-verification/:factor', 'social/landing/:connector', 'single-sign-on', 'single-sign-on/email', 'single-sign-on/connectors',
  ].map((path) => [path, notPlayed]),
  ['*', () => showError({})],
];

takeFromAddress();
try {
  await Promise.all([loadSettings(), loadTexts()]);
  applyTheme();
  await start(ROUTES);
} catch (error) {
  console.error(error);
  toast(t('error.unknown'));
}
