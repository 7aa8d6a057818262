// A 3 or a 7 drawn by the reader: the model's answer, what either label would cost, and one weight to nudge.
import {
  announce,
  axes,
  buttons,
  change,
  choice,
  element,
  format,
  slider,
  svg,
  toggle,
  value,
  watch,
  write,
} from "kernelfree";
import { answerTo, FULL, SIDE, scoreOf, stroke, strongestPixel } from "./drawing.js";

const CLASSES = ["3", "7"];
const POINTS = 60; // of each curve of cost
const HIGHEST = 8; // cost in nats at the top of the plot

export default {
  render({ model, el }) {
    const board = drawingBoard(model);
    const answer = answerTable();
    const plots = twoPlots(value(model, "nudge").limits);
    const about = element("p", { class: "yd-about" });
    const moved = element("p", { class: "yd-moved" });
    el.append(
      element(
        "div",
        { class: "your-digit" },
        element(
          "div",
          { class: "yd-side" },
          stamps(model),
          board.node,
          choice(value(model, "tool"), {
            label: "Pointer",
            options: [
              ["draws", "draw"],
              ["erases", "erase"],
              ["chooses a weight", "choose"],
            ],
          }),
          toggle(value(model, "weights"), { label: "show weights (+ for 7, − for 3)" }),
          element("p", { class: "yd-keys" }, "Keys: arrows; space or 0 to 9 for ink; Enter chooses the weight."),
        ),
        element(
          "div",
          { class: "yd-main" },
          answer.node,
          about,
          slider(value(model, "nudge"), { label: "nudge", step: 0.05 }),
          moved,
          plots.node,
        ),
      ),
    );

    let first = true;
    return watch(model, ["ink", "pixel", "nudge", "weights"], () => {
      const now = state(model);
      board.show(now);
      answer.show(now);
      plots.show(now);
      write(about, aboutWeight(now));
      write(moved, movement(now));
      if (!first) announce(el, `${spokenAnswer(now)} ${now.nudge ? movement(now) : ""}`);
      first = false;
    });
  },
};

// Everything that follows from the drawing and the nudge.
function state(model) {
  const [ink, weight] = [model.get("ink"), model.get("weight")];
  const pixel = chosenPixel(model, ink);
  const trained = scoreOf(ink, weight, model.get("bias"));
  const level = ink[pixel] / FULL;
  const at = (nudge) => answerTo(trained + level * nudge);
  const nudge = model.get("nudge");
  return { ink, weight, pixel, level, at, nudge, before: at(0), ...at(nudge), show: model.get("weights") };
}

function chosenPixel(model, ink, pixel = model.get("pixel")) {
  return pixel < 0 ? strongestPixel(ink, model.get("weight")) : pixel;
}

// Another drawing, or another weight to nudge. A weight that is left goes back to its trained value.
function put(model, { ink = model.get("ink"), pixel = model.get("pixel") }) {
  const same = chosenPixel(model, ink, pixel) === chosenPixel(model, model.get("ink"));
  change(model, { ink, pixel, nudge: same ? model.get("nudge") : 0 });
}

// --- words ---

const place = (pixel) => `row ${Math.floor(pixel / SIDE) + 1}, column ${(pixel % SIDE) + 1}`;
const signed = (x, digits) => (x > 0 ? "+" : "") + format(x, digits);

function aboutWeight({ pixel, weight, nudge, level }) {
  return `Weight of ${place(pixel)}: trained ${format(weight[pixel], 3)}, now ${format(weight[pixel] + nudge, 3)}. Ink there: ${format(level, 3)}.`;
}

function movement({ level, nudge, before, costs, predicted }) {
  if (!level) return "No ink there, so the weight is multiplied by 0: nothing can move. Choose an inked pixel.";
  if (!nudge) return "Move the slider: the costs move at once. Does the answer?";
  const [three, seven] = costs.map((cost, k) => signed(cost - before.costs[k], 4));
  const changed = predicted === before.predicted ? "did not change" : `changed to ${CLASSES[predicted]}`;
  return `Cost moved by ${seven} nats if it is a 7, ${three} if it is a 3. The answer ${changed}.`;
}

function spokenAnswer({ predicted, probs, costs }) {
  return `Answer ${CLASSES[predicted]}, probability ${format(probs[predicted], 3)}. Cost ${format(costs[0], 3)} nats if it is a 3, ${format(costs[1], 3)} if it is a 7.`;
}

// --- the drawing ---

function stamps(model) {
  const ink = (text) => Array.from(text, (letter) => letter.charCodeAt(0) - 97); // "a" is blank, "q" full ink
  const start = (drawing) => change(model, { ink: drawing, pixel: -1, nudge: 0 });
  return buttons({
    label: "Start from",
    options: [
      ...Object.entries(model.get("stamps")).map(([name, text]) => [name, () => start(ink(text))]),
      ["Empty paper", () => start(model.get("ink").map(() => 0))],
    ],
  });
}

function drawingBoard(model) {
  const weight = model.get("weight");
  const largest = Math.max(...weight.map(Math.abs));
  const cells = weight.map((w, j) =>
    element(
      "span",
      {
        role: "gridcell",
        "aria-selected": "false",
        tabindex: j ? -1 : 0,
        class: "yd-cell",
        "data-sign": w < 0 ? "−" : "+",
        style: `--weight: ${((100 * Math.abs(w)) / largest).toFixed(0)}%`,
        onfocus: () => rove(j),
      },
      w < 0 ? "−" : "+",
    ),
  );
  let cursor = 0;
  const rove = (j) => {
    cells[cursor].tabIndex = -1;
    cells[j].tabIndex = 0;
    cursor = j;
  };
  const paint = (j, level) => put(model, { ink: model.get("ink").map((old, k) => (k === j ? level : old)) });

  const node = element(
    "div",
    {
      class: "yd-board",
      role: "grid",
      "aria-label":
        "Your drawing. Arrow keys move, space inks or blanks a pixel, 0 to 9 set its ink, Enter chooses its weight.",
      onkeydown(event) {
        if (event.ctrlKey || event.altKey || event.metaKey) return;
        const [row, column] = [Math.floor(cursor / SIDE), cursor % SIDE];
        const moves = {
          ArrowLeft: column > 0 ? -1 : 0,
          ArrowRight: column < SIDE - 1 ? 1 : 0,
          ArrowUp: row > 0 ? -SIDE : 0,
          ArrowDown: row < SIDE - 1 ? SIDE : 0,
          Home: -column,
          End: SIDE - 1 - column,
        };
        if (event.key in moves) cells[cursor + moves[event.key]].focus();
        else if (event.key === " ") paint(cursor, model.get("ink")[cursor] ? 0 : FULL);
        else if (/^[0-9]$/.test(event.key)) paint(cursor, Math.round((FULL * Number(event.key)) / 9));
        else if (event.key === "Enter") put(model, { pixel: cursor });
        else return;
        event.preventDefault();
      },
    },
    ...Array.from({ length: SIDE }, (_, row) =>
      element("div", { role: "row", class: "yd-row" }, ...cells.slice(SIDE * row, SIDE * (row + 1))),
    ),
  );
  usePointer(model, node, cells);

  let seen = {};
  return {
    node,
    show({ ink, pixel, show }) {
      ink.forEach((level, j) => {
        if (level === seen.ink?.[j]) return;
        cells[j].style.setProperty("--ink", `${(100 * level) / FULL}%`);
        cells[j].setAttribute("aria-label", `${place(j)}: ${level ? `ink ${level} of ${FULL}` : "blank"}`);
      });
      if (pixel !== seen.pixel) {
        cells[seen.pixel]?.setAttribute("aria-selected", false);
        cells[pixel].setAttribute("aria-selected", true);
      }
      if (show !== seen.show) node.toggleAttribute("data-weights", show);
      seen = { ink, pixel, show };
    },
  };
}

function usePointer(model, board, cells) {
  let last = null;
  const at = (event) => {
    const box = board.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * SIDE,
      y: ((event.clientY - box.top) / box.height) * SIDE,
    };
  };
  const follow = (event) => {
    let ink = model.get("ink");
    // A fast pen is here and then there: what it passed between two frames belongs to the stroke.
    for (const one of [...(event.getCoalescedEvents?.() ?? []), event]) {
      const here = at(one);
      ink = stroke(ink, last ?? here, here, model.get("tool") === "erase");
      last = here;
    }
    put(model, { ink });
  };
  board.addEventListener("pointerdown", (event) => {
    const cell = cells.indexOf(event.target);
    if (event.button || cell < 0) return;
    event.preventDefault();
    cells[cell].focus({ preventScroll: true });
    if (model.get("tool") === "choose") return put(model, { pixel: cell });
    board.setPointerCapture(event.pointerId);
    last = null;
    follow(event);
  });
  board.addEventListener("pointermove", (event) => {
    if (board.hasPointerCapture(event.pointerId)) follow(event);
  });
}

// --- the answer ---

function answerTable() {
  const heading = element("b");
  const score = element("span", { class: "yd-number" });
  const rows = CLASSES.map((name) => {
    const [prob, cost] = [element("span", { class: "yd-number" }), element("span", { class: "yd-number" })];
    const bar = element("span", { class: "yd-level" });
    const row = element(
      "tr",
      {},
      element("th", { scope: "row" }, `a ${name}`),
      element("td", {}, element("span", { class: "yd-bar", "aria-hidden": "true" }, bar), prob),
      element("td", { class: "yd-loss" }, cost),
    );
    return { row, prob, cost, bar };
  });
  const head = ["class", "probability", "cost if true (nats)"].map((text) => element("th", { scope: "col" }, text));
  return {
    node: element(
      "div",
      { class: "yd-answer" },
      element("p", {}, "Answer: ", heading, element("span", {}, "score z = ", score)),
      element(
        "table",
        {},
        element("thead", {}, element("tr", {}, ...head)),
        element("tbody", {}, ...rows.map(({ row }) => row)),
      ),
    ),
    show(now) {
      write(heading, CLASSES[now.predicted]);
      write(score, format(now.score, 3));
      rows.forEach(({ row, prob, cost, bar }, k) => {
        row.toggleAttribute("data-answer", k === now.predicted);
        write(prob, format(now.probs[k], 4));
        write(cost, format(now.costs[k], 4));
        bar.style.transform = `scaleX(${now.probs[k].toFixed(4)})`;
      });
    },
  };
}

// --- the answer and the costs over the nudge ---

function twoPlots({ min, max }) {
  const x = { min, max };
  const above = axes({
    width: 460,
    height: 96,
    x: { ...x, ticks: [] },
    y: { min: 1.5, max: 8.5, ticks: [3, 7], label: "answer" },
  });
  const below = axes({
    width: 460,
    height: 210,
    x: { ...x, label: "nudge of the weight (0: as trained)" },
    y: { min: 0, max: HIGHEST, label: "cost (nats)" },
  });
  const step = svg("path", { class: "yd-curve yd-accuracy" });
  const curves = CLASSES.map((name) => svg("path", { class: `yd-curve yd-loss yd-if-${name}` }));
  const key = CLASSES.map((name, k) => {
    const left = below.x(k ? min : max) + (k ? 8 : -104);
    return svg(
      "g",
      { transform: `translate(${left.toFixed(1)} ${below.y(HIGHEST) + 13})` },
      svg("path", { class: `yd-curve yd-loss yd-if-${name}`, d: "M0 -4h22" }),
      svg("text", { x: 28 }, `if it is a ${name}`),
    );
  });
  const rods = [above, below].map(() => svg("path", { class: "yd-rod" }));
  const dots = ["accuracy", "loss", "loss"].map((meaning) => svg("circle", { r: 6, class: `yd-dot yd-${meaning}` }));
  above.plot.append(rods[0], step, dots[0]);
  below.plot.append(rods[1], ...curves, ...key, dots[1], dots[2]);
  const grid = Array.from({ length: POINTS + 1 }, (_, k) => min + (k / POINTS) * (max - min));
  const put = (node, x, y) => {
    node.setAttribute("cx", x.toFixed(2));
    node.setAttribute("cy", y.toFixed(2));
  };

  // Where the score crosses 0 the answer jumps; the two levels are drawn up to that very place.
  function drawCurves(now) {
    const jump = now.level ? -now.before.score / now.level : max + 1;
    const level = (nudge) => Number(CLASSES[now.at(nudge).predicted]);
    const inside = jump > min && jump < max;
    const ends = inside ? [min, jump, jump, max] : [min, max];
    const heights = inside ? [3, 3, 7, 7] : [level(0), level(0)];
    step.setAttribute("d", above.path(ends.map((w, k) => [w, heights[k]])));
    curves.forEach((curve, k) => {
      curve.setAttribute("d", below.path(grid.map((w) => [w, now.at(w).costs[k]])));
    });
  }

  let seen = {};
  return {
    node: element("div", { class: "yd-plots", "aria-hidden": "true" }, above.node, below.node),
    show(now) {
      if (now.before.score !== seen.score || now.level !== seen.level) drawCurves(now);
      const left = above.x(now.nudge);
      for (const rod of rods) rod.setAttribute("d", `M${left.toFixed(2)} 0V210`);
      put(dots[0], left, above.y(Number(CLASSES[now.predicted])));
      now.costs.forEach((cost, k) => put(dots[k + 1], left, below.y(Math.min(cost, HIGHEST))));
      seen = { score: now.before.score, level: now.level };
    },
  };
}
