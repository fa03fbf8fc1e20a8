// The tale of the decision in the chosen register.

import {View, html, nothing, state, set} from './view.js';
import {view} from './api.js';
import {choice} from './store.js';
import {texts} from './texts.js';

class TaleView extends View {
  key() {
    return state.run ? `${state.run.run} ${JSON.stringify(choice())} ${state.register}` : null;
  }

  load() {
    return view(state.run.run, 'tale', {...choice(), register: state.register}).then(data => ({...data, run: state.run.run}));
  }

  piece(piece, run) {
    const f = piece.figure;
    return f ? html`<button class="figure" data-figure data-run=${run} data-name=${f.name} data-index=${f.index.join(',')} data-value=${f.value}
      data-other="" title="${f.name}[${f.index.join(',')}]" @click=${() => set({figure: {...f, run, other: ''}})}>${piece.text}</button>` : piece.text;
  }

  show(data) {
    return html`<h2>${texts.tale[state.register]}</h2>
      <div class="tale ${state.register}">${data.chapters.map(chapter => html`<section>
        <h3>${chapter.title}</h3>
        ${chapter.sentences.map(sentence => html`<p>${sentence.map(p => this.piece(p, data.run))}</p>`)}
        ${chapter.caution ? html`<p class="caution"><b>${texts.caution}:</b> ${chapter.caution}</p>` : nothing}
      </section>`)}</div>`;
  }
}

customElements.define('tale-view', TaleView);
