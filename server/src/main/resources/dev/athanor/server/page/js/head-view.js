// One head: its pattern over all words, and why one word matches another.

import {View, html, nothing, state, set, fig, percent, signed, vote, word} from './view.js';
import {view} from './api.js';
import {texts} from './texts.js';
import './heat-map.js';

class MatchView extends View {
  static properties = {query: {type: Number}, source: {type: Number}};

  key() {
    return this.query === undefined ? null : `${state.run.run} ${state.layer} ${state.head} ${this.query} ${this.source}`;
  }

  willUpdate() {
    const key = this.key();
    if (key !== null && key !== this.loaded) {
      queueMicrotask(() => this.changed());
    }
  }

  load() {
    return view(state.run.run, 'match', {layer: state.layer, head: state.head, query: this.query, key: this.source, top: 8});
  }

  show(match) {
    const largest = Math.max(...match.products.map(p => Math.abs(p.value)), 1e-9);
    const most = Math.max(...match.parts.map(p => Math.abs(p.score.value)), 1e-9);
    return html`<h3>${texts.match[state.register]}</h3>
      <p>“${word(match.query)}” · “${word(match.key)}” = ${fig(match.score, signed)}</p>
      <p class="help">${texts.matchHelp}</p>
      <h4>${texts.pairs}</h4>
      <table class="ballots"><tbody>${match.parts.map(p => html`<tr><th scope="row">${p.query_part} × ${p.key_part}</th>
        <td class="number">${fig(p.score, signed)}</td><td class="narrow">${vote(p.score.value, most)}</td></tr>`)}</tbody></table>
      <p class="help">${match.pairs} pairs; ${texts.addsUp} ${match.error.toExponential(1)}</p>
      <details><summary>${texts.products}</summary><div class="products">${match.products.map((p, e) => html`<span>${e}: ${fig(p, signed)} ${vote(p.value, largest)}</span>`)}</div></details>`;
  }
}

customElements.define('match-view', MatchView);

class HeadView extends View {
  key() {
    return state.run ? `${state.run.run} ${state.layer} ${state.head}` : null;
  }

  load() {
    return view(state.run.run, 'pattern', {layer: state.layer, head: state.head}).then(data => ({...data, run: state.run}));
  }

  pick() {
    const model = state.model.checkpoints[state.run.checkpoint];
    const options = count => [...Array(count).keys()];
    return html`<div class="fields">
      <label>${texts.layer.story} <select @change=${e => set({layer: Number(e.target.value)})}>${options(model.layers).map(l => html`<option .selected=${l === state.layer}>${l}</option>`)}</select></label>
      <label>${texts.alchemist[state.register]} <select @change=${e => set({head: Number(e.target.value)})}>${options(model.heads).map(h => html`<option .selected=${h === state.head}>${h}</option>`)}</select></label>
      <label><input type="checkbox" .checked=${state.columns} @change=${e => set({columns: e.target.checked})}> ${texts.columnsAreWords}</label></div>`;
  }

  cell(e) {
    const {row, column} = e.detail;
    const [query, source] = state.columns ? [column, row] : [row, column];
    if (query !== this.query || source !== this.source) {
      this.query = query;
      this.source = source;
      this.requestUpdate();
    }
  }

  show(data) {
    const words = data.run.tokens.map(t => t.shown);
    const values = state.columns ? data.values[0].map((_, c) => data.values.map(row => row[c])) : data.values;
    const share = (r, c) => values[r][c];
    const query = Math.min(this.query ?? words.length - 1, words.length - 1);
    const source = Math.min(this.source ?? 0, words.length - 1);
    return html`<h2>${texts.head[state.register]} ${data.layer}.${data.head}</h2>${this.pick()}
      <p class="help">${texts.headHelp}</p>
      <div class="two"><div>
        <heat-map .values=${values} .rows=${words} .columns=${words} label=${texts.head.story}
          .speak=${(r, c) => texts.looksAt(words[state.columns ? c : r], words[state.columns ? r : c], percent(share(r, c)))} @cell=${e => this.cell(e)}></heat-map>
        <p class="cell" aria-live="polite">“${words[query]}” ← “${words[source]}”:
          ${fig({name: data.hook, index: [0, data.head, query, source], value: data.values[query][source]}, percent, data.run.run)}</p></div>
      ${source <= query ? html`<match-view .query=${query} .source=${source}></match-view>` : nothing}</div>`;
  }
}

customElements.define('head-view', HeadView);
