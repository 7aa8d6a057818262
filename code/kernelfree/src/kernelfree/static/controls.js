// The controls of `interact` on a page. Each kind is an object here and a class of the same name in Python, which made
// the HTML. `lookup(settings)` finds the position of a value among all; `bind(box, v, settings, lookup)` moves the HTML
// in `box` with the value `v` (as of kit.js) and back, and may return what stops it. Python sends settings such as:
//
//   { name: "w", kind: "NumberSlider", count: 3, values: [0, 0.5, 1], labels: ["0.0", "0.5", "1.0"], shared: "line.w" }
//
// With `late`, the figure waits until the reader lets go; `play` is how many milliseconds Play stays at a value.
import { clamp, watch, write } from "kernelfree";

// --- sliders ------------------------------------------------------------------------------------------------------

/** Numbers in order, which the slider counts. */
const NumberSlider = {
  lookup: ({ values, count }) => ({
    valueAt: (i) => values[clamp(i, 0, count - 1)],
    positionOf: (x) =>
      values.reduce((best, value, i) => (Math.abs(value - x) < Math.abs(values[best] - x) ? i : best), 0),
  }),
  bind(box, v, settings, { valueAt, positionOf }) {
    const { labels, count, play } = settings;
    bindSlider(box, v, settings, {
      valueAt,
      positionOf,
      text: (x) => labels[positionOf(x)],
      typed(text) {
        if (labels.includes(text)) return valueAt(labels.indexOf(text));
        const number = text.endsWith("%") ? Number.parseFloat(text) / 100 : Number(text);
        return Number.isNaN(number) ? number : valueAt(positionOf(number));
      },
    });
    const next = () => v.set(valueAt((positionOf(v.get()) + 1) % count));
    return play && bindPlay(box.querySelector(".kf-play"), play, next);
  },
};

/** Texts in order. */
const TextSlider = {
  lookup: ({ values, count }) => ({
    valueAt: (i) => values[clamp(i, 0, count - 1)],
    positionOf: (text) => Math.max(0, values.indexOf(text)),
  }),
  bind(box, v, settings, { valueAt, positionOf }) {
    bindSlider(box, v, settings, { valueAt, positionOf, text: (x) => settings.values[positionOf(x)] });
  },
};

/** Two handles on one track; the lower never passes the upper. */
const RangeSlider = {
  lookup: ({ ends }) => {
    const n = ends.length;
    const handles = (pair) => pair.map((end) => Math.max(0, ends.indexOf(end)));
    return {
      handles,
      positionOf: (pair) => {
        const [low, high] = handles(pair);
        return low * n - (low * (low - 1)) / 2 + (high - low);
      },
    };
  },
  bind(box, v, { ends, labels, late }, { handles }) {
    const inputs = [...box.querySelectorAll("input")];
    const text = box.querySelector(".kf-text");
    const show = () => {
      const at = handles(v.get());
      inputs.forEach((input, k) => {
        if (Number(input.value) !== at[k]) input.value = at[k];
        input.setAttribute("aria-valuetext", labels[at[k]]);
      });
      inputs[0].style.zIndex = at[0] > ends.length / 2 ? 1 : 0; // else two handles at the far end could not be parted
      write(text, `${labels[at[0]]} to ${labels[at[1]]}`);
    };
    inputs.forEach((input, k) =>
      input.addEventListener(late ? "change" : "input", () => {
        const at = handles(v.get());
        at[k] = k ? Math.max(Number(input.value), at[0]) : Math.min(Number(input.value), at[1]);
        v.set(at.map((i) => ends[i]));
        show();
      }),
    );
    watch(v.model, [v.trait], show);
  },
};

// A slider with one handle, which counts positions. `text` makes of a value what the field beside it and a screen reader
// say, `typed` makes a value of what is typed into the field.
function bindSlider(box, v, { late }, { valueAt, positionOf, text, typed }) {
  const range = box.querySelector('input[type="range"]');
  const field = box.querySelector(".kf-number");
  const readout = box.querySelector(".kf-text");
  const show = () => {
    const at = positionOf(v.get());
    if (Number(range.value) !== at) range.value = at; // not while the reader drags: it is there already
    range.setAttribute("aria-valuetext", text(v.get()));
    if (field) field.value = text(v.get());
    if (readout) write(readout, text(v.get()));
  };
  range.addEventListener(late ? "change" : "input", () => {
    v.set(valueAt(Number(range.value)));
    show();
  });
  field?.addEventListener("change", () => {
    const wanted = field.value.trim() && typed(field.value.trim());
    if (Number.isFinite(wanted)) v.set(wanted);
    show();
  });
  watch(v.model, [v.trait], show);
}

// A button that steps through the values until it is pressed again; with reduced motion each press is one step.
function bindPlay(button, pause, next) {
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

// --- choices ------------------------------------------------------------------------------------------------------

const byValue = ({ values }) => ({ positionOf: (value) => Math.max(0, values.indexOf(value)) });

const Menu = {
  lookup: byValue,
  bind(box, v, { values }, { positionOf }) {
    const select = box.querySelector("select");
    box.addEventListener("change", () => v.set(values[select.selectedIndex]));
    watch(v.model, [v.trait], () => (select.selectedIndex = positionOf(v.get())));
  },
};

const Radio = {
  lookup: byValue,
  bind(box, v, { values }, { positionOf }) {
    const buttons = [...box.querySelectorAll("input")];
    box.addEventListener("change", () => v.set(values[buttons.findIndex((button) => button.checked)]));
    watch(v.model, [v.trait], () => buttons.forEach((button, k) => (button.checked = k === positionOf(v.get()))));
  },
};

const Checkbox = {
  lookup: () => ({ positionOf: Number }),
  bind(box, v) {
    const input = box.querySelector("input");
    box.addEventListener("change", () => v.set(input.checked));
    watch(v.model, [v.trait], () => (input.checked = v.get()));
  },
};

const KINDS = { NumberSlider, TextSlider, RangeSlider, Menu, Radio, Checkbox };

/** One control: how many values it has, the `position()` of the present one, and `bind(box)`, which wakes its HTML. */
export function control(settings, v) {
  const kind = KINDS[settings.kind];
  const lookup = kind.lookup(settings);
  return {
    name: settings.name,
    count: settings.count,
    position: () => lookup.positionOf(v.get()),
    move: (position) => v.set(settings.values ? settings.values[position] : position === 1),
    bind: (box) => kind.bind(box, v, settings, lookup),
  };
}

/** Let the reader choose only those positions of a control, in the order of its values, that are `open`. */
export function offer(box, open, position) {
  const range = box.querySelector('input[type="range"]');
  // The value once more: between other ends it could not be what it is now.
  if (range) [range.min, range.max, range.value] = [open.indexOf(true), open.lastIndexOf(true), position];
  box.querySelectorAll('option, input[type="radio"]').forEach((choice, i) => {
    choice.disabled = !open[i];
    (choice.type === "radio" ? choice.parentElement : choice).hidden = !open[i];
  });
}
