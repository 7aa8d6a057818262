// The front end of an exercise: checks the answer in its form, shows the reply, and gives hints.
import { announce, change, element, watch } from "kernelfree";
import { help, hintsOf, respond, WORDS } from "./replies.js";

export default {
  render({ model, el }) {
    const name = model.get("_about").name;
    const root = el.closest("[data-exercise]");
    const form = el.querySelector("form.askback-form") ?? el.appendChild(parsed(model.get("form")));
    const key = unsealed(name, model.get("key"));
    const [check, hint, reply] = [".askback-check", ".askback-hint", ".askback-reply"].map((part) =>
      form.querySelector(part),
    );
    const input = INPUTS[key.kind](form, key);
    let last = {};

    const take = (answer, { state, text, given }) => {
      change(model, { answer, reply: text, given, state: state ?? model.get("state") });
      if (state === "shown") openSolution(root, name);
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = input.read();
      // The same answer again is no new try, and gets the same reply.
      if (text !== last.text || !last.reply.state) last = { text, reply: respond(key, text, model.get("given")) };
      take(text, last.reply);
    });
    hint.addEventListener("click", () => take(input.read(), help(key, model.get("given"))));
    for (const [part, state] of [
      [".askback-had", "right"],
      [".askback-missed", "wrong"],
    ]) {
      form.querySelector(part)?.addEventListener("click", () => {
        take(input.read(), { state, text: WORDS[`judged_${state}`], given: model.get("given") });
        check.focus(); // the button that was pressed goes away
      });
    }

    model.on("change:state", () => window.askback?.remember(name, model.get("state"))); // progress.js, on a page
    input.show(model.get("answer"));
    form.querySelector("fieldset").disabled = false;
    return watch(model, ["state", "reply", "given"], () => {
      const state = model.get("state");
      root.dataset.state = state;
      reply.replaceChildren(...rich(model.get("reply")));
      hint.textContent = model.get("given") < hintsOf(key).length ? "Hint" : "Show the answer";
      const judged = form.querySelector(".askback-judged");
      if (judged) judged.hidden = state !== "shown";
    });
  },
};

// The inputs of each kind: `read` returns their state as one text, `show` sets it.
const INPUTS = {
  number: typed,
  shape: typed,
  judge: typed,

  choice(form) {
    const boxes = [...form.querySelectorAll(".askback-options input")];
    return {
      read: () =>
        boxes
          .filter((box) => box.checked)
          .map((box) => box.value)
          .join(", "),
      show: (text) => boxes.forEach((box) => (box.checked = text.split(", ").includes(box.value))),
    };
  },

  order(form) {
    const list = form.querySelector(".askback-order");
    const lines = () => [...list.children];
    for (const line of lines()) movable(list, line);
    return {
      read: () =>
        lines()
          .map((line) => line.dataset.letter)
          .join(", "),
      show(text) {
        const place = (line) => text.indexOf(line.dataset.letter);
        if (text) list.append(...lines().sort((a, b) => place(a) - place(b)));
      },
    };
  },
};

function typed(form) {
  const field = form.querySelector(".askback-typed");
  return {
    read: () => field.value,
    show: (text) => {
      if (text) field.value = text;
    },
  };
}

// Let a line of a list be moved by its two buttons, or dragged by its grip.
function movable(list, line) {
  const place = () => [...list.children].indexOf(line);
  const moveTo = (k) => {
    if (k < 0 || k >= list.children.length || k === place()) return;
    list.insertBefore(line, list.children[k > place() ? k + 1 : k]);
    announce(list, `${line.querySelector(".askback-item").textContent}: ${place() + 1} of ${list.children.length}`);
  };
  for (const [part, step] of [
    [".askback-up", -1],
    [".askback-down", 1],
  ]) {
    const button = line.querySelector(part);
    button.addEventListener("click", () => {
      moveTo(place() + step);
      button.focus(); // the browser forgets it when the line moves
    });
  }
  const grip = element("span", { class: "askback-grip", "aria-hidden": "true" }, "⠿");
  grip.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    grip.setPointerCapture(event.pointerId);
  });
  grip.addEventListener("pointermove", (event) => {
    if (!grip.hasPointerCapture(event.pointerId)) return;
    const middle = (other) => other.getBoundingClientRect().top + other.offsetHeight / 2;
    moveTo([...list.children].filter((other) => other !== line && middle(other) < event.clientY).length);
    grip.setPointerCapture(event.pointerId); // moving the line lets go of it
  });
  line.prepend(grip);
}

// Open the exercise's solution, if this page has one: a dropdown of sphinx-exercise.
function openSolution(root, name) {
  if (!root.closest(`#${CSS.escape(name)}`)) return;
  const link = [...document.querySelectorAll(".solution a")].find((a) => a.hash === `#${name}`);
  const solution = link?.closest(".solution");
  const details = solution?.closest("details") ?? solution?.querySelector("details");
  if (details) details.open = true;
  else solution?.querySelector("button.toggle-button[aria-expanded='false'], .toggle-button-hidden")?.click();
}

// Turn plain text into nodes, with `code` between backticks.
function rich(text) {
  return text.split("`").map((part, i) => (i % 2 ? element("code", {}, part) : part));
}

function parsed(html) {
  return new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
}

// The inverse of seal() in exercise.py.
function unsealed(name, text) {
  const bytes = Uint8Array.from(atob(text), (c, i) => c.charCodeAt(0) ^ name.charCodeAt(i % name.length));
  return JSON.parse(new TextDecoder().decode(bytes));
}
