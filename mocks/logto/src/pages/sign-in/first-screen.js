// `/sign-in`, `/register`, and the pages that show only their form.

import { begin, check, identify, submit, verify } from './api.js';
import { element, form, show, turn } from './dom.js';
import { asking, attempt, finish } from './errors.js';
import { registerForm } from './register.js';
import { identifierField, listed } from './identifier.js';
import { go } from './router.js';
import { identifierType, usernameError } from './rules.js';
import { settings, signInMethods, signUpIdentifiers } from './settings.js';
import { buttonsOfConnectors } from './social.js';
import { keepTyped } from './tab.js';
import { agrees, checkbox, notice, policy } from './terms.js';
import { t } from './text.js';

const or = () => element('div', { className: 'or' }, element('span', {}, t('description.or')));

const aside = (question, text, path) =>
  element('p', { className: 'aside' }, t(question), ' ', turn(t(text), () => go(path, { replace: true })));

/** `/sign-in` */
export function signIn() {
  const { socialConnectors, signInMode } = settings();
  if (signInMode === 'Register') return go('/register', { bare: true });
  const methods = signInMethods();
  const parts = [];
  if (methods.length) parts.push(signInForm(methods));
  else if (socialConnectors.length) parts.push(buttonsOfConnectors(), policy() === 'Manual' ? checkbox() : null);
  if (signInMode === 'SignInAndRegister' && signUpIdentifiers().length) {
    parts.push(aside('description.no_account', 'action.create_account', '/register'));
  }
  if (methods.length && socialConnectors.length) parts.push(or(), buttonsOfConnectors());
  if (policy() !== 'Manual') parts.push(notice());
  return show({ title: t('description.sign_in_to_your_account'), kind: 'landing' }, ...parts);
}

/** `/register` */
export function register() {
  const { socialConnectors, signInMode } = settings();
  if (signInMode === 'SignIn') return go('/sign-in', { bare: true });
  const identifiers = signUpIdentifiers();
  const parts = [];
  if (identifiers.length) parts.push(registerForm(identifiers));
  else if (socialConnectors.length) parts.push(policy() === 'Automatic' ? null : checkbox(), buttonsOfConnectors());
  if (signInMode === 'SignInAndRegister' && signInMethods().length) {
    parts.push(aside('description.have_account', 'action.sign_in', '/sign-in'));
  }
  if (identifiers.length && socialConnectors.length) parts.push(or(), buttonsOfConnectors());
  if (policy() === 'Automatic') parts.push(notice());
  return show({ title: t('description.create_your_account'), kind: 'landing' }, ...parts);
}

/** `/identifier-sign-in` */
export function identifierSignIn() {
  const methods = signInMethods();
  if (!methods.length) return go('/sign-in', { bare: true });
  const types = listed(methods.map(({ identifier }) => identifier));
  return show(
    { title: t('description.sign_in'), description: t('description.identifier_sign_in_description', { types }) },
    signInForm(methods),
    element('p', { className: 'aside' }, turn(t('description.all_sign_in_options'), () => go('/sign-in'))),
    policy() === 'Manual' ? null : notice(),
  );
}

/** `/identifier-register` */
export function identifierRegister() {
  const identifiers = signUpIdentifiers();
  if (!identifiers.length || settings().signInMode === 'SignIn') return go('/sign-in', { bare: true });
  const description = t('description.identifier_register_description', { types: listed(identifiers) });
  return show(
    { title: t('description.create_your_account'), heading: t('description.create_account'), description },
    registerForm(identifiers),
    element('p', { className: 'aside' }, turn(t('description.all_account_creation_options'), () => go('/register'))),
    policy() === 'Automatic' ? notice() : null,
  );
}

/** Identifier and password, or the identifier alone where a code is sent to it. */
function signInForm(methods) {
  const types = methods.map(({ identifier }) => identifier);
  const withPassword = methods.some(({ password }) => password);
  const password = { label: t('input.password'), name: 'password', type: 'password', autocomplete: 'current-password' };
  return form({
    fields: [identifierField(types, { autocomplete: 'username' }), ...(withPassword ? [password] : [])],
    submit: t('action.sign_in'),
    extra: policy() === 'Manual' ? checkbox() : null,
    check: ({ identifier, password: typedPassword }) => {
      const wrong = {};
      if (!identifier) wrong.identifier = t('error.general_required', { types: listed(types) });
      else if (identifierType(identifier, types) === 'username' && usernameError(identifier)) {
        wrong.identifier = t('error.general_invalid', { types: listed(types) });
      }
      if (withPassword && !typedPassword) wrong.password = t('error.password_required');
      return wrong;
    },
    act: async ({ identifier: value, password: secret }) => {
      const identifier = { type: identifierType(value, types), value };
      keepTyped(identifier.type, value);
      if (policy() === 'Manual' && !(await agrees())) return undefined;
      return signInWith(identifier, secret);
    },
  });
}

const signInWith = (identifier, password) =>
  attempt(
    async () => {
      await begin('SignIn');
      if (password === undefined) {
        await check('verification-code', { interactionEvent: 'SignIn', identifier });
        return;
      }
      const { verificationId } = await verify('password', { identifier, password });
      await identify({ verificationId });
      finish(await submit());
    },
    { 'session.invalid_credentials': ({ message }) => message, ...asking('SignIn') },
  );
