// The field for what a person is called by.

import { typed } from './tab.js';
import { t } from './text.js';

const described = { username: 'description.username', email: 'description.email', phone: 'description.phone_number' };

/** Names of identifiers in a sentence. */
export const listed = (types) => types.map((type) => t(described[type] ?? 'description.username')).join(` ${t('description.or')} `);

/** The field for an identifier: what was typed before, else what the application knows. */
export function identifierField(types, properties = {}) {
  const labels = { username: 'input.username', email: 'input.email', phone: 'input.phone_number' };
  const hint = new URLSearchParams(location.search).get('login_hint') ?? '';
  const label = t(types.length === 1 ? labels[types[0]] : 'input.identifier');
  return { label, name: 'identifier', value: typed(types) ?? hint, autocapitalize: 'none', ...properties };
}
