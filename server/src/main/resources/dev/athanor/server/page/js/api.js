// Asks the server. Every failure is an Error whose message is one sentence.

async function answer(response) {
  if (response.ok) {
    return response;
  }
  let sentence = `The laboratory answered ${response.status}.`;
  try {
    sentence = (await response.json()).error.sentence;
  } catch {
    // not JSON: the status is all there is
  }
  throw new Error(sentence);
}

async function ask(path, options) {
  try {
    return await answer(await fetch(path, options));
  } catch (e) {
    if (e instanceof TypeError) {
      throw new Error('The laboratory does not answer; is athanor explain still running?');
    }
    throw e;
  }
}

function query(parameters) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null) {
      search.set(name, value);
    }
  }
  const text = search.toString();
  return text ? `?${text}` : '';
}

export async function get(path, parameters = {}) {
  return (await ask(path + query(parameters))).json();
}

export async function post(path, body) {
  const response = await ask(path, {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: JSON.stringify(body),
  });
  return response.json();
}

/** A view of a run. */
export function view(run, name, parameters = {}) {
  return get(`/api/runs/${encodeURIComponent(run)}/${name}`, parameters);
}

/** Raw numbers, little-endian as they come. */
export async function floats(run, name, parameters = {}) {
  const response = await ask(`/api/runs/${encodeURIComponent(run)}/${name}${query(parameters)}`);
  const bytes = new DataView(await response.arrayBuffer());
  const numbers = new Float32Array(bytes.byteLength / 4);
  for (let i = 0; i < numbers.length; i++) {
    numbers[i] = bytes.getFloat32(4 * i, true);
  }
  return numbers;
}

/** Server-sent events of a POST, one after another; who stops listening, or aborts the signal, ends them. */
export async function* events(path, body, signal) {
  const response = await ask(path, {method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body), signal});
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  try {
    for (;;) {
      const {done, value} = await reader.read();
      if (done) {
        return;
      }
      text += value;
      let end;
      while ((end = text.indexOf('\n\n')) >= 0) {
        const lines = text.slice(0, end).split('\n');
        text = text.slice(end + 2);
        const data = lines.find(l => l.startsWith('data: '));
        if (data) { // others are comments that say the server is there
          yield {name: lines.find(l => l.startsWith('event: ')).slice(7), data: JSON.parse(data.slice(6))};
        }
      }
    }
  } finally {
    reader.cancel().catch(() => {}); // it may have broken off already
  }
}
