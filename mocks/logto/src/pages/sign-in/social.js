// Sign-in with a connector, from the button to the answer of the provider.

import { begin, identify, submit, turnTo, verify } from './api.js';
import { button, element, picture, show, showError, showWaiting, toast, turn } from './dom.js';
import { asking, attempt, finish, leave } from './errors.js';
import { go } from './router.js';
import { answered, fallback, masked } from './rules.js';
import { isDark, settings, signUpIdentifiers } from './settings.js';
import { keepFallback, keepVerification, newState, recognize, verification } from './tab.js';
import { agrees, policy } from './terms.js';
import { t } from './text.js';

const callbackOf = (id) => `${location.origin}/callback/${id}`;

/** The buttons of all connectors that the page shows. */
export function buttonsOfConnectors() {
  const made = settings().socialConnectors.map((connector) => {
    const name = connector.name[document.documentElement.lang] ?? connector.name.en ?? connector.target;
    const shown = button('', () => startWith(connector), { className: 'social', dataset: { target: connector.target } });
    const logo = picture((isDark() && connector.logoDark) || connector.logo, 'logo');
    shown.append(...(logo ? [logo] : []), t('action.sign_in_with', { name }));
    return shown;
  });
  return element('div', { className: 'connectors' }, ...made);
}

async function startWith({ id }) {
  if (policy() === 'Manual' && !(await agrees())) return;
  await attempt(async () => {
    const state = newState(id);
    await begin('SignIn');
    const body = { state, redirectUri: callbackOf(id) };
    const { verificationId, authorizationUri } = await verify(`social/${id}/authorization-uri`, body);
    keepVerification('Social', verificationId);
    keepFallback(state, id, verificationId);
    leave(authorizationUri);
  });
}

/** `/direct/:method/:target`: as if the button had been clicked; without a button, the first screen. */
export async function direct(method, target) {
  showWaiting();
  const connector = method === 'social' && settings().socialConnectors.find((found) => found.target === target);
  if (connector) await startWith(connector);
  else location.replace(fallback(location.search));
}

/** `/callback/:connector`: where the provider leads. */
export const landed = (id) =>
  go(`/callback/social/${encodeURIComponent(id)}`, { replace: true, query: answered(location.search, location.hash) });

/** `/callback/social/:connector`: takes the answer out of the address, and signs in with it. */
export async function returned(id) {
  const connector = settings().socialConnectors.find((found) => found.id === id);
  // Gone or switched off: there is no message, and what was kept stays.
  if (!connector) return go('/sign-in', { bare: true });
  showWaiting();
  const { state, ...data } = Object.fromEntries(new URLSearchParams(location.search));
  history.replaceState(null, '', location.pathname);
  const { error, verificationId } = recognize(state, id);
  if (error) {
    toast(t(`error.${error}`));
    return go('/sign-in');
  }
  const firstScreen = ({ message }) => {
    toast(message);
    return go('/sign-in', { replace: true });
  };
  const unknown = (answer) => newcomer(id, verificationId, answer.data?.relatedUser, () => firstScreen(answer));
  const handlers = { 'user.identity_not_exist': unknown, ...asking('SignIn', { replace: true }) };
  const connectorData = { redirectUri: callbackOf(id), ...data };
  return attempt(
    async () => {
      await verify(`social/${id}/verify`, { verificationId, connectorData });
      keepVerification('Social', verificationId);
      await identify({ verificationId });
      finish(await submit());
    },
    handlers,
    firstScreen,
  );
}

/** The identity belongs to no account. `related` is an account with the same address. */
function newcomer(id, verificationId, related, refuse) {
  if (related && settings().socialSignIn?.automaticAccountLinking) return linkTo(verificationId);
  if (related) return go(`/social/link/${encodeURIComponent(id)}`, { replace: true, state: { relatedUser: related } });
  if (settings().signInMode === 'SignIn') return refuse();
  return register(id, verificationId, true);
}

const linkTo = (verificationId) =>
  attempt(async () => {
    await turnTo('SignIn');
    await identify({ verificationId, linkSocialIdentity: true });
    finish(await submit());
  }, asking('SignIn'));

async function register(id, verificationId, replace = false) {
  // With `Manual` the person has agreed at the button.
  if (policy() !== 'Manual' && !(await agrees())) return go('/sign-in');
  return attempt(async () => {
    await turnTo('Register');
    await identify({ verificationId });
    finish(await submit());
  }, asking('Register', { replace, linkSocial: id }));
}

/** `/social/link/:connector`: the question, which survives a reload. */
export function linkQuestion(id) {
  const related = history.state?.relatedUser;
  const verificationId = verification('Social');
  if (typeof related?.value !== 'string') return showError({});
  if (!verificationId) return showError({ title: 'error.invalid_session' });
  const question = element('p', { className: 'aside' }, t('description.skip_social_linking'), ' ');
  // A tenant whose accounts have addresses offers another address, though what follows is the same.
  const wanted = ['email', 'phone'].filter((type) => signUpIdentifiers().includes(type)).join('_or_');
  const instead = wanted ? `action.link_another_${wanted}` : 'action.create_account_without_linking';
  question.append(turn(t(instead), () => register(id, verificationId)));
  return show(
    { title: t(wanted ? `description.link_${wanted}` : 'description.bind_account_title'), description: t('description.social_bind_with_existing'), back: true },
    button(t('action.bind', { address: masked(related) }), () => linkTo(verificationId), { className: 'primary' }),
    settings().signInMode !== 'SignIn' ? question : null,
  );
}
