// The rows of a batch as bars: width is what a row counts in the denominator, area what it adds to the numerator.
import { announce, axes, choice, element, format, slider, svg, toggle, value, watch, write } from "kernelfree";
import { mean, parts } from "./denominator_parts.js";

const KINDS = ["class indices", "probabilities"];

export default {
  render({ model, el }) {
    const losses = model.get("losses");
    const target = model.get("target");
    const rows = losses.map((_, i) => i);
    const plot = axes({
      width: 460,
      height: 250,
      x: { min: 0, max: 6, label: "counted in the denominator" },
      y: { min: 0, max: 2.6, label: "loss (nats)" },
      label: "The rows as bars, and the mean as a level line",
    });
    const bars = rows.map((i) => {
      const box = svg("rect", { class: `pr-bar pr-class-${target[i]}` });
      const name = svg("text", { class: "pr-name", "text-anchor": "middle" }, String(i));
      plot.plot.append(box, name);
      return { box, name };
    });
    const lines = ["pr-whole", "pr-part", "pr-part"].map((name) => svg("path", { class: `pr-mean ${name}` }));
    plot.plot.append(...lines);
    const cells = rows.map(() => ["factor", "adds", "counts"].map(() => element("span", { class: "pr-number" })));
    const results = element("p", { class: "pr-results" });
    const batches = element("p", { class: "pr-batches" });
    el.append(
      element(
        "div",
        { class: "practice pr-two" },
        element(
          "div",
          { class: "pr-controls" },
          choice(value(model, "kind"), { label: "target", options: KINDS.map((k) => [k, k]) }),
          choice(value(model, "reduction"), {
            label: "reduction",
            options: ["mean", "sum", "none"].map((r) => [r, r]),
          }),
          ...[0, 1, 2].map((c) => slider(value(model, "weight", c), { label: `weight, class ${c}`, step: 0.5 })),
          slider(value(model, "cut"), { label: "rows before the cut", step: 1 }),
        ),
        element("div", { class: "pr-main" }, plot.node, results, batches),
        rowsTable(losses, target, cells, (i) => toggle(value(model, "ignored", i), { label: `ignore row ${i}` })),
      ),
    );
    let first = true;
    return watch(model, ["weight", "ignored", "kind", "reduction", "cut"], () => {
      const [weight, ignored, kind, cut, reduction] = ["weight", "ignored", "kind", "cut", "reduction"].map((name) =>
        model.get(name),
      );
      const list = parts({ losses, target, weight, ignored, kind });
      const whole = mean(list);
      const halves = cut ? [mean(list.slice(0, cut)), mean(list.slice(cut))] : [];
      const heights = list.map((row) => (row.counts ? (row.factor * row.loss) / row.counts : 0));
      plot.set({
        x: { min: 0, max: Math.max(1, whole.below) },
        y: { min: 0, max: Math.max(1.3, 1.15 * Math.max(...heights)) },
      });
      let left = 0;
      list.forEach((row, i) => {
        const { box, name } = bars[i];
        const [x0, x1, y] = [plot.x(left), plot.x(left + row.counts), plot.y(heights[i])];
        for (const [key, number] of [
          ["x", x0],
          ["width", x1 - x0],
          ["y", y],
          ["height", plot.y(0) - y],
        ])
          box.setAttribute(key, number.toFixed(2));
        name.setAttribute("x", ((x0 + x1) / 2).toFixed(2));
        name.setAttribute("y", (Math.max(y, 26) - 4).toFixed(2));
        name.setAttribute("visibility", row.counts ? "visible" : "hidden");
        left += row.counts;
        write(cells[i][0], format(row.factor, 1));
        write(cells[i][1], format(row.factor * row.loss, 3));
        write(cells[i][2], format(row.counts, 1));
      });
      const level = (from, to, part) =>
        reduction === "mean" && part && part.below
          ? `M${plot.x(from).toFixed(2)} ${plot.y(part.mean).toFixed(2)}H${plot.x(to).toFixed(2)}`
          : "M0 0";
      lines[0].setAttribute("d", level(0, whole.below, whole));
      lines[1].setAttribute("d", level(0, halves[0]?.below, halves[0]));
      lines[2].setAttribute("d", level(halves[0]?.below, whole.below, halves[1]));
      const text = said(list, whole, reduction);
      write(results, text);
      const second = cut
        ? cutSaid(halves, whole, reduction)
        : "One batch. Cut it in two, and see whether the mean of the two means is still the mean.";
      write(batches, second);
      if (!first) announce(el, `${text} ${cut ? second : ""}`);
      first = false;
    });
  },
};

function rowsTable(losses, target, cells, ignore) {
  const heads = ["row", "class", "ignore", "−log p", "weight", "above", "below"];
  const rows = losses.map((loss, i) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, String(i)),
      element("td", {}, String(target[i])),
      element("td", { class: "pr-ignore" }, ignore(i)),
      element("td", {}, format(loss, 3)),
      ...cells[i].map((cell) => element("td", {}, cell)),
    ),
  );
  const head = element("tr", {}, ...heads.map((text) => element("th", { scope: "col" }, text)));
  return element(
    "table",
    { class: "pr-table pr-rows pr-wide" },
    element("thead", {}, head),
    element("tbody", {}, ...rows),
  );
}

const quotient = ({ above, below, mean }) =>
  `${format(above, 3)} / ${format(below, 1)} = ${Number.isNaN(mean) ? "nan" : format(mean, 3)}`;

function said(list, whole, reduction) {
  if (reduction === "none") return `none: ${list.map((row) => format(row.factor * row.loss, 3)).join(", ")}`;
  if (reduction === "sum") return `sum: ${format(whole.above, 3)}. Nothing is divided.`;
  return `mean: ${quotient(whole)}`;
}

function cutSaid([a, b], whole, reduction) {
  if (reduction !== "mean") return "The two batches’ parts add up to the whole: only a mean can disagree.";
  const both = (a.mean + b.mean) / 2;
  const same = Math.abs(both - whole.mean) < 5e-4;
  const verdict = same
    ? "the same as in one batch."
    : `not ${Number.isNaN(whole.mean) ? "nan" : format(whole.mean, 3)}.`;
  return `Batches: ${quotient(a)} and ${quotient(b)}. The mean of the two means is ${Number.isNaN(both) ? "nan" : format(both, 3)}, ${verdict}`;
}
