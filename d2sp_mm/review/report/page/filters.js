// Which clips are shown, and in which order.
"use strict";

window.Filters = {
  start: { status: "", given: "", stage: "", epoch: "", overridden: "", text: "", order: "worst", page: 0 },
  pageSize: 48,

  orders: {
    // What nobody can see comes last: there is nothing to decide it by.
    worst: ["worst first", (a, b) => !a.strip - !b.strip || (a.score ?? 2) - (b.score ?? 2)],
    best: ["least suspicious first", (a, b) => (b.score ?? -1) - (a.score ?? -1)],
    key: ["by key", (a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)],
    epoch: ["by epoch of the decision", (a, b) => (a.epoch ?? 1e9) - (b.epoch ?? 1e9)],
  },

  apply(clips, filter, overrides) {
    const text = filter.text.toLowerCase();
    const found = clips.filter(
      (clip) =>
        (!filter.status || clip.status === filter.status) &&
        (filter.given === "" || clip.given === +filter.given) &&
        (!filter.stage || clip.stage === filter.stage) &&
        (filter.epoch === "" || clip.epoch === +filter.epoch) &&
        (!filter.overridden || (filter.overridden === "yes") === (overrides.found.has(clip.key) || !!clip.before)) &&
        (!text || clip.key.toLowerCase().includes(text))
    );
    return found.sort(this.orders[filter.order][1]);
  },
};

// The controls above the gallery. change: called with what shall be different.
window.FilterBar = function ({ run, filter, change, found, search }) {
  const { html } = htmPreact;
  const choice = (name, title, options) => html`
    <label>${title}
      <select name=${name} value=${filter[name]} onChange=${(event) => change({ [name]: event.target.value })}>
        ${options.map(([value, text]) => html`<option value=${value} selected=${filter[name] === String(value)}>${text}</option>`)}
      </select>
    </label>`;
  const all = [["", "all"]];
  const values = (name) => [...new Set(run.clips.map((clip) => clip[name]).filter((value) => value !== null && value !== ""))];
  const epochs = values("epoch").sort((a, b) => a - b);
  return html`
    <form class="filters" role="search" aria-label="Which clips" onSubmit=${(event) => event.preventDefault()}>
      ${choice("status", "what was done", [...all, ...values("status").map((status) => [status, status])])}
      ${choice("given", "class as given", [...all, ...run.classes.map((name, label) => [label, name])])}
      ${choice("stage", "stage", [...all, ...values("stage").sort().map((stage) => [stage, stage])])}
      ${choice("epoch", "epoch", [...all, ...epochs.map((epoch) => [epoch, epoch])])}
      ${choice("overridden", "by you", [...all, ["no", "not overridden yet"], ["yes", "overridden"]])}
      ${choice("order", "order", Object.entries(Filters.orders).map(([value, [text]]) => [value, text]))}
      <label>key
        <input type="search" name="text" ref=${search} value=${filter.text} placeholder="part of a key"
          onInput=${(event) => change({ text: event.target.value })} />
      </label>
      <p class="found" aria-live="polite">${found} of ${run.clips.length} clips</p>
    </form>`;
};
