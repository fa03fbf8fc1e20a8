// A second text, or a second checkpoint, beside the first; and which place carries their difference.

import {View, html, nothing, state, set, fig, percent, signed, bar, grouped} from './view.js';
import {post, view, events} from './api.js';
import {open, text} from './store.js';
import {texts} from './texts.js';

const LIES = {
  twoLies: ['Sarah lies still on the bed, feeling', 'Sarah lies to the judge, feeling'],
  equalLies: ['Sarah lies on the bed, feeling', 'Sarah lies to the judge, feeling'], // equally many tokens: can be patched
};

/** A share of the way back, which may go the wrong way. */
const way = v => `${Math.round(100 * v) < 0 ? '−' : ''}${Math.abs(Math.round(100 * v))} %`;

class CompareView extends View {
  constructor() {
    super();
    this.point = 'z';
    this.checkpoint = 0;
  }

  async second(prompt) {
    this.problem2 = '';
    this.grid = null;
    try {
      const other = await post('/api/runs', {prompt, checkpoint: this.checkpoint});
      other.prompt = prompt;
      const next = await view(other.run, 'next', {top: 6});
      const both = await post('/api/compare', {runs: [state.run.run, other.run]});
      set({other: {...other, next, cka: both.cka, heads: both.heads, of: state.run.run}});
      await this.decide(state.run, await view(state.run.run, 'next', {top: 6}), other, next);
    } catch (e) {
      this.problem2 = e.message;
    }
    this.requestUpdate();
  }

  /** What decides in each text between its own likeliest word and the other's: heads, what they poured, what is lost without them. */
  async decide(one, oneNext, two, twoNext) {
    this.deciding = null;
    const [a, b] = [oneNext.rows[0].token, twoNext.rows[0].token];
    const both = a === b ? [[a, oneNext.rows[1].token], [b, twoNext.rows[1].token]] : [[a, b], [b, a]];
    const load = ([token, against], run) => Promise.all([
      view(run.run, 'effects', {token, against}), view(run.run, 'assembly', {token, against}),
    ]).then(([effects, assembly]) => ({run, effects, assembly}));
    this.deciding = await Promise.all([load(both[0], one), load(both[1], two)]);
  }

  /** The three heads without which the decision moves most. */
  heads({run, effects, assembly}) {
    const heads = [...effects.heads].sort((x, y) => Math.abs(y.total.value) - Math.abs(x.total.value)).slice(0, 3);
    return html`<table class="effects deciding"><caption>${texts.votesFor(assembly.choice.shown, assembly.choice.against_shown)}: ${fig(assembly.logit, signed, run.run)}</caption>
      <thead><tr><th scope="col">${texts.alchemist[state.register]}</th><th scope="col">${texts.poured}</th><th scope="col">${texts.direct}</th><th scope="col">${texts.without}</th></tr></thead>
      <tbody>${heads.map(h => html`<tr><th scope="row">${h.layer}.${h.head}</th><td>${fig(h.share, percent, run.run)} ${run.tokens[h.source].shown}</td>
        <td class="number">${fig(h.direct, signed, run.run)}</td><td class="number">${fig(h.total, signed, run.run)}</td></tr>`)}</tbody></table>
      <p class="help">${texts.addsUp} ${assembly.error.toExponential(1)}</p>`;
  }

  /** Head by head, where both checkpoints read the same words. */
  differences({heads, run}) {
    const layers = [...new Set(heads.map(h => h.layer))];
    return html`<h3>${texts.headsDiffer}</h3><p class="help">${texts.headsDifferHelp}</p>
      <div class="scroll" tabindex="0" role="region" aria-label=${texts.headsDiffer}><table class="lens differences"><thead><tr><td></td>${heads.filter(h => h.layer === 0).map(h => html`<th scope="col">${texts.alchemist[state.register]} ${h.head}</th>`)}</tr></thead>
        <tbody>${layers.map(layer => html`<tr><th scope="row">${texts.layer.story} ${layer}</th>${heads.filter(h => h.layer === layer).map(h => html`<td class="shade${25 * Math.round(4 * h.variation.value)}">${fig(h.variation, percent, state.run.run, run)}</td>`)}</tr>`)}</tbody></table></div>`;
  }

  async lies([first, second]) {
    await open(first);
    await this.second(second);
  }

  /** The first text is the corrupt one; the second's decision is what comes back. */
  async patch() {
    this.problem2 = '';
    this.grid = {rows: [], labels: this.point === 'z' ? null : state.run.tokens.map(t => t.shown), run: state.run.run, other: state.other.run};
    this.requestUpdate();
    try {
      const token = state.other.next.rows[0].token;
      const mine = state.next.rows[0].token === token ? state.next.rows[1].token : state.next.rows[0].token;
      const body = {clean: state.other.run, corrupt: state.run.run, hook: this.point, position: state.run.tokens.length - 1, token, against: mine};
      for await (const event of events('/api/patching', body)) {
        if (event.name === 'row') {
          this.grid = {...this.grid, rows: [...this.grid.rows, event.data.cells]};
        } else {
          this.grid = {...this.grid, computed: event.data.computed};
        }
        this.requestUpdate();
      }
    } catch (e) {
      this.problem2 = e.message;
      this.grid = null;
      this.requestUpdate();
    }
  }

  side(run, next, others, deciding) {
    return html`<div class="side"><p class="chips">${grouped(run.tokens).map(group => html`<span class="group">${group.map(([t, i]) => html`<span class="chip ${others[i]?.id === t.id ? '' : 'differs'}">${t.shown}</span>`)}</span>`)}</p>
      <table class="next"><tbody>${next.rows.slice(0, 5).map(row => html`<tr><th scope="row">${row.shown}</th>
        <td class="number">${fig(row.p, percent, run.run)}</td><td class="wide">${bar(row.p.value)}</td></tr>`)}</tbody></table>
      ${deciding ? this.heads(deciding) : nothing}</div>`;
  }

  patching() {
    const same = state.other.tokens.length === state.run.tokens.length;
    const grid = this.grid;
    return html`<h3>${texts.patching[state.register]}</h3><p class="help">${texts.patchingHelp}</p>
      <div class="fields"><label>what <select data-field="point" @change=${e => { this.point = e.target.value; }}>${Object.entries(texts.points).map(([id, label]) => html`<option value=${id} .selected=${id === this.point}>${label}</option>`)}</select></label>
        <button class="primary patch" ?disabled=${!same} @click=${() => this.patch()}>${texts.patch}</button></div>
      ${same ? nothing : html`<p class="help">Two runs of equally many tokens can be patched; these have ${state.run.tokens.length} and ${state.other.tokens.length}.</p>`}
      ${grid ? html`<div class="scroll" tabindex="0" role="region" aria-label=${texts.patching.story}><table class="lens patching"><thead><tr><td></td>${(grid.labels ?? grid.rows[0]?.map((_, h) => `${texts.alchemist[state.register]} ${h}`) ?? []).map(l => html`<th scope="col">${l}</th>`)}</tr></thead>
        <tbody>${grid.rows.map((row, layer) => html`<tr><th scope="row">${texts.layer.story} ${layer}</th>${row.map(cell => html`<td class=${cell.value < -0.05 ? 'negative' : `shade${Math.max(0, Math.min(100, 25 * Math.round(4 * cell.value)))}`}>${fig(cell, way, grid.run, grid.other)}</td>`)}</tr>`)}</tbody></table></div>
        ${grid.computed ? html`<p class="help">${texts.computed(grid.computed)}</p>` : nothing}` : nothing}`;
  }

  render() {
    const other = state.other;
    const deciding = this.deciding?.[0].run === state.run ? this.deciding : null; // of these two texts, not of earlier ones
    const several = state.model.checkpoints.length > 1;
    return html`<h2>${texts.compare[state.register]}</h2>
      <form class="prompt" @submit=${e => { e.preventDefault(); this.second(new FormData(e.target).get('second')); }}>
        <label for="second">${texts.second}</label><input id="second" name="second" autocomplete="off" .value=${other?.prompt ?? text(state.run)}>
        ${several ? html`<label>${texts.secondCheckpoint} <input type="checkbox" @change=${e => { this.checkpoint = e.target.checked ? 1 : 0; }}></label>` : nothing}
        <button class="primary">${texts.sideBySide}</button>${Object.entries(LIES).map(([name, lies]) => html`<button type="button" class="small ${name}" @click=${() => this.lies(lies)}>${texts[name]}</button>`)}</form>
      ${this.problem2 ? html`<p class="problem" role="alert">${this.problem2}</p>` : nothing}
      ${other ? html`<div class="two">${this.side(state.run, state.next, other.tokens, deciding?.[0])}${this.side(other, other.next, state.run.tokens, deciding?.[1])}</div>
        ${other.cka ? html`<h3>${texts.cka}</h3><p>${other.cka.map((c, l) => html`<span class="tag">${l}: ${c.toFixed(3)}</span>`)}</p>` : nothing}
        ${other.heads && other.of === state.run.run ? this.differences(other) : nothing}
        ${this.patching()}` : nothing}`;
  }
}

customElements.define('compare-view', CompareView);
