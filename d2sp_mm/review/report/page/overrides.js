// What the person at this page has decided, kept in the browser until it is saved.
"use strict";

window.Overrides = class {
  constructor(run, changed) {
    this.place = `d2sp_mm overrides ${run.digest}`;
    this.past = [];
    this.found = this._stored();
    // Another tab, or the page of another run on the same annotation, keeps its overrides in the same place.
    addEventListener("storage", (event) => {
      if (event.key !== this.place) return;
      this.found = this._stored();
      changed();
    });
  }

  // All that is kept, also of clips that this page does not show: they are saved with the others.
  _stored() {
    try {
      return new Map(JSON.parse(localStorage.getItem(this.place)) || []);
    } catch {
      this.lost = true; // A browser may forbid a page from disk to keep anything.
      return this.found || new Map();
    }
  }

  get(key) {
    return this.found.get(key);
  }

  get size() {
    return this.found.size;
  }

  // override: {override: "keep" | "prune" | "relabel" | "none", label}, or undefined to take it back. Changes of one clip under
  // the same step, such as the labels that one passes by in a list, are undone at once.
  set(key, override, step) {
    const last = this.past[this.past.length - 1];
    if (!(step && last && last.step === step && last.key === key)) this.past.push({ key, before: this.found.get(key), step });
    this._put(key, override);
  }

  // Takes the last change back; returns the key of its clip, or undefined.
  undo() {
    if (!this.past.length) return undefined;
    const { key, before } = this.past.pop();
    this._put(key, before);
    return key;
  }

  _put(key, override) {
    if (!this.lost) this.found = this._stored();
    if (override) this.found.set(key, override);
    else this.found.delete(key);
    try {
      localStorage.setItem(this.place, JSON.stringify([...this.found]));
    } catch {
      this.lost = true;
    }
  }

  csv() {
    const quoted = (text) => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const rows = [...this.found].map(([key, { override, label }]) => `${quoted(key)},${override},${label ?? ""}\n`);
    return `key,override,label\n${rows.join("")}`;
  }

  save() {
    // Paths need not be UTF-8: a lone surrogate stands for the byte that it was read from, and becomes it again.
    const parts = this.csv()
      .split(/(?<![\ud800-\udbff])([\udc80-\udcff])/)
      .map((part, i) => (i % 2 ? new Uint8Array([part.charCodeAt(0) & 0xff]) : part));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(parts, { type: "text/csv" }));
    link.download = "overrides.csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }
};
