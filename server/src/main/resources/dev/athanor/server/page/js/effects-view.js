// Share, direct vote, total effect and resampled effect of every head, side by side and sortable.

import {View, html, state, set, fig, percent, signed, word} from './view.js';
import {view} from './api.js';
import {choice} from './store.js';
import {texts} from './texts.js';
import './attribution-view.js';

const COLUMNS = ['share', 'direct', 'total', 'resample'];

class EffectsView extends View {
  constructor() {
    super();
    this.by = 'total';
  }

  key() {
    return state.run ? `${state.run.run} ${JSON.stringify(choice())}` : null;
  }

  load() {
    return view(state.run.run, 'effects', choice());
  }

  show(data) {
    const heads = [...data.heads].sort((a, b) => Math.abs(b[this.by].value) - Math.abs(a[this.by].value));
    return html`<h2>${texts.effects[state.register]}</h2><p class="help">${texts.effectsHelp}</p>
      <div class="scroll" tabindex="0" role="region" aria-label=${texts.effects.story}><table class="effects"><thead><tr><th scope="col">${texts.alchemist[state.register]}</th>
        ${COLUMNS.map(c => html`<th scope="col" aria-sort=${this.by === c ? 'descending' : 'none'}><button class="sort" @click=${() => { this.by = c; this.requestUpdate(); }}>${texts[c]} ${this.by === c ? '▾' : ''}</button></th>`)}</tr></thead>
        <tbody>${heads.map(h => html`<tr><th scope="row"><button class="small" @click=${() => set({layer: h.layer, head: h.head, tab: 'head'})}>${h.layer}.${h.head}</button></th>
          <td class="number">${fig(h.share, percent)} <small>${texts.from} ${word(h.source)}</small></td>
          ${['direct', 'total', 'resample'].map(c => html`<td class="number">${fig(h[c], signed)}</td>`)}</tr>`)}</tbody></table></div>
      <attribution-view></attribution-view>`;
  }
}

customElements.define('effects-view', EffectsView);
