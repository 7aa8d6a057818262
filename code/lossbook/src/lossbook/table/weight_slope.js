// One weight feeds the scores of one class: each example's pull on it, their mean, and the loss over the weight.
import {
  announce,
  axes,
  buttons,
  change,
  choice,
  clamp,
  element,
  format,
  slider,
  svg,
  value,
  watch,
  write,
} from "kernelfree";
import { lossAt, weightSlopes } from "./pulls.js";

const POINTS = 80; // of the curve
const RATE = 1; // the learning rate of a step

export default {
  render({ model, el }) {
    const weight = value(model, "w");
    const rows = model.get("x").map((_, i) => exampleRow(model, i));
    const mean = meanRow();
    const plot = lossPlot(weight.limits);
    const now = element("p", { class: "ws-now" });
    const classes = model.get("logits")[0].map((_, c) => [`${c}`, c]);
    const step = () => {
      const { min, max } = weight.limits;
      change(model, { w: Number(clamp(weight.get() - RATE * state(model).weight, min, max).toFixed(4)) });
    };
    el.append(
      element(
        "div",
        { class: "weight-slope" },
        choice(value(model, "class_index"), { label: "The weight feeds the score of class", options: classes }),
        element("div", { class: "ws-rows" }, ...rows.map((row) => row.node), mean.node),
        element(
          "div",
          { class: "ws-below" },
          element(
            "div",
            { class: "ws-side" },
            slider(weight, { label: "weight w", step: 0.01 }),
            buttons({
              label: "Learning",
              options: [
                ["Take a step", step],
                ["Start again", () => change(model, { w: 0 })],
              ],
            }),
            element("p", { class: "ws-rule" }, `A step: w ← w − ${RATE} · slope`),
            now,
          ),
          plot.node,
        ),
      ),
    );

    let first = true;
    return watch(model, ["w", "x", "class_index"], () => {
      const seen = state(model);
      rows.forEach((row, i) => {
        row.show(seen, i);
      });
      mean.show(seen);
      plot.show(seen);
      const text = said(seen);
      write(now, text);
      if (!first) announce(el, text);
      first = false;
    });
  },
};

function state(model) {
  const [logits, target, x, c, w] = ["logits", "target", "x", "class_index", "w"].map((name) => model.get(name));
  return {
    ...weightSlopes(logits, target, x, c, w),
    x,
    c,
    w,
    loss: lossAt(logits, target, x, c, w),
    at: (v) => lossAt(logits, target, x, c, v),
  };
}

const signed = (x, digits = 3) => {
  const text = format(x, digits);
  return /^[^−]*[1-9]/.test(text) ? `+${text}` : text;
};

function said({ w, loss, weight, x }) {
  const idle = x.flatMap((input, i) => (input === 0 ? [i] : []));
  const pull = idle.length === 1 ? "does" : "do";
  const note = idle.length ? ` Input 0: ${idle.map((i) => `example ${i}`).join(" and ")} ${pull} not pull.` : "";
  return `At w = ${format(w, 2)} the mean loss is ${format(loss, 4)} nats and its slope ${signed(weight)}.${note}`;
}

// --- one example: its input, and from left to right what becomes of it ---

function exampleRow(model, i) {
  const cells = ["p", "y", "p − y", "(p − y) · x"].map((name) => cell(name));
  const bar = pullBar();
  cells[3].node.append(bar.node);
  return {
    node: element(
      "div",
      { class: "ws-row", role: "group", "aria-label": `Example ${i}` },
      slider(value(model, "x", i), { label: `example ${i}: input x`, step: 0.1 }),
      ...cells.map((one) => one.node),
    ),
    show(seen) {
      const texts = [format(seen.probs[i], 3), `${seen.right[i]}`, signed(seen.score[i]), signed(seen.pulls[i])];
      cells.forEach((one, k) => {
        write(one.number, texts[k]);
      });
      bar.show(seen.pulls[i]);
    },
  };
}

function meanRow() {
  const one = cell("slope");
  const bar = pullBar();
  one.node.append(bar.node);
  return {
    node: element(
      "div",
      { class: "ws-row ws-mean" },
      element("p", {}, "Their mean is the slope of the mean loss in w:"),
      one.node,
    ),
    show(seen) {
      write(one.number, signed(seen.weight));
      bar.show(seen.weight);
    },
  };
}

function cell(name) {
  const number = element("span", { class: "ws-number" });
  return { node: element("p", { class: "ws-cell" }, element("span", { class: "ws-name" }, name), number), number };
}

// A pull as a bar from the middle: to the right where the loss rises with w, to the left where it falls.
function pullBar() {
  const fill = element("span", { class: "ws-fill" });
  return {
    node: element("span", { class: "ws-bar", "aria-hidden": "true" }, fill),
    show(pull) {
      fill.style.transform = `scaleX(${clamp(pull / 3, -1, 1).toFixed(4)})`;
    },
  };
}

// --- the loss over the weight ---

function lossPlot({ min, max }) {
  const limits = (top) => ({ x: { min, max, label: "weight w" }, y: { min: 0, max: top, label: "mean loss (nats)" } });
  const at = axes({ width: 460, height: 280, ...limits(4) });
  at.node.setAttribute("aria-hidden", "true"); // the words beside it say the same
  const curve = svg("path", { class: "ws-curve" });
  const tangent = svg("path", { class: "ws-tangent" });
  const dot = svg("circle", { r: 7, class: "ws-dot" });
  at.plot.append(curve, tangent, dot);
  const grid = Array.from({ length: POINTS + 1 }, (_, k) => min + (k / POINTS) * (max - min));
  let drawn = null;
  return {
    node: element("div", { class: "ws-plot" }, at.node),
    show(seen) {
      const { x, c, w, loss, weight } = seen;
      const key = JSON.stringify([x, c]);
      if (key !== drawn) {
        const heights = grid.map(seen.at);
        at.set(limits(1.08 * Math.max(...heights)));
        curve.setAttribute("d", at.path(grid.map((v, k) => [v, heights[k]])));
        drawn = key;
      }
      tangent.setAttribute("d", at.path([w - 1.5, w + 1.5].map((v) => [v, loss + weight * (v - w)])));
      dot.setAttribute("cx", at.x(w).toFixed(2));
      dot.setAttribute("cy", at.y(loss).toFixed(2));
    },
  };
}
