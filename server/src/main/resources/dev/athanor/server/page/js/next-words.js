// The next word: shares of the whole vocabulary, and how sliders would draw from them.

import {View, html, nothing, state, set, fig, percent, bar} from './view.js';
import {floats} from './api.js';
import {openTokens} from './store.js';
import {texts} from './texts.js';

/** What a sampler draws from: temperature, then the k likeliest, then the fewest that hold p. */
export function sampled(logits, temperature, topK, topP) {
  const order = [...logits.keys()].sort((a, b) => logits[b] - logits[a]);
  const kept = topK > 0 ? order.slice(0, topK) : order;
  const most = logits[kept[0]];
  const heat = Math.max(temperature, 1e-4);
  let weights = kept.map(token => Math.exp((logits[token] - most) / heat));
  const whole = weights.reduce((a, b) => a + b, 0);
  let sum = 0;
  let count = 0;
  while (count < weights.length && (count === 0 || sum < topP)) {
    sum += weights[count++] / whole;
  }
  weights = weights.slice(0, count);
  const rest = weights.reduce((a, b) => a + b, 0);
  return new Map(weights.map((w, i) => [kept[i], w / rest]));
}

class NextWords extends View {
  constructor() {
    super();
    this.temperature = 1;
    this.topK = 0;
    this.topP = 1;
  }

  key() {
    return state.run ? `${state.run.run} ${state.position}` : null;
  }

  load() {
    return floats(state.run.run, 'logits', {position: state.position});
  }

  slider(id, label, value, least, most, step, shown, change) {
    return html`<label class="slider" for=${id}><span>${label}</span><input type="range" id=${id} min=${least} max=${most} step=${step}
      .value=${String(value)} aria-valuetext=${shown} @input=${e => { change(Number(e.target.value)); this.requestUpdate(); }}><output>${shown}</output></label>`;
  }

  row(row, drawn) {
    const p = drawn.get(row.token) ?? 0;
    const explained = row.token === state.token;
    const against = row.token === state.against;
    const tokens = [...state.run.tokens.slice(0, state.position + 1).map(t => t.id), row.token];
    return html`<tr class=${explained ? 'explained' : against ? 'against' : ''}>
      <th scope="row">${row.shown}</th>
      <td class="number">${fig(row.p, percent)}</td>
      <td class="wide">${bar(row.p.value)}${bar(p, 'drawn')}<span class="visually-hidden drawn">${percent(p)}</span></td>
      <td class="actions">
        <button class="small" aria-pressed=${explained} title="explain this word" @click=${() => set({token: row.token, against: against ? state.token : state.against})}>${texts.why}</button>
        <button class="small" aria-pressed=${against} ?disabled=${explained} title="explain against this word" @click=${() => set({against: row.token})}>${texts.against}</button>
        <button class="small" title="append this word to the text" @click=${() => openTokens(tokens)}>${texts.take}</button>
      </td></tr>`;
  }

  show(logits) {
    const drawn = sampled(logits, this.temperature, this.topK, this.topP);
    return html`<h2>${texts.next[state.register]}</h2>
      <table class="next"><tbody>${state.next.rows.slice(0, 8).map(row => this.row(row, drawn))}</tbody></table>
      <div class="sliders">
        ${this.slider('temperature', texts.temperature, this.temperature, 0, 2, 0.05, this.temperature.toFixed(2), v => { this.temperature = v; })}
        ${this.slider('top-k', texts.topK, this.topK, 0, 50, 1, this.topK ? String(this.topK) : texts.all, v => { this.topK = v; })}
        ${this.slider('top-p', texts.topP, this.topP, 0.05, 1, 0.01, this.topP.toFixed(2), v => { this.topP = v; })}
      </div>
      <p class="help">${texts.nextHelp}</p>`;
  }

  render() {
    return html`<section class="next-words">${state.next ? super.render() : nothing}</section>`;
  }
}

customElements.define('next-words', NextWords);
