// Guided steps inside a figure: one act is asked at a time, the part for it is lit up, the figure's state says when it is done.
import { element, write } from "kernelfree";

/**
 * Guide a reader through a figure: `steps(el, [{ ask, light, done, seen }, ...])`, where `el` holds the figure's parts.
 *
 * - `ask`: one sentence, what to do.
 * - `light`: a CSS selector of the parts to do it with; they carry `data-lit` until it is done.
 * - `done(now, before, last)`: whether it is done. `now` is the present state, `before` the one in which the step was
 *   opened, `last` the one just before `now`.
 * - `seen`: one sentence, what was to be seen.
 *
 * Call `show(state)` with each state, the first one included; a step once done stays done. `node` is the section to put
 * into the figure. Back, skip and close are the reader's; where the reader was is kept until the tab is closed.
 */
export function steps(el, list) {
  const view = sectionOf(list, {
    back: () => draw(path.go(-1)),
    next: () => draw(path.go(1)),
    close: () => unfold(false),
    resume: () => unfold(true),
  });
  let path = null;

  function unfold(open) {
    draw(path.unfold(open));
    view.focus(open);
  }

  function draw(changed) {
    if (!changed) return;
    const place = path.place();
    const { light } = list[place.at];
    view.show(place);
    const lit = new Set(light && place.open && !place.done[place.at] ? el.querySelectorAll(light) : []);
    for (const part of el.querySelectorAll("[data-lit]")) if (!lit.has(part)) part.removeAttribute("data-lit");
    for (const part of lit) part.setAttribute("data-lit", "");
    remember(view.node, place);
  }

  return {
    node: view.node,
    show(now) {
      path ??= pathOf(list, recall(view.node));
      draw(path.see(now));
    },
  };
}

/**
 * Where a reader is among the steps, with nothing drawn. `see(state)`, `go(by)` and `unfold(open)` say whether anything
 * changed; `place()` is `{ at, open, done }`: the step, whether the steps are open, and which of them are done.
 */
export function pathOf(list, kept = null) {
  let place = fits(kept, list.length) ? kept : { at: 0, open: true, done: list.map(() => false) };
  let [before, last] = [null, null];

  function judge(now, previous) {
    if (!place.open || place.done[place.at] || !list[place.at].done(now, before, previous)) return false;
    place = { ...place, done: place.done.map((yes, k) => yes || k === place.at) };
    return true;
  }

  function enter(next) {
    place = next;
    before = last;
    judge(last, last); // what is so already needs no doing
    return true;
  }

  return {
    place: () => place,
    see(now) {
      const [first, previous] = [last === null, last];
      last = now;
      if (!first) return judge(now, previous);
      before = now;
      return true;
    },
    go: (by) => place.at + by in list && enter({ ...place, at: place.at + by }),
    unfold: (open) => enter({ ...place, open }),
  };
}

function fits(kept, length) {
  const known = Array.isArray(kept?.done) && kept.done.length === length && typeof kept.open === "boolean";
  return known && Number.isInteger(kept.at) && kept.at >= 0 && kept.at < length;
}

// --- the section ---

function sectionOf(list, { back, next, close, resume }) {
  const heading = element("p", { role: "heading", "aria-level": 3, class: "kf-step-of" });
  const ask = element("p", { class: "kf-step-ask" });
  const seen = element("p", { class: "kf-step-seen" });
  const button = (text, onclick) => element("button", { type: "button", onclick }, text);
  const [left, right] = [button("Back", back), button("Next", next)];
  const [shut, again] = [button("Close the steps", close), button("", resume)];
  const numbered = (at) => `Step ${at + 1} of ${list.length}`;
  // The words of all steps lie unseen on one another, so that the longest has room and nothing moves when one is done.
  const room = list.map((step, at) =>
    element(
      "div",
      { class: "kf-step-room", "aria-hidden": "true" },
      element("span", { class: "kf-step-of" }, numbered(at)),
      element("span", { class: "kf-step-ask" }, step.ask),
      element("span", { class: "kf-step-seen" }, step.seen),
    ),
  );
  // One live region: a screen reader hears what is asked when a step is opened, and what was seen when it is done.
  const words = element(
    "div",
    { class: "kf-step-words" },
    ...room,
    element("div", { "aria-live": "polite" }, heading, ask, seen),
  );
  const body = element("div", {}, words, element("div", { class: "kf-buttons" }, left, right, shut));
  const node = element("section", { class: "kf-guide", "aria-label": "Guided steps" }, body, again);
  return {
    node,
    focus: (open) => (open ? shut : again).focus({ preventScroll: true }),
    show({ at, open, done }) {
      body.hidden = !open;
      again.hidden = open;
      node.toggleAttribute("data-done", done[at]);
      heading.setAttribute("aria-level", levelAt(node));
      write(heading, numbered(at));
      write(ask, list[at].ask);
      write(seen, done[at] ? list[at].seen : "");
      left.setAttribute("aria-disabled", at === 0); // it keeps the focus, which `disabled` would drop
      right.setAttribute("aria-disabled", at === list.length - 1);
      write(right, done[at] ? "Next" : "Skip");
      write(again, `Guided steps: ${done.filter(Boolean).length} of ${list.length} done`);
    },
  };
}

// One below the heading under which the figure is.
function levelAt(node) {
  const above = [...document.querySelectorAll("h1, h2, h3, h4, h5")].filter(
    (heading) => heading.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING,
  );
  return above.length ? Number(above.at(-1).tagName[1]) + 1 : 3;
}

// --- where the reader was, until the tab is closed ---

function shelf(node) {
  const name = node.closest("[data-live-figure]")?.dataset.liveFigure;
  return name && `kernelfree steps of ${location.pathname} ${name}`;
}

function remember(node, place) {
  try {
    if (shelf(node)) sessionStorage.setItem(shelf(node), JSON.stringify(place));
  } catch {
    // A browser that keeps nothing starts with the first step each time.
  }
}

function recall(node) {
  try {
    return JSON.parse(sessionStorage.getItem(shelf(node)));
  } catch {
    return null;
  }
}
