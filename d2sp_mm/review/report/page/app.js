// The page: overview, gallery, keys.
"use strict";

(function () {
  const { html, render, useEffect, useMemo, useReducer, useRef, useState } = htmPreact;
  const run = window.D2SP;
  const byKey = new Map(run.clips.map((clip) => [clip.key, clip]));
  let redraw = () => {};
  const overrides = new Overrides(run, () => redraw());

  const KEYS = [
    ["← → ↑ ↓, Home, End", "go from clip to clip"],
    ["K, P", "keep, prune"],
    ["R", "choose another label, Enter or Escape goes back; 0 to 9 gives the label of that number"],
    ["C", "confirm what was decided"],
    ["X", "take the override back"],
    ["U", "undo the last override"],
    ["Enter", "show the clip larger"],
    ["N, B", "next page, page before"],
    ["/", "search for a key"],
    ["S", "save overrides.csv"],
    ["?", "show or hide these"],
  ];

  function theme() {
    let chosen = null;
    try {
      chosen = localStorage.getItem("d2sp_mm theme");
    } catch {} // eslint-disable-line no-empty
    return chosen || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  }

  function setTheme(name) {
    document.documentElement.dataset.theme = name;
  }

  function App() {
    const [filter, change] = useReducer((before, more) => ({ ...before, page: 0, ...more }), Filters.start);
    const [version, refresh] = useReducer((n) => n + 1, 0);
    redraw = refresh;
    const [open, setOpen] = useState(null);
    const [help, setHelp] = useState(false);
    const [said, say] = useState("");
    const search = useRef(null);
    const gallery = useRef(null);
    // While only the not overridden are shown, an override must not take the clip from under the hand: it stays until the filter changes.
    const chosen = JSON.stringify({ ...filter, page: 0 });
    const found = useMemo(() => Filters.apply(run.clips, filter, overrides), [chosen]);
    const pages = Math.max(Math.ceil(found.length / Filters.pageSize), 1);
    const page = Math.min(filter.page, pages - 1);
    const shown = found.slice(page * Filters.pageSize, (page + 1) * Filters.pageSize);

    const setOverride = (clip, override, label, step) => {
      // What was applied to the run already is taken back by a word of its own.
      const word = override || (clip.before && !overrides.get(clip.key) ? "none" : undefined);
      overrides.set(clip.key, word && { override: word, label: word === "relabel" ? label : undefined }, step);
      say(`${clip.key}: ${override ? overrideText(overrides.get(clip.key), run) : "no override"}`);
      refresh();
    };
    const confirm = (clip) =>
      clip.status === "pruned" ? setOverride(clip, "prune") : clip.status === "relabelled" ? setOverride(clip, "relabel", clip.now) : setOverride(clip, "keep");
    const undo = () => {
      const key = overrides.undo();
      say(key === undefined ? "nothing to undo" : `undone: ${key}`);
      refresh();
    };
    const save = () => {
      overrides.save();
      say(`saved ${overrides.size} overrides; next: ${run.apply}`);
    };
    const turn = (to) => {
      if (to < 0 || to >= pages) return;
      change({ page: to });
      requestAnimationFrame(() => cards()[0]?.focus());
    };
    const cards = () => [...gallery.current.querySelectorAll(".card")];

    useEffect(() => {
      const press = (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
        const typing = event.target.closest("input, select, textarea");
        if (typing) {
          const home = typing.closest(".card");
          if (event.key === "Escape" || (event.key === "Enter" && home)) {
            if (home) home.focus();
            else typing.blur();
            event.preventDefault();
          }
          return;
        }
        const card = event.target.closest(".card");
        const clip = card && byKey.get(card.dataset.key);
        if (act(event.key, card, clip, event)) event.preventDefault();
      };
      document.addEventListener("keydown", press);
      return () => document.removeEventListener("keydown", press);
    });

    function act(key, card, clip, event) {
      const lower = key.length === 1 ? key.toLowerCase() : key;
      const general = { u: undo, s: save, n: () => turn(page + 1), b: () => turn(page - 1), "?": () => setHelp(!help), "/": () => search.current.focus() };
      if (general[lower]) return general[lower](), true;
      if (["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(key)) return move(key, card);
      if (!clip) return false;
      if (key === "Enter" && event.target === card) return setOpen(clip), true;
      if (lower === "k") return setOverride(clip, "keep"), true;
      if (lower === "p") return setOverride(clip, "prune"), true;
      if (lower === "c") return confirm(clip), true;
      if (lower === "x") return setOverride(clip, undefined), true;
      if (lower === "r") return card.querySelector("select").focus(), true;
      if (/^[0-9]$/.test(key) && +key < run.classes.length) return setOverride(clip, "relabel", +key), true;
      return false;
    }

    function move(key, card) {
      const all = cards();
      if (!all.length) return false;
      const at = card ? all.indexOf(card) : -1;
      const top = all[0].offsetTop;
      const columns = Math.max(all.filter((other) => other.offsetTop === top).length, 1);
      const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key];
      const to = key === "Home" ? 0 : key === "End" ? all.length - 1 : at < 0 ? 0 : at + step;
      if (to < 0 || to >= all.length) return true;
      all[to].focus();
      all[to].scrollIntoView({ block: "nearest" });
      return true;
    }

    const pager = html`
      <nav class="pager" aria-label="pages">
        <button class="outline" disabled=${page === 0} onClick=${() => turn(page - 1)}>before</button>
        <span>page ${page + 1} of ${pages}</span>
        <button class="outline" disabled=${page === pages - 1} onClick=${() => turn(page + 1)}>next</button>
      </nav>`;
    return html`
      <header class="top">
        <h1>${run.name}</h1>
        <p class="done" data-version=${version}>${overrides.size} ${overrides.size === 1 ? "override" : "overrides"}${overrides.lost ? " (this browser keeps nothing: save before you leave)" : ""}</p>
        <div role="group">
          <button class="outline" disabled=${!overrides.past.length} onClick=${undo}>undo</button>
          <button disabled=${!overrides.size} onClick=${save}>save</button>
          <button class="outline" aria-expanded=${help} onClick=${() => setHelp(!help)}>keys</button>
          <button class="outline" onClick=${() => switchTheme(refresh)}>${document.documentElement.dataset.theme === "dark" ? "light" : "dark"}</button>
        </div>
      </header>
      ${help && html`<aside class="help"><dl>${KEYS.map(([keys, text]) => html`<div><dt><kbd>${keys}</kbd></dt><dd>${text}</dd></div>`)}</dl></aside>`}
      <main>
        <${Overview} run=${run} />
        <section aria-labelledby="clips">
          <h2 id="clips">The clips</h2>
          <p class="quiet">Overrides stay in this browser until you save them. Then: <code>${run.apply}</code></p>
          <${FilterBar} run=${run} filter=${filter} change=${change} found=${found.length} search=${search} />
          ${pager}
          <div class="gallery" ref=${gallery}>
            ${shown.map((clip) => html`<${Card} key=${clip.key} clip=${clip} run=${run} override=${overrides.get(clip.key)}
              setOverride=${(override, label, step) => setOverride(clip, override, label, step)} confirm=${() => confirm(clip)} open=${() => setOpen(clip)} />`)}
          </div>
          ${found.length === 0 && html`<p>No clip is like that.</p>`}
          ${pager}
        </section>
      </main>
      <p class="said" role="status">${said}</p>
      ${open && html`<${Viewer} clip=${open} run=${run} close=${() => setOpen(null)} />`}`;
  }

  function switchTheme(refresh) {
    const name = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    setTheme(name);
    try {
      localStorage.setItem("d2sp_mm theme", name);
    } catch {} // eslint-disable-line no-empty
    refresh();
  }

  setTheme(theme());
  document.title = `${run.name}: what was decided`;
  const root = document.getElementById("app");
  root.replaceChildren();
  render(html`<${App} />`, root);
})();
