// The lens over layers and words.

import {View, html, state, fig, percent} from './view.js';
import {view} from './api.js';
import {texts} from './texts.js';

class LensView extends View {
  key() {
    return state.run ? state.run.run : null;
  }

  load() {
    return view(state.run.run, 'lens').then(data => ({...data, run: state.run}));
  }

  show(data) {
    const words = data.run.tokens.map(t => t.shown);
    const last = data.rows.length - 1;
    return html`<h2>${texts.lens[state.register]}</h2><p class="help">${texts.lensHelp}</p>
      <div class="scroll" tabindex="0" role="region" aria-label=${texts.lens.story}><table class="lens">
        <thead><tr><td></td>${words.map(w => html`<th scope="col">${w}</th>`)}</tr></thead>
        <tbody>${[...data.rows].reverse().map(row => html`<tr><th scope="row">${row.state === last ? texts.lastState : `${texts.dictionaryState} ${row.state}`}</th>
          ${row.cells.map(cell => html`<td class="shade${Math.min(100, 25 * Math.round(4 * cell.probability.value))}"><span class="word">${cell.shown}</span>
            ${fig(cell.probability, percent, data.run.run)}</td>`)}</tr>`)}</tbody></table></div>`;
  }
}

customElements.define('lens-view', LensView);
