// The front end of an exercise: checks the answer in its form, shows the reply, and gives hints.
import { announce, change, element, watch } from "kernelfree";
import * as replies from "./replies.js";

const { CHECKERS, hintsOf, respond, reveal, WORDS } = replies;

const PATIENCE = 3; // wrong answers, after which the answer is offered

export default {
  render({ model, el }) {
    const name = model.get("_about").name;
    const root = el.closest("[data-exercise]");
    const form = el.querySelector("form.askback-form") ?? el.appendChild(parsed(model.get("form")));
    const part = (of) => form.querySelector(`.askback-${of}`);
    const [check, hint, show, solve, again, judged] = ["check", "hint", "show", "solve", "again", "judged"].map(part);
    const sealed = unsealed(model.get("key"));
    const deals = [sealed, ...(sealed.variants ?? [])]; // the question with its first numbers, and with others
    const solution = solutionOf(root, name);
    let seed = 0;
    let key = sealed;
    const input = INPUTS[sealed.kind](form, sealed);
    let wrong = new Set();
    let seen = false; // a right answer after the answer was shown is no solved exercise

    const take = (answer, { state, text, given }) => {
      const reply = state === "wrong" && wrong.size >= PATIENCE ? `${text} ${WORDS.offer}` : text;
      seen ||= state === "shown" && key.kind !== "judge";
      change(model, { answer, reply, given, state: state ?? "open" });
      // progress.js, on a page
      if (state) window.askback?.remember(name, { state: seen && state === "right" ? "shown" : state, answer, seed });
    };
    const deal = (number) => {
      seed = number % deals.length;
      key = { ...sealed, ...deals[seed] };
      [wrong, seen] = [new Set(), false];
      part("other")?.replaceChildren(...rich(key.asked ?? ""));
      change(model, { answer: "", reply: seed ? "" : WORDS.first, given: 0, state: "open" });
      input.show("");
    };
    form.addEventListener("input", () => key.kind in CHECKERS || reader(root).catch(() => {}), { once: true });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        if (!(key.kind in CHECKERS)) await reader(root);
      } catch {
        return change(model, { state: "open", reply: WORDS.offline });
      }
      const text = input.read();
      const given = model.get("given");
      const reply = respond(key, text, given);
      if (wrong.has(text))
        reply.given = given; // the same answer again is no new try
      else if (reply.state === "wrong") wrong.add(text);
      take(text, reply);
    });
    hint.addEventListener("click", () => change(model, { given: model.get("given") + 1 }));
    show.addEventListener("click", () => {
      take(input.read(), reveal(key, model.get("given")));
      open(solution);
    });
    solve.addEventListener("click", () => open(solution));
    again?.addEventListener("click", () => {
      deal(seed + 1);
      input.focus();
    });
    for (const [of, state] of [
      ["had", "right"],
      ["missed", "wrong"],
    ]) {
      part(of)?.addEventListener("click", () => {
        const text = `${WORDS[`judged_${state}`]}\n${reveal(key).text}`;
        take(input.read(), { state, text, given: model.get("given") });
        check.focus(); // the button that was pressed goes away
      });
    }

    input.show(model.get("answer"));
    const kept = window.askback?.recall(name);
    if (kept?.due) deal(kept.seed + 1);
    else if (kept) {
      if (kept.seed) deal(kept.seed);
      input.show(kept.answer);
      if (kept.state === "right") change(model, { answer: kept.answer, state: "right", reply: WORDS.solved });
    }
    form.querySelector("fieldset").disabled = false;
    return watch(model, ["state", "reply", "given"], () => {
      const [state, given] = [model.get("state"), model.get("given")];
      const [over, hints] = [state === "right" || state === "shown", hintsOf(key)];
      root.dataset.state = state;
      part("reply").replaceChildren(...rich(model.get("reply")));
      part("hints").replaceChildren(...hints.slice(0, given).map((text) => element("p", {}, "Hint: ", ...rich(text))));
      const left = document.activeElement === hint && given >= hints.length;
      hint.hidden = given >= hints.length;
      show.hidden = over || key.kind === "judge" || (wrong.size < PATIENCE && !hint.hidden);
      solve.hidden = !solution || !over;
      if (again) again.hidden = !over;
      if (judged) judged.hidden = state !== "shown";
      if (left) (show.hidden ? check : show).focus(); // the button that was pressed goes away
    });
  },
};

// What reads typed answers. A notebook's front end brings it along; on a page it comes when a first answer is typed.
let arriving;
function reader(root) {
  arriving ??= new Promise((resolve, reject) => {
    const script = element("script", { src: `${window.askback.site}_static/askback/${root.dataset.reader}` });
    script.addEventListener("load", () => resolve(window.askback.numbers(replies)));
    script.addEventListener("error", () => {
      arriving = undefined;
      reject(new Error(script.src));
    });
    document.head.append(script);
  });
  return arriving;
}

// The inputs of each kind: `read` returns their state as one text, `show` sets it.
const INPUTS = {
  number: typed,
  shape: typed,
  judge: typed,

  gaps(form) {
    const fields = [...form.querySelectorAll(".askback-typed")];
    return {
      read: () => fields.map((field) => field.value).join("\n"),
      show: (text) => fields.forEach((field, i) => (field.value = text.split("\n")[i] ?? "")),
      focus: () => fields[0].focus(),
    };
  },

  choice(form) {
    const boxes = [...form.querySelectorAll(".askback-options input")];
    return {
      read: () =>
        boxes
          .filter((box) => box.checked)
          .map((box) => box.value)
          .join(", "),
      show: (text) => boxes.forEach((box) => (box.checked = text.split(", ").includes(box.value))),
      focus: () => boxes[0].focus(),
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

function typed(form, { found_in: [figure, trait] = [] }) {
  const field = form.querySelector(".askback-typed");
  const take = form.querySelector(".askback-take");
  if (take) {
    const live = document.querySelector(`[data-live-figure="${figure}"]`);
    take.hidden = !live; // in a notebook there is none
    take.addEventListener("click", () => (field.value = live.model?.get(trait) ?? ""));
  }
  return {
    read: () => field.value,
    show: (text) => {
      field.value = text;
    },
    focus: () => field.focus(),
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

// The exercise's solution, if this page has one: sphinx-exercise's.
function solutionOf(root, name) {
  if (!root.closest(`#${CSS.escape(name)}`)) return null;
  return [...document.querySelectorAll(".solution a")].find((a) => a.hash === `#${name}`)?.closest(".solution");
}

function open(solution) {
  const details = solution?.closest("details") ?? solution?.querySelector("details");
  if (details) details.open = true;
  else solution?.querySelector("button.toggle-button[aria-expanded='false'], .toggle-button-hidden")?.click();
  solution?.scrollIntoView({ block: "nearest" });
}

// Turn plain text into nodes, with `code` between backticks.
function rich(text) {
  return text.split("`").map((part, i) => (i % 2 ? element("code", {}, part) : part));
}

function parsed(html) {
  return new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
}

// The inverse of seal() in exercise.py.
function unsealed(text) {
  const turn = (c, base, length) => String.fromCharCode(base + ((c.charCodeAt(0) - base + length / 2) % length));
  return JSON.parse(
    text.replace(/[0-9]|([A-Z])|([a-z])/g, (c, A, a) => (A ? turn(c, 65, 26) : a ? turn(c, 97, 26) : turn(c, 48, 10))),
  );
}
