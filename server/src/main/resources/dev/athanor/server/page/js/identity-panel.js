// What must hold of every run, measured for the one on screen.

import {View, html, state} from './view.js';
import {view} from './api.js';
import {texts} from './texts.js';

class IdentityPanel extends View {
  key() {
    return state.run ? state.run.run : null;
  }

  load() {
    return view(state.run.run, 'identities');
  }

  show({identities}) {
    const checked = identities.filter(i => i.checked);
    const broken = identities.filter(i => !i.holds);
    const worst = Math.max(...checked.map(i => i.error), 0);
    return html`<details class="identities ${broken.length ? 'broken' : ''}" ?open=${broken.length > 0}>
      <summary>${texts.identities}: <b>${broken.length ? `✗ ${broken.map(i => i.id).join(', ')} ${texts.broken}` : `✓ ${texts.allHold(checked.length, worst.toExponential(1))}`}</b></summary>
      <table><tbody>${identities.map(i => html`<tr class=${i.holds ? '' : 'broken'}><th scope="row">${i.id}</th><td>${i.sentence}</td>
        <td class="number">${i.checked ? i.error.toExponential(1) : '–'}</td><td>${!i.checked ? texts.notMeasured : i.holds ? `✓ ${texts.holds}` : `✗ ${texts.broken}`}</td></tr>`)}</tbody></table></details>`;
  }
}

customElements.define('identity-panel', IdentityPanel);
