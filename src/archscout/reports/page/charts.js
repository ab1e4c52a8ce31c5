// Draws the figures that stand in the page as JSON, in the colours of the page's style.
(() => {
  "use strict";
  const root = document.documentElement;

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

  const read = (place) => JSON.parse(place.nextElementSibling.textContent, paint);
  // Titles and legend stand in the page, where they wrap; a saved picture needs its own.
  const save = (place) => {
    const { data, layout } = read(place);
    data.forEach((trace, number) => (trace.visible = place.data[number].visible));
    const own = { showlegend: true, paper_bgcolor: colour("--paper"), margin: { t: 60 }, width: 900, height: 500 };
    const filename = place.closest("figure").id;
    Plotly.downloadImage({ data, layout: { ...layout, ...own } }, { format: "png", scale: 2, filename, width: 900, height: 500 });
  };
  const camera = { name: "save", title: "Save as a picture", icon: Plotly.Icons.camera, click: save };
  const settings = {
    responsive: true,
    displaylogo: false,
    modeBarButtons: [["zoom2d", "pan2d", "resetScale2d", camera]],
  };

  const draw = (figure) => {
    const off = [...figure.querySelectorAll("[aria-pressed=false]")].map((button) => button.dataset.name);
    for (const place of figure.querySelectorAll(".chart")) {
      const { data, layout } = read(place);
      for (const part of [layout, layout.xaxis, layout.yaxis]) delete part.title;
      layout.width = place.clientWidth;
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
