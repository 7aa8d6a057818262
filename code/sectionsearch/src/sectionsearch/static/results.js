// Shows below a search field what answers the words in it. searchbox.js brings this file, the index and the texts.
{
  const search = globalThis.sectionsearch;
  const SHOWN = { dialog: 10, page: 30 };
  let index = null;

  const make = (tag, className, ...children) => {
    const made = document.createElement(tag);
    if (className) made.className = `sectionsearch-${className}`;
    made.append(...children);
    return made;
  };

  // A part of a text with the words of the query marked, from one token to another.
  const marked = (text, { tokens, hits }, from = 0, to = tokens.length) => {
    const parts = [];
    let end = from ? tokens[from].index : 0;
    for (let i = from; i < Math.min(to, tokens.length); i++) {
      if (!hits[i].length) continue;
      const [token] = tokens[i];
      parts.push(text.slice(end, tokens[i].index), make("mark", "", token));
      end = tokens[i].index + token.length;
    }
    return [...parts, text.slice(end, to < tokens.length ? tokens[to].index : undefined)];
  };

  const link = (result, found) => {
    const [page, anchor, parent, , title, entries] = index.documents[result.number];
    const above = [];
    for (let i = parent; i >= 0; i = index.documents[i][2]) above.unshift(index.documents[i][4]);
    const made = make("a", "", make("span", "title", ...marked(title, index.passage(title, found))));
    if (above.length) made.append(make("span", "place", above.join(" › ")));
    const entry = result.named > result.passage.near && entries[result.name - 1];
    const said = entry ? index.passage(entry, found) : result.passage;
    const text = entry || result.text;
    const from = entry ? 0 : Math.max(0, said.start - 4);
    const passage = marked(text, said, from, from + 40);
    if (text)
      made.append(make("span", "passage", from ? "… " : "", ...passage, from + 40 < said.tokens.length ? "…" : ""));
    for (const part of made.children) part.dir = "auto";
    made.href = search.root + index.pages[page] + (parent < 0 ? "" : `#${anchor || slug(title)}`);
    return make("li", "", made);
  };

  // The anchor of most sections, as index.py leaves it out.
  const slug = (title) =>
    title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "");

  const textOf = (number) => {
    const [page] = index.documents[number];
    const first = index.documents.findIndex((document) => document[0] === page);
    return search.texts[page]?.[number - first] ?? "";
  };
  const brought = {};
  const bringText = (page) => {
    brought[page] ??= search.bring(`texts/${page}`).catch(() => null);
    return brought[page];
  };

  // The results of a query, best first, once the texts that they are taken from are here.
  search.find = async (query, most) => {
    const found = index.search(query);
    found.results = found.results.slice(0, most);
    await Promise.all([...new Set(found.results.map(({ number }) => index.documents[number][0]))].map(bringText));
    for (const result of found.results) result.text = textOf(result.number);
    return { ...found, results: index.refine(found) };
  };

  search.attach = (field) => {
    if ("sectionsearch" in field.dataset) return;
    field.dataset.sectionsearch = "";
    if (!index) {
      index = new search.Index(search.data, (word) => search.stemmer.stemWord(word));
      const style = make("link");
      Object.assign(style, { rel: "stylesheet", href: `${search.root}_static/sectionsearch/results.css` });
      document.head.append(style);
    }
    const dialog = field.closest("dialog");
    const page = dialog ? null : document.querySelector("#search-results");
    const box = page ?? make("div");
    const headings = [...box.childNodes];
    const status = make("p", "status");
    const list = make("ol", "list");
    box.classList.add("sectionsearch");
    status.setAttribute("role", "status");
    list.setAttribute("aria-label", search.data.said.found);
    if (!page) field.form.after(box);
    box.prepend(status);

    // What the arrow keys move between.
    const places = () => [field, ...box.querySelectorAll("a")];
    let turn = 0;
    const show = async () => {
      const query = field.value.trim();
      const asked = ++turn;
      const found = query ? await search.find(query, page ? SHOWN.page : SHOWN.dialog) : null;
      if (asked !== turn) return;
      const at = places().indexOf(document.activeElement);
      list.replaceChildren(...(found?.results.map((result) => link(result, found)) ?? []));
      const { said } = search.data;
      status.textContent = found ? (list.children.length ? `${said.found}: ${list.children.length}` : said.none) : "";
      box.replaceChildren(status, ...(found ? [list] : headings));
      box.hidden = !(found || page);
      if (at > 0) (places()[at] ?? field).focus(); // a reader was quicker than the results
    };

    const move = (event) => {
      const next = places()[places().indexOf(document.activeElement) + { ArrowDown: 1, ArrowUp: -1 }[event.key]];
      if (next) {
        event.preventDefault();
        next.focus();
      } else if (event.key === "Escape" && !dialog) {
        field.value = "";
        field.focus();
        show();
      }
    };
    field.addEventListener("input", show);
    field.addEventListener("keydown", move);
    box.addEventListener("keydown", move);
    box.addEventListener("click", (event) => event.target.closest("a") && dialog?.close());
    if (page) {
      field.form.addEventListener("submit", (event) => {
        event.preventDefault();
        history.replaceState(null, "", `?${new URLSearchParams({ q: field.value })}`);
        show();
      });
    }
    show();
  };
}
