// Which page an address is, and the way to another without loading a document.

import { known } from './tab.js';

let routes = [];
/** Counts the pages shown, so that a page that has been left shows nothing any more. */
let shown = 0;

/** The page of a path: its view, and the parts of the path that its pattern leaves open. */
function found(pathname) {
  const parts = pathname.split('/').filter(Boolean);
  for (const [pattern, view] of routes) {
    const wanted = pattern.split('/');
    if (wanted.length !== parts.length) continue;
    if (wanted.every((part, at) => part.startsWith(':') || part === parts[at])) {
      return [view, parts.filter((_, at) => wanted[at].startsWith(':')).map(decoded)];
    }
  }
  return [routes.at(-1)[1], []];
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

async function show() {
  shown += 1;
  const [view, parts] = found(location.pathname);
  await view(...parts);
}

/** A function that tells whether the page at hand is still the one that is shown. */
export function stays() {
  const page = shown;
  return () => page === shown;
}

/** Turns to a page. The application is carried along in the address, unless `bare`. */
export function go(path, { replace = false, state = null, bare = false, query = '' } = {}) {
  const search = new URLSearchParams(query);
  if (!bare && known('appId')) search.set('app_id', known('appId'));
  const address = path + (search.size ? `?${search}` : '');
  if (replace) history.replaceState(state, '', address);
  else history.pushState(state, '', address);
  return show();
}

/** Shows the page of the current address, and of each address that "back" and "forward" lead to. The last route is
 * the page of all other paths. */
export function start(table) {
  routes = table;
  addEventListener('popstate', () => void show());
  return show();
}
