// The lesson's table of logits under the reader's hand: softmax, each row's loss, the mean and p - onehot(y) move along.
import { announce, buttons, change, clamp, element, format, handle, number, value, watch } from "kernelfree";
import { steps } from "kernelfree/steps";
import { crossEntropy, crossEntropyGradient, logSoftmax, nllLoss } from "../functional.js";

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

// What a reader is led to do, one act after another.
const STEPS = [
  {
    ask: "Choose an example and drag the handle of its right class, the marked one, up.",
    light: ".lt-lane[data-right] .lt-track",
    done: (now, before) => raised(now, before, true),
    seen: "The right class gained probability, every other class in its row lost some, and the loss of that row fell.",
  },
  {
    ask: "Now drag up the handle of a wrong class.",
    light: ".lt-lane:not([data-right]) .lt-track",
    done: (now, before) => raised(now, before, false),
    seen: "You did not touch the right class, yet its row’s loss rose: the probabilities add up to 1, so what one class gains the others lose.",
  },
  {
    ask: "Get an answer right, but only just: the right class wins with a probability below 0.4. Example 1 is the easiest.",
    light: "[aria-label='Example 1'] .lt-track",
    done: (now) => now.logits.some((_, n) => isRight(now, n) && now.probs[n][now.target[n]] < 0.4),
    seen: "For accuracy this is as right as a certainty. The loss still charges that row more than 0.9 nats for its doubt.",
  },
  {
    ask: "Bring the mean below ln 5, the price of a uniform guess, with no answer right.",
    light: ".lt-mean",
    done: (now) => now.right === 0 && now.mean < now.uniform - 1e-9,
    seen: "Accuracy says 0 of 3; the loss says better than guessing. It rewards a model for being nearly right.",
  },
  {
    ask: "Get all three answers right, and keep the mean above 1 nat.",
    light: ".lt-mean",
    done: (now) => now.right === now.logits.length && now.mean > 1,
    seen: "Accuracy has nothing left to ask for. The loss still wants more probability on the right classes.",
  },
  {
    ask: "Press “The lesson’s table”, then “Take a gradient step”.",
    light: "[aria-label='Presets'] > button:first-child, .lt-step button",
    done: (now, _, last) => stepped(now, last),
    seen: "Each score moved by minus the number in its shaded cell: the right classes went up, the others down, and the mean fell.",
  },
  {
    ask: "Keep taking gradient steps until all three answers are right.",
    light: ".lt-step button",
    done: (now, _, last) => stepped(now, last) && now.right === now.logits.length,
    seen: "Nobody told these steps about accuracy. It rose because the loss fell.",
  },
];

export default {
  render({ model, el }) {
    const classes = model.get("logits")[0].length;
    const view = element("div", {
      class: "loss-table",
      style: `--classes: ${classes}; --guess: ${Math.log(classes) / ROOM}`,
    });
    const rows = model.get("logits").map((_, n) => exampleRow(model, n, classes));
    const foot = totals(model, classes);
    const guide = steps(view, STEPS);
    view.append(guide.node, presets(model), legend(), ...rows.map((row) => row.node), ...foot.nodes);
    el.append(view);

    let before = null;
    return watch(model, ["logits", "target"], () => {
      const now = state(model);
      rows.forEach((row, n) => {
        if (!before || moved(before, now, n)) row.show(now, n);
      });
      foot.show(now);
      guide.show(now);
      if (before) announce(el, said(before, now));
      before = now;
    });
  },
};

function state(model) {
  const logits = model.get("logits");
  const target = model.get("target");
  const logProbs = logits.map(logSoftmax);
  const now = {
    logits,
    target,
    limits: value(model, "logits", 0, 0).limits,
    probs: logProbs.map((row) => row.map(Math.exp)),
    losses: nllLoss(logProbs, target, "none"),
    mean: crossEntropy(logits, target),
    uniform: Math.log(logits[0].length),
    gradient: crossEntropyGradient(logits, target, "sum"),
  };
  return { ...now, right: logits.filter((_, n) => isRight(now, n)).length };
}

function isRight({ logits, target }, n) {
  return logits[n].every((z, c) => c === target[n] || z < logits[n][target[n]]);
}

// Whether the score that moved most rose, and is a right class's or a wrong one's.
function raised(now, before, right) {
  const moves = now.logits.flatMap((row, n) =>
    row.map((z, c) => ({ rise: z - before.logits[n][c], right: c === now.target[n] })),
  );
  const most = moves.reduce((far, move) => (Math.abs(move.rise) > Math.abs(far.rise) ? move : far));
  return most.rise > 0.15 && most.right === right;
}

// The scores after a step of gradient descent with learning rate 1 on each row's own loss.
function descended({ logits, gradient, limits: { min, max } }) {
  return logits.map((row, n) => row.map((z, c) => Number(clamp(z - gradient[n][c], min, max).toFixed(DIGITS))));
}

function stepped(now, last) {
  return now.logits !== last.logits && JSON.stringify(now.logits) === JSON.stringify(descended(last));
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
  return element(
    "p",
    { class: "lt-legend", "aria-hidden": "true" },
    "Each column from the top: its class (tap the right one), logit z, softmax p, gradient p − onehot(y).",
  );
}

// --- one example ---

let groups = 0;

function exampleRow(model, n, classes) {
  const group = `loss-table-${++groups}`;
  const lanes = Array.from({ length: classes }, (_, c) => lane(model, n, c, group));
  const price = priceOf();
  const node = element(
    "div",
    { class: "lt-row", role: "group", "aria-label": `Example ${n}` },
    element(
      "div",
      { class: "lt-names", "aria-hidden": "true" },
      element("b", {}, `example ${n}`),
      element("span", { class: "lt-of-track" }, "logit z"),
      element("span", { class: "lt-of-prob" }, "softmax p"),
      element("span", { class: "lt-of-heat" }, "p − onehot(y)"),
    ),
    ...lanes.map((one) => one.node),
    price.node,
  );
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
    label: `${name}: logit`,
    step: STEP,
    page: 1,
    at(event) {
      const box = track.getBoundingClientRect();
      const { min, max } = logit.limits;
      return max - ((event.clientY - box.top) / box.height) * (max - min);
    },
    text: (z) => format(z),
  });
  const stem = element("div", { class: "lt-stem" });
  const fill = element("div", { class: "lt-level" });
  const slide = element("div", { class: "lt-slide" }, knob); // as high as the travel of the knob from 0 to either end
  track.append(stem, slide);
  // Four decimals can be typed; the field's own arrows still move by a tenth.
  const field = number(logit, { label: `${name}: logit`, step: 1e-4, digits: DIGITS, hidden: true });
  field.step = STEP;
  const prob = text("span", "lt-line");
  const gradient = text("span", "lt-line");
  const tint = element("div", { class: "lt-tint" });
  const heat = element("div", { class: "lt-heat" }, tint, hidden("gradient "), gradient.node);
  const node = element(
    "div",
    { class: "lt-lane" },
    element(
      "div",
      { class: "lt-box" },
      element(
        "label",
        { class: "lt-pick" },
        radio,
        element("span", {}, element("span", { class: "lt-hidden" }, `Example ${n}, right class: `), `class ${c}`),
      ),
      track,
      field,
      element(
        "div",
        { class: "lt-prob" },
        element("div", { class: "lt-bar" }, fill),
        hidden("probability "),
        prob.node,
      ),
      heat,
    ),
  );
  return {
    node,
    show(now) {
      const right = now.target[n] === c;
      const z = now.logits[n][c] / logit.limits.max;
      if (radio.checked !== right) radio.checked = right;
      if (node.hasAttribute("data-right") !== right) node.toggleAttribute("data-right", right);
      stem.style.transform = `scaleY(${z})`;
      slide.style.transform = `translateY(${-100 * z}%)`;
      fill.style.transform = `translateY(${100 * (1 - now.probs[n][c])}%)`;
      tint.style.opacity = Math.abs(now.gradient[n][c]);
      heat.toggleAttribute("data-negative", now.gradient[n][c] < 0);
      prob.write(format(now.probs[n][c], DIGITS));
      gradient.write((right ? "" : "+") + format(now.gradient[n][c], 3));
    },
  };
}

// A loss: how it comes about, the number, and a bar that also shows what a uniform guess costs.
function priceOf() {
  const [sum, nats] = [text("span", "lt-sum"), text("b")];
  const node = element(
    "div",
    { class: "lt-price" },
    element(
      "div",
      { class: "lt-box" },
      sum.node,
      " ",
      element("span", { class: "lt-nats" }, nats.node, " nats"),
      element("div", { class: "lt-gauge", "aria-hidden": "true" }, element("div", { class: "lt-fill" })),
    ),
  );
  const fill = node.querySelector(".lt-fill");
  return {
    node,
    show(words, loss) {
      sum.write(words);
      nats.write(format(loss, DIGITS));
      fill.style.transform = `scaleX(${Math.min(loss / ROOM, 1)})`;
    },
  };
}

// --- the foot: the mean, and what to hold it against ---

function totals(model, classes) {
  const price = priceOf();
  const guess = text("p", "lt-guess");
  const hits = text("p", "lt-hits");
  const descend = () => {
    change(model, { logits: descended(state(model)) });
  };
  const step = buttons({ label: "Learning", options: [["Take a gradient step", descend]] });
  step.prepend(element("span", {}, "z ← z − (p − onehot(y))"));
  step.classList.add("lt-step");
  return {
    nodes: [element("div", { class: "lt-mean" }, guess.node, hits.node, price.node), step],
    show(now) {
      price.show("mean =", now.mean);
      guess.write(
        `${verdict(now.mean, classes)} (the mark is at ln ${classes} = ${format(Math.log(classes), DIGITS)} nats)`,
      );
      hits.write(`accuracy ${now.right}/${now.logits.length}`);
    },
  };
}

function verdict(mean, classes) {
  const difference = mean - Math.log(classes);
  if (Math.abs(difference) < 1e-9) return "The same as a uniform guess";
  return difference > 0 ? "Worse than a uniform guess" : "Better than a uniform guess";
}

// --- words ---

// Whether anything of row n differs; the kit's value replaces only the row that it changes.
function moved(before, now, n) {
  return before.target[n] !== now.target[n] || before.logits[n] !== now.logits[n];
}

function said(before, now) {
  const rows = now.losses.flatMap((_, n) => (moved(before, now, n) ? [n] : []));
  const one =
    rows.length === 1
      ? rows.map(
          (n) =>
            `Example ${n}: class ${now.target[n]} has probability ${format(now.probs[n][now.target[n]], 3)}, loss ${format(now.losses[n], 3)} nats. `,
        )
      : [];
  return `${one.join("")}Mean loss ${format(now.mean, 3)} nats. ${verdict(now.mean, now.logits[0].length)}.`;
}

function hidden(words) {
  return element("span", { class: "lt-hidden" }, words);
}

// An element whose text is written only when it changes.
function text(tag = "span", name = null) {
  const words = document.createTextNode("");
  return {
    node: element(tag, { class: name }, words),
    write(now) {
      if (now !== words.data) words.data = now;
    },
  };
}
