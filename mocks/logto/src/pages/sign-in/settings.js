// The tenant's settings, as old as the document.

import { Refused, send } from './api.js';
import { buttons } from './rules.js';
import { known, names } from './tab.js';

let current;

export const settings = () => current;

/** Takes the settings out of the document if they are those of the tab's application, else asks for them. */
export async function loadSettings() {
  const { data, ...rendered } = typeof logtoSsr === 'object' ? logtoSsr.signInExperience : {};
  const fits = data && names.every((name) => (rendered[name] || undefined) === known(name));
  const found = fits ? data : await asked();
  current = { ...found, socialConnectors: buttons(found.socialConnectors) };
}

async function asked() {
  const query = new URLSearchParams(names.flatMap((name) => (known(name) ? [[name, known(name)]] : [])));
  const path = `/api/.well-known/sign-in-exp${query.size ? `?${query}` : ''}`;
  const response = await send('GET', path, { headers: { accept: 'application/json' } });
  if (!response.ok) throw new Refused(response.status);
  return response.json();
}

/** Ways to sign in that have a form. */
export const signInMethods = () => current.signIn.methods.filter(({ password, verificationCode }) => password || verificationCode);

/** What a new account is called by. */
export const signUpIdentifiers = () => current.signUp.identifiers;

export const isDark = () => document.documentElement.dataset.theme === 'dark';

/** Light or dark, if the tenant has both, and the tenant's color. */
export function applyTheme() {
  const { isDarkModeEnabled, primaryColor, darkPrimaryColor } = current.color;
  const prefersDark = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    const dark = isDarkModeEnabled && prefersDark.matches;
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
    const color = dark ? darkPrimaryColor : primaryColor;
    // Only a color, whatever the settings say.
    if (CSS.supports('color', color ?? '')) document.documentElement.style.setProperty('--primary', color);
  };
  apply();
  prefersDark.addEventListener('change', apply);
}
