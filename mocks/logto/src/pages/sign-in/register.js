// Registration with a form: the identifier on one page, the password on the next.

import { addProfile, begin, check, identify, submit } from './api.js';
import { ask, form, show, showError } from './dom.js';
import { asking, attempt, finish } from './errors.js';
import { identifierField, listed } from './identifier.js';
import { go } from './router.js';
import { identifierType, passwordError, usernameError } from './rules.js';
import { settings, signUpIdentifiers } from './settings.js';
import { keepTyped } from './tab.js';
import { agrees, checkbox, policy } from './terms.js';
import { t } from './text.js';

/** What is wrong with a new username, as a person reads it. */
export function wrongUsername(name) {
  const error = usernameError(name, settings().usernamePolicy ?? {});
  return error ? { identifier: t(`error.${error[0]}`, error[1]) } : {};
}

export function registerForm(types) {
  return form({
    fields: [identifierField(types, { autocomplete: 'off' })],
    submit: t('action.create_account'),
    extra: policy() === 'Automatic' ? null : checkbox(),
    check: ({ identifier }) => {
      if (!identifier) return { identifier: t('error.general_required', { types: listed(types) }) };
      return identifierType(identifier, types) === 'username' ? wrongUsername(identifier) : {};
    },
    act: async ({ identifier: value }) => {
      const type = identifierType(value, types);
      keepTyped(type, value);
      if (!(await agrees())) return undefined;
      return type === 'username' ? registerName(value) : sendCode({ type, value });
    },
  });
}

const registerName = (value) =>
  attempt(
    async () => {
      await begin('Register');
      await addProfile({ type: 'username', value });
      const { password, secondaryIdentifiers = [] } = settings().signUp;
      if (password && !secondaryIdentifiers.length) return void go('/register/password');
      return void (await attempt(create, asking('Register', { replace: true })));
    },
    { 'user.username_already_in_use': ({ message }) => message },
  );

/** Logto has no page without a connector that sends the code, and answers so. */
const sendCode = (identifier) =>
  attempt(async () => {
    await begin('Register');
    await check('verification-code', { interactionEvent: 'Register', identifier });
  });

async function create() {
  await identify();
  finish(await submit());
}

/** `/register/password` */
export function registerPassword() {
  if (!signUpIdentifiers().includes('username')) return showError({});
  const taken = async ({ message }) => {
    await ask('', [message], { cancel: t('action.got_it') });
    history.back();
  };
  return showPasswordPage('description.new_password', (password) =>
    attempt(
      async () => {
        await addProfile({ type: 'password', value: password });
        await create();
      },
      {
        'user.username_already_in_use': taken,
        'password.rejected': rejected,
        ...asking('Register', { replace: true }),
      },
    ),
  );
}

/** Two fields for a new password. `act` may return what is wrong with it. */
export function showPasswordPage(title, act) {
  const { passwordPolicy: policyOfPasswords } = settings();
  const field = (label, name) => ({ label: t(label), name, type: 'password', autocomplete: 'new-password' });
  const { min = 8 } = policyOfPasswords?.length ?? {};
  show(
    { title: t(title), description: t('description.password_requirements', { min }), back: true },
    form({
      fields: [field('input.password', 'newPassword'), field('input.confirm_password', 'confirmPassword')],
      submit: t('action.save_password'),
      check: ({ newPassword, confirmPassword }) => {
        if (!newPassword) return { newPassword: t('error.password_required') };
        return newPassword === confirmPassword ? {} : { confirmPassword: t('error.passwords_do_not_match') };
      },
      act: ({ newPassword }) => {
        const error = passwordError(newPassword, policyOfPasswords);
        return error ? readable(error) : act(newPassword);
      },
    }),
  );
}

const readable = ({ code, interpolation = {} }) => t(`error.${code}`, interpolation);

/** What Logto has against a password. */
export const rejected = ({ data, message }) => (Array.isArray(data) && data.length ? data.map(readable).join(' ') : message);
