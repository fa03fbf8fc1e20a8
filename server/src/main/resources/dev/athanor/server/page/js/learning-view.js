// What was recorded while the checkpoint learned.

import {View, html, state} from './view.js';
import {get} from './api.js';
import {texts} from './texts.js';

class LearningView extends View {
  key() {
    return state.model ? 'timeline' : null;
  }

  load() {
    return get('/api/timeline');
  }

  show() {
    return html`<h2>${texts.learning}</h2>`;
  }
}

customElements.define('learning-view', LearningView);
