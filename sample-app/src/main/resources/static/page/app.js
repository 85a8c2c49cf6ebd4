'use strict';

// ---- small things

const byId = id => document.getElementById(id);
const numbers = new Intl.NumberFormat('en');
const count = (n, thing) => `${numbers.format(n)} ${thing}${n === 1 ? '' : 's'}`;

function bytes(n) {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (n >= 1000 && unit < units.length - 1) {
    n /= 1024;
    unit++;
  }
  return `${unit === 0 ? n : n.toFixed(1)} ${units[unit]}`;
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** Fetches JSON, and throws the problem's own words if the answer is one. */
async function json(url, options = {}) {
  const response = await fetch(url, {cache: 'no-store', ...options});
  const body = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw Object.assign(new Error(body.detail || `HTTP ${response.status}`), {problem: body});
  }
  return body;
}

// ---- search

const PAGE_SIZE = 10;
const EXAMPLES = ['String', 'Map.Entry', 'CompletableFuture'];
const query = byId('query');
let shown = 0;
let next = null;
let searches = 0; // so that a slow answer never replaces a newer one

async function search(atLeast = PAGE_SIZE) {
  const search = ++searches;
  const prefix = query.value.trim();
  if (prefix === '') {
    showLinks([], null);
    suggest('Try one of these:', EXAMPLES);
    return;
  }
  try {
    const found = await json(linksUrl(prefix, '', atLeast));
    const near = found.links.length > 0 ? [] : await namesNear(prefix);
    if (search !== searches) {
      return;
    }
    showLinks(found.links, found.next);
    suggest(summary(prefix, found, near), near);
  } catch (e) {
    suggest(`The search failed: ${e.message}`, []);
  }
}

const linksUrl = (prefix, after, limit) =>
  '/links?' + new URLSearchParams({prefix, after, limit});

function summary(prefix, found, near) {
  if (found.links.length === 0) {
    return `No link starts with “${prefix}”.` + (near.length > 0 ? ' Did you mean:' : '');
  }
  const more = found.next === null ? '' : 'The first ';
  return `${more}${count(found.links.length, 'link')} starting with “${prefix}”`;
}

async function namesNear(name) {
  return json('/links/' + encodeURIComponent(name))
    .then(() => [], e => (e.problem && e.problem.suggestions) || []);
}

async function showMore() {
  const current = searches;
  const page = await json(linksUrl(query.value.trim(), next, PAGE_SIZE));
  if (current !== searches) {
    return;
  }
  const firstNew = byId('results').children.length;
  addLinks(page.links, page.next);
  suggest(`${count(shown, 'link')} shown`, []);
  byId('results').children[firstNew]?.querySelector('a').focus();
}

function showLinks(links, nextName) {
  byId('results').replaceChildren();
  shown = 0;
  addLinks(links, nextName);
}

function addLinks(links, nextName) {
  byId('results').append(...links.map(resultItem));
  shown += links.length;
  next = nextName;
  byId('more').hidden = nextName === null;
}

function resultItem(link) {
  const anchor = element('a', '', link.name);
  anchor.href = '/' + encodeURIComponent(link.name);
  anchor.target = '_blank';
  anchor.rel = 'noopener';
  const item = element('li', '', '');
  const target = element('span', 'url', shortened(link.url));
  target.title = link.url;
  item.append(
    anchor,
    element('span', link.visits > 0 ? 'visits some' : 'visits', count(link.visits, 'visit')),
    target);
  return item;
}

/** Leaves out the middle of a long URL: the ends say more. */
function shortened(url) {
  const {host, pathname} = new URL(url);
  const folders = pathname.split('/');
  return host + (folders.length > 5 ? ' … /' + folders.slice(-3).join('/') : pathname);
}

function suggest(text, names) {
  byId('search-status').textContent = text;
  byId('suggestions').replaceChildren(...names.map(name => {
    const button = element('button', '', name);
    button.type = 'button';
    button.addEventListener('click', () => {
      query.value = name;
      query.focus();
      search();
    });
    const item = element('li', '', '');
    item.append(button);
    return item;
  }));
}

/** Updates the visits in place, so that neither the focus nor the scrolling is lost. */
async function refreshVisits() {
  if (shown === 0) {
    return;
  }
  const current = searches;
  const page = await json(linksUrl(query.value.trim(), '', Math.min(shown, 500)));
  if (current !== searches) {
    return;
  }
  page.links.forEach((link, i) => {
    const old = byId('results').children[i];
    if (old && old.querySelector('a').textContent === link.name) {
      old.querySelector('.visits').replaceWith(resultItem(link).querySelector('.visits'));
    }
  });
}

let typing;
query.addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(search, 150);
});
byId('search').addEventListener('submit', event => {
  event.preventDefault();
  clearTimeout(typing);
  search();
});
byId('more').addEventListener('click', showMore);
byId('results').addEventListener('click', () => setTimeout(refreshVisits, 500));

// ---- the store's figures

const SECONDS = 60;
const rates = new Array(SECONDS + 1).fill(0);
let lastSample = null;

async function poll() {
  if (!document.hidden) {
    try {
      showFigures(await json('/page/figures'));
    } catch {
      showState('not reachable', 'bad');
      lastSample = null;
    }
  }
  setTimeout(poll, 1000);
}

function showFigures(figures) {
  showState(figures.state.toLowerCase(), figures.state === 'OPEN' ? 'open' : 'bad');
  byId('keys').textContent = numbers.format(figures.keys);
  byId('segments').textContent = numbers.format(figures.segments);
  byId('disk').textContent = bytes(figures.diskBytes);
  byId('live').textContent = bytes(figures.liveBytes);
  showGarbage(figures);
  showRate(figures.operations);
  showLastCompaction(figures.lastCompaction);
}

function showState(text, kind) {
  byId('state').textContent = text;
  byId('state').className = 'badge ' + kind;
}

function showGarbage(figures) {
  const log = figures.liveBytes + figures.garbageBytes;
  const live = log === 0 ? 100 : 100 * figures.liveBytes / log;
  byId('live-bar').setAttribute('width', live);
  byId('garbage').textContent =
    `${bytes(figures.garbageBytes)}, ${Math.round(100 - live)} %`;
}

function showRate(operations) {
  const sample = {operations, at: performance.now()};
  if (lastSample !== null) {
    // A counter that went back was reset by a restart.
    const done = Math.max(0, operations - lastSample.operations);
    rates.push(Math.round(1000 * done / (sample.at - lastSample.at)));
    rates.shift();
  }
  lastSample = sample;
  const peak = Math.max(...rates);
  byId('rate').textContent = numbers.format(rates[SECONDS]);
  byId('peak').textContent = `peak ${numbers.format(peak)}`;
  const points = rates.map((rate, x) => `${x} ${(19.5 - 18.5 * rate / Math.max(peak, 10)).toFixed(2)}`);
  byId('rate-line').setAttribute('d', 'M' + points.join('L'));
  byId('rate-area').setAttribute('d', `M0 20L${points.join('L')}L${SECONDS} 20Z`);
}

function showLastCompaction(last) {
  byId('last-compaction').textContent = last === null
    ? 'none yet'
    : `${new Date(last.endedAt).toLocaleTimeString()}, ${bytes(last.bytesReclaimed)} reclaimed ` +
      `in ${numbers.format(last.millis)} ms`;
}

// ---- the button; it is never disabled, or it would lose the focus of the keyboard

const compactButton = byId('compact');

async function compact() {
  if (compactButton.getAttribute('aria-disabled') === 'true') {
    return;
  }
  compactButton.setAttribute('aria-disabled', 'true');
  byId('compact-result').textContent = 'Compacting …';
  try {
    const {report} = onlyStore(await json('/actuator/compact', {method: 'POST'}));
    showFigures(await json('/page/figures'));
    byId('compact-result').textContent =
      `Done. Files: ${bytes(report.diskBytesBefore)} before, ${bytes(report.diskBytesAfter)} now.`;
  } catch (e) {
    const reason = e.problem?.stores ? onlyStore(e.problem).failure : e.message;
    byId('compact-result').textContent = `Compaction failed: ${reason}`;
  } finally {
    compactButton.removeAttribute('aria-disabled');
  }
}

// The endpoint answers for all stores of an application; this one has one.
const onlyStore = answer => Object.values(answer.stores)[0];

compactButton.addEventListener('click', compact);
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) {
    lastSample = null; // nothing was polled meanwhile, so there is no rate for that time
    refreshVisits();
  }
});

query.value = new URLSearchParams(location.search).get('q') ?? '';
search();
poll();
