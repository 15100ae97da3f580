// The run as a whole: counts and charts.
"use strict";

window.Overview = function ({ run }) {
  const { html } = htmPreact;
  const chart = ({ name, title, text }) => html`
    <figure>
      <figcaption><strong>${title}</strong> ${text}</figcaption>
      <img class="on-light" src="charts/${name}_light.svg" alt=${`${title} ${text}`} />
      <img class="on-dark" src="charts/${name}_dark.svg" alt="" />
    </figure>`;
  return html`
    <section aria-labelledby="overview">
      <h2 id="overview">The run</h2>
      <p>${run.samples} samples: ${run.counts.pruned} pruned, ${run.counts.relabelled} relabelled, ${run.counts.kept} left as they were.
        ${" "}${run.shown}</p>
      <div class="charts">${run.charts.map(chart)}</div>
    </section>`;
};
