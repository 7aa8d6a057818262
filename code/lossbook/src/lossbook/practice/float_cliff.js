// Four float types over one axis: where -log(softmax) is infinite, where the loss is exactly 0, and what torch says in between.
import { announce, buttons, change, element, handle, svg, value, watch, write } from "kernelfree";

const TICKS = [-1000, -100, -10, 0, 10, 40];
const [WIDTH, LANE, TOP] = [460, 46, 44];
const place = (lead) => Math.sign(lead) * Math.log2(1 + Math.abs(lead)); // one unit a doubling

export default {
  render({ model, el }) {
    const leads = model.get("leads");
    const cliffs = Object.entries(model.get("cliffs"));
    const step = value(model, "step");
    const [low, high] = [place(leads[0]), place(leads.at(-1))];
    const x = (lead) => 10 + ((place(lead) - low) / (high - low)) * (WIDTH - 20);
    const bottom = TOP + LANE * cliffs.length;
    const text = (content, attributes) => svg("text", attributes, content);
    const picture = svg("svg", {
      class: "kf-axes pr-lanes",
      viewBox: `0 0 ${WIDTH} ${bottom + 44}`,
      style: "max-width: 36rem",
      role: "group",
      "aria-label": "Lead of the right class, four float types",
    });
    cliffs.forEach(([dtype, [zero, infinite]], i) => {
      const y = TOP + LANE * i;
      const zone = (from, to, name) =>
        svg("rect", { class: name, x: from.toFixed(1), y: y + 16, width: (to - from).toFixed(1), height: 22 });
      picture.append(
        zone(x(leads[0]), x(-infinite), "pr-zone pr-infinite"),
        zone(x(-infinite), x(zero), "pr-zone pr-fine"),
        zone(x(zero), x(leads.at(-1)), "pr-zone pr-zero"),
        text(dtype, { x: x(0), y: y + 32, "text-anchor": "middle" }),
        text("∞", { x: (x(leads[0]) + x(-infinite)) / 2, y: y + 32, "text-anchor": "middle" }),
        text("0", { x: (x(zero) + x(leads.at(-1))) / 2, y: y + 32, "text-anchor": "middle" }),
        text(`−${infinite}`, { class: "pr-edge", x: x(-infinite), y: y + 13, "text-anchor": "middle" }),
        text(String(zero), { class: "pr-edge", x: x(zero), y: y + 13, "text-anchor": "middle" }),
      );
    });
    picture.append(
      ...TICKS.flatMap((lead) => [
        svg("path", { class: "kf-rule", d: `M${x(lead)} ${bottom}v5` }),
        text(String(lead).replace("-", "−"), { x: x(lead), y: bottom + 19, "text-anchor": "middle" }),
      ]),
      svg("path", { class: "kf-rule", d: `M10 ${bottom}H${WIDTH - 10}` }),
      text("lead of the right class’s logit, a doubling a step", {
        x: WIDTH / 2,
        y: bottom + 38,
        "text-anchor": "middle",
      }),
    );
    const hair = svg("path", { class: "pr-hair" });
    const grip = svg(
      "g",
      { class: "pr-grip" },
      svg("rect", { class: "pr-reach", x: -30, y: -28, width: 60, height: 56 }),
      svg("rect", { x: -26, y: -13, width: 52, height: 26, rx: 13 }),
      text("", { y: 4, "text-anchor": "middle" }),
    );
    const label = grip.lastChild;
    const nearest = (event) => {
      const box = picture.getBoundingClientRect();
      const px = ((event.clientX - box.left) / box.width) * WIDTH;
      return leads.reduce((best, lead, i) => (Math.abs(x(lead) - px) < Math.abs(x(leads[best]) - px) ? i : best), 0);
    };
    picture.append(
      hair,
      handle(grip, step, {
        label: "Lead of the right class’s logit",
        step: 1,
        page: 10,
        at: nearest,
        text: (i) => words(leads[i]),
      }),
    );

    const cells = cliffs.map(() => [0, 1, 2, 3].map(() => element("span", { class: "pr-number" })));
    const order = [0, 2, 1, 3]; // fused loss and slope, then the other two
    const table = element(
      "table",
      { class: "pr-table pr-floats" },
      element(
        "thead",
        {},
        element(
          "tr",
          {},
          element("td", {}),
          ...["cross-entropy", "its slope", "−log of softmax", "its slope"].map((t) =>
            element("th", { scope: "col" }, t),
          ),
        ),
      ),
      element(
        "tbody",
        {},
        ...cliffs.map(([dtype], i) =>
          element("tr", {}, element("th", { scope: "row" }, dtype), ...cells[i].map((cell) => element("td", {}, cell))),
        ),
      ),
    );
    const jump = (lead) => [
      lead < 0 ? `wrong by ${-lead}` : `right by ${lead}`,
      () => change(model, { step: leads.indexOf(lead) }),
    ];
    el.append(
      element(
        "div",
        { class: "practice" },
        picture,
        buttons({ label: "Leads to look at", options: [-746, -104, -93, -18, 6, 8, 17, 37].map(jump) }),
        table,
      ),
    );
    let first = true;
    return watch(model, ["step"], () => {
      const i = step.get();
      const px = x(leads[i]).toFixed(1);
      hair.setAttribute("d", `M${px} 20V${bottom}`);
      grip.setAttribute("transform", `translate(${Math.min(Math.max(px, 27), WIDTH - 27)} 15)`);
      write(label, String(leads[i]).replace("-", "−"));
      const readings = model.get("readings")[i];
      readings.forEach((reading, row) =>
        order.forEach((from, column) => write(cells[row][column], shown(reading[from]))),
      );
      if (!first)
        announce(
          el,
          `${words(leads[i])}. ${readings.map((r, row) => `${cliffs[row][0]}: ${r[0]}, by log of softmax ${r[1]}`).join("; ")}`,
        );
      first = false;
    });
  },
};

const words = (lead) => (lead < 0 ? `wrong by ${-lead}` : lead ? `right by ${lead}` : "level");

// "9.36e-14" as a reader writes it; inf and nan by their names in torch.
function shown(text) {
  const [digits, power] = text.replace("-", (sign, at) => (at ? sign : "−")).split("e");
  return (
    digits +
    (power ? ` × 10${[...String(Number(power))].map((c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]).join("")}` : "")
  );
}
