// The lesson's table of logits under the reader's hand: softmax, each row's loss, the mean and p - onehot(y) move along.
import { announce, buttons, change, clamp, element, format, handle, number, value, watch } from "kernelfree";
import { crossEntropy, crossEntropyGradient, nllLoss, logSoftmax } from "./functional.js";

const STEP = 0.1;
const DIGITS = 4;
const ROOM = 12; // nats that a loss bar can show: two logits at opposite ends cost 11.4

// What a preset makes of one row, from its right class.
const PRESETS = [
  ["Uniform", () => 0],
  ["Confident and right", (c, y) => (c === y ? 5 : 0)],
  ["Confident and wrong", (c, y, classes) => (c === (y + 1) % classes ? 5 : 0)],
  ["Right with doubt", (c, y) => (c === y ? 1 : 0.3)],
];

export default {
  render({ model, el }) {
    const classes = model.get("logits")[0].length;
    const view = element("div", { class: "loss-table", style: `--classes: ${classes}; --guess: ${Math.log(classes) / ROOM}` });
    const rows = model.get("logits").map((_, n) => exampleRow(model, n, classes));
    const foot = totals(model, classes);
    view.append(presets(model), legend(), ...rows.map((row) => row.node), ...foot.nodes);
    el.append(view);

    let before = null;
    return watch(model, ["logits", "target"], () => {
      const now = state(model);
      rows.forEach((row, n) => row.show(now, n));
      foot.show(now);
      if (before) announce(el, said(before, now));
      before = now;
    });
  },
};

function state(model) {
  const logits = model.get("logits");
  const target = model.get("target");
  const logProbs = logits.map(logSoftmax);
  return {
    logits,
    target,
    probs: logProbs.map((row) => row.map(Math.exp)),
    losses: nllLoss(logProbs, target, "none"),
    mean: crossEntropy(logits, target),
    gradient: crossEntropyGradient(logits, target, "sum"),
    right: logits.filter((row, n) => row.every((z, c) => c === target[n] || z < row[target[n]])).length,
  };
}

// --- presets ---

function presets(model) {
  const rows = (make) => {
    const [target, classes] = [model.get("target"), model.get("logits")[0].length];
    return target.map((y) => Array.from({ length: classes }, (_, c) => make(c, y, classes)));
  };
  return buttons({
    label: "Presets",
    options: [
      ["The lesson’s table", () => change(model, structuredClone(model.get("lesson")))],
      ...PRESETS.map(([name, make]) => [name, () => change(model, { logits: rows(make) })]),
    ],
  });
}

// Where there is no room for the names of the rows beside them.
function legend() {
  return element("p", { class: "lt-legend", "aria-hidden": "true" },
    "Each column from the top: its class (tap the right one), logit z, softmax p, gradient p − onehot(y).");
}

// --- one example ---

let groups = 0;

function exampleRow(model, n, classes) {
  const group = `loss-table-${++groups}`;
  const lanes = Array.from({ length: classes }, (_, c) => lane(model, n, c, group));
  const price = priceOf();
  const node = element("div", { class: "lt-row", role: "group", "aria-label": `Example ${n}` },
    element("div", { class: "lt-names", "aria-hidden": "true" },
      element("b", {}, `example ${n}`),
      element("span", { class: "lt-of-track" }, "logit z"),
      element("span", { class: "lt-of-prob" }, "softmax p"),
      element("span", { class: "lt-of-heat" }, "p − onehot(y)")),
    ...lanes.map((one) => one.node), price.node);
  return {
    node,
    show(now) {
      lanes.forEach((one, c) => one.show(now, n, c));
      price.show(`−ln ${format(now.probs[n][now.target[n]], DIGITS)} =`, now.losses[n]);
    },
  };
}

// One class of one example, from top to bottom: is it the right one, its logit, its probability, its gradient.
function lane(model, n, c, group) {
  const logit = value(model, "logits", n, c);
  const target = value(model, "target", n);
  const name = `Example ${n}, class ${c}`;

  const radio = element("input", { type: "radio", name: group, autocomplete: "off", onchange: () => target.set(c) });
  const track = element("div", { class: "lt-track" });
  const knob = handle(element("div", { class: "lt-knob" }), logit, {
    label: `${name}: logit`, step: STEP, page: 1,
    at(event) {
      const box = track.getBoundingClientRect();
      const { min, max } = logit.limits;
      return max - ((event.clientY - box.top) / box.height) * (max - min);
    },
    text: (z) => format(z, 2),
  });
  track.append(element("div", { class: "lt-stem" }), knob);
  // Four decimals can be typed; the field's own arrows still move by a tenth.
  const field = number(logit, { label: `${name}: logit`, step: 1e-4, digits: DIGITS, hidden: true });
  field.step = STEP;
  const prob = element("span", {});
  const gradient = element("span", {});
  const node = element("div", { class: "lt-lane" },
    element("label", { class: "lt-pick" }, radio, element("span", {}, element("span", { class: "lt-hidden" }, `Example ${n}, right class: `), `class ${c}`)),
    track, field,
    element("div", { class: "lt-prob" }, element("div", { class: "lt-bar" }), hidden("probability "), prob),
    element("div", { class: "lt-heat" }, hidden("gradient "), gradient));
  return {
    node,
    show(now) {
      const right = now.target[n] === c;
      radio.checked = right;
      node.toggleAttribute("data-right", right);
      node.style.setProperty("--z", now.logits[n][c] / logit.limits.max);
      node.style.setProperty("--p", now.probs[n][c]);
      node.style.setProperty("--g", Math.abs(now.gradient[n][c]));
      write(prob, format(now.probs[n][c], DIGITS));
      write(gradient, (right ? "" : "+") + format(now.gradient[n][c], 3));
    },
  };
}

// A loss: how it comes about, the number, and a bar that also shows where a uniform guess stands.
function priceOf() {
  const [sum, nats] = [element("span", { class: "lt-sum" }), element("b", {})];
  const node = element("div", { class: "lt-price" }, sum, " ",
    element("span", { class: "lt-nats" }, nats, " nats"),
    element("div", { class: "lt-gauge", "aria-hidden": "true" }, element("div", { class: "lt-fill" })));
  return {
    node,
    show(text, loss) {
      write(sum, text);
      write(nats, format(loss, DIGITS));
      node.style.setProperty("--loss-share", Math.min(loss / ROOM, 1));
    },
  };
}

// --- the foot: the mean, and what to hold it against ---

function totals(model, classes) {
  const price = priceOf();
  const guess = element("p", { class: "lt-guess" });
  const hits = element("p", { class: "lt-hits" });
  const descend = () => {
    const { logits, gradient } = state(model);
    const { min, max } = value(model, "logits", 0, 0).limits;
    const moved = logits.map((row, n) => row.map((z, c) => Number(clamp(z - gradient[n][c], min, max).toFixed(DIGITS))));
    change(model, { logits: moved });
  };
  const step = buttons({ label: "Learning", options: [["Take a gradient step", descend]] });
  step.prepend(element("span", {}, "z ← z − (p − onehot(y))"));
  step.classList.add("lt-step");
  return {
    nodes: [
      element("div", { class: "lt-mean" }, guess, hits, price.node),
      step,
    ],
    show(now) {
      price.show("mean =", now.mean);
      write(guess, `${verdict(now.mean, classes)} (dashed mark: ln ${classes} = ${format(Math.log(classes), DIGITS)} nats)`);
      write(hits, `accuracy ${now.right}/${now.logits.length}`);
    },
  };
}

function verdict(mean, classes) {
  const difference = mean - Math.log(classes);
  if (Math.abs(difference) < 1e-9) return "The same as a uniform guess";
  return difference > 0 ? "Worse than a uniform guess" : "Better than a uniform guess";
}

// --- words ---

function said(before, now) {
  const changed = now.losses.flatMap((_, n) =>
    before.target[n] !== now.target[n] || now.logits[n].some((z, c) => z !== before.logits[n][c]) ? [n] : []);
  const one = changed.length === 1
    ? changed.map((n) => `Example ${n}: class ${now.target[n]} has probability ${format(now.probs[n][now.target[n]], 3)}, loss ${format(now.losses[n], 3)} nats. `)
    : [];
  return `${one.join("")}Mean loss ${format(now.mean, 3)} nats. ${verdict(now.mean, now.logits[0].length)}.`;
}

function hidden(text) {
  return element("span", { class: "lt-hidden" }, text);
}

function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
