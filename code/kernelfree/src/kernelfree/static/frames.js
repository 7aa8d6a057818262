// The front end of `interact` on a page: applies to what was drawn what differs in the frame the controls ask for.
import { announce, clamp, goals, short, value, watch, write } from "kernelfree";

export default {
  render({ model, el }) {
    const parts = model.get("controls").map((card) => control(card, value(model, card.name)));
    const show = painter(el.querySelector(".kf-still"), model.get("frames"));
    const set = el.querySelector("fieldset.kf-controls");
    if (set) set.disabled = false;
    const stops = parts.map((part) => part.bind(el.querySelector(`[data-control="${part.name}"]`)));
    const aims = tasks(model, el.querySelector(".kf-goals"));
    const stop = watch(
      model,
      parts.map((part) => part.name),
      () => {
        const frame = parts.reduce((number, part) => number * part.count + part.position(), 0);
        const said = show(frame);
        aims?.show(frame);
        if (said) announce(el, said);
      },
    );
    return () => [stop, ...stops].forEach((end) => end?.());
  },
};

// What the author set as tasks, each with the frames in which it is reached.
function tasks(model, node) {
  const listed = model.get("_about").goals;
  return (
    node &&
    goals(
      listed.map(([text, frames]) => [text, (frame) => frames.includes(frame)]),
      node,
    )
  );
}

// --- controls: which of its values each has, counted from 0, and the elements that say so -------------------------

function control(card, v) {
  const kinds = { range: numbers, steps, options: texts, pair, menu: choice, radio: choice, check: choice };
  return { name: card.name, count: card.count, ...kinds[card.kind](card, v) };
}

// An even grid of numbers: the slider holds the number itself.
function numbers({ min, step, count, labels, digits, play, late }, v) {
  const places = clamp(3 - Math.floor(Math.log10(step)), 0, 100);
  const nth = (i) => Number((min + clamp(i, 0, count - 1) * step).toFixed(places));
  const nearest = (x) => clamp(Math.round((x - min) / step), 0, count - 1);
  const written = (x) => (digits <= 6 ? x.toFixed(digits) : String(x));
  const position = () => nearest(v.get());
  return { position, bind: (box) => slider(box, v, { position, nth, nearest, labels, written, play, late, count }) };
}

// Numbers that lie anywhere, in order: the slider counts them.
function steps({ values, count, labels, late }, v) {
  const nth = (i) => values[clamp(i, 0, count - 1)];
  const nearest = (x) => {
    const far = (i) => (x > 0 && values[i] > 0 ? Math.abs(Math.log(values[i] / x)) : Math.abs(values[i] - x));
    return values.reduce((best, _, i) => (far(i) < far(best) ? i : best), 0);
  };
  const position = () => nearest(v.get());
  return {
    position,
    bind: (box) =>
      slider(box, v, {
        position,
        nth,
        nearest,
        labels,
        written: short,
        late,
        count,
        counted: true,
      }),
  };
}

// Texts in order.
function texts({ values, count, late }, v) {
  const position = () => Math.max(0, values.indexOf(v.get()));
  const nth = (i) => values[clamp(i, 0, count - 1)];
  return { position, bind: (box) => slider(box, v, { position, nth, labels: values, late, count, counted: true }) };
}

function slider(box, v, { position, nth, nearest, labels, written, play, late, count, counted }) {
  const range = box.querySelector('input[type="range"]');
  const field = box.querySelector(".kf-number");
  const text = box.querySelector(".kf-text");
  const show = () => {
    const at = position();
    const mark = counted ? at : v.get();
    if (Number(range.value) !== mark) range.value = mark; // what the reader moved stands there already
    range.setAttribute("aria-valuetext", labels[at]);
    if (field) field.value = written(v.get());
    if (text) write(text, labels[at]);
  };
  range.addEventListener(late ? "change" : "input", () => {
    v.set(nth(counted ? Number(range.value) : nearest(Number(range.value))));
    show();
  });
  field?.addEventListener("change", () => {
    if (field.value.trim() && !Number.isNaN(Number(field.value))) v.set(nth(nearest(Number(field.value))));
    show();
  });
  watch(v.model, [v.trait], show);
  return play && runner(box.querySelector(".kf-play"), play, () => v.set(nth((position() + 1) % count)));
}

// A button that steps through the values until it is pressed again; with reduced motion each press is one step.
function runner(button, pause, next) {
  let timer = null;
  const stop = () => {
    clearInterval(timer);
    timer = null;
    button.setAttribute("aria-pressed", "false");
    write(button, "Play");
  };
  button.addEventListener("click", () => {
    if (timer) return stop();
    next();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    timer = setInterval(() => (button.isConnected ? next() : stop()), pause);
    button.setAttribute("aria-pressed", "true");
    write(button, "Stop");
  });
  return stop;
}

// Two handles on one track: the lower never passes the upper.
function pair({ ends, labels, late }, v) {
  const n = ends.length;
  const places = () => v.get().map((end) => Math.max(0, ends.indexOf(end)));
  const position = () => {
    const [low, high] = places();
    return low * n - (low * (low - 1)) / 2 + (high - low);
  };
  return {
    position,
    bind(box) {
      const handles = [...box.querySelectorAll("input")];
      const text = box.querySelector(".kf-text");
      const show = () => {
        const at = places();
        handles.forEach((handle, k) => {
          if (Number(handle.value) !== at[k]) handle.value = at[k];
          handle.setAttribute("aria-valuetext", labels[at[k]]);
        });
        handles[0].style.zIndex = at[0] > n / 2 ? 1 : 0; // else two handles at the far end could not be parted
        write(text, `${labels[at[0]]} to ${labels[at[1]]}`);
      };
      handles.forEach((handle, k) =>
        handle.addEventListener(late ? "change" : "input", () => {
          const at = places();
          at[k] = k ? Math.max(Number(handle.value), at[0]) : Math.min(Number(handle.value), at[1]);
          v.set(at.map((i) => ends[i]));
          show();
        }),
      );
      watch(v.model, [v.trait], show);
    },
  };
}

// A drop-down, radio buttons, or one checkbox.
function choice({ values }, v) {
  const position = () => Math.max(0, values.indexOf(v.get()));
  return {
    position,
    bind(box) {
      const select = box.querySelector("select");
      const inputs = [...box.querySelectorAll("input")];
      const single = inputs.length === 1 && inputs[0].type === "checkbox";
      const picked = () =>
        select ? select.selectedIndex : single ? Number(inputs[0].checked) : inputs.findIndex((input) => input.checked);
      box.addEventListener("change", () => v.set(values[picked()]));
      watch(v.model, [v.trait], () => {
        const i = position();
        if (select) select.selectedIndex = i;
        else if (single) inputs[0].checked = i === 1;
        else inputs.forEach((input, k) => (input.checked = k === i));
      });
    },
  };
}

// --- frames ----------------------------------------------------------------------------------------------------------

// A function that paints frame number n and returns the texts that changed with it.
function painter(stage, frames) {
  if (frames.lines) {
    return (n) => {
      stage.innerHTML = frames.frames[n].map((i) => frames.lines[i]).join(""); // our own drawing, made while building
      return [...stage.querySelectorAll(".kf-words")]
        .map((node) => node.textContent)
        .join(", ")
        .slice(0, 300);
    };
  }
  const nodes = [stage, ...stage.querySelectorAll("*")];
  const columns = frames.columns.map(([node, name, pattern, values]) => ({
    node: nodes[node],
    name,
    value: reader(values),
    which: frames.patterns[pattern],
    at: -1,
  }));
  const spoken = columns.filter((column) => column.name === "#text" || column.name === "data-text");
  const words = spoken.filter((column) => column.node.matches(".kf-words"));
  return (n) => {
    for (const column of columns) {
      const at = column.which[n];
      if (at === column.at) continue;
      column.at = at;
      if (at >= 0) apply(column.node, column.name, column.value(at));
    }
    const said = (words.length ? words : spoken).filter((column) => column.which[n] >= 0);
    return said
      .map(({ node, name }) => (name === "#text" ? node.textContent : node.dataset.text))
      .join(", ")
      .slice(0, 300);
  };
}

// A function that gives a column's value number i. Values that differ in numbers only come as second differences.
function reader(values) {
  if (Array.isArray(values)) return (i) => values[i];
  const series = values.series.map((differences) => {
    let [step, sum] = [0, 0];
    return differences.map((x) => (sum += step += x));
  });
  return (i) => values.parts[0] + series.map((numbers, k) => String(numbers[i] / 100) + values.parts[k + 1]).join("");
}

function apply(node, name, x) {
  if (name === "#text") write(node, x);
  else if (x === null) node.removeAttribute(name);
  else node.setAttribute(name, x);
}
