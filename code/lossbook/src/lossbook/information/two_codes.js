// p against q by hand: two rulers to cut, and between them areas that are codeword lengths times how often they are sent.
import { announce, buttons, change, clamp, element, format, goals, handle, svg, value, watch, write } from "kernelfree";
import { crossEntropyOf, divergence, entropy } from "./information.js";

const PARTS = 80;
const LETTERS = ["A", "B", "C", "D"];
const TALL = 7; // bits that a column has room for
const WIDTH = 480;
const LEFT = 40;
const RIGHT = 470;
const RULER = { p: 34, q: 356 }; // where the rulers' upper edges lie
const THICK = 34;
const FLOOR = RULER.q;
const ROOF = 96;

const PRESETS = [
  ["p = q", ({ q }) => ({ p: [...q] })],
  ["Swap them", ({ q, p }) => ({ p: [...q], q: [...p] })],
  ["p uniform", () => ({ p: [20, 40, 60] })],
  ["p forgets D", ({ p }) => ({ p: [p[0], p[1], PARTS] })],
  ["D never comes", ({ q }) => ({ q: [q[0], q[1], PARTS] })],
];

// Tasks for the reader's hand.
const GOALS = [
  [
    "Bring the two divergences half a bit apart, both finite",
    (now) => Math.abs(now.extra - now.back) > 0.5 && Number.isFinite(now.extra + now.back),
  ],
  ["Make KL(p‖q) infinite and keep KL(q‖p) finite", (now) => !Number.isFinite(now.back) && Number.isFinite(now.extra)],
];

export default {
  render({ model, el }) {
    const picture = drawing(model);
    const table = numbers();
    const aims = goals(GOALS);
    const verdict = element("p", { class: "tc-verdict" });
    const presets = PRESETS.map(([name, make]) => [
      name,
      () => change(model, make({ q: ordered(model, "q"), p: ordered(model, "p") })),
    ]);
    el.append(
      element(
        "div",
        { class: "two-codes" },
        buttons({ label: "Presets", options: presets }),
        picture.node,
        verdict,
        table.node,
        aims.node,
      ),
    );
    let first = true;
    return watch(model, ["q", "p"], () => {
      const now = state(model);
      picture.show(now);
      table.show(now);
      aims.show(now);
      write(verdict, said(now));
      if (!first) announce(el, `${said(now)} ${spoken(now)}`);
      first = false;
    });
  },
};

// A shared link may bring cuts in any order.
const ordered = (model, name) => [...model.get(name)].sort((a, b) => a - b);
const shares = (cuts) => [...cuts, PARTS].map((end, i) => (end - (i ? cuts[i - 1] : 0)) / PARTS);
const bits = (nats) => nats / Math.LN2;
const amount = (x) => format(x, 3);

function state(model) {
  const cuts = { q: ordered(model, "q"), p: ordered(model, "p") };
  const [q, p] = [shares(cuts.q), shares(cuts.p)];
  return {
    cuts,
    q,
    p,
    paid: bits(crossEntropyOf(q, p)),
    due: bits(entropy(q)),
    extra: bits(divergence(q, p)),
    back: bits(divergence(p, q)),
  };
}

function spoken(now) {
  const [paid, due, extra] = [now.paid, now.due, now.extra].map(amount);
  return `Cross-entropy ${paid}, entropy ${due}, divergence ${extra} bits.`;
}

function said(now) {
  const lost = LETTERS.filter((_, i) => now.q[i] > 0 && now.p[i] === 0);
  const idle = LETTERS.filter((_, i) => now.q[i] === 0 && now.p[i] > 0);
  if (lost.length) return `${lost.join(" and ")} will come, and the code has no word for it: infinitely expensive.`;
  if (idle.length) return `The code keeps words for ${idle.join(" and ")}, never sent: a waste, but a finite one.`;
  if (now.q.every((share, i) => share === now.p[i]))
    return "The code fits: nothing is wasted. No p costs less than this.";
  return `Of ${amount(now.paid)} bits per letter, ${amount(now.extra)} are wasted on the wrong belief.`;
}

// --- the picture ---

const across = (share) => LEFT + share * (RIGHT - LEFT);
const up = (height) => FLOOR - (Math.min(height, TALL) / TALL) * (FLOOR - ROOF);

function drawing(model) {
  const node = svg("svg", {
    class: "kf-axes tc-picture",
    viewBox: `0 0 ${WIDTH} 424`,
    role: "group",
    "aria-label": "The two rulers, and the columns between them",
  });
  const columns = LETTERS.map(() => column());
  const rulers = { p: ruler(model, node, "p"), q: ruler(model, node, "q") };
  const text = (words, attributes) => svg("text", attributes, words);
  node.append(
    text("p: what the code was made for", { x: LEFT, y: RULER.p - 12 }),
    text("q: how often each letter is sent", { x: LEFT, y: 420 }),
    text("bits", { x: LEFT - 8, y: ROOF - 12, "text-anchor": "end" }),
    ...[0, 1, 2, 3, 4, 5, 6, 7].flatMap((tick) => [
      text(String(tick), { x: LEFT - 8, y: up(tick) + 4, "text-anchor": "end" }),
      svg("path", { class: "tc-grid", d: `M${LEFT} ${up(tick)}H${RIGHT}` }),
    ]),
    ...columns.map((one) => one.node),
    rulers.p.node,
    rulers.q.node,
  );
  rulers.p.raise();
  rulers.q.raise();
  return {
    node,
    show(now) {
      rulers.p.show(now.p, now.cuts.p);
      rulers.q.show(now.q, now.cuts.q);
      let left = 0;
      columns.forEach((one, i) => {
        one.show(left, now.q[i], bits(0 - Math.log(now.p[i])), bits(0 - Math.log(now.q[i])));
        left += now.q[i];
      });
    },
  };
}

// One letter: as wide as it is often, as high as its codeword is long; dashed, how long the best codeword would be.
function column() {
  const base = svg("rect", { class: "tc-base" });
  const extra = svg("rect", { class: "tc-extra" });
  const top = svg("path", { class: "tc-top" });
  const due = svg("path", { class: "tc-due" });
  const length = svg("text", { class: "tc-length", "text-anchor": "middle" }, "");
  const box = (rect, x, width, from, to) => {
    rect.setAttribute("x", x.toFixed(2));
    rect.setAttribute("width", Math.max(width, 0).toFixed(2));
    rect.setAttribute("y", up(to).toFixed(2));
    rect.setAttribute("height", Math.max(up(from) - up(to), 0).toFixed(2));
  };
  const node = svg("g", {}, base, extra, due, top, length);
  return {
    node,
    show(left, share, paid, best) {
      node.style.display = share ? "" : "none";
      if (!share) return;
      const [x, width] = [across(left), across(left + share) - across(left)];
      const [low, high] = [Math.min(paid, best), Math.max(paid, best)];
      box(base, x, width, 0, low);
      box(extra, x, width, low, high);
      extra.setAttribute("data-kind", paid > best ? "wasted" : "saved");
      top.setAttribute("d", `M${x.toFixed(2)} ${up(paid).toFixed(2)}h${width.toFixed(2)}`);
      due.setAttribute("d", `M${x.toFixed(2)} ${up(best).toFixed(2)}h${width.toFixed(2)}`);
      length.setAttribute("x", (x + width / 2).toFixed(2));
      length.setAttribute("y", (up(paid) - 6).toFixed(2));
      write(length, width < 22 && Number.isFinite(paid) ? "" : format(paid, paid > 10 || width < 34 ? 1 : 2));
    },
  };
}

// A ruler from 0 to 1 in four pieces, whose three cuts can be dragged; a cut stops at its neighbours.
function ruler(model, picture, name) {
  const y = RULER[name];
  const pieces = LETTERS.map((letter) => ({
    box: svg("rect", { class: "tc-piece", y, height: THICK }),
    letter: svg("text", { class: "tc-letter", y: y + 22, "text-anchor": "middle" }, letter),
  }));
  const knobs = [0, 1, 2].map((i) => {
    const cut = value(model, name, i);
    const between = {
      ...cut,
      get: () => ordered(model, name)[i],
      set(x) {
        const cuts = ordered(model, name);
        const now = clamp(x, cuts[i - 1] ?? 0, cuts[i + 1] ?? PARTS);
        change(model, { [name]: cuts.map((old, k) => (k === i ? now : old)) });
      },
    };
    const at = (event) => {
      const box = picture.getBoundingClientRect();
      return ((((event.clientX - box.left) / box.width) * WIDTH - LEFT) / (RIGHT - LEFT)) * PARTS;
    };
    return handle(
      svg(
        "g",
        { class: "tc-cut" },
        svg("rect", { class: "tc-reach", x: -23, y: y - 6, width: 46, height: THICK + 12 }),
        svg("rect", { class: "tc-knob", x: -4, y: y - 4, width: 8, height: THICK + 8, rx: 4 }),
      ),
      between,
      {
        label: `${name}, cut between ${LETTERS[i]} and ${LETTERS[i + 1]}`,
        step: 1,
        page: 8,
        at,
        text: (x) => {
          const now = shares(ordered(model, name));
          return `${format(x / PARTS, 3)}: ${LETTERS[i]} ${format(now[i], 3)}, ${LETTERS[i + 1]} ${format(now[i + 1], 3)}`;
        },
      },
    );
  });
  const node = svg(
    "g",
    { class: `tc-ruler tc-${name}` },
    ...pieces.flatMap((piece) => [piece.box, piece.letter]),
    ...knobs,
  );
  return {
    node,
    raise: () => picture.append(node),
    show(parts, cuts) {
      let left = 0;
      pieces.forEach((piece, i) => {
        const [from, to] = [across(left), across(left + parts[i])];
        piece.box.setAttribute("x", from.toFixed(2));
        piece.box.setAttribute("width", (to - from).toFixed(2));
        piece.letter.setAttribute("x", ((from + to) / 2).toFixed(2));
        piece.letter.style.display = to - from < 18 ? "none" : "";
        left += parts[i];
      });
      knobs.forEach((knob, i) => knob.setAttribute("transform", `translate(${across(cuts[i] / PARTS).toFixed(2)} 0)`));
    },
  };
}

// --- the numbers ---

const ROWS = [
  ["cross-entropy H(q, p), what is paid", "paid"],
  ["entropy H(q), what must be paid", "due"],
  ["KL(q‖p), the difference: wasted", "extra"],
  ["KL(p‖q), the other way round", "back"],
];

function numbers() {
  const cells = ROWS.map(() => [element("span", { class: "tc-number" }), element("span", { class: "tc-number" })]);
  return {
    node: element(
      "table",
      { class: "tc-numbers" },
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          element("td", {}),
          element("th", { scope: "col" }, "bits"),
          element("th", { scope: "col" }, "nats"),
        ),
      ),
      element(
        "tbody",
        {},
        ...ROWS.map(([name], k) =>
          element("tr", {}, element("th", { scope: "row" }, name), ...cells[k].map((cell) => element("td", {}, cell))),
        ),
      ),
    ),
    show(now) {
      ROWS.forEach(([, key], k) => {
        write(cells[k][0], amount(now[key]));
        write(cells[k][1], amount(now[key] * Math.LN2));
      });
    },
  };
}
