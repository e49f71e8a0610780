// The terms of the tenant, and whether the person has agreed to them: known to this document only.

import { ask, element, link } from './dom.js';
import { settings } from './settings.js';
import { around, t } from './text.js';

let agreed = false;

/** `Automatic`, `ManualRegistrationOnly` or `Manual`. */
export const policy = () => settings().agreeToTermsPolicy;

/** Links to the terms that there are. */
function linksTo({ termsOfUseUrl, privacyPolicyUrl }) {
  const links = [];
  if (termsOfUseUrl) links.push(link(t('description.terms_of_use'), termsOfUseUrl));
  if (termsOfUseUrl && privacyPolicyUrl) links.push(` ${t('description.and')} `);
  if (privacyPolicyUrl) links.push(link(t('description.privacy_policy'), privacyPolicyUrl));
  return links;
}

const exist = () => linksTo(settings()).length > 0;

/** A text with these links in it. */
export function textWithLinks(name, of, values) {
  const [before, after = ''] = around(name, values);
  return [before, ...linksTo(of), after];
}

/** The box to tick. */
export function checkbox() {
  if (!exist()) return null;
  const box = element('input', { type: 'checkbox', name: 'termsAgreement', checked: agreed });
  box.onchange = () => {
    agreed = box.checked;
  };
  return element('label', { className: 'terms' }, box, element('span', {}, t('description.agree_with_terms'), ...linksTo(settings())));
}

/** What holds without a box. */
export const notice = () => (exist() ? element('p', { className: 'terms' }, ...textWithLinks('description.auto_agreement', settings())) : null);

/** Whether the person agrees; asks, unless the box is ticked or no one has to agree. */
export async function agrees() {
  if (agreed || !exist() || policy() === 'Automatic') return true;
  const content = textWithLinks('description.agree_with_terms_modal', settings());
  const confirmed = await ask(t('description.reminder'), content, { confirm: t('action.agree') });
  // A refusal does not take back what was agreed to meanwhile.
  agreed ||= confirmed;
  return confirmed;
}
