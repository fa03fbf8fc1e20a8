// Where a number comes from: its hook, its formula, what it is made of; and the same question asked again.

import {View, html, nothing, state, set, plain} from './view.js';
import {view} from './api.js';
import {texts} from './texts.js';

class OriginPanel extends View {
  key() {
    const f = state.figure;
    return f ? `${f.run} ${f.name} ${f.index} ${f.other}` : null;
  }

  ask() {
    const f = state.figure;
    return view(f.run, 'figure', {name: f.name, index: f.index.join(','), other: f.other || undefined});
  }

  async load() {
    this.again = null;
    return {origin: await this.ask(), run: state.figure.run, other: state.figure.other};
  }

  changed() {
    const opens = state.figure && !this.wasOpen;
    this.wasOpen = Boolean(state.figure);
    super.changed();
    if (opens) {
      this.before = document.activeElement;
      this.updateComplete.then(() => this.querySelector('.close')?.focus());
    }
  }

  close() {
    set({figure: null});
    this.before?.focus?.();
  }

  async repeat() {
    try {
      this.again = await this.ask();
    } catch (e) {
      this.problem = e.message;
    }
    this.requestUpdate();
  }

  render() {
    if (!state.figure) {
      return nothing;
    }
    return html`<aside class="origin" role="dialog" aria-label=${texts.origin} @keydown=${e => e.key === 'Escape' && this.close()}>
      <button class="close quiet" aria-label=${texts.close} @click=${() => this.close()}>✕</button>
      <h2>${texts.origin}</h2>${super.render()}</aside>`;
  }

  show({origin, run, other}) {
    const shown = state.figure.value;
    const same = Math.abs(origin.value - shown) <= 1e-12 * Math.max(1, Math.abs(shown));
    return html`<p class="value">${plain(origin.value)}</p>
      <dl><dt>${texts.registers.story}</dt><dd>${origin.formula.story}</dd>
        <dt>${texts.registers.mathematics}</dt><dd class="formula">${origin.formula.mathematics}</dd>
        <dt>${texts.registers.code}</dt><dd><code>${origin.formula.code}</code></dd></dl>
      ${origin.inputs.length ? html`<h3>${texts.inputs(origin.input_count)}</h3>
        <ul class="inputs">${origin.inputs.map(f => html`<li><code>${f.name}[${f.index.join(',')}]</code>
          <button class="figure" data-figure data-run=${run} data-name=${f.name} data-index=${f.index.join(',')} data-value=${f.value} data-other=${other}
            @click=${() => set({figure: {...f, run, other}})}>${plain(f.value)}</button></li>`)}</ul>
        ${origin.input_count > origin.inputs.length ? html`<p class="help">${texts.firstOf(origin.inputs.length, origin.input_count)}</p>` : nothing}` : nothing}
      <p><button class="small again" @click=${() => this.repeat()}>${texts.askAgain}</button>
        <span role="status">${this.again ? (this.again.value === origin.value && same ? `✓ ${texts.same}` : `✗ ${texts.different}`) : ''}</span></p>`;
  }
}

customElements.define('origin-panel', OriginPanel);
