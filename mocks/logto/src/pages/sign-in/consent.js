// `/consent`: what an application of someone else may know.

import { read } from './api.js';
import { button, element, show, showNothing, showWaiting, turn } from './dom.js';
import { attempt, finish } from './errors.js';
import { go, stays } from './router.js';
import { opens, shownOrigin } from './rules.js';
import { textWithLinks } from './terms.js';
import { t, textOf } from './text.js';

const PATH = '/api/interaction/consent';

export async function consent() {
  showWaiting();
  const still = stays();
  const info = await attempt(() => read('GET', PATH));
  if (!info) return showNothing();
  if (!still()) return undefined;
  const { application, user, missingOIDCScope = [], missingResourceScopes = [], redirectUri } = info;
  const name = application.displayName || application.name;
  const authorize = button(t('action.authorize'), () => attempt(async () => finish(await read('POST', PATH, {}))), { className: 'primary' });
  // Cancel tells the application nothing. A device has no address to go to.
  const cancel = redirectUri && opens(redirectUri) ? button(t('action.cancel'), () => location.replace(redirectUri)) : null;
  return show(
    { title: t('description.authorize_title', { name }), kind: 'landing' },
    person(user),
    scopes(name, missingOIDCScope, missingResourceScopes),
    element('div', { className: 'buttons' }, cancel, authorize),
    afterwards(application, name, redirectUri),
    element('p', { className: 'aside' }, t('description.not_you'), ' ',
      turn(t('action.use_another_account'), () => go('/sign-in', { replace: true }))),
  );
}

function person({ id, name, primaryEmail, primaryPhone, username }) {
  const shown = name ?? t('description.user_id', { id });
  const initial = element('span', { className: 'initial', ariaHidden: 'true' }, [...shown][0] ?? '');
  const identifier = primaryEmail ?? primaryPhone ?? username ?? '';
  return element('div', { className: 'person' }, initial, element('div', {}, element('strong', {}, shown), element('div', {}, identifier)));
}

function scopes(name, ofPerson, ofApis) {
  if (!ofPerson.length && !ofApis.length) return null;
  const inWords = ofPerson.map((scope) => textOf('user_scopes', 'descriptions', scope) ?? scope);
  const list = (items) => element('ul', {}, ...items.map((item) => element('li', {}, item)));
  const groups = ofApis.map(({ resource, scopes: of }) =>
    element('div', {}, element('strong', {}, resource.name), list(of.map((scope) => scope.description || scope.name))));
  return element('section', { className: 'scopes' }, element('p', {}, t('description.authorize_personal_data_usage', { name })),
    inWords.length ? list(inWords) : null, ...groups);
}

function afterwards(application, name, redirectUri) {
  const uri = redirectUri && shownOrigin(redirectUri);
  if (application.termsOfUseUrl || application.privacyPolicyUrl) {
    const text = uri ? 'description.authorize_agreement_with_redirect' : 'description.authorize_agreement';
    return element('p', { className: 'terms' }, ...textWithLinks(text, application, { name, uri }));
  }
  return uri ? element('p', { className: 'terms' }, t('description.redirect_to', { name: uri })) : null;
}
