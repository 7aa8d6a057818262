// Softmax once and twice under the reader's hand: the loss above, its pull on the right class's logit below.
import { announce, axes, choice, element, format, handle, slider, svg, value, watch, write } from "kernelfree";
import { floor, once, twice } from "./twice.js";

const POINTS = 100;
const KINDS = [
  ["once", once, "softmax once"],
  ["twice", twice, "softmax twice"],
];

export default {
  render({ model, el }) {
    const lead = value(model, "lead");
    const { min, max } = lead.limits;
    const at = Array.from({ length: POINTS + 1 }, (_, k) => min + (k / POINTS) * (max - min));
    const x = { min, max };
    const plots = {
      loss: axes({
        width: 460,
        height: 230,
        x,
        y: { min: 0, max: 10, label: "loss (nats)" },
        label: "Loss over the lead of the right class",
      }),
      pull: axes({
        width: 460,
        height: 170,
        x: { ...x, label: "lead of the right class’s logit" },
        y: { min: -0.05, max: 1.1, ticks: [0, 0.5, 1], label: "pull" },
        label: "Pull on the right class’s logit, over its lead",
      }),
    };
    const level = svg("path", { class: "pr-level" });
    plots.loss.plot.append(level);
    const lines = KINDS.map(([kind]) => {
      const parts = {};
      for (const [name, plot] of Object.entries(plots)) {
        const curve = svg("path", { class: `pr-curve pr-${kind}` });
        const dot = svg("circle", { r: 6, class: `pr-dot pr-${kind}` });
        plot.plot.append(curve, dot);
        parts[name] = { curve, dot };
      }
      return parts;
    });
    const bar = svg("path", { class: "pr-hair" });
    const grip = svg(
      "g",
      { class: "pr-grip" },
      svg("rect", { class: "pr-reach", x: -30, y: -28, width: 60, height: 56 }),
      svg("rect", { x: -22, y: -12, width: 44, height: 24, rx: 12 }),
      svg("text", { y: 4, "text-anchor": "middle" }, "lead"),
    );
    plots.loss.plot.prepend(bar);
    plots.loss.node.append(
      handle(grip, lead, {
        label: "Lead of the right class’s logit",
        step: 0.1,
        page: 1,
        at: (event) => plots.loss.at(event).x,
        text: (l) => format(l, 1),
      }),
    );
    const cells = KINDS.map(() => [0, 1].map(() => element("span", { class: "pr-number" })));
    const words = element("p", { class: "pr-words" });
    el.append(
      element(
        "div",
        { class: "practice" },
        element(
          "div",
          { class: "pr-controls" },
          choice(value(model, "classes"), {
            label: "classes",
            options: [2, 3, 5, 10, 100, 1000].map((c) => [String(c), c]),
          }),
          slider(lead, { label: "lead of the right class", step: 0.1 }),
        ),
        element("div", { class: "pr-plots" }, plots.loss.node, plots.pull.node),
        element(
          "table",
          { class: "pr-table" },
          element(
            "thead",
            {},
            element(
              "tr",
              {},
              element("td", {}),
              ...["loss (nats)", "pull"].map((t) => element("th", { scope: "col" }, t)),
            ),
          ),
          element(
            "tbody",
            {},
            ...KINDS.map(([kind, , name], i) =>
              element(
                "tr",
                {},
                element("th", { scope: "row", class: `pr-key pr-${kind}` }, name),
                ...cells[i].map((cell) => element("td", {}, cell)),
              ),
            ),
          ),
        ),
        words,
      ),
    );
    let drawn = null;
    let first = true;
    return watch(model, ["lead", "classes"], () => {
      const [here, classes] = [lead.get(), model.get("classes")];
      if (classes !== drawn) {
        const top = once(min, classes).loss;
        plots.loss.set({ y: { min: 0, max: 1.05 * top, ticks: undefined } });
        const y = plots.loss.y(floor(classes)).toFixed(2);
        level.setAttribute("d", `M0 ${y}H460`);
        KINDS.forEach(([, f], i) => {
          const values = at.map((l) => [l, f(l, classes)]);
          lines[i].loss.curve.setAttribute("d", plots.loss.path(values.map(([l, v]) => [l, v.loss])));
          lines[i].pull.curve.setAttribute("d", plots.pull.path(values.map(([l, v]) => [l, -v.slope])));
        });
        drawn = classes;
      }
      const px = plots.loss.x(here).toFixed(2);
      bar.setAttribute("d", `M${px} 24V230`);
      grip.setAttribute("transform", `translate(${px} 13)`);
      KINDS.forEach(([, f], i) => {
        const v = f(here, classes);
        const { loss, pull } = lines[i];
        loss.dot.setAttribute("cx", px);
        loss.dot.setAttribute("cy", plots.loss.y(v.loss).toFixed(2));
        pull.dot.setAttribute("cx", px);
        pull.dot.setAttribute("cy", plots.pull.y(-v.slope).toFixed(2));
        write(cells[i][0], format(v.loss, 3));
        write(cells[i][1], small(-v.slope));
      });
      const text = said(here, classes);
      write(words, text);
      if (!first) announce(el, text);
      first = false;
    });
  },
};

function said(lead, classes) {
  const [right, wrong] = [once(lead, classes), twice(lead, classes)];
  const share = wrong.slope / right.slope;
  return `Floor for ${classes} classes: ${format(floor(classes), 3)} nats. Here softmax twice pulls with ${share < 0.001 ? "less than 0.001" : format(share, 3)} of the true force.`;
}

// Four digits, or a power of ten where that is shorter.
function small(x) {
  if (x === 0 || x >= 5e-5) return format(x, 4);
  return x
    .toExponential(1)
    .replace("e-", " × 10⁻")
    .replace(/⁻(\d+)/, (_, d) => "⁻" + [...d].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]).join(""));
}
