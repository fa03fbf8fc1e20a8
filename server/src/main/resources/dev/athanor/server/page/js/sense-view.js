// Where else the tales have this word, and which of these places are most like it, layer by layer.

import {View, html, nothing, state, fig, plain} from './view.js';
import {view} from './api.js';
import {texts} from './texts.js';

class SenseView extends View {
  key() {
    return state.run ? `${state.run.run} ${state.position}` : null;
  }

  load() {
    return view(state.run.run, 'senses', {position: state.position});
  }

  show(senses) {
    const last = senses.states.length - 1;
    return html`<h2>${texts.senses[state.register]}: “${senses.word}”</h2><p class="help">${texts.sensesHelp(senses.occurrences)}</p>
      ${senses.states.map((s, i) => html`<h3>${i === last ? texts.lastState : `${texts.dictionaryState} ${i}`}</h3>
        <ol class="senses">${s.nearest.map(n => html`<li>${fig(n.similarity, plain)} ${n.meaning ? html`<span class="tag">${n.meaning}</span>` : nothing} <q>${n.sentence}</q></li>`)}</ol>`)}`;
  }
}

customElements.define('sense-view', SenseView);
