// Charts that answer: pointing, touching or the arrow keys tell the figures of one stop.

/**
 * The chart with a line under it that tells about the stop in hand. A stop is {x, y, text}, x and y as shares of the box.
 * To a screen reader it is a slider whose value is the sentence.
 */
function explored(chart, label, stops, hint) {
  if (!stops.length) return chart;
  const told = el("p", { class: "told" }, hint);
  const mark = el("span", { class: "stop", hidden: true });
  const layer = el(
    "div",
    {
      class: "explorer",
      role: "slider",
      tabindex: "0",
      "aria-label": label,
      "aria-valuemin": "1",
      "aria-valuemax": stops.length,
      "aria-valuenow": "1",
      "aria-valuetext": stops[0].text,
    },
    mark,
  );
  let at = -1;
  const go = (to) => {
    at = Math.min(Math.max(to, 0), stops.length - 1);
    mark.hidden = false;
    mark.style.left = `${100 * stops[at].x}%`;
    mark.style.top = `${100 * (1 - stops[at].y)}%`;
    told.replaceChildren(sentence(stops[at].text));
    layer.setAttribute("aria-valuenow", at + 1);
    layer.setAttribute("aria-valuetext", stops[at].text);
  };
  const point = (event) => {
    const box = layer.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width;
    go(stops.reduce((best, stop, i) => (Math.abs(stop.x - x) < Math.abs(stops[best].x - x) ? i : best), 0));
  };
  layer.addEventListener("pointermove", point);
  layer.addEventListener("pointerdown", point);
  layer.addEventListener("focus", () => at < 0 && go(0));
  layer.addEventListener("keydown", (event) => {
    const to = {
      ArrowRight: at + 1,
      ArrowUp: at + 1,
      ArrowLeft: at - 1,
      ArrowDown: at - 1,
      Home: 0,
      End: stops.length - 1,
      PageUp: at + 10,
      PageDown: at - 10,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    go(to);
  });
  chart.append(layer);
  return el("div", { class: "figure" }, chart, told);
}
