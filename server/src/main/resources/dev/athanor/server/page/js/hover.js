// A first look at where a number comes from, while the pointer or the keyboard rests on it. The panel has the rest.

import {get, view} from './api.js';
import {state} from './store.js';

const WAIT = 180; // milliseconds: passing over a table asks nothing
const KEPT = 200;

const known = new Map();
let timer = 0;
let shownFor = null;

function tip() {
  let found = document.getElementById('hover');
  if (!found) {
    found = document.createElement('div');
    found.id = 'hover';
    found.setAttribute('role', 'tooltip');
    found.hidden = true;
    document.body.append(found);
  }
  return found;
}

async function origin({run, name, index, other}) {
  const key = `${run} ${name} ${index} ${other}`;
  if (!known.has(key)) {
    const asked = {name, index, other: other || undefined};
    known.set(key, await (run === 'timeline' ? get('/api/timeline/figure', asked) : view(run, 'figure', asked)));
    if (known.size > KEPT) {
      known.delete(known.keys().next().value);
    }
  }
  return known.get(key);
}

function place(box, element) {
  const at = element.getBoundingClientRect();
  box.hidden = false;
  const left = Math.max(8, Math.min(at.left, document.documentElement.clientWidth - box.offsetWidth - 8));
  const below = at.bottom + 6 + box.offsetHeight < innerHeight;
  box.style.left = `${left + scrollX}px`;
  box.style.top = `${scrollY + (below ? at.bottom + 6 : at.top - box.offsetHeight - 6)}px`;
}

function line(box, kind, text) {
  const p = document.createElement('p');
  p.className = kind;
  p.textContent = text;
  box.append(p);
}

async function show(element) {
  try {
    const found = await origin(element.dataset);
    if (shownFor !== element || !element.isConnected) {
      return;
    }
    const box = tip();
    box.replaceChildren();
    line(box, 'hover-value', String(found.value));
    line(box, 'hover-formula', found.formula[state.register]);
    line(box, 'hover-name', `${found.name}[${found.index.join(',')}]`);
    place(box, element);
  } catch {
    hide(); // the panel will say what is wrong
  }
}

export function rest(element) {
  hide();
  shownFor = element;
  timer = setTimeout(() => show(element), WAIT);
}

export function hide() {
  clearTimeout(timer);
  shownFor = null;
  tip().hidden = true;
}

addEventListener('keydown', e => e.key === 'Escape' && hide());
addEventListener('scroll', hide, {passive: true, capture: true});
