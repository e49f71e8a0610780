// Second factors: whether to have one, which one, and an authenticator app.

import { check, secondFactor, submit } from './api.js';
import { button, element, form, notPlayed, picture, show, showError } from './dom.js';
import { asking, attempt, bindFactor, finish } from './errors.js';
import { verification } from './tab.js';
import { t } from './text.js';

const then = (act) =>
  attempt(
    async () => {
      await act();
      finish(await submit());
    },
    asking('SignIn', { replace: true }),
  );

const skip = () => then(() => secondFactor('/mfa-skipped'));

/** `/mfa-onboarding` */
export const onboarding = () =>
  show(
    { title: t('mfa.onboarding'), description: t('mfa.onboarding_description'), skip },
    button(t('mfa.enable_mfa'), () => then(() => secondFactor('/mfa-enabled')), { className: 'primary' }),
  );

const NAMES = {
  Totp: 'mfa.totp',
  WebAuthn: 'mfa.webauthn',
  BackupCode: 'mfa.backup_code',
  EmailVerificationCode: 'mfa.email_verification_code',
  PhoneVerificationCode: 'mfa.phone_verification_code',
};

/** `/mfa-binding` */
export function factors() {
  const state = history.state;
  if (!Array.isArray(state?.availableFactors)) return showError({ title: 'error.invalid_session' });
  const choices = state.availableFactors.map((factor) =>
    button(Object.hasOwn(NAMES, factor) ? t(NAMES[factor]) : String(factor), () => bindFactor(factor, state)));
  return show(
    { title: t('mfa.add_mfa_factors'), description: t('mfa.add_mfa_description'), back: true, skip: state.skippable ? skip : undefined },
    element('div', { className: 'connectors' }, ...choices),
  );
}

/** `/mfa-binding/:factor` */
export function binding(factor) {
  const state = history.state;
  if (factor !== 'Totp' || state?.notPlayed) return notPlayed();
  const verificationId = verification('Totp');
  if (typeof state?.secret !== 'string' || !verificationId) return showError({ title: 'error.invalid_session' });
  return show(
    {
      title: t('mfa.add_authenticator_app'),
      description: t('mfa.scan_qr_code_description'),
      back: true,
      skip: state.skippable ? skip : undefined,
    },
    picture(state.secretQrCode, 'code'),
    element('output', {}, state.secret),
    form({
      fields: [{ label: t('mfa.enter_one_time_code'), name: 'code', inputMode: 'numeric', autocomplete: 'one-time-code' }],
      submit: t('action.continue'),
      check: ({ code }) => (/^\d{6}$/.test(code) ? {} : { code: t('error.invalid_passcode') }),
      act: ({ code }) =>
        then(async () => {
          await check('totp/verify', { code, verificationId });
          await secondFactor('', { type: 'Totp', verificationId });
        }),
    }),
  );
}
