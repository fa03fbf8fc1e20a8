// Makes goldens.json:  npm i @huggingface/jinja@0.5.11 && node make-goldens.mjs
// Expected values come from two implementations: @huggingface/jinja 0.5.11 (npm) and Jinja2 3.1.6 (Python), the latter set
// up as transformers does. Where both agree a golden says nothing; where they differ Jinja2 is right, because checkpoints'
// templates are written for it, and the golden names what @huggingface/jinja gives in "npm". On conversations
// they differ only where a list is printed (npm writes JSON, Python its repr), where trim is given a list, in map by the
// name of a filter, and in indent of a text with U+2028. Npm further lacks some filters, tests, methods and operators and
// counts strings in UTF-16.
import { writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { templates } from './templates.mjs';
import { conversations, trusted } from './conversations.mjs';
import { expressions, variables } from './expressions.mjs';

const VERSION = '0.5.11';
const require = createRequire(process.cwd() + '/');
const { Template } = require('@huggingface/jinja');

const python = String.raw`
import json, sys, datetime
import jinja2, jinja2.ext
from jinja2.sandbox import ImmutableSandboxedEnvironment
assert jinja2.__version__ == '3.1.6', jinja2.__version__
class Generation(jinja2.ext.Extension):
    tags = {'generation'}
    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(['name:endgeneration'], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method('_same'), [], [], body).set_lineno(line)
    def _same(self, caller):
        return caller()
def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)
def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)
env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
env.filters['tojson'] = tojson
env.globals['raise_exception'] = raise_exception
env.globals['strftime_now'] = lambda f: datetime.datetime(2025, 3, 4, 15, 6, 7).strftime(f)
out = []
for case in json.load(sys.stdin):
    try:
        out.append({'text': env.from_string(case['source']).render(**case['data'])})
    except Exception as e:
        out.append({'error': str(e), 'raised': type(e) is jinja2.exceptions.TemplateError})
json.dump(out, sys.stdout)
`;

// The package's own strftime_now asks for the time; here it is always the same.
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length ? given : [2025, 2, 4, 15, 6, 7]));
  }
};

function npm(source, data) {
  try {
    return { text: new Template(source).render(data) };
  } catch (e) {
    return { error: String(e.message) };
  }
}

const cases = [];
for (const [name, source] of Object.entries(templates)) {
  for (const [conversation, data] of Object.entries(conversations)) {
    cases.push({ name, conversation, source, data: { ...data, ...trusted } });
  }
}
for (const source of expressions) {
  cases.push({ name: 'expression', source, data: variables });
}
const run = spawnSync('python3', ['-c', python], { input: JSON.stringify(cases), maxBuffer: 1 << 28 });
if (run.status !== 0) {
  throw new Error(String(run.stderr));
}
const reference = JSON.parse(String(run.stdout));

const goldens = { versions: { '@huggingface/jinja': VERSION, Jinja2: '3.1.6' }, trusted, variables, templates, conversations, rendered: [], expressions: [] };
let agree = 0;
cases.forEach((one, i) => {
  const golden = one.conversation ? { template: one.name, conversation: one.conversation } : { source: one.source };
  const expected = reference[i];
  const other = npm(one.source, one.data);
  if (expected.text !== undefined) {
    golden.text = expected.text;
  } else {
    golden.refused = expected.raised ? expected.error : true;
  }
  if (other.text !== expected.text) {
    golden.npm = other.text ?? 'error: ' + other.error;
    if (one.conversation) {
      console.log('differs:', one.name, one.conversation, golden.npm.slice(0, 120));
    }
  } else {
    agree++;
  }
  (one.conversation ? goldens.rendered : goldens.expressions).push(golden);
});
writeFileSync(new URL('goldens.json', import.meta.url), JSON.stringify(goldens, null, 1) + '\n');
console.log(agree, 'of', cases.length, 'goldens are the same in both;', goldens.expressions.length, 'expressions');
