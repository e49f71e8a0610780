// The page's texts, in one language.

import { known } from './tab.js';
import { send } from './api.js';

let texts = {};

/** Takes the texts out of the document if they are in the language that the tab wants, else asks for them. */
export async function loadTexts() {
  const wanted = known('uiLocales');
  const rendered = typeof logtoSsr === 'object' ? logtoSsr.phrases : undefined;
  const fits = rendered && (!wanted || rendered.lng === wanted.trim().split(/\s+/)[0]);
  const { lng, data } = fits ? rendered : await asked(wanted).catch(() => rendered ?? { lng: 'en', data: {} });
  texts = data;
  document.documentElement.lang = lng;
}

async function asked(wanted) {
  const query = wanted ? `?${new URLSearchParams({ lng: wanted })}` : '';
  const headers = { 'accept-language': navigator.language };
  const response = await send('GET', `/api/.well-known/phrases${query}`, { headers });
  const lng = response.headers.get('content-language');
  if (!response.ok || !lng) throw new Error(`the texts were answered ${response.status}`);
  return { lng, data: await response.json() };
}

const at = (names) =>
  names.reduce((value, name) => (value !== null && typeof value === 'object' && Object.hasOwn(value, name) ? value[name] : undefined), texts.translation);

/** The text of this name, or undefined. */
export function textOf(...names) {
  const text = at(names);
  return typeof text === 'string' ? text : undefined;
}

/** The text of this name, `error.unknown`, with its values. */
export function t(name, values = {}) {
  const text = textOf(...name.split('.')) ?? name;
  return text.replaceAll(/\{\{(\w+)\}\}/g, (whole, value) => (Object.hasOwn(values, value) ? String(values[value]) : whole));
}

/** The same around a part that is not text: what stands before `<link></link>`, and what after it. */
export const around = (name, values) => t(name, values).split('<link></link>');
