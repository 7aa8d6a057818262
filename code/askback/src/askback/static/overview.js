// The list of all exercises: how many are solved, by page, kind and difficulty; which is next, and what to review today. It is
// filtered, saved to a file, loaded, cleared.
(() => {
  const { askback } = window;
  const AT_ONCE = 10; // exercises in one review
  const marks = [...document.querySelectorAll("[data-exercise-mark]")];
  const part = (name) => document.querySelector(`.askback-${name}`);
  // What the filter's menus offer. Of kinds and difficulties, those that the list has.
  const DIFFICULTIES = ["easy", "medium", "hard"];
  const STATES = {
    "not solved": (state) => state !== "right",
    "missed or seen": (state) => state === "wrong" || state === "shown",
    solved: (state) => state === "right",
  };
  const menus = [...part("filter").querySelectorAll("select")];
  const has = (mark, { name, value }, state) =>
    !value || (name === "state" ? STATES[value](state) : mark.dataset[name] === value);

  // Each exercise that was tried: its name -> what is kept of it.
  function kept() {
    const done = Object.assign({}, ...Object.values(askback.load()).map((page) => page.done));
    return new Map(Object.entries(done).map(([name, record]) => [name, askback.record(record)]));
  }

  function show() {
    const all = kept();
    const count = (state) => marks.filter(({ dataset }) => all.get(dataset.exerciseMark)?.state === state).length;
    const [right, shown, wrong] = ["right", "shown", "wrong"].map(count);
    const rest = [shown && `answer seen: ${shown}`, wrong && `tried: ${wrong}`].filter(Boolean);
    part("total").textContent = `${right} of ${marks.length} solved${rest.length ? ` (${rest.join(", ")})` : ""}.`;
    const stateOf = ({ dataset }) => all.get(dataset.exerciseMark)?.state;
    const found = marks.filter((mark) => menus.every((menu) => has(mark, menu, stateOf(mark))));
    const next = found.find((mark) => !stateOf(mark)) ?? found.find((mark) => stateOf(mark) !== "right");
    part("next").replaceChildren(...(next ? ["Next: ", link(next)] : []));
    for (const mark of marks) mark.closest("li").hidden = !found.includes(mark);
    const solved = (some) => `${some.filter((mark) => stateOf(mark) === "right").length} of ${some.length}`;
    for (const [list, heading] of lists) {
      const own = marks.filter((mark) => list.contains(mark));
      for (const node of [list, heading]) node.hidden = !own.some((mark) => found.includes(mark));
      heading.querySelector(".askback-solved").textContent = ` ${solved(own)} solved`;
    }
    for (const menu of menus)
      for (const option of menu.options) {
        const own = marks.filter((mark) => has(mark, { name: menu.name, value: option.value }, stateOf(mark)));
        option.text = `${option.value || "all"}: ${menu.name === "state" ? own.length : solved(own)}`;
      }
    part("found").textContent = found.length < marks.length ? `Shown: ${found.length} of ${marks.length}.` : "";
    // What was missed first, then what was solved longest ago.
    const due = marks
      .map((mark, place) => ({ mark, place, ...all.get(mark.dataset.exerciseMark) }))
      .filter((one) => one.state && askback.due(one))
      .sort((a, b) => (a.state === "right") - (b.state === "right") || a.on.localeCompare(b.on) || shuffled(a, b));
    part("review").hidden = !due.length;
    const items = due.slice(0, AT_ONCE).map(({ mark, state }) => {
      const item = document.createElement("li");
      item.append(link(mark), state === "right" ? " (once more)" : "");
      return item;
    });
    part("review")
      .querySelector("ol")
      .replaceChildren(...items);
    part("kept").hidden = !all.size;
  }

  // Mixed over the chapters, and the same for a whole day.
  function shuffled(a, b) {
    const rank = ({ place }) => ((place + 1) * 7919 + Number(askback.today().slice(-2)) * 104_729) % 997;
    return rank(a) - rank(b);
  }

  // Each list of a page's exercises, with the heading above it.
  const lists = new Map(marks.map((mark) => mark.closest("ul")).map((list) => [list, list.previousElementSibling]));
  for (const heading of lists.values())
    heading.append(Object.assign(document.createElement("span"), { className: "askback-solved" }));
  for (const menu of menus) {
    const own = new Set(marks.map(({ dataset }) => dataset[menu.name]));
    const offered = {
      kind: [...own],
      difficulty: DIFFICULTIES.filter((one) => own.has(one)),
      state: Object.keys(STATES),
    };
    for (const value of ["", ...offered[menu.name]]) menu.append(new Option(value, value));
    menu.addEventListener("change", show);
  }

  function link(mark) {
    const original = mark.closest("li").querySelector("a");
    const copy = document.createElement("a");
    copy.href = original.href;
    copy.textContent = original.textContent;
    return copy;
  }

  part("save").addEventListener("click", () => {
    const file = new Blob([JSON.stringify(askback.load(), null, 1)], { type: "application/json" });
    const anchor = document.createElement("a");
    anchor.href = URL.createObjectURL(file);
    anchor.download = `exercises-${askback.today()}.json`;
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(anchor.href), 60_000);
  });

  part("load").addEventListener("change", async ({ target }) => {
    let said = "That is no file of answers.";
    try {
      const [stored, found] = [askback.load(), JSON.parse(await target.files[0].text())];
      for (const [page, { total, done }] of Object.entries(found)) {
        const mine = { ...stored[page]?.done };
        for (const [name, other] of Object.entries(done)) mine[name] = better(mine[name], other);
        stored[page] = { total: Number(total), done: mine };
      }
      askback.store(stored);
      said = "Loaded. Of what was answered in both, the better is kept.";
    } catch {
      // nothing was stored
    }
    part("said").textContent = said;
    target.value = "";
  });

  function better(mine, other) {
    const [a, b] = [mine, other].map((one) => askback.record(one));
    if (!askback.BEST.includes(b?.state)) throw new Error("no state");
    return a && askback.BEST.indexOf(a.state) >= askback.BEST.indexOf(b.state) ? mine : other;
  }

  part("forget").addEventListener("click", () => {
    if (confirm("Clear what you have answered? It cannot be brought back.")) askback.store(null);
  });
  addEventListener("askback", show);
  show();

  // --- a sheet to print ---

  // The pages of the list: their titles and addresses.
  const pages = new Map();
  for (const heading of lists.values()) {
    const page = heading.querySelector("a");
    pages.set(page.href, page.textContent);
  }
  const menu = part("sheet").querySelector("select");
  for (const [address, title] of pages) menu.append(new Option(title, address));

  part("sheet").addEventListener("submit", async (event) => {
    event.preventDefault();
    const wanted = menu.value ? [menu.value] : [...pages.keys()];
    try {
      const sheet = await sheetOf(wanted);
      document.querySelector("article").replaceChildren(...sheet);
      document.body.classList.add("askback-printed");
      scrollTo(0, 0);
    } catch {
      part("said").textContent = "The pages could not be read. Opened from disk, a browser does not allow it.";
    }
  });

  async function sheetOf(addresses) {
    const sheet = [];
    const key = [element("h2", "Answers")];
    for (const address of addresses) {
      const page = new DOMParser().parseFromString(await textOf(address), "text/html");
      sheet.push(element("h2", pages.get(address)));
      key.push(element("h3", pages.get(address)));
      for (const asked of page.querySelectorAll(".exercise:has([data-exercise])")) {
        const title = asked.querySelector(".admonition-title").textContent.trim();
        const answers = await keyOf(asked);
        const wrong = [...namedIn(answers), ...(answers.parts ?? []).flatMap(namedInPart)];
        key.push(element("p", element("strong", title), ": ", ...rich(answers.said)));
        if (wrong.length) key.push(element("ul", ...wrong.map((text) => element("li", ...rich(text)))));
        sheet.push(onPaper(asked, address));
      }
    }
    const last = element("section", ...key);
    last.className = "askback-key";
    const print = element("button", "Print");
    print.addEventListener("click", () => globalThis.print());
    const back = element("button", "Back to the list");
    back.addEventListener("click", () => location.reload());
    const tools = element("p", print, " ", back);
    tools.className = "askback-overview";
    const name = element("p", "Name: ");
    name.className = "askback-paper";
    name.append(Object.assign(element("span"), { className: "askback-blank" }));
    return [tools, name, ...sheet, last];
  }

  // The mistakes that a key names: what a class may well come up with.
  function namedIn({ kind, mistakes = [], options = [] }) {
    return [
      ...mistakes.map(([x, reply]) => `${answered(kind, x)}: ${reply}`),
      ...options.flatMap(([right, reply], i) => (right ? [] : `${letter(i)}) ${reply}`)),
    ];
  }

  function namedInPart(part, i) {
    return namedIn(part).map((text) => `in ${letter(i)}, ${text}`);
  }

  // A wrong number, shape, or order of the lines that the sheet shows.
  function answered(kind, x) {
    if (kind === "order") return x.map(letter).join(", ");
    return kind === "shape" ? `(${x.join(", ")})` : String(Number(x.toPrecision(4))).replace("-", "−");
  }

  function letter(place) {
    return String.fromCharCode(97 + place);
  }

  function rich(text) {
    return text.split("`").map((piece, i) => (i % 2 ? element("code", piece) : piece));
  }

  async function textOf(address) {
    const reply = await fetch(address);
    if (!reply.ok) throw new Error(address);
    return reply.text();
  }

  // The answer key, which is in the page or, if it is long, in a script of its own.
  async function keyOf(asked) {
    const { state, data } = JSON.parse(asked.querySelector(".kf-manifest").textContent);
    if (state.key) return unsealed(state.key);
    const script = await textOf(new URL(`_static/kernelfree/${data}.js`, askback.site));
    return unsealed(JSON.parse(script.slice(script.indexOf(",") + 1, script.lastIndexOf(")"))).key);
  }

  // The inverse of seal() in exercise.py.
  function unsealed(text) {
    const letters = "abcdefghijklmnopqrstuvwxyz";
    const sets = [letters, letters.toUpperCase(), "0123456789"];
    const turn = (c) => {
      const set = sets.find((one) => one.includes(c));
      return set[(set.indexOf(c) + set.length / 2) % set.length];
    };
    return JSON.parse(text.replace(/[a-z0-9]/gi, turn));
  }

  // The exercise with room to write in place of its form.
  function onPaper(asked, address) {
    for (const node of asked.querySelectorAll("form, script, .kf-said, a.headerlink")) node.remove();
    for (const node of [asked, ...asked.querySelectorAll("[id]")]) node.removeAttribute("id");
    for (const node of asked.querySelectorAll("[src]")) node.src = new URL(node.getAttribute("src"), address).href;
    for (const node of asked.querySelectorAll("a[href]")) node.href = new URL(node.getAttribute("href"), address).href;
    return document.adoptNode(asked);
  }

  function element(tag, ...children) {
    const node = document.createElement(tag);
    node.append(...children);
    return node;
  }
})();
