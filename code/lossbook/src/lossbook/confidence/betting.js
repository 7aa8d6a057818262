// The betting game: rain comes with q, someone states p; four ways to pay, each with its cheapest p.
import { announce, axes, element, format, goals, handle, svg, value, watch, write } from "kernelfree";
import { expectedCosts } from "./costs.js";

const TOP = 1.6;
const POINTS = 120;
// Its name, its class, and where it is cheapest for a given q; null: a whole stretch.
const WAYS = [
  ["log", "log loss", "cf-loss", (q) => q],
  ["brier", "Brier", "cf-brier", (q) => q],
  ["distance", "|p − y|", "cf-other", (q) => (q === 0.5 ? null : Number(q > 0.5))],
  ["error", "share wrong", "cf-accuracy", () => null],
];

// Tasks for the reader's hand.
const GOALS = [
  [
    "State something untrue that costs less than the truth, by |p − y|",
    ({ q, p, now }) => now.distance < expectedCosts(q, q).distance - 1e-9 && p !== q,
  ],
  ["Find a truth between 0 and 1 for which |p − y| rewards no lie", ({ q }) => q === 0.5],
];

export default {
  render({ model, el }) {
    const [q, p] = [value(model, "q"), value(model, "p")];
    const at = axes({
      width: 480,
      height: 330,
      x: { min: -0.03, max: 1.03, ticks: [0, 0.25, 0.5, 0.75, 1], label: "stated probability p" },
      y: { min: 0, max: TOP, label: "expected cost (log loss in nats)" },
      label: "Expected cost over the stated probability",
    });
    const rods = [svg("path", { class: "cf-rod" }), svg("path", { class: "cf-rod" })];
    at.plot.append(...rods);
    const ways = WAYS.map(([name, , kind, best]) => way(at, name, kind, best));
    const said = element("p", { class: "cf-says" });
    const grips = [grip(at, rods[0], q, "the truth q", "q", 24), grip(at, rods[1], p, "the stated p", "p", 70)];
    const table = numbers();
    const aims = goals(GOALS);
    el.append(
      element(
        "div",
        { class: "cf" },
        element("div", { class: "cf-picture" }, at.node),
        element("div", { class: "cf-side" }, table.node, said),
        aims.node,
      ),
    );
    let before = null;
    return watch(model, ["q", "p"], () => {
      const [truth, stated] = [q.get(), p.get()];
      if (before === null || truth !== before) ways.forEach((one) => one.bend(truth));
      const now = expectedCosts(truth, stated);
      ways.forEach((one) => one.mark(stated, now));
      grips.forEach((one) => one());
      table.show(truth, now);
      aims.show({ q: truth, p: stated, now });
      const words = verdict(truth, stated);
      write(said, words);
      if (before !== null)
        announce(
          el,
          `${words} log loss ${format(now.log, 3)}, Brier ${format(now.brier, 3)}, distance ${format(now.distance, 3)}, share wrong ${format(now.error, 2)}`,
        );
      before = truth;
    });
  },
};

function verdict(q, p) {
  const end = Number(q > 0.5);
  if (Math.abs(q - p) > 1e-9) {
    const pull = q === 0.5 || q === end ? "." : `, |p − y| towards ${end}.`;
    return `Stated ${format(p, 2)} where the truth is ${format(q, 2)}: log loss and Brier fall towards ${format(q, 2)}${pull}`;
  }
  if (q === 0.5 || q === end) return "The truth. Nothing else is cheaper, in any of the four ways.";
  return `The truth: log loss and Brier are as low as they go. |p − y| would be lower at ${end}.`;
}

function way(at, name, kind, best) {
  const curve = svg("path", { class: `cf-curve ${kind}` });
  const flat = svg("path", { class: `cf-flat ${kind}` });
  const least = svg("path", { class: `cf-best ${kind}` });
  const here = svg("circle", { r: 5, class: `cf-here ${kind}` });
  at.plot.append(flat, curve, least, here);
  const spot = (x, y) => `${at.x(x).toFixed(2)} ${at.y(Math.min(y, 2 * TOP)).toFixed(2)}`;
  return {
    bend(q) {
      const cost = (p) => expectedCosts(q, p)[name];
      if (name === "error")
        curve.setAttribute(
          "d",
          `M${spot(0, q)}H${at.x(0.5).toFixed(2)}V${at.y(1 - q).toFixed(2)}H${at.x(1).toFixed(2)}`,
        );
      else
        curve.setAttribute(
          "d",
          "M" + Array.from({ length: POINTS + 1 }, (_, k) => spot(k / POINTS, cost(k / POINTS))).join("L"),
        );
      const cheapest = best(q);
      const [low, high] = q === 0.5 ? [0, 1] : q > 0.5 ? [0.5, 1] : [0, 0.5];
      flat.setAttribute("d", cheapest === null ? `M${spot(low, Math.min(q, 1 - q))}H${at.x(high).toFixed(2)}` : "");
      least.setAttribute("d", cheapest === null ? "" : shape(name, at.x(cheapest), at.y(cost(cheapest))));
    },
    mark(p, now) {
      here.setAttribute("cx", at.x(p).toFixed(2));
      here.setAttribute("cy", at.y(Math.min(now[name], 2 * TOP)).toFixed(2));
    },
  };
}

// A disc, a square or a diamond around a point, so that the marks differ without their colours.
function shape(name, x, y) {
  if (name === "log") return `M${x - 6} ${y}a6 6 0 1 0 12 0a6 6 0 1 0 -12 0Z`;
  if (name === "brier") return `M${x - 5} ${y - 5}h10v10h-10Z`;
  return `M${x} ${y - 8}l8 8l-8 8l-8 -8Z`;
}

// A vertical line to drag, its knob near the top of the plot, with its letter.
function grip(at, rod, v, label, letter, y) {
  const knob = svg(
    "g",
    { class: "cf-grip" },
    svg("rect", { x: -24, y: -22, width: 48, height: 44, class: "cf-reach" }),
    svg("rect", { x: -18, y: -15, width: 36, height: 30, rx: 8 }),
    svg("text", { y: 5 }, letter),
  );
  at.node.append(handle(knob, v, { label, step: 0.01, page: 0.1, at: (event) => at.at(event).x }));
  return () => {
    const x = at.x(v.get());
    knob.setAttribute("transform", `translate(${x.toFixed(2)} ${y})`);
    rod.setAttribute("d", `M${x.toFixed(2)} 0V300`);
  };
}

function numbers() {
  const cells = WAYS.map(() => [element("span", { class: "cf-number" }), element("span", { class: "cf-number" })]);
  const swatch = (kind) =>
    svg(
      "svg",
      { class: "cf-swatch", viewBox: "0 0 32 12", "aria-hidden": "true" },
      svg("path", { class: `cf-curve ${kind}`, d: "M0 6H32" }),
    );
  const node = element(
    "table",
    { class: "cf-numbers" },
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        element("th", { scope: "col" }, "way to pay"),
        element("th", { scope: "col" }, "cost of p"),
        element("th", { scope: "col" }, "cheapest p"),
      ),
    ),
    element(
      "tbody",
      {},
      ...WAYS.map(([, text, kind], k) =>
        element(
          "tr",
          {},
          element("th", { scope: "row", class: kind }, swatch(kind), text),
          ...cells[k].map((cell) => element("td", {}, cell)),
        ),
      ),
    ),
  );
  return {
    node,
    show(q, now) {
      WAYS.forEach(([name, , , best], k) => {
        write(cells[k][0], format(now[name], 3));
        const cheapest = best(q);
        write(
          cells[k][1],
          cheapest !== null
            ? format(cheapest, 2)
            : q === 0.5
              ? "any"
              : name === "distance"
                ? "any"
                : q > 0.5
                  ? "above ½"
                  : "up to ½",
        );
      });
    },
  };
}
