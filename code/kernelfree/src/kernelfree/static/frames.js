// The front end of `interact` on a page: changes in the drawing what differs in the frame that the controls ask for.
import { announce, goals, value, watch, write } from "kernelfree";
import { control, offer } from "./controls.js";

export default {
  render({ model, el }) {
    const controls = model.get("controls").map((settings) => control(settings, value(model, settings.name)));
    const paint = painter(el.querySelector(".kf-still"), model.get("frames"));
    const fieldset = el.querySelector("fieldset.kf-controls");
    if (fieldset) fieldset.disabled = false;
    for (const { name, shared } of model.get("controls")) share(model, name, shared);
    const stops = controls.map((one) => one.bind(el.querySelector(`[data-control="${one.name}"]`)));
    const { names, settle } = follower(model.get("following"), controls, el);
    const free = controls.filter((one) => !names.includes(one.name));
    const list = goalList(model, el.querySelector(".kf-goals"));
    const stop = watch(
      model,
      controls.map((one) => one.name),
      () => {
        const state = settle();
        const frame = free.reduce((number, one) => number * one.count + one.position(), state);
        const text = paint(frame);
        list?.show(frame);
        if (text) announce(el, text);
      },
    );
    return () => [stop, ...stops].forEach((end) => end?.());
  },
};

// One widget of the author may control several figures of the page: what moves it in one moves it in all. A figure that
// wakes later takes what the others have.
const moved = new Map();
function share(model, name, key) {
  const follow = () => moved.has(key) && model.set(name, moved.get(key));
  follow();
  document.addEventListener("kf-moved", follow);
  model.on(`change:${name}`, () => {
    moved.set(key, model.get(name));
    document.dispatchEvent(new Event("kf-moved"));
  });
}

// Controls that follow each other, as an observer of the author's makes them: `moves` says to which of their `states`
// each move leads. `settle()` moves those that follow, and gives the number of the state.
function follower(following, controls, el) {
  if (!following) return { names: [], settle: () => 0 };
  const { names, states, moves } = following;
  const own = names.map((name) => controls.find((one) => one.name === name));
  let state = 0;
  const offerAll = () =>
    own.forEach((one, i) =>
      offer(
        el.querySelector(`[data-control="${one.name}"]`),
        moves[one.name][state].map((next) => next !== null),
        states[state][i],
      ),
    );
  offerAll();
  const settle = () => {
    const at = own.map((one) => one.position());
    const changed = own.filter((_, i) => at[i] !== states[state][i]);
    if (!changed.length) return state;
    const same = states.findIndex((positions) => positions.every((position, i) => position === at[i]));
    const led = changed.length === 1 ? moves[changed[0].name][state][changed[0].position()] : null;
    state = led ?? (same >= 0 ? same : state); // a link or Reset moves several at once
    own.forEach((one, i) => one.move(states[state][i]));
    offerAll();
    return state;
  };
  return { names, settle };
}

// The author's goals, each with the frames in which it is reached.
function goalList(model, node) {
  const listed = model.get("_about").goals;
  return (
    node &&
    goals(
      listed.map(([text, frames]) => [text, (frame) => frames.includes(frame)]),
      node,
    )
  );
}

/**
 * A function that paints frame number n into `stage` and returns what a screen reader says of it: of the texts that
 * differ between frames those that this one shows; where some of them are printed, only these.
 */
export function painter(stage, { columns, patterns }) {
  const nodes = [stage, ...stage.querySelectorAll("*")];
  const parts = columns.map(([node, name, pattern, values]) => ({
    node: nodes[node],
    name,
    value: reader(values),
    which: patterns[pattern],
    at: -1,
  }));
  const texts = parts.filter((part) => part.name === "#text" || part.name === "data-text");
  const words = texts.filter((part) => part.node.matches(".kf-words"));
  return (n) => {
    for (const part of parts) {
      const at = part.which[n];
      if (at === part.at) continue;
      part.at = at;
      if (at >= 0) apply(part.node, part.name, part.value(at));
    }
    const shown = (words.length ? words : texts).filter((part) => part.which[n] >= 0);
    const spoken = shown.map(({ node, name }) => (name === "#text" ? node.textContent : node.dataset.text));
    return spoken.join(", ").slice(0, 300);
  };
}

// A function that gives value number i of a column: a list, or what kernelfree/pack/encode.py made of it.
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
