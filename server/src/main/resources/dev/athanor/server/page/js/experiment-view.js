// Change something, and see what that does: before and after, the direct effect beside the total one.

import {View, html, nothing, state, fig, signed, percent, bar} from './view.js';
import {post} from './api.js';
import {choice} from './store.js';
import {texts} from './texts.js';

/** The fields that each kind of edit has. */
const FIELDS = {
  ablate: ['part', 'layer', 'head', 'neuron', 'how'],
  swap: ['tag', 'layer', 'head', 'position', 'from_position'],
  pour: ['layer', 'head', 'position', 'source'],
  mask: [],
  positions: [],
  patch: ['hook', 'layer', 'position', 'from_position'],
  steer: ['layer', 'position', 'times'],
};
const HOOKS = {resid_pre: 'hook_resid_pre', attn_out: 'hook_attn_out', mlp_out: 'hook_mlp_out', z: 'attn.hook_z'};

class ExperimentView extends View {
  constructor() {
    super();
    this.kind = 'ablate';
    this.edits = [];
    this.form = {part: 'head', how: 'mean', tag: 'key', hook: 'resid_pre', times: 1, neuron: 0, position: null, from_position: 0, source: 0};
  }

  field(name) {
    const model = state.model.checkpoints[state.run.checkpoint];
    const words = state.run.tokens.map((t, i) => [i, `${i} ${t.shown}`]);
    const numbers = count => [...Array(count).keys()].map(n => [n, String(n)]);
    const options = {
      part: Object.entries(texts.parts), how: Object.entries(texts.hows), tag: Object.entries(texts.tags), hook: Object.entries(texts.points),
      layer: numbers(model.layers), head: numbers(model.heads), position: words, from_position: words, source: words,
    }[name];
    const value = this.value(name);
    const change = e => { this.form[name] = options && typeof options[0][0] === 'string' ? e.target.value : Number(e.target.value); this.requestUpdate(); };
    const label = {tag: 'what', hook: 'what', part: 'part', how: 'by', source: 'all from', position: 'of word', from_position: 'from word', times: 'times'}[name] ?? name;
    return html`<label>${label} ${options
      ? html`<select data-field=${name} @change=${change}>${options.map(([id, text]) => html`<option value=${id} .selected=${String(id) === String(value)}>${text}</option>`)}</select>`
      : html`<input type="number" data-field=${name} min=${name === 'times' ? -20 : 0} max=${name === 'neuron' ? model.feed_forward - 1 : 20} step=${name === 'times' ? 0.5 : 1} .value=${String(value)} @change=${change}>`}</label>`;
  }

  value(name) {
    return this.form[name] ?? {layer: state.layer, head: state.head, position: state.position}[name];
  }

  shown() {
    const hidden = this.kind === 'ablate'
      ? {head: ['neuron'], neuron: ['head']}[this.form.part] ?? ['head', 'neuron'] : [];
    return FIELDS[this.kind].filter(f => !hidden.includes(f));
  }

  edit() {
    const v = name => this.value(name);
    const other = state.other?.run;
    switch (this.kind) {
      case 'ablate': return {do: 'ablate', part: v('part'), layer: v('layer'), ...(v('part') === 'head' && {head: v('head')}), ...(v('part') === 'neuron' && {neuron: v('neuron')}), how: v('how')};
      case 'swap': return {do: 'swap', part: v('tag'), layer: v('layer'), head: v('head'), position: v('position'), from_position: v('from_position')};
      case 'pour': return {do: 'pour', layer: v('layer'), head: v('head'), position: v('position'), shares: state.run.tokens.map((_, i) => i === v('source') ? 1 : 0)};
      case 'mask': return {do: 'mask', on: false};
      case 'positions': return {do: 'positions', on: false};
      case 'patch': return {do: 'patch', hook: `blocks.${v('layer')}.${HOOKS[v('hook')]}`, from: other, position: v('position'), from_position: v('from_position')};
      default: return {
        do: 'steer', hook: `blocks.${v('layer')}.hook_resid_post`, positions: [v('position')], times: v('times'),
        plus: {run: other, position: state.other?.tokens.length - 1}, minus: {position: v('position')},
      };
    }
  }

  async attempt(edits) {
    this.edits = edits;
    if (!edits.length) {
      this.result = null;
      this.requestUpdate();
      return;
    }
    this.busy = true;
    this.problem2 = '';
    this.requestUpdate();
    try {
      this.result = await post('/api/experiments', {run: state.run.base, edits, ...choice()});
      this.of = state.run.base;
    } catch (e) {
      this.problem2 = e.message;
      this.edits = edits.slice(0, -1);
    }
    this.busy = false;
    this.requestUpdate();
  }

  describe(edit) {
    const word = i => state.run.tokens[i]?.shown ?? i;
    switch (edit.do) {
      case 'ablate': return `${texts.parts[edit.part]} ${edit.layer}${edit.head === undefined ? '' : `.${edit.head}`}${edit.neuron === undefined ? '' : `.${edit.neuron}`}: ${texts.hows[edit.how]}`;
      case 'swap': return `${edit.layer}.${edit.head}: “${word(edit.position)}” wears the ${texts.tags[edit.part]} of “${word(edit.from_position)}”`;
      case 'pour': return `${edit.layer}.${edit.head}: “${word(edit.position)}” pours all from “${word(edit.shares.indexOf(1))}”`;
      case 'patch': return `${edit.hook}: “${word(edit.position)}” from the other text`;
      case 'steer': return `${edit.hook}: towards the other text × ${edit.times}`;
      default: return texts.kinds[edit.do];
    }
  }

  outcome() {
    const r = this.result;
    const column = (title, next, run) => html`<div><h3>${title}</h3><table class="next"><tbody>${next.rows.slice(0, 5).map(row => html`<tr>
      <th scope="row">${row.shown}</th><td class="number">${fig(row.p, percent, run)}</td><td class="wide">${bar(row.p.value)}</td></tr>`)}</tbody></table></div>`;
    return html`<div class="two outcome">${column(texts.before, r.next_before, r.before)}${column(texts.after, r.next_after, r.after)}</div>
      <dl class="effect"><dt>${texts.directEffect}</dt><dd>${r.direct ? fig(r.direct, signed, r.after) : texts.noDirect}</dd>
        <dt>${texts.totalEffect}</dt><dd>${fig(r.total, signed, r.after)}</dd></dl>
      <p class="help">${texts.votesFor(r.choice.shown, r.choice.against_shown)}</p>
      ${r.off_distribution ? html`<p class="caution">${texts.unusual(r.scale_z)}</p>` : nothing}`;
  }

  render() {
    const stale = this.result && this.of !== state.run.base;
    const needs = ['patch', 'steer'].includes(this.kind) && !state.other;
    return html`<h2>${texts.experiments[state.register]}</h2><p class="help">${texts.experimentHelp}</p>
      <div class="fields"><label>do <select data-field="kind" @change=${e => { this.kind = e.target.value; this.requestUpdate(); }}>
        ${Object.entries(texts.kinds).map(([id, text]) => html`<option value=${id} .selected=${id === this.kind}>${text}</option>`)}</select></label>
        ${this.shown().map(name => this.field(name))}
        <button class="primary" ?disabled=${this.busy || needs} @click=${() => this.attempt([this.edit()])}>${texts.tryIt}</button>
        ${this.edits.length && !stale ? html`<button class="small" ?disabled=${this.busy || needs} @click=${() => this.attempt([...this.edits, this.edit()])}>${texts.add}</button>` : nothing}</div>
      ${needs ? html`<p class="help">${texts.needsOther}</p>` : nothing}
      ${this.problem2 ? html`<p class="problem" role="alert">${this.problem2}</p>` : nothing}
      ${this.result && !stale ? html`<ul class="edits">${this.edits.map((edit, i) => html`<li>${this.describe(edit)}
        <button class="small" @click=${() => this.attempt(this.edits.filter((_, j) => j !== i))}>${texts.remove}</button></li>`)}</ul>${this.outcome()}` : nothing}`;
  }
}

customElements.define('experiment-view', ExperimentView);
