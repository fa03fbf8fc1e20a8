// What all views have in common: they live in the page's own tree, follow the store, and load what they show.

import {LitElement, html, nothing} from 'lit';
import {state, subscribe, set} from './store.js';
import {texts} from './texts.js';
import {rest, hide} from './hover.js';

/** The run that the numbers being drawn belong to, which may be the one before while the next is computed. */
let drawn = null;

export class View extends LitElement {
  createRenderRoot() {
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    this.leave = subscribe(() => this.changed());
    this.changed();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.leave();
  }

  /** What the data depend on; null while there is nothing to load. */
  key() {
    return null;
  }

  async load() {}

  changed() {
    const key = this.key();
    if (key !== null && key !== this.loaded) {
      this.loaded = key;
      this.fetch(key);
    }
    this.requestUpdate();
  }

  async fetch(key) {
    this.loading = true;
    this.problem = '';
    this.requestUpdate();
    const run = state.run;
    try {
      const data = await this.load();
      if (key === this.loaded) { // nobody asked for something else meanwhile
        this.data = data;
        this.drawn = run;
      }
    } catch (e) {
      if (key === this.loaded) {
        this.problem = e.message;
      }
    } finally {
      if (key === this.loaded) {
        this.loading = false;
      }
      this.requestUpdate();
    }
  }

  render() {
    if (this.problem) {
      return html`<p class="problem" role="alert">${this.problem}</p>`;
    }
    if (!this.data) {
      return this.key() === null ? nothing : html`<p class="loading">${texts.loading}</p>`;
    }
    drawn = this.drawn;
    const shown = this.show(this.data);
    drawn = null;
    return html`<div class=${this.loading ? 'stale' : ''}>${shown}</div>`;
  }
}

export const percent = p => p > 0 && p < 0.0005 ? '< 0.1 %' : `${(100 * p).toFixed(p >= 0.0995 ? 0 : 1)} %`;
export const signed = x => `${x < 0 ? '−' : '+'}${Math.abs(x).toFixed(2)}`;
export const plain = x => {
  const size = Math.abs(x);
  const digits = size !== 0 && (size < 0.001 || size >= 1e5) ? x.toExponential(2) : x.toFixed(3);
  return digits.replace('-', '−');
};

/** A number that opens its origin. */
export function fig(figure, format = plain, run = (drawn ?? state.run).run, other = '') {
  return html`<button class="figure" data-figure data-run=${run} data-name=${figure.name} data-index=${figure.index.join(',')}
    data-value=${figure.value} data-other=${other} aria-label="${format(figure.value)}, ${figure.name}[${figure.index.join(',')}]"
    @pointerenter=${e => rest(e.currentTarget)} @pointerleave=${hide} @focus=${e => rest(e.currentTarget)} @blur=${hide}
    @click=${e => { e.stopPropagation(); hide(); set({figure: {...figure, run, other}}); }}>${format(figure.value)}</button>`;
}

/** A bar from 0 to 1, or from the middle to either side. */
export function bar(share, kind = 'share') {
  const width = `${Math.min(100, 100 * Math.abs(share)).toFixed(2)}%`;
  return html`<svg class="bar ${kind}" aria-hidden="true"><rect width=${width} height="100%"></rect></svg>`;
}

export function vote(value, largest) {
  const half = Math.min(50, 50 * Math.abs(value) / Math.max(largest, 1e-9));
  const x = value < 0 ? 50 - half : 50;
  return html`<svg class="bar vote ${value < 0 ? 'against' : 'for'}" aria-hidden="true">
    <rect x="${x}%" width="${half}%" height="100%"></rect><line x1="50%" x2="50%" y1="0" y2="100%"></line></svg>`;
}

/** A word of the run being drawn. */
export function word(position) {
  return (drawn ?? state.run).tokens[position].shown;
}

/** Tokens with their positions, those of one word together. */
export function grouped(tokens) {
  const groups = [];
  tokens.forEach((token, i) => {
    if (i && !/^\s/.test(token.text)) {
      groups.at(-1).push([token, i]);
    } else {
      groups.push([[token, i]]);
    }
  });
  return groups;
}

export {html, nothing, state, set};
