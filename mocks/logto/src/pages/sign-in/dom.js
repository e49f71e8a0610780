// Parts of a page. Text is never parsed as HTML.

import { opens } from './rules.js';
import { t } from './text.js';

const page = document.getElementById('page');
const toastPlace = document.getElementById('toast');

export function element(name, properties = {}, ...children) {
  const { dataset, ...rest } = properties;
  const made = Object.assign(document.createElement(name), rest);
  Object.assign(made.dataset, dataset);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** A button that cannot be pressed again until what it does is done. */
export function button(text, act, properties = {}) {
  const made = element('button', { type: 'button', ...properties }, text);
  made.onclick = () => once(made, act);
  return made;
}

async function once(made, act) {
  made.disabled = true;
  try {
    await act();
  } finally {
    made.disabled = false;
  }
}

/** A link of the page, which loads no document. */
export const turn = (text, act) => element('button', { type: 'button', className: 'link', onclick: act }, text);

/** A link out of the page; only its text if a page must not open the address. */
export function link(text, href) {
  return opens(href) ? element('a', { href, target: '_blank', rel: 'noopener' }, text) : element('span', {}, text);
}

/** An image that is part of the settings. Pictures elsewhere are left out: a double loads nothing from other hosts. */
export function picture(src, className) {
  return String(src).startsWith('data:image/') ? element('img', { src, className, alt: '' }) : null;
}

/** Fields with labels, a place for a message, and a button. `checked` are the values by name, and returns messages by
 * field if something is wrong with them; `act` may return one about all of them. */
export function form({ fields, submit, check = () => ({}), act, extra }) {
  const rows = fields.map(({ label, ...properties }) => row(label, properties));
  const message = element('p', { className: 'message', role: 'alert' });
  const send = element('button', { type: 'submit', className: 'primary' }, submit);
  const made = element('form', { noValidate: true }, ...rows.map(({ whole }) => whole), message, extra, send);
  made.onsubmit = async (event) => {
    event.preventDefault();
    message.textContent = '';
    const values = Object.fromEntries(rows.map(({ input }) => [input.name, input.value]));
    const wrong = check(values);
    for (const { input, say } of rows) say(Object.hasOwn(wrong, input.name) ? wrong[input.name] : '');
    if (Object.keys(wrong).length) return;
    await once(send, async () => {
      message.textContent = (await act(values)) ?? '';
    });
  };
  return made;
}

function row(label, properties) {
  const id = `field-${properties.name}`;
  const input = element('input', { id, ...properties });
  const message = element('span', { id: `${id}-message`, className: 'message' });
  input.setAttribute('aria-describedby', message.id);
  const say = (text) => {
    message.textContent = text;
    input.setAttribute('aria-invalid', String(text !== ''));
  };
  const whole = element('div', { className: 'field' }, element('label', { htmlFor: id }, label), input, message);
  return { whole, input, say };
}

/** Shows a page. `back` and `skip` are what its bar offers. */
export function show({ title = '', heading = title, description, back = false, skip, kind = '' }, ...children) {
  document.title = title;
  page.className = kind;
  const bar = element('nav', {});
  if (back && history.length > 1) bar.append(turn(`‹ ${t('action.nav_back')}`, () => history.back()));
  if (skip) bar.append(button(t('action.nav_skip'), skip, { className: 'link skip' }));
  page.replaceChildren(
    ...(bar.childElementCount ? [bar] : []),
    ...(heading ? [element('h1', {}, heading)] : []),
    ...(description ? [element('p', { className: 'description' }, description)] : []),
    ...children.filter(Boolean),
  );
  page.querySelector('input[autofocus]')?.focus();
}

/** A page on which something is under way. */
export const showWaiting = () => {
  document.title = '';
  page.className = 'waiting';
  page.replaceChildren(element('div', { className: 'spinner' }));
};

/** Nothing at all, as on Logto's page when a call that it waited for has failed. */
export const showNothing = () => {
  if (page.className === 'waiting') page.replaceChildren();
};

/** A page that says what is wrong. */
export function showError({ title = 'description.not_found', message, back = true, action }) {
  show({ title: t(title), back, kind: 'error', description: message }, action);
}

/** A page, or a step, that Logto has and its double does not. */
export const notPlayed = () => showError({ title: 'double.missing', message: t('double.not_played') });

let hiding;

/** A message over the page, for three seconds. */
export function toast(text) {
  clearTimeout(hiding);
  toastPlace.textContent = text;
  hiding = setTimeout(() => toastPlace.replaceChildren(), 3000);
}

/** Asks a question over the page, and returns whether it was confirmed. */
export function ask(title, content, { confirm, cancel = t('action.cancel') }) {
  return new Promise((resolve) => {
    const answer = (confirmed) => () => {
      modal.close();
      modal.remove();
      resolve(confirmed);
    };
    const buttons = [element('button', { type: 'button', onclick: answer(false) }, cancel)];
    if (confirm) buttons.push(element('button', { type: 'button', className: 'primary', onclick: answer(true) }, confirm));
    const modal = element('dialog', { oncancel: answer(false) }, title && element('h2', {}, title), element('p', {}, ...content),
      element('div', { className: 'buttons' }, ...buttons));
    document.body.append(modal);
    modal.showModal();
  });
}
