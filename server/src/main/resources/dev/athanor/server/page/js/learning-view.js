// What was recorded while the checkpoint learned: losses, and every head's scores beside what it costs to take it out.

import {View, html, nothing, state, fig, percent, plain} from './view.js';
import {get} from './api.js';
import {texts} from './texts.js';

const HEAD = ['induction', 'previous', 'duplicate', 'first'];

/** The chart library is fetched when the first chart is drawn. */
let library = null;

function charts() {
  library ??= new Promise((resolve, reject) => {
    const style = document.createElement('link');
    style.rel = 'stylesheet';
    style.href = '/vendor/uplot/uPlot.min.css';
    const script = document.createElement('script');
    script.src = '/vendor/uplot/uPlot.iife.min.js';
    script.onload = () => resolve(window.uPlot);
    script.onerror = () => reject(new Error('The chart library could not be loaded.'));
    document.head.append(style, script);
  });
  return library;
}

class LearningView extends View {
  constructor() {
    super();
    this.chosen = 0;
  }

  key() {
    return state.model ? 'timeline' : null;
  }

  async load() {
    const [timeline, plot] = await Promise.all([get('/api/timeline'), charts()]);
    this.plot = plot;
    this.at = timeline.records.length - 1;
    return timeline;
  }

  chart(where, title, names, steps, columns) {
    const style = getComputedStyle(this);
    const ink = style.getPropertyValue('--soft').trim();
    const colours = ['--ember', '--cool', '--glass', '--soft', '--ember-strong', '--ink'].map(c => style.getPropertyValue(c).trim());
    where.replaceChildren();
    const chart = new this.plot({
      title, width: Math.max(240, Math.min(620, where.clientWidth)), height: 260,
      scales: {x: {time: false}},
      axes: [{stroke: ink, grid: {stroke: ink, width: 0.2}}, {stroke: ink, grid: {stroke: ink, width: 0.2}}],
      series: [{label: 'step'}, ...names.map((label, i) => ({label, stroke: colours[i % colours.length], width: 2, dash: i >= colours.length ? [6, 4] : undefined}))],
    }, [steps, ...columns], where);
    return chart;
  }

  updated() {
    const data = this.data;
    if (!data || !this.querySelector('.chart')) {
      return;
    }
    const drawn = `${this.chosen} ${this.clientWidth} ${document.documentElement.dataset.theme}`;
    if (drawn === this.drawnAs) {
      return;
    }
    this.drawnAs = drawn;
    const steps = data.records.map(r => r.step);
    const [losses, roles, effects] = this.querySelectorAll('.chart');
    const states = data.records[0].lens.map((_, s) => s === data.records[0].lens.length - 1 ? texts.lastState : `${texts.dictionaryState} ${s}`);
    this.chart(losses, texts.lossOf, ['loss', ...states], steps, [data.records.map(r => r.loss.value), ...states.map((_, s) => data.records.map(r => r.lens[s].value))]);
    const head = data.records[0].heads[this.chosen];
    this.chart(roles, `${texts.scoresOf} ${head.layer}.${head.head}`, HEAD.map(h => texts.roles[h]), steps, HEAD.map(h => data.records.map(r => r.heads[this.chosen][h].value)));
    this.chart(effects, texts.effectsOf, data.records[0].heads.map(h => `${h.layer}.${h.head}`), steps, data.records[0].heads.map((_, i) => data.records.map(r => r.heads[i].effect.value)));
  }

  show(data) {
    const record = data.records[this.at];
    return html`<h2>${texts.learning}</h2><p class="help">${texts.learningHelp}</p>
      <label class="slider"><span>step ${record.step}</span><input type="range" min="0" max=${data.records.length - 1} .value=${String(this.at)} aria-label="step"
        @input=${e => { this.at = Number(e.target.value); this.requestUpdate(); }}><output>${this.at + 1} / ${data.records.length}</output></label>
      <p>${texts.lossOf}: ${fig(record.loss, plain, 'timeline')}</p>
      <div class="scroll" tabindex="0" role="region" aria-label=${texts.scores}><table class="effects"><thead><tr><th scope="col">${texts.alchemist[state.register]}</th>
        ${HEAD.map(h => html`<th scope="col">${texts.roles[h]}</th>`)}<th scope="col">${texts.costs}</th></tr></thead>
        <tbody>${record.heads.map((h, i) => html`<tr><th scope="row"><button class="small" aria-pressed=${i === this.chosen} @click=${() => { this.chosen = i; this.requestUpdate(); }}>${h.layer}.${h.head}</button></th>
          ${HEAD.map(n => html`<td class="number">${fig(h[n], percent, 'timeline')}</td>`)}<td class="number">${fig(h.effect, plain, 'timeline')}</td></tr>`)}</tbody></table></div>
      <div class="two"><div class="chart"></div><div class="chart"></div><div class="chart"></div></div>${nothing}`;
  }
}

customElements.define('learning-view', LearningView);
