// One clip: its pictures, what is known of it, and what can be done.
"use strict";

// The epochs' predictions as ticks: the given label below, the label it has now above, any other in the middle.
window.Sparkline = function ({ clip, run }) {
  const { html } = htmPreact;
  const seen = clip.predictions;
  if (!seen.length) return html`<span class="quiet">no prediction was kept</span>`;
  const agree = seen.filter(([, label]) => label === clip.given).length;
  const words = `predicted as given in ${agree} of ${seen.length} epochs`;
  const tick = ([epoch, label], i) => {
    const kind = label === clip.given ? "given" : label === clip.now ? "now" : "other";
    const y = { given: 10, now: 0, other: 5 }[kind];
    return html`<rect class=${kind} x=${i * 4} y=${y} width="3" height="6"><title>epoch ${epoch}: ${run.classes[label]}</title></rect>`;
  };
  return html`<svg class="spark" role="img" aria-label=${words} viewBox="0 0 ${seen.length * 4} 16"
    width=${Math.min(seen.length * 4, 240)} height="16" preserveAspectRatio="none">${seen.map(tick)}</svg>`;
};

window.overrideText = function (override, run) {
  if (!override) return "";
  if (override.override === "none") return "taken back";
  return override.override === "relabel" ? `relabel to ${run.classes[override.label]}` : override.override;
};

// The labels to choose from. Hundreds of classes on each of fifty cards would make every key slow, so a list has its options
// only while it is in use.
window.LabelChoice = function ({ clip, run, override, setOverride }) {
  const { html, useState } = htmPreact;
  const [step, setStep] = useState(null);
  const chosen = override && override.override === "relabel" ? override.label : null;
  const option = (label) => html`<option value=${label} selected=${label === chosen}>${label} ${run.classes[label]}</option>`;
  const begin = () => step || setStep(`${clip.key} ${performance.now()}`);
  const labels = step ? run.classes.map((_, label) => label) : chosen === null ? [] : [chosen];
  return html`
    <select aria-label="relabel ${clip.key} to" onFocus=${begin} onMouseDown=${begin} onBlur=${() => setStep(null)}
      onChange=${(event) => setOverride(event.target.value === "" ? undefined : "relabel", +event.target.value, step)}>
      <option value="" selected=${chosen === null}>relabel to …</option>
      ${labels.map(option)}
    </select>`;
};

window.Card = function ({ clip, run, override, setOverride, confirm, open }) {
  const { html } = htmPreact;
  const number = (value) => (value === null ? "–" : value.toFixed(3));
  const name = (label) => run.classes[label];
  const told = clip.status === "pruned" ? "pruned" : clip.status === "relabelled" ? `→ ${name(clip.now)}` : "kept";
  const button = (kind, text, key) => html`
    <button type="button" class=${override && override.override === kind ? "" : "outline"} aria-pressed=${!!override && override.override === kind}
      title="key ${key}" onClick=${() => setOverride(kind)}>${text}</button>`;
  const picture = clip.strip
    ? html`<img loading="lazy" decoding="async" src=${clip.strip} alt="frames of ${clip.key}" />`
    : html`<span class="nothing">${clip.why || "no picture"}</span>`;
  return html`
    <article class="card ${clip.status}" tabindex="0" data-key=${clip.key} aria-label="${clip.key}, given ${name(clip.given)}, ${told}">
      <button type="button" class="strip" tabindex="-1" aria-label="show ${clip.key} larger" onClick=${open}>${picture}</button>
      <p class="key">${clip.key}</p>
      <p><strong>${name(clip.given)}</strong> <mark>${told}</mark></p>
      <dl>
        <div><dt>quality</dt><dd>${number(clip.quality)}</dd></div>
        <div><dt>label</dt><dd>${number(clip.trust)}</dd></div>
      </dl>
      <p class="quiet">${clip.stage ? html`${clip.stage} (${clip.reason}), epoch ${clip.epoch}` : "no decision"}</p>
      <${Sparkline} clip=${clip} run=${run} />
      <div class="act" role="group" aria-label="your override on ${clip.key}">
        ${button("keep", "keep", "K")} ${button("prune", "prune", "P")}
        ${clip.status !== "kept" && html`<button type="button" class="outline" title="key C" onClick=${confirm}>confirm</button>`}
        <${LabelChoice} clip=${clip} run=${run} override=${override} setOverride=${setOverride} />
      </div>
      <p class="override" aria-live="polite">${override ? `you: ${overrideText(override, run)}` : clip.before ? `applied: ${overrideText(clip.before, run)}` : ""}</p>
    </article>`;
};

// The clip in large, with the video where the browser can play it.
window.Viewer = function ({ clip, run, close }) {
  const { html, useEffect, useRef, useState } = htmPreact;
  const dialog = useRef(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => dialog.current.showModal(), []);
  const strip = clip.strip && html`<img src=${clip.strip} alt="frames of ${clip.key}" />`;
  const video = html`<video src=${clip.video} controls autoplay loop muted playsinline onError=${() => setFailed(true)} />`;
  return html`
    <dialog ref=${dialog} class="viewer" aria-label=${clip.key} onClose=${close} onClick=${(event) => event.target === dialog.current && dialog.current.close()}>
      <article>
        <header><button aria-label="close" class="close outline" onClick=${() => dialog.current.close()}>×</button><strong>${clip.key}</strong></header>
        ${clip.video && !failed && video}
        ${failed && html`<p class="quiet">This browser cannot play it, or it lies elsewhere now: ${clip.video}</p>`}
        ${strip}
        <p>given ${run.classes[clip.given]}, now ${run.classes[clip.now]}, ${clip.status}</p>
      </article>
    </dialog>`;
};
