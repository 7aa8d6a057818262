// Keeps which exercises are answered in this browser's localStorage, one entry a site, and shows it: in the chapter list
// "2 of 5", and a mark beside each exercise that {exercise-list} lists. Works without storage, and then shows nothing.
//
// The entry: { "book/page.html": { total: 5, done: { "ex-name": "right" | "wrong" | "shown" | "open" } } }
(() => {
  const site = new URL("../../", document.currentScript.src || document.baseURI); // from _static/askback/
  const ENTRY = `kernelfree exercises of ${site.pathname}`; // its first name, so that nobody's answers are lost
  const MARKS = { right: "✓ answered", wrong: "tried", shown: "answer seen" };
  const here = pageOf(location.href);

  // ask.js calls this whenever an exercise changes its state.
  window.askback = {
    remember(name, state) {
      if (document.querySelector(`[data-exercise="${name}"][data-unlisted]`)) return;
      const stored = load();
      const total = document.querySelectorAll("[data-exercise]:not([data-unlisted])").length;
      store({ ...stored, [here]: { total, done: { ...stored[here]?.done, [name]: state } } });
    },
  };

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

  function show() {
    const stored = load();
    for (const old of document.querySelectorAll(".askback-count")) old.remove();
    for (const link of document.querySelectorAll("nav li > a[href]")) {
      const address = link.getAttribute("href");
      const page = address === "#" ? here : address.includes("#") ? null : pageOf(link.href);
      const right = Object.values(stored[page]?.done ?? {}).filter((state) => state === "right").length;
      if (!right) continue;
      const count = document.createElement("span");
      count.className = "askback-count";
      count.textContent = ` ${right} of ${stored[page].total}`;
      link.append(count);
    }
    const states = Object.assign({}, ...Object.values(stored).map(({ done }) => done));
    for (const mark of document.querySelectorAll("[data-exercise-mark]")) {
      mark.textContent = MARKS[states[mark.dataset.exerciseMark]] ?? "";
    }
    for (const note of document.querySelectorAll(".askback-kept")) note.hidden = !Object.keys(states).length;
  }

  function begin() {
    show();
    for (const button of document.querySelectorAll(".askback-forget"))
      button.addEventListener("click", () => store(null));
    addEventListener("storage", show);
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
