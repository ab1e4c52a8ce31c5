// Draws the figures that stand in the page as JSON; the page's style colours text and grid lines.
(() => {
  "use strict";
  const places = [...document.querySelectorAll(".chart")];
  const settings = {
    responsive: true,
    displaylogo: false,
    modeBarButtons: [["zoom2d", "pan2d", "resetScale2d", "toImage"]],
  };
  for (const place of places) {
    const figure = JSON.parse(document.getElementById(place.dataset.figure).textContent);
    Plotly.newPlot(place, figure.data, figure.layout, settings);
  }
  // A printed page is narrower than most screens, and charts do not shrink by themselves.
  const fit = (width) => {
    for (const place of places) Plotly.relayout(place, width ? { width } : { width: null, autosize: true });
  };
  window.addEventListener("beforeprint", () => fit(640));
  window.addEventListener("afterprint", () => fit(null));
})();
