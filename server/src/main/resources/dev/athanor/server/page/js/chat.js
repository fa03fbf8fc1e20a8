// The conversation: what was said, token by token, and asking for the next answer. It lives in this tab of the browser.

import {events} from './api.js';

const KEPT = 'chat';
const MOST_KEPT = 1_000_000; // characters; a browser keeps some millions for all tabs
const DRAW_MS = 30; // a fast model is drawn this often, not once a word

/** Messages are {role, content}; an answer also has {prompt: ids, words: [{id, text, shown, p, end}], reason}. */
export const chat = {messages: [], system: '', temperature: 0.8, draft: '', used: 0, context: 0, busy: false, problem: '', chosen: null};

const listeners = new Set();
let drawing = 0;
let listening = null; // ends the answer under way

export function follow(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function draw() {
  drawing ||= setTimeout(() => {
    drawing = 0;
    for (const listener of [...listeners]) {
      listener();
    }
  }, DRAW_MS);
}

export function change(patch) {
  Object.assign(chat, patch);
  draw();
}

function keep() {
  try {
    const {messages, system, temperature, used, context} = chat;
    const text = JSON.stringify({messages, system, temperature, used, context});
    if (text.length <= MOST_KEPT) {
      sessionStorage.setItem(KEPT, text);
    } else {
      sessionStorage.removeItem(KEPT);
    }
  } catch {
    // storage may be forbidden or full; then a reload forgets
  }
}

function remembered() {
  try {
    Object.assign(chat, JSON.parse(sessionStorage.getItem(KEPT) ?? '{}'));
  } catch {
    // as above
  }
}

remembered();

function request() {
  const said = chat.messages.map(({role, content}) => ({role, content}));
  const system = chat.system.trim() ? [{role: 'system', content: chat.system}] : [];
  return {messages: [...system, ...said], temperature: chat.temperature};
}

/** Says something; what the server refuses comes back into the line, for it was not said. */
export async function say(content) {
  if (chat.busy || !content.trim()) {
    return;
  }
  chat.messages.push({role: 'user', content});
  change({draft: ''});
  if (!await answer()) {
    chat.messages.pop();
    change({draft: content});
  }
}

/** Another answer to the last message. */
export async function retry() {
  const last = chat.messages.at(-1);
  if (chat.busy || !last) {
    return;
  }
  if (last.role === 'assistant') {
    chat.messages.pop();
  }
  if (!await answer() && last.role === 'assistant') {
    chat.messages.push(last);
    draw();
  }
}

export function stop() {
  listening?.abort();
}

export function clear() {
  stop();
  listening = null;
  change({messages: [], used: 0, problem: '', chosen: null, busy: false});
  keep();
}

/** Whether an answer began. */
async function answer() {
  const mine = new AbortController();
  const message = {role: 'assistant', content: '', prompt: null, words: [], reason: ''};
  listening = mine;
  change({busy: true, problem: '', chosen: null});
  try {
    for await (const {name, data} of events('/api/chat', request(), mine.signal)) {
      if (listening !== mine) {
        return true; // the conversation was put away meanwhile
      }
      hear(message, name, data);
    }
  } catch (e) {
    if (listening === mine) {
      change(mine.signal.aborted ? {} : {problem: e.message});
      message.reason = mine.signal.aborted ? 'cancelled' : message.reason;
    }
  }
  if (listening === mine) {
    listening = null;
    change({busy: false});
    keep();
  }
  return message.prompt !== null || mine.signal.aborted;
}

function hear(message, name, data) {
  switch (name) {
    case 'begin':
      message.prompt = data.prompt;
      chat.messages.push(message);
      change({used: data.prompt.length, context: data.context});
      break;
    case 'word':
      message.words.push(data);
      message.content += data.end ? '' : data.text;
      change({used: chat.used + 1});
      break;
    case 'done':
      message.content = data.content;
      message.reason = data.reason;
      change({used: data.usage.total_tokens});
      break;
    default:
      change({problem: data.sentence});
  }
}
