// Draws the figures that stand in the page as JSON, in the colours of the page's style.
(() => {
  "use strict";
  const root = document.documentElement;
  const settings = {
    responsive: true,
    displaylogo: false,
    modeBarButtons: [["zoom2d", "pan2d", "resetScale2d", "toImage"]],
  };

  // "--c1/0.15" is the variable --c1 of the page's style with that opacity.
  const colour = (token) => {
    if (typeof token !== "string" || !token.startsWith("--")) return token;
    const [name, opacity] = token.split("/");
    const found = getComputedStyle(root).getPropertyValue(name).trim();
    if (!opacity) return found;
    const parts = found.match(/[0-9a-f]{2}/gi).map((pair) => parseInt(pair, 16));
    return `rgba(${parts.join(",")},${opacity})`;
  };
  const paint = (key, item) => {
    if (key === "colorscale") return item.map(([place, token]) => [place, colour(token)]);
    return key.endsWith("color") ? colour(item) : item;
  };

  const draw = (figure) => {
    const off = [...figure.querySelectorAll("[aria-pressed=false]")].map((button) => button.dataset.name);
    for (const place of figure.querySelectorAll(".chart")) {
      const { data, layout } = JSON.parse(place.nextElementSibling.textContent, paint);
      for (const trace of data) trace.visible = !off.includes(trace.name);
      Plotly.react(place, data, layout, settings);
    }
  };
  const figures = [...document.querySelectorAll("figure.drawn")];
  const drawAll = () => figures.forEach(draw);
  for (const figure of figures) {
    for (const button of figure.querySelectorAll("[aria-pressed]")) {
      button.addEventListener("click", () => {
        button.setAttribute("aria-pressed", button.getAttribute("aria-pressed") === "false");
        draw(figure);
      });
    }
  }
  drawAll();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  // Paper is white and narrower than most screens.
  const print = (yes) => {
    root.classList.toggle("printing", yes);
    drawAll();
  };
  window.addEventListener("beforeprint", () => print(true));
  window.addEventListener("afterprint", () => print(false));
})();
