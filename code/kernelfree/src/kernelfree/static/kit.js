// What front ends share: values of the state, labelled controls, handles, axes, and what surrounds every figure.

// --- the state ---------------------------------------------------------------------------------------------------

/** One number, text or boolean of the model's state; `path` leads into nested lists. */
export function value(model, trait, ...path) {
  const about = model.get("_about") ?? {};
  const descend = (from) => path.reduce((at, step) => at?.[step], from);
  const limits = path.reduce((at) => at?.items, about.limits?.[trait]);
  return {
    model,
    trait,
    limits,
    start: descend(about.start?.[trait]),
    get: () => descend(model.get(trait)),
    set(x) {
      const kept = admit(limits, x);
      if (kept !== undefined && kept !== this.get()) change(model, { [trait]: replaced(model.get(trait), path, kept) });
    },
  };
}

/** Set several traits and save them to the kernel, if there is one, in one message. */
export function change(model, values) {
  for (const [name, x] of Object.entries(values)) model.set(name, x);
  model.save_changes();
}

/**
 * Call `fn` now, and once after any of the named traits changed, if the change is `wanted`.
 * Returns the function that stops it.
 */
export function watch(model, names, fn, wanted = () => true) {
  let due = false;
  let stopped = false;
  const later = () => {
    if (due || !wanted()) return;
    due = true;
    queueMicrotask(() => {
      due = false;
      if (!stopped) guarded(model, fn);
    });
  };
  for (const name of names) model.on(`change:${name}`, later);
  const stop = () => {
    stopped = true;
    for (const name of names) model.off(`change:${name}`, later);
  };
  fn();
  return stop;
}

// The same for one value: of a list's many controls only those whose number changed touch the page.
function watchValue(v, fn) {
  let last;
  const show = () => {
    last = v.get();
    fn();
  };
  return watch(v.model, [v.trait], show, () => !Object.is(v.get(), last));
}

/** Back to the state the figure started with. */
export function reset(model) {
  change(model, structuredClone(model.get("_about").start));
}

// What a trait admits, or undefined: numbers are brought into their limits, everything else must fit.
function admit(limits, x) {
  if (limits?.kind === "boolean") return Boolean(x);
  if (limits?.kind === "choice") return limits.values.includes(x) ? x : undefined;
  if (limits?.kind === "number" || limits?.kind === "integer") {
    const number = typeof x === "string" && !x.trim() ? NaN : Number(x);
    if (Number.isNaN(number)) return undefined;
    return clamp(limits.kind === "integer" ? Math.round(number) : number, limits.min, limits.max);
  }
  return typeof x === "number" && !Number.isFinite(x) ? undefined : x;
}

function replaced(old, path, x) {
  if (!path.length) return x;
  const copy = Array.isArray(old) ? [...old] : { ...old };
  copy[path[0]] = replaced(old[path[0]], path.slice(1), x);
  return copy;
}

function guarded(model, fn) {
  try {
    return fn();
  } catch (error) {
    if (!model.fail) throw error;
    model.fail(error);
  }
}

// --- numbers -----------------------------------------------------------------------------------------------------

export function clamp(x, min, max) {
  return Math.min(Math.max(x, min), max) + 0; // + 0 turns -0 into 0
}

/** A number as a reader sees it: a real minus sign, no negative zero, ∞, and a dash for what is no number. */
export function format(x, digits = 2) {
  if (typeof x !== "number" || Number.isNaN(x)) return "–";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  const text = Math.abs(x) >= 1e9 ? x.toExponential(digits) : x.toFixed(digits);
  return (/^-[0.]*$/.test(text) ? text.slice(1) : text).replace("-", "−");
}

/** A number in at most five digits, as a number field takes it: below 0.0001 with a power of ten. */
export function short(x) {
  const kept = Number(x.toPrecision(5));
  return kept && Math.abs(kept) < 1e-4 ? kept.toExponential() : String(kept);
}

function decimals(step) {
  const text = String(step);
  return text.includes("e-") ? Number(text.split("e-")[1]) : (text.split(".")[1] ?? "").length;
}

// The limits, step and digits of a number, options first, then what the trait says.
function scale(v, options) {
  const min = options.min ?? v.limits?.min;
  const max = options.max ?? v.limits?.max;
  if (!Number.isFinite(min) || !Number.isFinite(max)) {
    throw new Error(`${options.label}: give the trait or the control a min and a max`);
  }
  if (options.log && min <= 0) throw new Error(`${options.label}: a logarithmic track wants a min above 0`);
  const step = options.step ?? (options.log ? 0.1 : v.limits?.kind === "integer" ? 1 : (max - min) / 100);
  const digits = options.digits ?? Math.min(decimals(step), 6);
  const snap = options.log
    ? (x) => clamp(Number(x.toPrecision(5)), min, max)
    : (x) => clamp(Number((min + Math.round((x - min) / step) * step).toFixed(10)), min, max);
  const written = options.log ? short : (x) => (x + 0).toFixed(digits);
  const say = options.format ?? (options.log ? short : (x) => format(x, digits));
  return { min, max, step, written, snap, say: (x) => say(x) + (options.unit ? ` ${options.unit}` : "") };
}

// --- elements ----------------------------------------------------------------------------------------------------

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element; attributes that are functions become listeners, false and null are left out. */
export function element(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

/** The same for an SVG element. */
export function svg(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG, tag), attributes, children);
}

/** Put a text into an element that holds nothing else: cheaper than textContent, since no child comes or goes. */
export function write(node, text) {
  const only = node.childNodes.length === 1 && node.firstChild.nodeType === Node.TEXT_NODE;
  if (!only) node.textContent = text;
  else if (node.firstChild.data !== String(text)) node.firstChild.data = text;
}

function furnish(node, attributes, children) {
  for (const [name, x] of Object.entries(attributes)) {
    if (typeof x === "function") node.addEventListener(name.replace(/^on/, ""), x);
    else if (x !== false && x !== null && x !== undefined) node.setAttribute(name, x === true ? "" : x);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

// --- controls ----------------------------------------------------------------------------------------------------

/** A range with its label and a number field. With `log` the track is logarithmic, and `step` a part of a decade. */
export function slider(v, options) {
  const { min, max, step, snap, say } = scale(v, options);
  const place = options.log ? Math.log10 : (x) => x;
  const told = () => (options.log ? Number((10 ** Number(range.value)).toPrecision(3)) : Number(range.value));
  const range = element("input", {
    type: "range",
    min: place(min),
    max: place(max),
    step,
    autocomplete: "off",
    oninput: () => v.set(snap(told())),
  });
  watchValue(v, () => {
    if (told() !== v.get()) range.value = place(v.get()); // what the reader moved is there already
    range.setAttribute("aria-valuetext", say(v.get()));
  });
  const unit = options.unit ? element("span", { class: "kf-unit" }, options.unit) : null;
  return element(
    "div",
    { class: "kf-control" },
    element(
      "label",
      {},
      element("span", { class: "kf-label" }, options.label),
      element("span", { class: "kf-track" }, range),
    ),
    element("span", { class: "kf-field" }, number(v, { ...options, hidden: true })),
    unit,
  );
}

/** A number field; what is typed out of range comes back into it, and what is no number is put back. */
export function number(v, options) {
  const { min, max, step, written, snap } = scale(v, options);
  const field = element("input", {
    type: "number",
    class: "kf-number",
    min,
    max,
    step: options.log ? "any" : step,
    autocomplete: "off",
    inputmode: "decimal",
    "aria-label": options.hidden ? `${options.label}, as a number` : null,
    onchange: () => {
      if (field.value.trim()) v.set(snap(clamp(Number(field.value), min, max)));
      show();
    },
  });
  const show = () => {
    field.value = written(v.get());
  };
  watchValue(v, show);
  if (options.hidden) return field;
  return element("label", { class: "kf-control" }, element("span", { class: "kf-label" }, options.label), field);
}

let groups = 0;

/** One of several: radio buttons, or a drop-down with `menu`. Options are `[text, value]`. */
export function choice(v, { label, options, menu = false }) {
  const chosen = () => options.findIndex(([, x]) => x === v.get());
  if (menu) {
    const select = element(
      "select",
      { autocomplete: "off", onchange: () => v.set(options[select.selectedIndex][1]) },
      ...options.map(([text]) => element("option", {}, text)),
    );
    watchValue(v, () => {
      select.selectedIndex = chosen();
    });
    return element("label", { class: "kf-control" }, element("span", { class: "kf-label" }, label), select);
  }
  const name = `kf-choice-${++groups}`;
  const radios = options.map(([, x]) =>
    element("input", { type: "radio", name, autocomplete: "off", onchange: () => v.set(x) }),
  );
  watchValue(v, () =>
    radios.forEach((radio, i) => {
      radio.checked = i === chosen();
    }),
  );
  return element(
    "fieldset",
    { class: "kf-control kf-choice" },
    element("legend", { class: "kf-label" }, label),
    ...options.map(([text], i) => element("label", {}, radios[i], text)),
  );
}

/** A checkbox. */
export function toggle(v, { label }) {
  const box = element("input", { type: "checkbox", autocomplete: "off", onchange: () => v.set(box.checked) });
  watchValue(v, () => {
    box.checked = Boolean(v.get());
  });
  return element("label", { class: "kf-control kf-toggle" }, box, element("span", { class: "kf-label" }, label));
}

/** A row of buttons: `[text, function]` each. */
export function buttons({ label, options }) {
  return element(
    "div",
    { class: "kf-buttons", role: "group", "aria-label": label },
    ...options.map(([text, fn]) => element("button", { type: "button", onclick: () => fn() }, text)),
  );
}

/**
 * Tasks in the figure's own state: `[text, reached]` each, where `reached(state)` says whether a state fulfils it.
 * Call `show(state)` with each state; a task once reached stays so. `node` is their list, if it is there already.
 */
export function goals(tasks, node = goalList(tasks.map(([text]) => text))) {
  const lines = [...node.querySelectorAll("[data-goal]")];
  return {
    node,
    show(state) {
      lines.forEach((line, i) => {
        if (line.dataset.goal === "reached" || !tasks[i][1](state)) return;
        line.dataset.goal = "reached";
        line.querySelector(".kf-done").textContent = " Reached.";
      });
    },
  };
}

function goalList(texts) {
  const line = (text) =>
    element(
      "li",
      { "data-goal": "open" },
      element("span", {}, text),
      element("span", { class: "kf-done", role: "status" }),
    );
  return element(
    "div",
    { class: "kf-goals" },
    element("p", {}, "Can you reach these?"),
    element("ul", {}, ...texts.map(line)),
  );
}

/** Make an element a slider that is dragged: `at(event)` is the value under the pointer. */
export function handle(node, v, options) {
  const { min, max, step, snap, say } = scale(v, options);
  const page = options.page ?? 10 * step;
  const text = options.text ?? say;
  const moves = {
    ArrowRight: () => v.get() + step,
    ArrowUp: () => v.get() + step,
    ArrowLeft: () => v.get() - step,
    ArrowDown: () => v.get() - step,
    PageUp: () => v.get() + page,
    PageDown: () => v.get() - page,
    Home: () => min,
    End: () => max,
  };
  const follow = (event) => guarded(v.model, () => v.set(snap(clamp(options.at(event), min, max))));
  furnish(
    node,
    {
      role: "slider",
      tabindex: 0,
      "aria-label": options.label,
      "aria-valuemin": min,
      "aria-valuemax": max,
      onkeydown: (event) => {
        if (!moves[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
        event.preventDefault();
        v.set(snap(clamp(moves[event.key](), min, max)));
      },
      onpointerdown: (event) => {
        if (event.button) return;
        event.preventDefault(); // no selection of text while dragging
        node.focus({ preventScroll: true });
        node.setPointerCapture(event.pointerId);
        follow(event);
      },
      onpointermove: (event) => {
        if (node.hasPointerCapture(event.pointerId)) follow(event);
      },
    },
    [],
  );
  // touch-action does not reach shapes inside an SVG: without this, a finger on the handle would scroll the page.
  node.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
  node.classList.add("kf-handle");
  watchValue(v, () => {
    node.setAttribute("aria-valuenow", v.get());
    node.setAttribute("aria-valuetext", text(v.get()));
  });
  return node;
}

// --- axes --------------------------------------------------------------------------------------------------------

/** An SVG plot with two linear axes. `label` is its accessible name; without one it is hidden from screen readers. */
export function axes({ width = 480, height = 280, x, y, label }) {
  const edge = { left: 54, right: 12, top: 12, bottom: 42 };
  const inner = { width: width - edge.left - edge.right, height: height - edge.top - edge.bottom };
  const plot = svg("svg", { x: edge.left, y: edge.top, width: inner.width, height: inner.height, overflow: "hidden" });
  const group = svg("g", { transform: `translate(${-edge.left} ${-edge.top})` });
  plot.append(group);
  const marks = svg("g", { class: "kf-marks" });
  const node = svg(
    "svg",
    {
      class: "kf-axes",
      viewBox: `0 0 ${width} ${height}`,
      style: `max-width:${1.25 * width}px`,
      ...(label ? { role: "group", "aria-label": label } : {}), // a group, since handles inside must stay reachable
    },
    marks,
    plot,
  );
  const ends = { x: { ...x }, y: { ...y } };
  const at = {
    node,
    plot: group,
    x: (number) => edge.left + ((number - ends.x.min) / (ends.x.max - ends.x.min)) * inner.width,
    y: (number) => edge.top + inner.height - ((number - ends.y.min) / (ends.y.max - ends.y.min)) * inner.height,
    at(event) {
      const box = node.getBoundingClientRect();
      const px = ((event.clientX - box.left) / box.width) * width;
      const py = ((event.clientY - box.top) / box.height) * height;
      return {
        x: ends.x.min + ((px - edge.left) / inner.width) * (ends.x.max - ends.x.min),
        y: ends.y.min + ((edge.top + inner.height - py) / inner.height) * (ends.y.max - ends.y.min),
      };
    },
    path: (points) => "M" + points.map(([px, py]) => `${at.x(px).toFixed(2)} ${at.y(py).toFixed(2)}`).join("L"),
    set(limits) {
      for (const axis of ["x", "y"]) Object.assign(ends[axis], limits[axis]);
      draw();
    },
  };
  const rules = svg("path", { class: "kf-rule" });
  const names = [
    svg("text", { x: edge.left + inner.width / 2, y: height - 6, "text-anchor": "middle" }),
    svg("text", { transform: `translate(12 ${edge.top + inner.height / 2}) rotate(-90)`, "text-anchor": "middle" }),
  ];
  const numbers = []; // these stay, since an element that comes or goes has the browser look at the whole page's style
  marks.append(rules, ...names);
  function draw() {
    const bottom = edge.top + inner.height;
    const [xs, ys] = [ends.x, ends.y].map((axis) => axis.ticks ?? ticks(axis.min, axis.max));
    const places = (list) => Math.max(...list.map((tick) => decimals(Number(tick.toPrecision(10)))));
    const wanted = [
      ...xs.map((tick) => [at.x(tick), bottom + 16, "middle", format(tick, places(xs))]),
      ...ys.map((tick) => [edge.left - 7, at.y(tick) + 4, "end", format(tick, places(ys))]),
    ];
    wanted.forEach(([x, y, anchor, text], k) => {
      numbers[k] ??= marks.appendChild(svg("text"));
      furnish(numbers[k], { x, y, "text-anchor": anchor }, []);
      write(numbers[k], text);
    });
    for (const spare of numbers.slice(wanted.length)) write(spare, "");
    const strokes = [
      ...xs.map((tick) => `M${at.x(tick)} ${bottom}v4`),
      ...ys.map((y) => `M${edge.left} ${at.y(y)}h-4`),
    ];
    rules.setAttribute("d", `M${edge.left} ${edge.top}V${bottom}H${width - edge.right}${strokes.join("")}`);
    names.forEach((name, k) => {
      write(name, [ends.x, ends.y][k].label ?? "");
    });
  }
  draw();
  return at;
}

function ticks(min, max) {
  const raw = (max - min) / 5;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((m) => m >= raw);
  const list = [];
  for (let i = Math.ceil(min / step - 1e-9); i * step <= max + 1e-9 * step; i++) list.push(i * step + 0);
  return list;
}

// --- around a figure ---------------------------------------------------------------------------------------------

const QUIET = 600; // ms without a change before a screen reader hears of it
const regions = new WeakMap(); // outermost element of a figure -> its live region
const waiting = new WeakMap();

/** Let screen readers hear `text` once nothing changed for a moment; the last text wins. */
export function announce(el, text) {
  const root = el.closest(".kernelfree");
  if (!root?.hasAttribute("data-ready")) return; // what a figure starts with is there to be read, not news
  if (!regions.has(root)) regions.set(root, root.querySelector(".kf-said"));
  const region = regions.get(root);
  clearTimeout(waiting.get(region));
  waiting.set(
    region,
    setTimeout(() => {
      region.textContent = text;
    }, QUIET),
  );
}

// The model as one view sees it: what the view listens to ends with the view, so that front ends need not see to it.
function viewOf(model) {
  const listening = [];
  return Object.assign(Object.create(model), {
    on(event, fn) {
      listening.push([event, fn]);
      model.on(event, fn);
    },
    stop() {
      for (const [event, fn] of listening) model.off(event, fn);
    },
  });
}

/** Render a front end, which may take its time, into `el`, inside `root`. Resolves to what cleans up. */
export async function mount(front, { model, root, el }) {
  const view = viewOf(model);
  const cleanup = await front.render({ model: view, el });
  root.querySelector(".kf-reset")?.addEventListener("click", () => {
    reset(model);
    announce(root, "Reset");
  });
  if (!root.hasAttribute("data-failed")) root.setAttribute("data-ready", "");
  return () => {
    view.stop();
    if (typeof cleanup === "function") cleanup();
  };
}

/** A front end for a notebook: with the title, Reset and live region that a page's HTML already holds. */
export const dress = (front) => ({
  ...front,
  render({ model, el }) {
    const about = model.get("_about");
    if (about.root) {
      const root = element("div", about.root, element("p", { class: "kf-said", "aria-live": "polite" }));
      el.append(root);
      return mount(front, { model, root, el: root });
    }
    const view = element("div", { class: "kf-view" });
    const root = element(
      "div",
      { class: "kernelfree", "data-live-figure": about.name, role: "group", "aria-label": about.title },
      element("p", { class: "kf-title" }, about.title),
      element("div", { class: "kf-stage" }, view),
      element("div", { class: "kf-tools" }, element("button", { type: "button", class: "kf-reset" }, "Reset")),
      element("p", { class: "kf-said", "aria-live": "polite" }),
    );
    el.append(root);
    return mount(front, { model, root, el: view });
  },
});
