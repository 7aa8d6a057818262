// One weight, two lines, one of them standing still: the first page's cut of one_weight.js.
import { announce, axes, element, format, slider, svg, value, watch, write } from "kernelfree";
import { accuracy, crossEntropy } from "./staircase.js";

const POINTS = 60;

export default {
  render({ model, el }) {
    const line = { offset: model.get("offset"), slope: model.get("slope"), target: model.get("target") };
    const w = value(model, "w");
    const { min, max } = w.limits;
    const points = Array.from({ length: POINTS + 1 }, (_, k) => min + (k / POINTS) * (max - min));
    const rows = [
      ["accuracy", accuracy, 4, "accuracy", "share right"],
      ["loss", crossEntropy, 4, "cross-entropy", "nats"],
    ].map(([meaning, f, digits, name, unit]) => row(line, f, points, { meaning, digits, name, unit }));
    el.append(
      element(
        "div",
        { class: "stand-still" },
        slider(w, { label: "the weight", step: 0.01 }),
        ...rows.map((one) => one.node),
      ),
    );
    let first = true;
    return watch(model, ["w"], () => {
      const texts = rows.map((one) => one.show(w.get()));
      if (!first) announce(el, texts.join(", "));
      first = false;
    });
  },
};

function row(line, f, points, { meaning, digits, name, unit }) {
  const heights = points.map((w) => f(line, w));
  const [least, most] = [Math.min(...heights), Math.max(...heights)];
  const middle = (least + most) / 2;
  const half = Math.max((most - least) / 2, 0.002) * 1.3;
  const at = axes({
    width: 460,
    height: 130,
    x: { min: points[0], max: points.at(-1), label: meaning === "loss" ? "value of the weight" : "" },
    y: {
      min: middle - half,
      max: middle + half,
      ticks: [least, most].filter((tick, k, all) => all.indexOf(tick) === k).map((tick) => Number(tick.toFixed(3))),
    },
  });
  const dot = svg("circle", { r: 7, class: `ow-dot ow-${meaning}` });
  at.plot.append(
    svg("path", { class: `ow-curve ow-${meaning}`, d: at.path(points.map((w, k) => [w, heights[k]])) }),
    dot,
  );
  const out = element("b", { class: `ow-${meaning}` });
  return {
    node: element("div", {}, element("p", { class: "ow-line" }, `${name}: `, out, ` ${unit}`), at.node),
    show(w) {
      const height = f(line, w);
      dot.setAttribute("cx", at.x(w).toFixed(2));
      dot.setAttribute("cy", at.y(height).toFixed(2));
      write(out, format(height, digits));
      return `${name} ${format(height, digits)}`;
    },
  };
}
