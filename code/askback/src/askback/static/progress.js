// Keeps what was answered in this browser's localStorage, one entry a site, and shows it: in the chapter list "2 of 5", at
// the title of an exercise, and beside each that {exercise-list} lists. Works without storage, and then shows nothing.
//
// The entry: { "book/page.html": { total: 5, done: { "ex-name": { state, answer, seed, on, level } } } }. `state` is the best
// so far, "right", "shown" or "wrong"; `answer` the last one, to the variant `seed`; `on` the day of the last step,
// "2026-11-29", and `level` how often it was right in a row, when due. Earlier entries hold the state alone.
(() => {
  const site = new URL("../../", document.currentScript.src || document.baseURI); // from _static/askback/
  const ENTRY = `kernelfree exercises of ${site.pathname}`; // its first name, so that nobody's answers are lost
  const MARKS = { right: "✓ solved", wrong: "tried", shown: "answer seen" };
  const BEST = ["wrong", "shown", "right"];
  const DAYS = [0, 1, 3, 7, 21, 60]; // until it is asked again, by level
  const here = pageOf(location.href);
  const day = (date) => new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
  const today = () => day(new Date());

  window.askback = {
    // ask.js calls this after each answer.
    remember(name, { state, answer, seed }) {
      if (document.querySelector(`[data-exercise="${name}"][data-unlisted]`)) return;
      const stored = load();
      const old = record(stored[here]?.done?.[name]);
      if (old?.state === "right" && !due(old)) return; // solved, and only toyed with
      const best = BEST[Math.max(BEST.indexOf(state), BEST.indexOf(old?.state))];
      const level = state === "right" ? Math.min((old?.level ?? 0) + 1, DAYS.length - 1) : 0;
      const kept = { state: best, answer, seed, on: today(), level };
      const total = document.querySelectorAll("[data-exercise]:not([data-unlisted])").length;
      store({ ...stored, [here]: { total, done: { ...stored[here]?.done, [name]: kept } } });
    },
    // What is kept of an exercise of this page; `due` if it is time to ask again.
    recall(name) {
      const kept = record(load()[here]?.done?.[name]);
      return kept && { ...kept, due: kept.state === "right" && due(kept) };
    },
    site,
    today,
    load,
    store,
    record,
    due,
    BEST,
  };

  function record(kept) {
    return kept && { answer: "", seed: 0, on: "", level: 0, ...(typeof kept === "string" ? { state: kept } : kept) };
  }

  function due({ state, on, level }) {
    const next = new Date(`${on || "2000-01-01"}T12:00`);
    next.setDate(next.getDate() + DAYS[level]);
    return state !== "right" || day(next) <= today();
  }

  function pageOf(address) {
    const { pathname } = new URL(address, location.href);
    return pathname.startsWith(site.pathname) ? pathname.slice(site.pathname.length) || "index.html" : null;
  }

  function load() {
    try {
      const stored = JSON.parse(localStorage.getItem(ENTRY));
      return stored && typeof stored === "object" ? stored : {};
    } catch {
      return {};
    }
  }

  function store(progress) {
    try {
      if (progress) localStorage.setItem(ENTRY, JSON.stringify(progress));
      else localStorage.removeItem(ENTRY);
    } catch {
      // no storage, nothing to show
    }
    show();
  }

  function mark(node, kind, text) {
    node.querySelector(`:scope > .askback-${kind}`)?.remove();
    if (!text) return;
    const note = document.createElement("span");
    note.className = `askback-${kind}`;
    note.textContent = ` ${text}`;
    node.append(note);
  }

  function show() {
    const stored = load();
    for (const link of document.querySelectorAll("nav li > a[href]")) {
      const address = link.getAttribute("href");
      const page = address === "#" ? here : address.includes("#") ? null : pageOf(link.href);
      const right = Object.values(stored[page]?.done ?? {}).filter((kept) => record(kept).state === "right").length;
      mark(link, "count", right && `${right} of ${stored[page].total}`);
    }
    const states = Object.assign({}, ...Object.values(stored).map(({ done }) => done));
    const said = (name) => MARKS[record(states[name])?.state] ?? "";
    for (const node of document.querySelectorAll("[data-exercise-mark]"))
      node.textContent = said(node.dataset.exerciseMark);
    for (const { dataset } of document.querySelectorAll("[data-exercise]:not([data-unlisted])")) {
      const title = document.querySelector(`#${CSS.escape(dataset.exercise)} > .admonition-title`);
      if (title) mark(title, "mark", said(dataset.exercise));
    }
    dispatchEvent(new Event("askback"));
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", show);
  else show();
  addEventListener("storage", show);
})();
