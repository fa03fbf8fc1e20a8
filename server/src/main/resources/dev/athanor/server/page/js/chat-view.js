// A conversation whose every answered word is a button, and beside it why the chosen one came.

import {View, html, nothing, state, fig, percent, bar} from './view.js';
import {get} from './api.js';
import {openDecision} from './store.js';
import {chat, follow, change, say, retry, stop, clear} from './chat.js';
import {texts} from './texts.js';
import './tale-view.js';

/** Characters of one word, in tokens, that stay on one line. */
const LONGEST = 24;

/** An answer's tokens with their places, those of one word together. */
function words(message) {
  const groups = [];
  message.words.forEach((word, i) => {
    const last = groups.at(-1);
    if (last && !word.end && !/^\s/.test(word.text) && !/\s$/.test(last.at(-1)[0].text)) {
      last.push([word, i]);
    } else {
      groups.push([[word, i]]);
    }
  });
  return groups;
}

class ChatView extends View {
  connectedCallback() {
    super.connectedCallback();
    this.unfollow = follow(() => this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.unfollow();
  }

  key() {
    return 'chat';
  }

  load() {
    return get('/api/chat');
  }

  /** Whether the page is still at the decision of the chosen word. */
  here(chosen) {
    return chosen !== null && chosen.run === state.run?.run && state.position === state.run.tokens.length - 1;
  }

  async choose(m, i) {
    const {prompt, words} = chat.messages[m];
    const before = [...prompt, ...words.slice(0, i).map(word => word.id)];
    change({chosen: {m, i, run: null}});
    await openDecision(before, words[i].id);
    if (chat.chosen?.m === m && chat.chosen.i === i) {
      change({chosen: {m, i, run: state.error ? null : state.run.run}});
      await this.updateComplete;
      this.querySelector('.why [role=status]')?.scrollIntoView({block: 'nearest'});
    }
  }

  walk(e, i, count) {
    const to = {ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: count - 1}[e.key];
    if (to >= 0 && to < count) {
      e.preventDefault();
      e.currentTarget.closest('.answer').querySelectorAll('.said-word')[to].focus();
    }
  }

  /** Spaces stand outside of the button, so that lines break and begin like those of a text. */
  word(message, m, word, i) {
    const label = word.end ? texts.endSign : word.text.trim() || word.shown;
    const [, lead, trail] = word.end ? ['', ' ', ''] : word.text.trim() ? /^(\s*)[^]*?(\s*)$/.exec(word.text) : ['', '', word.text];
    const chosen = chat.chosen?.m === m && chat.chosen.i === i;
    const first = i === 0;
    const stop = chat.chosen?.m === m ? chosen : first;
    const kind = word.end ? 'said-word end' : word.text.trim() ? 'said-word' : 'said-word blank';
    return html`${first ? '' : lead}<button class=${kind} aria-pressed=${chosen} tabindex=${stop ? 0 : -1} title="${percent(word.p)}" aria-label="${word.end ? texts.endWord : label}, ${percent(word.p)}"
      @keydown=${e => this.walk(e, i, message.words.length)} @click=${() => this.choose(m, i)}>${label}</button>${trail}`;
  }

  group(message, m, group) {
    const length = group.reduce((n, [word]) => n + word.text.length, 0);
    return html`<span class=${length > LONGEST || group.length === 1 ? '' : 'together'}>${group.map(([word, i]) => this.word(message, m, word, i))}</span>`;
  }

  message(message, m) {
    const mine = message.role === 'user';
    const ends = texts.chatEnds[message.reason];
    const silent = message.reason && !message.words.some(word => !word.end);
    return html`<li class=${message.role}><h4>${texts.speakers[message.role]}</h4>
      ${mine ? html`<p class="said-text">${message.content}</p>` : html`<p class="answer said-text" role="group"
        aria-label=${texts.chatAnswer(Math.ceil(m / 2))}>${words(message).map(group => this.group(message, m, group))}</p>`}
      ${!mine && silent && !ends ? html`<p class="help">${texts.chatNothing}</p>` : nothing}
      ${!mine && ends ? html`<p class="help ends">${ends}</p>` : nothing}</li>`;
  }

  settings() {
    return html`<details class="chat-settings"><summary>${texts.chatSystem}: <i>${chat.system.trim() || texts.chatSystemNone}</i></summary>
      <textarea id="chat-system" rows="2" aria-label=${texts.chatSystem} .value=${chat.system} @input=${e => change({system: e.target.value})}></textarea></details>
      <label class="slider" for="chat-temperature"><span>${texts.temperature}</span><input type="range" id="chat-temperature" min="0" max="2" step="0.05"
        .value=${String(chat.temperature)} @input=${e => change({temperature: Number(e.target.value)})}><output>${chat.temperature.toFixed(2)}</output></label>`;
  }

  line() {
    const send = () => say(chat.draft).then(() => this.querySelector('#chat-line')?.focus({preventScroll: true}));
    const key = e => {
      if (e.key === 'Enter' && !e.shiftKey && !e.isComposing) {
        e.preventDefault();
        send();
      }
    };
    const last = chat.messages.at(-1);
    return html`<form class="chat-line" @submit=${e => { e.preventDefault(); send(); }}>
        <label class="visually-hidden" for="chat-line">${texts.chatLine}</label>
        <textarea id="chat-line" rows="2" placeholder=${texts.chatLine} .value=${chat.draft} @input=${e => change({draft: e.target.value})} @keydown=${key}></textarea>
        ${chat.busy ? html`<button type="button" class="primary stop" @click=${stop}>${texts.chatStop}</button>`
          : html`<button class="primary send" ?disabled=${!chat.draft.trim()}>${texts.chatSend}</button>`}
      </form>
      <div class="chat-foot">
        <span class="used">${chat.context && chat.used ? html`${texts.chatUsed(chat.used, chat.context)} ${bar(chat.used / chat.context)}` : nothing}</span>
        ${last ? html`<button class="small retry" ?disabled=${chat.busy} @click=${retry}>${texts.chatRetry}</button>
          <button class="small clear" @click=${clear}>${texts.chatClear}</button>` : nothing}
      </div>`;
  }

  /** The decision in a few words, which are also spoken. */
  share() {
    const {chosen} = chat;
    if (chosen && state.busy) {
      return html`<p class="loading">${texts.loading}</p>`;
    }
    if (chosen && state.error) {
      return html`<p class="problem">${state.error}</p>`;
    }
    if (!this.here(chosen)) {
      return html`<p class="help">${texts.whyNone}</p>`;
    }
    const row = state.next.rows.find(r => r.token === state.token);
    return html`<h3>${texts.whyWord(row.shown)}</h3>
      <p>${texts.whyShare} <b class="gave">${fig(row.p, percent, state.run.run)}</b>. <span class="help">${texts.whyDrawn}</span></p>`;
  }

  others() {
    const others = state.next.rows.filter(r => r.token !== state.token).slice(0, 5);
    return html`<table class="next others"><caption>${texts.whyOthers}</caption><tbody>${others.map(r => html`<tr class=${r.token === state.against ? 'against' : ''}>
        <th scope="row">${r.shown}</th><td class="number">${fig(r.p, percent, state.run.run)}</td><td class="wide">${bar(r.p.value)}</td></tr>`)}</tbody></table>
      <p><a href="#journey" @click=${e => { e.preventDefault(); document.getElementById('journey').focus(); }}>${texts.toJourney}</a></p>
      <tale-view></tale-view>`;
  }

  willUpdate() {
    const log = this.querySelector('.log');
    this.atEnd = !log || log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  }

  updated() {
    const line = this.querySelector('#chat-line');
    if (line && line.value !== chat.draft) { // typed since the last drawing, which the binding does not know
      line.value = chat.draft;
    }
    const log = this.querySelector('.log');
    if (log && this.atEnd && chat.busy) {
      log.scrollTop = log.scrollHeight;
    }
  }

  show(about) {
    const title = html`<h2>${texts.chat[state.register]}</h2>`;
    if (!about.available) {
      return html`${title}<p class="problem">${about.sentence}</p>`;
    }
    return html`${title}<p class="help">${texts.chatHelp} ${texts.chatFormat(about.format)}</p>
      <div class="chat"><div class="talk">
        ${this.settings()}
        <ol class="log" aria-label=${texts.chatLog} aria-busy=${chat.busy}>${chat.messages.map((message, m) => this.message(message, m))}
          ${chat.messages.length ? nothing : html`<li class="help">${texts.chatEmpty}</li>`}</ol>
        ${chat.problem ? html`<p class="problem" role="alert">${chat.problem}</p>` : nothing}
        ${this.line()}
      </div><section class="why"><div role="status">${this.share()}</div>${this.here(chat.chosen) && !state.error ? this.others() : nothing}</section></div>`;
  }
}

customElements.define('chat-view', ChatView);
