// The list of all exercises: how many are solved, which is next, what to review today; saved to a file, loaded, cleared.
(() => {
  const { askback } = window;
  const AT_ONCE = 10; // exercises in one review
  const marks = [...document.querySelectorAll("[data-exercise-mark]")];
  const part = (name) => document.querySelector(`.askback-${name}`);

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
    const next = marks.find(({ dataset }) => !all.has(dataset.exerciseMark));
    part("next").replaceChildren(...(next ? ["Next: ", link(next)] : []));
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
})();
