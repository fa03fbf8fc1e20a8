// How full the vats are, what they resemble, what heads do on random words.

import {View, html, state, set, fig, percent, plain} from './view.js';
import {view} from './api.js';
import {texts} from './texts.js';

const SCORES = ['induction', 'previous', 'duplicate', 'first'];

class InsideView extends View {
  key() {
    return state.run ? `${state.run.run} ${state.position}` : null;
  }

  async load() {
    const run = state.run;
    const states = [...Array(state.model.checkpoints[run.checkpoint].layers + 1).keys()];
    const [norms, scores, nearest] = await Promise.all([
      view(run.run, 'norms'),
      view(run.run, 'scores'),
      Promise.all(states.map(s => view(run.run, 'nearest', {state: s, position: state.position, top: 4}))),
    ]);
    return {norms, scores, nearest, run};
  }

  show({norms, scores, nearest, run}) {
    const words = run.tokens.map(t => t.shown);
    const last = norms.rows.length - 1;
    const name = s => s === last ? texts.lastState : `${texts.dictionaryState} ${s}`;
    return html`<h2>${texts.inside[state.register]}</h2>
      <h3>${texts.nearest}: “${words[state.position]}”</h3>
      <table class="nearest"><tbody>${nearest.map(n => html`<tr><th scope="row">${name(n.state)}</th>${n.words.map(w => html`<td>${w.shown} ${fig(w.similarity, plain, run.run)}</td>`)}</tr>`)}</tbody></table>
      <h3>${texts.norms}</h3>
      <div class="scroll" tabindex="0" role="region" aria-label=${texts.norms}><table class="numbers"><thead><tr><td></td>${words.map(w => html`<th scope="col">${w}</th>`)}</tr></thead>
        <tbody>${norms.rows.map(row => html`<tr><th scope="row">${name(row.state)}</th>${row.values.map(v => html`<td>${fig(v, x => x.toFixed(2), run.run)}</td>`)}</tr>`)}</tbody></table></div>
      <h3>${texts.scores}</h3><p class="help">${texts.scoresHelp(scores.threshold)}</p>
      <div class="scroll" tabindex="0" role="region" aria-label=${texts.scores}><table class="effects"><thead><tr><th scope="col">${texts.alchemist[state.register]}</th>${SCORES.map(s => html`<th scope="col">${texts.roles[s]}</th>`)}<th scope="col">role</th></tr></thead>
        <tbody>${scores.heads.map(h => html`<tr><th scope="row"><button class="small" @click=${() => set({layer: h.layer, head: h.head, tab: 'head'})}>${h.layer}.${h.head}</button></th>
          ${SCORES.map(s => html`<td class="number">${fig(h[s], percent, run.run)}</td>`)}<td>${texts.roles[h.role]}</td></tr>`)}</tbody></table></div>`;
  }
}

customElements.define('inside-view', InsideView);
