// The first loss of a network that knows nothing, over the spread of its logits: two hundred rows, drawn from one seed.
import { announce, axes, choice, element, format, goals, slider, svg, value, watch, write } from "kernelfree";
import { normals, rowLosses } from "./information.js";

const ROWS = 200;
const CLASSES = [2, 10, 100];
const WIDEST = 5;
const HIGHEST = 20; // nats
const BIN = 1;
const POINTS = 25;

// Tasks for the reader's hand.
const GOALS = [
  ["Double the price of knowing nothing", (now) => now.mean >= 2 * now.guess - 1e-9],
  [
    "With 100 classes, stay within a tenth of ln 100 while some row costs a nat more than that",
    (now) => now.count === 100 && now.mean - now.guess < 0.1 && Math.max(...now.losses) > now.guess + 1,
  ],
];

export default {
  render({ model, el }) {
    const spread = value(model, "spread");
    const classes = value(model, "classes");
    const words = element("p", { class: "sp-words" });
    const bars = histogram();
    const over = curve();
    const aims = goals(GOALS);
    el.append(
      element(
        "div",
        { class: "spread" },
        slider(spread, { label: "spread of the logits", step: 0.1 }),
        choice(classes, { label: "classes C", options: CLASSES.map((count) => [String(count), count]) }),
        words,
        bars.node,
        over.node,
        aims.node,
      ),
    );
    const drawn = new Map(); // by number of classes: the same rows at every spread, and the curve of their means
    let last = null;
    return watch(model, ["spread", "classes"], () => {
      const count = classes.get();
      if (!drawn.has(count)) {
        const all = normals(ROWS * count);
        const rows = Array.from({ length: ROWS }, (_, i) => all.slice(i * count, (i + 1) * count));
        drawn.set(count, { rows, line: over.line(rows) });
      }
      const { rows, line } = drawn.get(count);
      const losses = rowLosses(rows, spread.get());
      const now = { losses, mean: mean(losses), guess: Math.log(count), spread: spread.get(), count };
      bars.show(now);
      if (last !== count) over.draw(line, now);
      over.show(now);
      aims.show(now);
      const text = said(now);
      write(words, text);
      if (last !== null) announce(el, text);
      last = count;
    });
  },
};

const mean = (numbers) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

function said({ mean, guess, count, losses }) {
  const worst = Math.max(...losses);
  const start = `Mean loss ${format(mean, 3)} nats, ln ${count} = ${format(guess, 3)}.`;
  if (mean - guess < 5e-4) return `${start} Every row costs the same: all classes are equally likely.`;
  return `${start} ${format(mean - guess, 3)} above it. The most expensive row costs ${format(worst, 2)}.`;
}

// How many rows cost how much.
function histogram() {
  const at = axes({
    width: 460,
    height: 200,
    x: { min: 0, max: HIGHEST, label: "loss of a row (nats)" },
    y: { min: 0, max: ROWS, label: "rows" },
  });
  const bars = Array.from({ length: HIGHEST / BIN }, (_, k) =>
    svg("rect", {
      class: "sp-bar",
      x: at.x(k * BIN) + 0.5,
      width: at.x(BIN) - at.x(0) - 1,
    }),
  );
  const marks = [svg("path", { class: "sp-guess" }), svg("path", { class: "sp-mean" })];
  at.plot.append(...bars, ...marks);
  return {
    node: at.node,
    show(now) {
      const counts = bars.map(() => 0);
      for (const loss of now.losses) counts[Math.min(Math.floor(loss / BIN), counts.length - 1)] += 1;
      bars.forEach((bar, k) => {
        const top = at.y(counts[k]);
        bar.setAttribute("y", top.toFixed(2));
        bar.setAttribute("height", (at.y(0) - top).toFixed(2));
      });
      [now.guess, now.mean].forEach((x, k) =>
        marks[k].setAttribute("d", `M${at.x(x).toFixed(2)} ${at.y(0)}V${at.y(ROWS)}`),
      );
    },
  };
}

// The mean loss over the spread.
function curve() {
  const at = axes({
    width: 460,
    height: 220,
    x: { min: 0, max: WIDEST, label: "spread of the logits" },
    y: { min: 0, max: 15, label: "mean loss (nats)", ticks: [0, 5, 10, 15] },
  });
  const [line, guess, dot] = [
    svg("path", { class: "sp-line" }),
    svg("path", { class: "sp-guess" }),
    svg("circle", { class: "sp-dot", r: 7 }),
  ];
  const name = svg("text", { "text-anchor": "end", x: at.x(WIDEST) - 4 }, "");
  at.plot.append(guess, line, dot, name);
  return {
    node: at.node,
    line(rows) {
      const points = Array.from({ length: POINTS + 1 }, (_, k) => (k / POINTS) * WIDEST);
      return at.path(points.map((s) => [s, mean(rowLosses(rows, s))]));
    },
    draw(d, { guess: height, count }) {
      line.setAttribute("d", d);
      guess.setAttribute(
        "d",
        at.path([
          [0, height],
          [WIDEST, height],
        ]),
      );
      name.setAttribute("y", at.y(height) - 6);
      write(name, `ln ${count}`);
    },
    show(now) {
      dot.setAttribute("cx", at.x(now.spread).toFixed(2));
      dot.setAttribute("cy", at.y(now.mean).toFixed(2));
    },
  };
}
