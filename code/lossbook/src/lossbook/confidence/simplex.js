// Three probabilities as a point in a triangle: what the loss sees of them, what the Brier score sees, and who wins.
import {
  announce,
  buttons,
  change,
  clamp,
  element,
  format,
  goals,
  handle,
  slider,
  svg,
  value,
  watch,
  write,
} from "kernelfree";
import { brier } from "./costs.js";

// Corners: the right class A on top. One side is 360 units long.
const CORNERS = [
  [200, 26],
  [20, 337.77],
  [380, 337.77],
];
const [MIDDLE, HALVES] = [
  place([1 / 3, 1 / 3, 1 / 3]),
  [place([0, 0.5, 0.5]), place([0.5, 0, 0.5]), place([0.5, 0.5, 0])],
];
const HEIGHT = CORNERS[1][1] - CORNERS[0][1];
const LEVELS = [0.8, 0.6, 0.4, 0.2, 0.1];
const ARCS = [0.1, 0.3, 0.6, 1, 1.5];

function place(probs) {
  return [0, 1].map((axis) => CORNERS.reduce((sum, corner, c) => sum + probs[c] * corner[axis], 0));
}

const probabilities = (right, share) => [right, (1 - right) * share, (1 - right) * (1 - share)];

// Tasks for the reader's hand.
const GOALS = [
  [
    "With A at 0.34 and the loss as it is, a Brier score above 0.85",
    ({ right, score }) => right === 0.34 && score > 0.85,
  ],
  ["A wrong answer that costs less than 0.75 nats", ({ won, loss }) => !won && loss < 0.75],
];

export default {
  render({ model, el }) {
    const [right, share] = [value(model, "right"), value(model, "share")];
    const level = svg("path", { class: "cf-curve cf-loss" });
    const arc = svg("path", { class: "cf-curve cf-brier" });
    const knob = svg("g", { class: "cf-grip" }, svg("circle", { r: 24, class: "cf-reach" }), svg("circle", { r: 9 }));
    const picture = drawing(level, arc);
    picture.append(
      handle(knob, right, {
        label: "probability of the right class A",
        step: 0.01,
        page: 0.1,
        at(event) {
          const [a, b] = barycentric(picture, event);
          const rest = 1 - clamp(a, 0, 1);
          if (rest > 0) share.set(Number(clamp(b / rest, 0, 1).toFixed(3)));
          return a;
        },
      }),
    );
    const table = numbers();
    const aims = goals(GOALS);
    const said = element("p", { class: "cf-says cf-short" });
    el.append(
      element(
        "div",
        { class: "cf" },
        element("div", { class: "cf-picture" }, picture),
        element(
          "div",
          { class: "cf-side" },
          slider(share, { label: "of the rest, to B", step: 0.01 }),
          presets(model),
          table.node,
          said,
        ),
        aims.node,
      ),
    );
    let first = true;
    return watch(model, ["right", "share"], () => {
      const probs = probabilities(right.get(), share.get());
      const [x, y] = place(probs);
      knob.setAttribute("transform", `translate(${x.toFixed(2)} ${y.toFixed(2)})`);
      level.setAttribute("d", levelLine(probs[0]));
      const [loss, score] = [0 - Math.log(probs[0]), brier(probs, 0)];
      arc.setAttribute("d", circle(score));
      const won = probs[0] >= probs[1] && probs[0] >= probs[2]; // argmax takes the first of equals
      const words = won ? "Right: A has the most." : `Wrong: ${probs[1] >= probs[2] ? "B" : "C"} has more than A.`;
      aims.show({ won, loss, score, right: right.get() });
      table.show(probs, loss, score);
      write(said, words);
      if (!first) announce(el, `${words} Loss ${format(loss, 3)} nats, Brier ${format(score, 3)}`);
      first = false;
    });
  },
};

// Where the pointer is, as shares of the three corners.
function barycentric(picture, event) {
  const box = picture.getBoundingClientRect();
  const [x, y] = [((event.clientX - box.left) / box.width) * 400, ((event.clientY - box.top) / box.height) * 372];
  const a = (CORNERS[1][1] - y) / HEIGHT;
  const c = (x - CORNERS[1][0]) / 360 - a / 2;
  return [a, 1 - a - c, c];
}

const points = (list) => "M" + list.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join("L");
const levelLine = (p) => points([place([p, 1 - p, 0]), place([p, 0, 1 - p])]);

// Equal Brier scores lie on circles around A: its distance to the corner, squared and scaled, is the score. What of a circle
// lies within the triangle goes from side to side, less the middle where it would leave through the bottom.
function circle(score) {
  const r = 360 * Math.sqrt(score / 2);
  const spot = (angle) =>
    `${(200 + r * Math.sin(angle)).toFixed(2)} ${(CORNERS[0][1] + r * Math.cos(angle)).toFixed(2)}`;
  const piece = (from, to) => `M${spot(from)}A${r.toFixed(2)} ${r.toFixed(2)} 0 0 1 ${spot(to)}`;
  const [side, gone] = [Math.PI / 6, Math.acos(Math.min(HEIGHT / r, 1))];
  return gone === 0 ? piece(side, -side) : piece(side, gone) + piece(-gone, -side);
}

function drawing(level, arc) {
  const outline = `${points(CORNERS)}Z`;
  const text = (words, x, y, kind = "") => svg("text", { x, y, class: kind }, words);
  return svg(
    "svg",
    {
      viewBox: "0 0 400 372",
      class: "cf-triangle",
      role: "group",
      "aria-label": "Triangle of three probabilities, the right class A on top",
    },
    ...HALVES.slice(1).map((half) => svg("path", { class: "cf-curve cf-accuracy", d: points([MIDDLE, half]) })),
    svg("path", { class: "cf-guide", d: points([MIDDLE, HALVES[0]]) }),
    ...LEVELS.map((p) => svg("path", { class: "cf-thin cf-loss", d: levelLine(p) })),
    ...ARCS.map((score) => svg("path", { class: "cf-thin cf-brier", d: circle(score) })),
    arc,
    level,
    svg("path", { class: "kf-rule", d: outline }),
    text("A, the right class", 200, 16, "cf-right cf-ink"),
    text("B", 12, 358),
    text("C", 388, 358),
    text("A wins", 200, 128, "cf-accuracy cf-ink"),
    text("B wins", 92, 318, "cf-accuracy cf-ink"),
    text("C wins", 308, 318, "cf-accuracy cf-ink"),
  );
}

function presets(model) {
  return buttons({
    label: "Examples",
    options: [
      ["Right, in doubt", () => change(model, { right: 0.34, share: 0.5 })],
      ["Wrong, with less to pay", () => change(model, { right: 0.49, share: 1 })],
      ["Same loss as the first, but wrong", () => change(model, { right: 0.34, share: 0.95 })],
    ],
  });
}

function numbers() {
  const rows = [
    ["p of A, B, C", ""],
    ["loss", "cf-loss"],
    ["Brier score", "cf-brier"],
  ];
  const cells = rows.map(() => element("span", { class: "cf-number" }));
  const line = (kind) =>
    kind
      ? svg(
          "svg",
          { class: "cf-swatch", viewBox: "0 0 32 12", "aria-hidden": "true" },
          svg("path", { class: `cf-curve ${kind}`, d: "M0 6H32" }),
        )
      : null;
  return {
    node: element(
      "table",
      { class: "cf-numbers" },
      element(
        "tbody",
        {},
        ...rows.map(([name, kind], k) =>
          element(
            "tr",
            {},
            element("th", { scope: "row", class: kind }, line(kind), name),
            element("td", {}, cells[k]),
          ),
        ),
      ),
    ),
    show(probs, loss, score) {
      write(cells[0], probs.map((p) => format(p, 2)).join(" · "));
      write(cells[1], `${format(loss, 3)} nats`);
      write(cells[2], format(score, 3));
    },
  };
}
