// Which words mattered, by the method a person chooses.

import {View, html, nothing, state, fig, percent, signed, vote, bar} from './view.js';
import {view} from './api.js';
import {choice} from './store.js';
import {texts} from './texts.js';

const METHODS = ['ablation', 'gradient-x-input', 'integrated-gradients', 'attention-deciding', 'attention-last', 'attention-rollout'];

class AttributionView extends View {
  constructor() {
    super();
    this.method = METHODS[0];
  }

  key() {
    return state.run ? `${state.run.run} ${JSON.stringify(choice())} ${this.method}` : null;
  }

  load() {
    return view(state.run.run, 'attribution', {...choice(), method: this.method}).then(data => ({...data, words: data.words, run: state.run}));
  }

  show(data) {
    const largest = Math.max(...data.words.map(w => Math.abs(w.value)), 1e-9);
    return html`<h3>${texts.attribution[state.register]}</h3><p class="help">${texts.attributionHelp}</p>
      <div class="fields"><label>${texts.by} <select data-field="method" @change=${e => { this.method = e.target.value; this.changed(); }}>
        ${METHODS.map(m => html`<option value=${m} .selected=${m === this.method}>${texts.methods[m]}</option>`)}</select></label></div>
      <table class="ballots words-mattered"><tbody>${data.words.map((w, i) => html`<tr><th scope="row">${data.run.tokens[i].shown}</th>
        <td class="number">${fig(w, data.signed ? signed : percent)}</td><td class="narrow">${data.signed ? vote(w.value, largest) : bar(w.value / largest)}</td></tr>`)}</tbody></table>
      ${data.gap === undefined ? nothing : html`<p class="help">${texts.gap} ${data.gap.toFixed(3).replace('-', '−')}</p>`}`;
  }
}

customElements.define('attribution-view', AttributionView);
