// The whole page: head line, prompt, words, next words, journey, the tabs, and what stands at the edges.

import {LitElement} from 'lit';
import {html, nothing, state, set} from './view.js';
import {subscribe, begin, open} from './store.js';
import {texts} from './texts.js';
import './word-chips.js';
import './next-words.js';
import './journey.js';
import './chat-view.js';
import './tale-view.js';
import './head-view.js';
import './lens-view.js';
import './effects-view.js';
import './experiment-view.js';
import './compare-view.js';
import './inside-view.js';
import './sense-view.js';
import './learning-view.js';
import './origin-panel.js';
import './identity-panel.js';

const VIEWS = {
  chat: () => html`<chat-view></chat-view>`,
  tale: () => html`<tale-view></tale-view>`,
  head: () => html`<head-view></head-view>`,
  lens: () => html`<lens-view></lens-view>`,
  effects: () => html`<effects-view></effects-view>`,
  experiments: () => html`<experiment-view></experiment-view>`,
  compare: () => html`<compare-view></compare-view>`,
  inside: () => html`<inside-view></inside-view>`,
  senses: () => html`<sense-view></sense-view>`,
  learning: () => html`<learning-view></learning-view>`,
};

class LabApp extends LitElement {
  createRenderRoot() {
    this.replaceChildren();
    return this;
  }

  connectedCallback() {
    super.connectedCallback();
    subscribe(() => this.requestUpdate());
    try {
      const theme = localStorage.getItem('theme');
      if (theme) {
        document.documentElement.dataset.theme = theme;
      }
    } catch {
      // storage may be forbidden; then the system decides
    }
    begin().catch(e => set({error: e.message}));
  }

  theme() {
    const dark = document.documentElement.dataset.theme
      ? document.documentElement.dataset.theme === 'dark'
      : matchMedia('(prefers-color-scheme: dark)').matches;
    document.documentElement.dataset.theme = dark ? 'light' : 'dark';
    try {
      localStorage.setItem('theme', document.documentElement.dataset.theme);
    } catch {
      // as above
    }
  }

  submit(e) {
    e.preventDefault();
    open(new FormData(e.target).get('prompt'));
  }

  header() {
    const model = state.model?.checkpoints[0];
    return html`<header class="top">
      <a class="skip" href="#journey" @click=${e => { e.preventDefault(); document.getElementById('journey')?.focus(); }}>${texts.skip}</a>
      <h1><img src="/icon.svg" alt="" width="28" height="28"> ${texts.title} <small>${texts.subtitle}</small></h1>
      <p class="model">${model ? `${model.name} · ${model.family} · ${model.layers} × ${model.heads} · ${model.parameters.toLocaleString('en')}` : ''}</p>
      <div class="registers" role="radiogroup" aria-label=${texts.register}>
        ${Object.entries(texts.registers).map(([name, label]) => html`<button role="radio" aria-checked=${state.register === name}
          class="register" @click=${() => set({register: name})}>${label}</button>`)}
      </div>
      <button class="quiet" aria-label=${texts.theme} title=${texts.theme} @click=${() => this.theme()}>◐</button>
      ${state.run ? html`<details class="export"><summary>${texts.exporting}</summary><ul>
        ${['html', 'svg', 'json'].map(form => html`<li><a href="/api/runs/${state.run.run}/export.${form}?position=${state.position}&token=${state.token}&against=${state.against}" download>${form.toUpperCase()}</a></li>`)}
      </ul></details>` : nothing}
    </header>`;
  }

  prompt() {
    return html`<form class="prompt" @submit=${e => this.submit(e)}>
      <label for="prompt">${texts.prompt}</label>
      <input id="prompt" name="prompt" autocomplete="off" spellcheck="false" .value=${state.run?.prompt ?? state.model?.prompt ?? ''}>
      <button class="primary" ?disabled=${state.busy}>${texts.watch}</button>
    </form>
    ${state.error ? html`<p class="problem" role="alert">${state.error}</p>` : nothing}`;
  }

  tabs() {
    const names = Object.keys(VIEWS);
    const move = e => {
      const step = {ArrowRight: 1, ArrowLeft: -1}[e.key];
      if (step) {
        const tab = names[(names.indexOf(state.tab) + step + names.length) % names.length];
        set({tab});
        this.updateComplete.then(() => document.getElementById(`tab-${tab}`).focus());
      }
    };
    const tab = VIEWS[state.tab] ? state.tab : 'tale';
    return html`<nav class="tabs" role="tablist" @keydown=${move}>
      ${names.map(name => html`<button role="tab" id="tab-${name}" aria-selected=${tab === name} aria-controls="panel"
        tabindex=${tab === name ? 0 : -1} @click=${() => set({tab: name})}>${texts.tabs[name]}</button>`)}
    </nav>
    <section id="panel" class="panel" role="tabpanel" aria-labelledby="tab-${tab}" tabindex="0">${VIEWS[tab]()}</section>`;
  }

  render() {
    return html`${this.header()}
      <main>
        ${this.prompt()}
        ${state.run ? html`
          <div class="first"><word-chips></word-chips><next-words></next-words></div>
          <journey-view id="journey" tabindex="-1"></journey-view>
          ${this.tabs()}
          <identity-panel></identity-panel>` : html`<p class="loading">${state.error ? '' : texts.loading}</p>`}
      </main>
      <origin-panel></origin-panel>`;
  }
}

customElements.define('lab-app', LabApp);
