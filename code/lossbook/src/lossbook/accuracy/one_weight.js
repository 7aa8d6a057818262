// One weight of a real model under the reader's hand: accuracy's staircase above cross-entropy's curve, and the step.
import {
  announce,
  axes,
  buttons,
  change,
  element,
  format,
  handle,
  slider,
  svg,
  toggle,
  value,
  watch,
  write,
} from "kernelfree";
import { steps } from "kernelfree/steps";
import { accuracy, crossEntropy, crossEntropySlope, flips, treads, unpack, weightLine } from "./staircase.js";

const SIDE = 8;
const POINTS = { all: 60, close: 30 }; // of the curve: up close it is nearly straight
const WIDTH = 460;

// What a reader is led to do, one act after another.
const STEPS = [
  {
    ask: "Start with a long step: make h 2 or more.",
    light: ".ow-h",
    done: (now) => now.run >= 2 - 1e-9,
    seen: "Over a step this long accuracy usually changes too, and the dash-dotted line tilts in both plots.",
  },
  {
    ask: "Now find a short step that accuracy notices: h at most 0.1, with w old close to an edge of the staircase.",
    light: ".ow-h, .ow-plots > :first-child",
    done: (now) => now.run <= 0.1 + 1e-9 && now.accuracy.rise !== 0,
    seen: "A picture’s score crosses 0 between the two points. Accuracy moves only at such an edge.",
  },
  {
    ask: "Leave w old where it is, and halve h again and again until accuracy no longer notices.",
    light: ".ow-h",
    done: (now, before) => now.accuracy.rise === 0 && now.run < before.run && now.old === before.old,
    seen: "Both points are on one tread now, and rise over run is 0. It stays 0 however small h gets; cross-entropy’s settles at its slope.",
  },
  {
    ask: "Find a step that takes a tenth off cross-entropy and that accuracy does not notice.",
    light: ".ow-plots > :last-child",
    done: (now) => now.accuracy.rise === 0 && now.loss.to <= 0.9 * now.loss.from,
    seen: "Cross-entropy says: this way. Accuracy is the same before and after, so it cannot say anything.",
  },
  {
    ask: "In the picture of the weights, choose a blank pixel, one marked ×.",
    light: ".ow-grid",
    done: (now) => now.blank,
    seen: "No picture has ink there, so this weight is always multiplied by 0, and both curves are level. It proves nothing about accuracy.",
  },
  {
    ask: "Choose a pixel with ink, and press “w old to the trained value”.",
    light: ".ow-grid, [aria-label='Presets'] button",
    done: (now) => !now.blank && now.old === now.trained,
    seen: "Training left this weight near the bottom of its bowl: cross-entropy’s slope is close to 0 here. Accuracy’s is 0 on every tread, near the bottom or far from it.",
  },
  {
    ask: "Tick close-up, and make h 0.001 or shorter.",
    light: ".ow-h, .kf-toggle",
    done: (now) => now.close && now.run <= 0.001 + 1e-9,
    seen: "From close up the curve is its own tangent, a straight line with a slope. The staircase is a level line: slope 0.",
  },
];

export default {
  render({ model, el }) {
    const pictures = unpack(model.get("pictures"));
    const grid = weightGrid(model);
    const plots = twoPlots(model);
    const table = numbers();
    const verdict = element("p", { class: "ow-verdict" });
    const step = slider(value(model, "h"), {
      label: "h, length of the step",
      log: true,
      step: 0.1,
      format: (h) => `h = ${spoken(h).replace(/\.?0+$/, "")}`,
    });
    step.classList.add("ow-h");
    const trained = () => Math.round(model.get("weight")[model.get("pixel")] * 1000) / 1000;
    const guide = steps(el, STEPS);
    el.append(
      element(
        "div",
        { class: "one-weight" },
        guide.node,
        element(
          "div",
          { class: "ow-side" },
          grid.node,
          step,
          toggle(value(model, "close_up"), { label: "close-up" }),
          buttons({
            label: "Presets",
            options: [["w old to the trained value", () => change(model, { w_old: trained() })]],
          }),
        ),
        element("div", { class: "ow-main" }, plots.node, verdict, table.node),
      ),
    );

    let line = null;
    let pixel = null;
    let first = true;
    return watch(model, ["pixel", "w_old", "h", "close_up"], () => {
      const moved = pixel !== model.get("pixel");
      pixel = model.get("pixel");
      if (moved) line = weightLine(pictures, model.get("target"), model.get("weight"), model.get("bias"), pixel);
      const now = measured(line, model.get("w_old"), model.get("h"));
      grid.show(pixel);
      plots.show(line, now, model.get("close_up"), moved);
      table.show(now);
      const [blank, close] = [model.get("blank").includes(pixel), model.get("close_up")];
      guide.show({ ...now, blank, close, trained: trained() });
      const text = said(now, blank);
      write(verdict, text);
      if (!first) announce(el, `${text} Rise over run of cross-entropy ${spoken(now.loss.secant)}.`);
      first = false;
    });
  },
};

// Both functions at both ends of the step.
function measured(line, old, h) {
  const run = old + h - old; // what float64 makes of h there: rise is divided by the run that was really made
  const on = (f, derivative) => {
    const [from, to] = [f(line, old), f(line, old + h)];
    return { from, to, rise: to - from, secant: (to - from) / run, derivative };
  };
  const tie = line.offset.some((offset, i) => line.slope[i] !== 0 && offset + line.slope[i] * old === 0);
  return {
    old,
    to: old + h,
    run,
    examples: line.offset.length,
    flipped: flips(line, old, old + h),
    accuracy: on(accuracy, tie ? null : 0),
    loss: on(crossEntropy, crossEntropySlope(line, old)),
  };
}

function said(now, blank) {
  if (blank) return "A blank pixel: its weight is multiplied by 0. No loss could notice it, so it proves nothing.";
  if (!now.flipped) return `None of ${now.examples} predictions changed: accuracy’s rise is exactly 0.`;
  const some = `${now.flipped} of ${now.examples} predictions changed`;
  return now.accuracy.rise ? `${some}, and accuracy with them.` : `${some}, as many for the better as for the worse.`;
}

// --- the picture of the weights ---

function weightGrid(model) {
  const weight = model.get("weight");
  const blank = new Set(model.get("blank"));
  const largest = Math.max(...weight.map(Math.abs));
  const cells = weight.map((w, j) => {
    const name = `weight of row ${Math.floor(j / SIDE) + 1}, column ${(j % SIDE) + 1}: ${format(w, 2)}${blank.has(j) ? ", blank in every picture" : ""}`;
    return element("span", {
      role: "radio",
      "aria-checked": "false",
      tabindex: -1,
      "aria-label": name,
      title: name,
      class: blank.has(j) ? "ow-cell ow-blank" : "ow-cell",
      "data-sign": w < 0 ? "3" : "7",
      style: `--ink: ${((100 * Math.abs(w)) / largest).toFixed(0)}%`,
      onclick: () => change(model, { pixel: j }),
    });
  });
  const moves = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -SIDE, ArrowDown: SIDE };
  const board = element(
    "div",
    {
      class: "ow-grid",
      role: "radiogroup",
      "aria-label": "Which weight moves",
      onkeydown(event) {
        const j = model.get("pixel");
        const ends = { Home: 0, End: cells.length - 1 };
        if (event.ctrlKey || event.altKey || event.metaKey) return;
        if (!(event.key in moves) && !(event.key in ends)) return;
        event.preventDefault();
        const to = ends[event.key] ?? j + moves[event.key];
        const sameRow = Math.abs(moves[event.key]) !== 1 || Math.floor(to / SIDE) === Math.floor(j / SIDE);
        if (to < 0 || to >= cells.length || !sameRow) return;
        change(model, { pixel: to });
        cells[to].tabIndex = 0;
        cells[to].focus();
      },
    },
    ...cells,
  );
  let shown = null;
  const check = (cell, is) => {
    cell?.setAttribute("aria-checked", is);
    if (cell) cell.tabIndex = is ? 0 : -1;
  };
  return {
    node: element(
      "div",
      { class: "ow-weights" },
      board,
      element(
        "p",
        { class: "ow-key" },
        "The weights: ",
        element("span", { class: "ow-seven" }, "for 7"),
        ", ",
        element("span", { class: "ow-three" }, "for 3"),
        ", × blank in every picture",
      ),
    ),
    show(pixel) {
      if (pixel === shown) return;
      check(cells[shown], false);
      check(cells[pixel], true);
      shown = pixel;
    },
  };
}

// --- the plots ---

function twoPlots(model) {
  const [low, high] = model.get("reach");
  const above = plot("accuracy", { x: { min: low, max: high }, y: WIDE.accuracy });
  const below = plot("loss", { x: { min: low, max: high }, y: { ...WIDE.loss, max: 3 } });
  const risers = svg("path", { class: "ow-risers" });
  above.at.plot.prepend(risers);
  const { old, next, h } = stepEnds(model);
  const grips = { old: grip(above, old, "old"), next: grip(below, next, "new") };
  let seen = {};

  // The curves are redrawn where the weight or the window is another, not for each move of an end.
  function drawCurves(line, now, close) {
    const margin = 2.5 * now.run;
    const [from, to] = close ? [now.old - margin, now.to + margin] : [low, high];
    const count = close ? POINTS.close : POINTS.all;
    const points = Array.from({ length: count + 1 }, (_, k) => from + (k / count) * (to - from));
    const heights = points.map((w) => crossEntropy(line, w));
    const limits = close ? closeLimits(from, to, now, heights) : wideLimits(low, high, heights);
    above.at.set(limits.above);
    below.at.set(limits.below);
    below.curve.setAttribute("d", below.at.path(points.map((w, k) => [w, heights[k]])));
    const levels = treads(line, from, to);
    above.curve.setAttribute("d", levels.map((level) => segment(above.at, level, level.from, level.to)).join(""));
    risers.setAttribute(
      "d",
      levels
        .slice(1)
        .map((level, k) => riser(above.at, levels[k], level))
        .join(""),
    );
  }

  function moveGrips(now) {
    grips.old.setAttribute("transform", `translate(${above.at.x(now.old).toFixed(2)} 13)`);
    grips.next.setAttribute("transform", `translate(${below.at.x(now.to).toFixed(2)} 13)`);
    if (now.old !== seen.old) {
      grips.next.setAttribute("aria-valuemin", now.old + h.limits.min);
      grips.next.setAttribute("aria-valuemax", now.old + h.limits.max);
    }
    grips.next.setAttribute("aria-valuenow", now.to);
    grips.next.setAttribute("aria-valuetext", format(now.to, 4));
  }

  return {
    node: element("div", { class: "ow-plots" }, above.at.node, below.at.node),
    show(line, now, close, moved) {
      if (moved || close || seen.close !== close) drawCurves(line, now, close);
      above.step(now.old, now.to, now.accuracy);
      below.step(now.old, now.to, now.loss);
      moveGrips(now);
      seen = { close, old: now.old };
    },
  };
}

// The two ends of the step as values. w new is no state of its own: it lies a step to the right of w old, so moving it
// sets the step.
function stepEnds(model) {
  const old = value(model, "w_old");
  const h = value(model, "h");
  const [min, max] = model.get("reach");
  const next = {
    ...h,
    limits: { kind: "number", min, max },
    get: () => old.get() + h.get(),
    set: (w) => h.set(w - old.get()),
  };
  return { old, next, h };
}

// What one takes hold of to move an end: a pill with its name, in a reach that a finger hits on a phone too.
function grip(plot, v, name) {
  const knob = svg(
    "g",
    { class: "ow-grip" },
    svg("rect", { class: "ow-reach", x: -24, y: -13, width: 48, height: 46 }),
    svg("rect", { class: "ow-pill", x: -17, y: -12, width: 34, height: 24, rx: 12 }),
    svg("text", { y: 4, "text-anchor": "middle" }, name),
  );
  const options = {
    label: `w ${name}, value of the weight`,
    step: 0.01,
    page: 0.5,
    at: (event) => plot.at.at(event).x,
    text: (w) => format(w, 4),
  };
  plot.at.node.append(handle(knob, v, options));
  return knob;
}

const segment = (at, { height }, from, to) => at.path([from, to].map((w) => [w, height]));
const riser = (at, before, after) => at.path([before, after].map(({ height }) => [after.from, height]));

// The axes over all values of the weight.
const WIDE = {
  accuracy: { min: 0.4, max: 1.18, ticks: [0.4, 0.6, 0.8, 1], label: "accuracy" },
  loss: { min: 0, ticks: undefined, label: "cross-entropy (nats)" },
};

function wideLimits(low, high, heights) {
  const x = { min: low, max: high, ticks: undefined };
  return {
    above: { x: { ...x, label: "" }, y: WIDE.accuracy },
    below: { x: { ...x, label: "value of the weight" }, y: { ...WIDE.loss, max: 1.22 * Math.max(...heights) } },
  };
}

// And in a narrow window around the step: so many pictures tall, and as tall as the curve needs.
function closeLimits(from, to, now, heights) {
  const x = { min: from, max: to, ticks: [] };
  const example = 1 / now.examples;
  const middle = now.accuracy.from;
  const [least, most] = [Math.min(...heights), Math.max(...heights)];
  const room = Math.max(most - least, 1e-13) * 0.15;
  const tall = `${short(most - least + 3 * room)} nats tall`;
  const pictures = { min: middle - 3.5 * example, max: middle + 4.5 * example };
  return {
    above: { x: { ...x, label: "" }, y: { ...pictures, ticks: [], label: "accuracy, 8 pictures tall" } },
    below: {
      x: { ...x, label: `a window ${short(to - from)} wide` },
      y: { min: least - room, max: most + 2 * room, ticks: [], label: tall },
    },
  };
}

// One plot: its curve, the two ends of the step, and the line through them.
function plot(meaning, limits) {
  const at = axes({
    width: WIDTH,
    height: 220,
    ...limits,
    label: meaning === "loss" ? "Cross-entropy over the weight" : "Accuracy over the weight",
  });
  const curve = svg("path", { class: `ow-curve ow-${meaning}` });
  const rods = [svg("path", { class: "ow-rod" }), svg("path", { class: "ow-rod" })];
  const secant = svg("path", { class: "ow-secant" });
  const ends = [svg("circle", { r: 5, class: "ow-end" }), svg("circle", { r: 5, class: "ow-end ow-hollow" })];
  at.plot.append(...rods, curve, secant, ...ends);
  return {
    at,
    curve,
    step(from, to, values) {
      const points = [
        [from, values.from],
        [to, values.to],
      ].map(([x, y]) => [at.x(x), at.y(y)]);
      points.forEach(([x, y], k) => {
        ends[k].setAttribute("cx", x.toFixed(2));
        ends[k].setAttribute("cy", y.toFixed(2));
        rods[k].setAttribute("d", `M${x.toFixed(2)} 0V220`);
      });
      // Drawn on past both ends, so that its tilt can be seen however short the step.
      const [[x0, y0]] = points;
      const tilt = (values.secant * (at.y(1) - at.y(0))) / (at.x(1) - at.x(0));
      const reach = Math.max(60, 1.5 * (points[1][0] - x0));
      secant.setAttribute(
        "d",
        `M${(x0 - reach).toFixed(2)} ${(y0 - tilt * reach).toFixed(2)}L${(x0 + reach).toFixed(2)} ${(y0 + tilt * reach).toFixed(2)}`,
      );
    },
  };
}

// --- the numbers ---

const ROWS = [
  ["at w old", (values) => format(values.from, 6)],
  ["at w new", (values) => format(values.to, 6)],
  ["rise", (values) => short(values.rise)],
  ["run h", (_values, now) => short(now.run)],
  ["rise / run", (values) => short(values.secant)],
  ["derivative at w old", (values) => (values.derivative === null ? "none: a tie" : short(values.derivative))],
];

function numbers() {
  const cells = ROWS.map(() => [element("span", { class: "ow-number" }), element("span", { class: "ow-number" })]);
  const node = element(
    "table",
    { class: "ow-numbers" },
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        element("td", {}),
        element("th", { scope: "col", class: "ow-accuracy" }, "accuracy"),
        element("th", { scope: "col", class: "ow-loss" }, "cross-entropy (nats)"),
      ),
    ),
    element(
      "tbody",
      {},
      ...ROWS.map(([name], k) =>
        element("tr", {}, element("th", { scope: "row" }, name), ...cells[k].map((cell) => element("td", {}, cell))),
      ),
    ),
  );
  return {
    node,
    show(now) {
      ROWS.forEach(([, text], k) =>
        [now.accuracy, now.loss].forEach((values, column) => {
          write(cells[k][column], text(values, now));
        }),
      );
    },
  };
}

// Five digits, and a power of ten where that is shorter; an exact zero is "0".
function short(x) {
  if (x === 0) return "0";
  if (Math.abs(x) >= 1e-3) return format(x, 5);
  const [digits, power] = x.toExponential(3).split("e");
  return `${digits} × 10${superscript(power)}`.replace("-", "−");
}

const superscript = (text) => text.replace("+", "").replace(/./g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]);

// For the ear: no superscripts.
function spoken(x) {
  return x !== 0 && Math.abs(x) < 1e-3 ? x.toExponential(2).replace("e-", " times ten to the minus ") : format(x, 4);
}
