// The front end of `interact` on a page: applies to the drawn SVG what differs in the frame the controls ask for.
import { announce, clamp, value, watch, write } from "kernelfree";

export default {
  render({ model, el }) {
    const controls = model.get("controls");
    const parts = controls.map((control) => ({ ...control, v: value(model, control.name) }));
    const show = painter(el, model.get("frames"));
    el.querySelector("fieldset.kf-controls").disabled = false;
    for (const part of parts) bind(part, el.querySelector(`[data-control="${part.name}"]`));
    return watch(
      model,
      controls.map((control) => control.name),
      () => {
        const said = show(parts.reduce((frame, part) => frame * part.count + position(part), 0));
        if (said) announce(el, said);
      },
    );
  },
};

// Which of a control's values is chosen, counted from 0.
function position({ min, step, count, values, v }) {
  if (values) return values.indexOf(v.get());
  return clamp(Math.round((v.get() - min) / step), 0, count - 1);
}

function bind(part, box) {
  const { v, min, step, count, labels, values, digits } = part;
  if (values) return bindChoice(part, box);
  const [range, field] = box.querySelectorAll("input");
  const nth = (i) => Number((min + clamp(i, 0, count - 1) * step).toFixed(10));
  const take = (text) => {
    if (text.trim() && !Number.isNaN(Number(text))) v.set(nth(Math.round((Number(text) - min) / step)));
    show();
  };
  const show = () => {
    const label = labels[position(part)];
    if (Number(range.value) !== v.get()) range.value = v.get(); // what the reader moved stands there already
    range.setAttribute("aria-valuetext", label);
    field.value = v.get().toFixed(digits);
  };
  range.addEventListener("input", () => take(range.value));
  field.addEventListener("change", () => take(field.value));
  watch(v.model, [v.trait], show);
}

// A drop-down, radio buttons, or one checkbox.
function bindChoice({ v, values }, box) {
  const select = box.querySelector("select");
  const inputs = [...box.querySelectorAll("input")];
  const single = inputs.length === 1;
  const picked = () =>
    select ? select.selectedIndex : single ? Number(inputs[0].checked) : inputs.findIndex((input) => input.checked);
  box.addEventListener("change", () => v.set(values[picked()]));
  watch(v.model, [v.trait], () => {
    const i = values.indexOf(v.get());
    if (select) select.selectedIndex = i;
    else if (single) inputs[0].checked = i === 1;
    else inputs.forEach((input, k) => (input.checked = k === i));
  });
}

// A function that paints frame number n and returns the texts that changed with it.
function painter(el, frames) {
  const picture = el.querySelector(".kf-still svg");
  const words = el.querySelector(".kf-words");
  if (frames.lines) {
    return (n) => {
      picture.innerHTML = frames.frames[n].map((i) => frames.lines[i]).join(""); // our own drawing, made while building
      if (words) write(words, frames.words[n]);
      return words?.textContent;
    };
  }
  const nodes = picture ? [picture, ...picture.querySelectorAll("*")] : [];
  const columns = frames.columns.map(([node, name, pattern, values]) => ({
    node: node < 0 ? words : nodes[node],
    name,
    value: reader(values),
    which: frames.patterns[pattern],
    at: -1,
  }));
  const texts = columns.filter((column) => column.name === "#text");
  return (n) => {
    for (const column of columns) {
      const at = column.which[n];
      if (at === column.at) continue;
      column.at = at;
      if (at >= 0) apply(column.node, column.name, column.value(at));
    }
    const spoken = words
      ? texts.filter((column) => column.node === words)
      : texts.filter((column) => column.which[n] >= 0);
    return spoken
      .map((column) => column.node.textContent)
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
