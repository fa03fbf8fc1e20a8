// The text as words; the chosen one decides.

import {View, html, state, grouped} from './view.js';
import {lookAt} from './store.js';
import {texts} from './texts.js';

class WordChips extends View {
  render() {
    const run = state.run;
    const move = (e, position) => {
      const to = {ArrowRight: position + 1, ArrowLeft: position - 1, Home: 0, End: run.tokens.length - 1}[e.key];
      if (to !== undefined && run.tokens[to]) {
        e.preventDefault();
        this.querySelectorAll('button')[to].focus();
      }
    };
    return html`<section class="words">
      <h2>${texts.words[state.register]}</h2>
      <p class="help">${texts.wordsHelp}</p>
      <div class="chips" role="group" aria-label=${texts.words.story}>
        ${grouped(run.tokens).map(group => html`<span class="group">${group.map(([token, i]) => html`<button class="chip" aria-pressed=${i === state.position}
          tabindex=${i === state.position ? 0 : -1} title="${token.id}" @keydown=${e => move(e, i)} @click=${() => lookAt(i)}>${token.shown}</button>`)}</span>`)}
        <span class="chip blank" aria-hidden="true">…</span>
      </div>
    </section>`;
  }
}

customElements.define('word-chips', WordChips);
