// A grid of numbers between 0 and 1 on a canvas, walked with the arrow keys and spoken cell by cell.

import {LitElement, html} from 'lit';
import {texts} from './texts.js';

/** Cells that the table for screen readers holds along each side. */
const WINDOW = 24;

class HeatMap extends LitElement {
  static properties = {values: {attribute: false}, rows: {attribute: false}, columns: {attribute: false}, speak: {attribute: false}, label: {}};

  constructor() {
    super();
    this.at = [0, 0];
    this.pinned = null;
  }

  createRenderRoot() {
    return this;
  }

  willUpdate(changed) {
    if (changed.has('values')) {
      this.at = [this.values.length - 1, 0];
      this.pinned = null;
    }
  }

  cell() {
    return this.pinned ?? this.at;
  }

  updated() {
    this.draw();
    const [row, column] = this.cell();
    this.dispatchEvent(new CustomEvent('cell', {detail: {row, column}, bubbles: true}));
  }

  draw() {
    const canvas = this.querySelector('canvas');
    const size = this.size();
    const scale = window.devicePixelRatio || 1;
    canvas.width = this.values[0].length * size * scale;
    canvas.height = this.values.length * size * scale;
    canvas.style.width = `${this.values[0].length * size}px`;
    canvas.style.height = `${this.values.length * size}px`;
    const pen = canvas.getContext('2d');
    pen.scale(scale, scale);
    const style = getComputedStyle(this);
    pen.fillStyle = style.getPropertyValue('--paper');
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = style.getPropertyValue('--ember');
    this.values.forEach((row, r) => row.forEach((value, c) => {
      pen.globalAlpha = Math.max(0, Math.min(1, value));
      pen.fillRect(c * size + 1, r * size + 1, size - 2, size - 2);
    }));
    pen.globalAlpha = 1;
    pen.strokeStyle = style.getPropertyValue('--ink');
    pen.lineWidth = this.pinned ? 3 : 2;
    const [row, column] = this.cell();
    pen.strokeRect(column * size + 1, row * size + 1, size - 2, size - 2);
  }

  size() {
    const count = Math.max(this.values.length, this.values[0].length);
    return Math.max(6, Math.min(30, Math.floor(Math.min(560, this.clientWidth - 90 || 300) / count)));
  }

  key(e) {
    let [row, column] = this.at;
    const last = this.values[0].length - 1;
    switch (e.key) {
      case 'ArrowUp': row = Math.max(0, row - 1); break;
      case 'ArrowDown': row = Math.min(this.values.length - 1, row + 1); break;
      case 'ArrowLeft': column = Math.max(0, column - 1); break;
      case 'ArrowRight': column = Math.min(last, column + 1); break;
      case 'Home': column = 0; break;
      case 'End': column = last; break;
      case 'Enter': case ' ': this.pinned = this.pinned ? null : this.at; break;
      case 'Escape': this.pinned = null; break;
      default: return;
    }
    e.preventDefault();
    this.at = [row, column];
    if (this.pinned && e.key !== 'Enter' && e.key !== ' ') {
      this.pinned = this.at;
    }
    this.requestUpdate();
  }

  point(e, pin) {
    const box = e.currentTarget.getBoundingClientRect();
    const size = this.size();
    const column = Math.floor((e.clientX - box.left) / size);
    const row = Math.floor((e.clientY - box.top) / size);
    if (this.values[row] && column >= 0 && column < this.values[row].length) {
      const same = this.pinned && this.pinned[0] === row && this.pinned[1] === column;
      this.at = [row, column];
      if (pin) {
        this.pinned = same ? null : this.at;
      }
      this.requestUpdate();
    }
  }

  render() {
    const [row, column] = this.cell();
    const first = Math.max(0, Math.min(row - WINDOW / 2, this.values.length - WINDOW));
    const left = Math.max(0, Math.min(column - WINDOW / 2, this.values[0].length - WINDOW));
    return html`<div class="heat"><div class="heat-rows" aria-hidden="true">${this.rows.map((r, i) => html`<span class=${i === row ? 'now' : ''}>${r}</span>`)}</div>
      <div class="grid" role="grid" tabindex="0" aria-label=${this.label} aria-rowcount=${this.values.length} aria-colcount=${this.values[0].length}
        aria-activedescendant="heat-cell" @keydown=${e => this.key(e)}>
        <canvas role="presentation" @pointermove=${e => this.pinned || this.point(e, false)} @click=${e => this.point(e, true)}></canvas>
        <div role="row" class="visually-hidden" aria-rowindex=${row + 1}><span role="gridcell" id="heat-cell" aria-colindex=${column + 1} aria-selected=${Boolean(this.pinned)}>${this.speak(row, column)}</span></div>
      </div></div>
      <div class="legend">${['0', '25', '50', '75', '100'].map(n => html`<span class="shade shade${n}"></span>`)} ${texts.legendShare}</div>
      <details class="as-table"><summary>as a table</summary><table class="numbers"><thead><tr><td></td>${this.columns.slice(left, left + WINDOW).map(c => html`<th scope="col">${c}</th>`)}</tr></thead><tbody>
        ${this.values.slice(first, first + WINDOW).map((values, r) => html`<tr><th scope="row">${this.rows[first + r]}</th>${values.slice(left, left + WINDOW).map(v => html`<td>${(100 * v).toFixed(0)}</td>`)}</tr>`)}
      </tbody></table></details>`;
  }
}

customElements.define('heat-map', HeatMap);
