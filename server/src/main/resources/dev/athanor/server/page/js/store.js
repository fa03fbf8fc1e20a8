// What the page shows now. Views subscribe; whoever changes something calls set().

import {view, post, get} from './api.js';

const listeners = new Set();

export const state = {
  model: null, // what /api/model says
  run: null, // the run on screen
  next: null, // its next words at the position
  position: 0,
  token: null,
  against: null,
  layer: 0,
  head: 0,
  register: 'story',
  columns: false, // words as columns of the heat map rather than rows
  tab: 'tale',
  figure: null, // the number whose origin is open
  busy: false,
  error: '',
};

export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function set(patch) {
  Object.assign(state, patch);
  remember();
  for (const listener of [...listeners]) {
    listener();
  }
}

/** The part of the address behind #: enough to come back. */
function remember() {
  if (!state.run) {
    return;
  }
  const exact = state.run.exact;
  const hash = new URLSearchParams({
    ...(exact ? {tokens: exact, token: state.token} : {prompt: text(state.run)}),
    position: state.position,
    layer: state.layer,
    head: state.head,
    register: state.register,
    tab: state.tab,
  });
  history.replaceState(null, '', `#${hash}`);
}

export function text(run) {
  return run.prompt ?? run.tokens.map(t => t.text).join('').trimStart();
}

/** Parameters of views about a decision. */
export function choice() {
  return {position: state.position, token: state.token, against: state.against};
}

async function attempt(work) {
  set({busy: true, error: ''});
  try {
    await work();
  } catch (e) {
    set({error: e.message});
  } finally {
    set({busy: false});
  }
}

/** Rows of next words that are shown, and ids that an address can hold. */
const ROWS = 8;
const MOST_IDS = 2000;

/** Looks at the decision after a word: the wanted word, or the likeliest, against the likeliest other. */
async function decide(run, position, wanted) {
  const next = await view(run.run, 'next', {position, top: 12, token: wanted});
  const {chosen} = next;
  if (chosen && !next.rows.slice(0, ROWS).some(row => row.token === chosen.token)) {
    next.rows = [...next.rows.slice(0, ROWS - 1), chosen];
  }
  const token = chosen?.token ?? next.rows[0].token;
  const other = next.rows.find(row => row.token !== token);
  set({run, next, position, token, against: other ? other.token : -1});
}

export function open(prompt, wanted = {}) {
  return attempt(async () => {
    const run = await post('/api/runs', {prompt});
    run.prompt = prompt;
    const position = Math.min(wanted.position ?? Infinity, run.tokens.length - 1);
    await decide(run, position);
  });
}

export function openTokens(tokens) {
  return attempt(async () => {
    const run = await post('/api/runs', {tokens});
    run.prompt = run.tokens.map(t => t.text).join('').trimStart();
    await decide(run, run.tokens.length - 1);
  });
}

/** The decision for a word behind exactly these tokens, which their text may not give again. */
export function openDecision(tokens, token) {
  return attempt(async () => {
    const run = await post('/api/runs', {tokens});
    run.prompt = run.tokens.map(t => t.text).join('').trimStart();
    run.exact = tokens.length <= MOST_IDS ? tokens.join(' ') : null;
    await decide(run, run.tokens.length - 1, token);
  });
}

export function lookAt(position) {
  return attempt(() => decide(state.run, position));
}

export async function begin() {
  const hash = new URLSearchParams(location.hash.slice(1));
  const model = await get('/api/model');
  const within = (name, count) => Math.max(0, Math.min(count - 1, Number(hash.get(name)) || 0));
  set({
    model,
    layer: within('layer', model.checkpoints[0].layers),
    head: within('head', model.checkpoints[0].heads),
    register: ['story', 'mathematics', 'code'].includes(hash.get('register')) ? hash.get('register') : 'story',
    tab: hash.get('tab') ?? 'tale',
  });
  const tokens = (hash.get('tokens') ?? '').split(' ').filter(id => /^\d+$/.test(id)).map(Number);
  if (tokens.length) {
    await openDecision(tokens, hash.has('token') ? Number(hash.get('token')) : undefined);
    return;
  }
  await open(hash.get('prompt') || model.prompt, {position: hash.has('position') ? Number(hash.get('position')) : undefined});
}
