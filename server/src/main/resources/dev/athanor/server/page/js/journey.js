// The journey: dictionary, layer after layer, assembly. Every part is a branch that adds to the vat; nothing flows through.

import {svg} from 'lit';
import {View, html, nothing, state, set, fig, signed, percent, vote, word} from './view.js';
import {view} from './api.js';
import {choice} from './store.js';
import {texts} from './texts.js';

/** A part matters from this share of the decision on. */
const MATTERS = 0.02;
const LOUDEST = 3;

class JourneyView extends View {
  constructor() {
    super();
    this.opened = new Set();
  }

  toggle(what) {
    if (!this.opened.delete(what)) {
      this.opened.add(what);
    }
    this.requestUpdate();
  }

  key() {
    return state.run && state.token !== null ? `${state.run.run} ${JSON.stringify(choice())}` : null;
  }

  async load() {
    const layers = state.model.checkpoints[state.run.checkpoint].layers;
    const numbers = [...Array(layers).keys()];
    const [assembly, flasks, chemistry] = await Promise.all([
      view(state.run.run, 'assembly', choice()),
      Promise.all(numbers.map(layer => view(state.run.run, 'flasks', {...choice(), layer}))),
      Promise.all(numbers.map(layer => view(state.run.run, 'chemistry', {...choice(), layer, top: 2}))),
    ]);
    return {assembly, flasks, chemistry, position: state.position};
  }

  /** A flask filled in the shares it was poured in; the fullest three are named. */
  flask(pours) {
    const sorted = [...pours].sort((a, b) => b.share.value - a.share.value).filter(p => p.share.value > 0.005);
    let height = 0;
    return html`<svg class="flask" viewBox="0 0 40 48" aria-hidden="true">
      ${sorted.slice(0, 6).map((p, i) => {
        height += 44 * p.share.value;
        return svgRect(46 - height, 44 * p.share.value, i);
      })}
      <path class="glass" d="M15 2h10v12l11 26a4 4 0 0 1-4 6H8a4 4 0 0 1-4-6l11-26z"></path></svg>`;
  }

  alchemist(layer, flask, largest) {
    const sorted = [...flask.pours].sort((a, b) => b.share.value - a.share.value);
    const chosen = state.layer === layer && state.head === flask.head;
    return html`<li class="alchemist ${chosen ? 'chosen' : ''}">
      <button class="pick" aria-pressed=${chosen} @click=${() => set({layer, head: flask.head, tab: 'head'})}>
        ${this.flask(flask.pours)}<span class="name">${layer}.${flask.head}<span class="visually-hidden"> ${texts.alchemist[state.register]}</span></span></button>
      <div class="poured">${sorted.slice(0, 2).filter(p => p.share.value >= 0.05).map(p => html`<span class="pour">${fig(p.share, percent)} <b>${word(p.source)}</b></span>`)}</div>
      <div class="said">${fig(flask.vote, signed)}${vote(flask.vote.value, largest)}</div></li>`;
  }

  layer(layer, data, largest) {
    const parts = data.assembly.parts.filter(p => p.layer === layer);
    const chemistry = parts.find(p => p.kind === 'chemistry');
    const bias = parts.find(p => p.kind === 'bias');
    const size = Math.abs(data.assembly.logit.value);
    const flasks = [...data.flasks[layer].flasks].sort((a, b) => Math.abs(b.vote.value) - Math.abs(a.vote.value));
    const open = this.opened.has(layer);
    const shown = open ? flasks : flasks.slice(0, LOUDEST).filter(f => Math.abs(f.vote.value) >= MATTERS * size);
    const top = [...data.chemistry[layer].up, ...data.chemistry[layer].down].sort((a, b) => Math.abs(b.vote.value) - Math.abs(a.vote.value))[0];
    return html`<section class="stage" aria-label="${texts.layer[state.register]} ${layer}">
      <h3>${texts.layer[state.register]}${state.register === 'code' ? '' : ' '}${layer}</h3>
      <h4>${texts.alchemists[state.register]}</h4>
      ${shown.length ? html`<ul class="alchemists">${shown.map(f => this.alchemist(layer, f, largest))}</ul>` : html`<p class="none">${texts.nothingHere}</p>`}
      ${flasks.length > shown.length || open ? html`<button class="small" aria-expanded=${open} @click=${() => this.toggle(layer)}>${open ? texts.showFew : texts.showAll(flasks.length)}</button>` : nothing}
      ${bias && Math.abs(bias.vote.value) >= MATTERS * size ? html`<p class="common">${texts.common[state.register]} ${fig(bias.vote, signed)}</p>` : nothing}
      <h4>${texts.chemistry[state.register]}</h4>
      <div class="said">${fig(chemistry.vote, signed)}${vote(chemistry.vote.value, largest)}</div>
      ${top && Math.abs(top.vote.value) >= MATTERS * size ? html`<p class="neuron">${texts.neuron[state.register]} ${layer}.${top.neuron} ${fig(top.vote, signed)}<br>
        <span class="pushes">↑ ${top.promotes.slice(0, 3).join(', ')}</span></p>` : nothing}
      ${this.vat(layer, data)}</section>`;
  }

  /** The branch that joins the vat, and what the vat holds then; -1 is the dictionary. */
  vat(layer, data) {
    const {adds, vat} = data.assembly.vats[layer + 1];
    const size = Math.max(...data.assembly.vats.map(v => Math.abs(v.vat.value)), 1e-9);
    return html`<footer class="vat"><span class="branch">${texts.adds[state.register]} ${fig(adds, signed)}</span>
      ${vote(vat.value, size)}<span class="held">${texts.vat[state.register]} ${fig(vat, signed)}</span></footer>`;
  }

  dictionary(data, largest) {
    const parts = data.assembly.parts.filter(p => p.layer < 0);
    return html`<section class="stage dictionary" aria-label=${texts.dictionary[state.register]}>
      <h3>${texts.dictionary[state.register]}</h3>
      <p class="bottle">${word(data.position)}</p>
      ${parts.map(p => html`<p>${(p.kind === 'position' ? texts.place : texts.dictionaryHelp)[state.register]}</p>
        <div class="said">${fig(p.vote, signed)}${vote(p.vote.value, largest)}</div>`)}
      ${this.vat(-1, data)}</section>`;
  }

  assembly(data, largest) {
    const {assembly} = data;
    const sorted = [...assembly.parts].sort((a, b) => Math.abs(b.vote.value) - Math.abs(a.vote.value));
    const open = this.opened.has('assembly');
    const loudest = open ? sorted : sorted.slice(0, 6);
    const name = p => p.kind === 'head' ? `${texts.alchemist[state.register]} ${p.layer}.${p.head}`
      : p.kind === 'chemistry' ? `${texts.chemistry[state.register]} ${p.layer}`
        : p.kind === 'bias' ? `${texts.common[state.register]} ${p.layer}` : texts[p.kind === 'position' ? 'place' : 'dictionary'][state.register];
    return html`<section class="stage assembly" aria-label=${texts.assembly[state.register]}>
      <h3>${texts.assembly[state.register]}</h3>
      <p>${texts.votesFor(assembly.choice.shown, assembly.choice.against_shown)}</p>
      <table class="ballots"><tbody>
        ${loudest.map(p => html`<tr><th scope="row">${name(p)}</th><td class="number">${fig(p.vote, signed)}</td><td class="narrow">${vote(p.vote.value, largest)}</td></tr>`)}
        <tr><th scope="row">${texts.constant[state.register]}</th><td class="number">${fig(assembly.constant, signed)}</td><td></td></tr>
      </tbody><tfoot><tr><th scope="row">=</th><td class="number total">${fig(assembly.logit, signed)}</td><td></td></tr></tfoot></table>
      <button class="small" aria-expanded=${open} @click=${() => this.toggle('assembly')}>${open ? texts.showFew : texts.showAll(sorted.length)}</button>
      <p class="help">${texts.addsUp} ${assembly.error.toExponential(1)}</p></section>`;
  }

  show(data) {
    const largest = Math.max(...data.assembly.parts.map(p => Math.abs(p.vote.value)), 1e-9);
    const layers = data.flasks.map((_, layer) => this.layer(layer, data, largest));
    return html`<h2>${texts.journey[state.register]}</h2>
      <div class="stages" tabindex="0" role="region" aria-label=${texts.journey.story}>${this.dictionary(data, largest)}${layers}${this.assembly(data, largest)}</div>`;
  }
}

function svgRect(y, height, i) {
  return svg`<rect class="fill fill${i}" x="0" width="40" y=${y.toFixed(2)} height=${height.toFixed(2)} clip-path="url(#neck)"></rect>`;
}

customElements.define('journey-view', JourneyView);
