// `/continue/:field`: what a tenant requires of an account, and the person has not given yet.

import { addProfile, check, identify, submit } from './api.js';
import { form, notPlayed, show, showError } from './dom.js';
import { asking, attempt, finish } from './errors.js';
import { identifierField } from './identifier.js';
import { rejected, showPasswordPage, wrongUsername } from './register.js';
import { identifierType } from './rules.js';
import { keepTyped } from './tab.js';
import { t } from './text.js';

const EVENTS = ['SignIn', 'Register'];

/** The question, which survives a reload: whether it is about a new account is kept with the address. */
export function question(field) {
  const event = history.state?.interactionEvent;
  if (!EVENTS.includes(event)) return showError({ title: 'error.invalid_session' });
  if (field === 'username') return askUsername(event);
  if (field === 'password') {
    const handlers = { 'password.rejected': rejected };
    return showPasswordPage('description.set_password', (value) => fulfil(event, { type: 'password', value }, handlers));
  }
  const titles = { email: 'description.link_email', phone: 'description.link_phone', emailOrPhone: 'description.link_email_or_phone' };
  if (Object.hasOwn(titles, field)) return askAddress(event, t(titles[field]), field === 'emailOrPhone' ? ['email', 'phone'] : [field]);
  return field === 'extra-profile' ? notPlayed() : showError({});
}

function fulfil(event, profile, handlers) {
  const linkSocial = new URLSearchParams(location.search).get('link_social') ?? undefined;
  return attempt(
    async () => {
      await addProfile(profile);
      if (event === 'Register') await identify();
      finish(await submit());
    },
    { ...handlers, ...asking(event, { linkSocial }) },
  );
}

function askUsername(event) {
  show(
    { title: t('description.enter_username'), description: t('description.enter_username_description'), back: true },
    form({
      fields: [identifierField(['username'], { autofocus: true })],
      submit: t('action.continue'),
      check: ({ identifier }) => wrongUsername(identifier),
      act: ({ identifier: value }) => {
        keepTyped('username', value);
        return fulfil(event, { type: 'username', value }, { 'user.username_already_in_use': ({ message }) => message });
      },
    }),
  );
}

/** Logto sends a code to the address, or says that it has no connector for that. */
function askAddress(interactionEvent, title, types) {
  show(
    { title, back: true },
    form({
      fields: [identifierField(types)],
      submit: t('action.continue'),
      check: ({ identifier }) => {
        const isEmail = identifierType(identifier, types) === 'email';
        if (isEmail) return /^\S+@\S+\.\S+$/.test(identifier) ? {} : { identifier: t('error.invalid_email') };
        return /^\+?[\d\s()-]+$/.test(identifier) ? {} : { identifier: t('error.invalid_phone') };
      },
      act: ({ identifier: value }) =>
        attempt(() => check('verification-code', { interactionEvent, identifier: { type: identifierType(value, types), value } }).then(notPlayed)),
    }),
  );
}
