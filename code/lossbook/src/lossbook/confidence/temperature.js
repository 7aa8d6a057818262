// A temperature on the logits of a real network: calibration in groups, and the loss on the pictures it was fitted on and others.
import { announce, axes, buttons, change, element, format, goals, slider, svg, value, watch, write } from "kernelfree";
import { calibrationError, judge, unpack } from "./reliability.js";

const TENTHS = [0, 0.2, 0.4, 0.6, 0.8, 1];

export default {
  render({ model, el }) {
    const pictures = unpack(model.get("pictures"));
    const [T, bins] = [value(model, "T"), value(model, "bins")];
    const groups = reliabilityPlot(bins.limits.max);
    const losses = lossPlot(model, T);
    const table = numbers();
    const aims = goals([
      [
        "Bring the mean confidence within 0.005 of the accuracy",
        ({ now }) => Math.abs(now.confidence - now.accuracy) < 0.005,
      ],
      [
        "At the fitted temperature, bring the calibration error above 0.05 with the groups alone",
        ({ error }) => error > 0.05 && T.get() === model.get("fitted"),
      ],
    ]);
    el.append(
      element(
        "div",
        { class: "cf" },
        element("div", { class: "cf-picture" }, groups.node, losses.node),
        element(
          "div",
          { class: "cf-side" },
          slider(T, { label: "temperature T", step: 0.05 }),
          slider(bins, { label: "groups", step: 1 }),
          buttons({
            label: "Temperatures",
            options: [
              ["As trained, T = 1", () => change(model, { T: 1 })],
              ["As fitted", () => change(model, { T: model.get("fitted") })],
            ],
          }),
          table.node,
        ),
        aims.node,
      ),
    );
    let first = true;
    return watch(model, ["T", "bins"], () => {
      const now = judge(pictures, T.get(), bins.get());
      groups.show(now.groups);
      const fitted = losses.show(T.get());
      const error = calibrationError(now.groups);
      aims.show({ now, error });
      table.show([
        format(now.accuracy, 3),
        format(now.confidence, 3),
        format(error, 3),
        `${format(fitted, 3)} nats`,
        `${format(now.loss, 3)} nats`,
      ]);
      if (!first)
        announce(
          el,
          `Accuracy ${format(now.accuracy, 3)}, mean confidence ${format(now.confidence, 3)}, calibration error ${format(error, 3)}, loss ${format(now.loss, 3)} nats`,
        );
      first = false;
    });
  },
};

function reliabilityPlot(most) {
  const at = axes({
    width: 460,
    height: 300,
    x: { min: 0, max: 1.04, label: "confidence of a group", ticks: TENTHS },
    y: { min: 0, max: 1.04, label: "share of it that is right", ticks: TENTHS },
    label: "Share right over confidence, in groups",
  });
  const rods = svg("path", { class: "cf-curve cf-brier cf-solid" });
  const dots = Array.from({ length: most }, () =>
    svg("circle", { class: "cf-best cf-accuracy", "fill-opacity": 0.55 }),
  );
  at.plot.append(
    svg("path", {
      class: "cf-guide",
      d: at.path([
        [0, 0],
        [1, 1],
      ]),
    }),
    rods,
    ...dots,
  );
  return {
    node: at.node,
    show(groups) {
      const total = groups.reduce((sum, { count }) => sum + count, 0);
      rods.setAttribute(
        "d",
        groups
          .map(
            ({ confidence, accuracy }) =>
              `M${at.x(confidence).toFixed(1)} ${at.y(confidence).toFixed(1)}V${at.y(accuracy).toFixed(1)}`,
          )
          .join(""),
      );
      dots.forEach((dot, k) => {
        const group = groups[k];
        dot.setAttribute("visibility", group ? "visible" : "hidden");
        if (!group) return;
        dot.setAttribute("cx", at.x(group.confidence).toFixed(1));
        dot.setAttribute("cy", at.y(group.accuracy).toFixed(1));
        dot.setAttribute("r", (2.5 + 14 * Math.sqrt(group.count / total)).toFixed(1)); // its area grows with the group
      });
    },
  };
}

function lossPlot(model, T) {
  const { min, max } = T.limits;
  const curves = [
    ["val_curve", "cf-curve cf-loss", 8],
    ["test_curve", "cf-curve cf-loss cf-dashed", 5],
  ].map(([name, kind, r]) => ({ values: model.get(name), kind, r }));
  const step = (max - min) / (curves[0].values.length - 1);
  const top = 1.1;
  const at = axes({
    width: 460,
    height: 190,
    x: { min: 0, max, label: "temperature T" },
    y: { min: 0, max: top, label: "loss (nats)" },
    label: "Loss over temperature",
  });
  const rod = svg("path", { class: "cf-rod" });
  const dots = curves.map(({ r }) => svg("circle", { r, class: "cf-here cf-loss" }));
  at.plot.append(
    rod,
    ...curves.map(({ values, kind }) =>
      svg("path", { class: kind, d: at.path(values.map((loss, k) => [min + k * step, Math.min(loss, 2 * top)])) }),
    ),
    ...dots,
  );
  return {
    node: at.node,
    show(now) {
      const k = Math.round((now - min) / step);
      rod.setAttribute("d", `M${at.x(now).toFixed(1)} 0V190`);
      dots.forEach((dot, n) => {
        dot.setAttribute("cx", at.x(now).toFixed(1));
        dot.setAttribute("cy", at.y(Math.min(curves[n].values[k], top)).toFixed(1));
      });
      return curves[0].values[k];
    },
  };
}

const ROWS = [
  ["accuracy", "cf-accuracy"],
  ["mean confidence", "cf-right"],
  ["calibration error", "cf-brier"],
  ["loss, fitted on", "cf-loss", ""],
  ["loss, judged on", "cf-loss", "cf-dashed"],
];

function numbers() {
  const cells = ROWS.map(() => element("span", { class: "cf-number" }));
  const swatch = (more) =>
    svg(
      "svg",
      { class: "cf-swatch", viewBox: "0 0 32 12", "aria-hidden": "true" },
      svg("path", { class: `cf-curve cf-loss ${more}`, d: "M0 6H32" }),
    );
  return {
    node: element(
      "table",
      { class: "cf-numbers cf-two" },
      element(
        "tbody",
        {},
        ...ROWS.map(([name, kind, line], k) =>
          element(
            "tr",
            {},
            element("th", { scope: "row", class: kind }, line === undefined ? null : swatch(line), name),
            element("td", {}, cells[k]),
          ),
        ),
      ),
    ),
    show(texts) {
      texts.forEach((text, k) => write(cells[k], text));
    },
  };
}
