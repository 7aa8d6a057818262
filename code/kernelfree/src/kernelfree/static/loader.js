// Wakes the figures of a page when they come near the window: no kernel, no eval, no modules, no address but the site's.
(() => {
  const home = (document.currentScript.src || document.baseURI).replace(/[^/]*$/, "");
  const loaded = Object.create(null); // module -> its exports
  const data = Object.create(null); // data file -> its content
  const files = new Map(); // address -> promise of its arrival
  const models = new Map(); // figure and instance -> the state its views share
  const started = new WeakMap(); // root -> its manifest

  window.kernelfree = {
    define(name, imports, make) {
      loaded[name] = make(...imports.map((imported) => loaded[imported]));
    },
    data(name, content) {
      data[name] = content;
    },
  };

  /** The traits of a figure, as anywidget's front ends know them, with nobody behind. */
  class Model {
    constructor(state) {
      this.state = Object.assign(Object.create(null), state);
      this.listeners = new Map();
      this.views = new Set();
    }
    get(name) {
      return this.state[name];
    }
    set(name, value) {
      if (typeof name === "object") return void Object.entries(name).forEach(([key, x]) => this.set(key, x));
      if (same(this.state[name], value)) return;
      this.state[name] = value;
      for (const event of [`change:${name}`, "change"]) {
        for (const fn of [...(this.listeners.get(event) ?? [])]) {
          try {
            fn(this, value);
          } catch (error) {
            this.fail(error);
          }
        }
      }
    }
    save_changes() {}
    on(event, fn) {
      if (!this.listeners.has(event)) this.listeners.set(event, new Set());
      this.listeners.get(event).add(fn);
    }
    off(event, fn) {
      if (fn) this.listeners.get(event)?.delete(fn);
      else this.listeners.delete(event);
    }
    send() {}
    fail(error) {
      this.listeners.clear();
      for (const root of this.views) fail(root, error);
    }
  }

  function same(a, b) {
    return (
      Object.is(a, b) || (typeof a === "object" && typeof b === "object" && JSON.stringify(a) === JSON.stringify(b))
    );
  }

  function arrive(make, address) {
    if (!files.has(address)) {
      files.set(
        address,
        new Promise((resolve, reject) => {
          const node = make(home + address);
          node.onload = resolve;
          node.onerror = () => reject(new Error(`${address} did not arrive`));
          document.head.append(node);
        }),
      );
    }
    return files.get(address);
  }
  const script = (src) => Object.assign(document.createElement("script"), { src, async: false });
  const style = (href) => Object.assign(document.createElement("link"), { rel: "stylesheet", href });

  async function start(root) {
    if (started.has(root)) return;
    const manifest = JSON.parse(root.querySelector("script.kf-manifest").textContent);
    started.set(root, manifest);
    try {
      await Promise.all([
        ...manifest.files.map((file) => arrive(script, file)),
        ...manifest.styles.map((file) => arrive(style, file)),
      ]);
      const kit = loaded[manifest.kit];
      const front = loaded[manifest.front]?.default;
      if (!kit || !front) throw new Error(`${manifest.front} could not be read`);
      const key = `${manifest.name} ${manifest.instance}`;
      if (!models.has(key)) {
        const state = { ...manifest.state, ...(manifest.data ? data[manifest.data] : {}), _about: manifest.about };
        models.set(key, new Model(structuredClone(state)));
        await front.initialize?.({ model: models.get(key) });
        restore(models.get(key), fragment());
      }
      const model = models.get(key);
      model.views.add(root);
      root.model = model;
      if (manifest.own_view) {
        const stage = root.querySelector(".kf-stage");
        const view = stage.appendChild(document.createElement("div"));
        view.className = "kf-view";
        stage.classList.add("kf-live");
        await kit.mount(front, { model, root, el: view });
      } else {
        await kit.mount(front, { model, root, el: root });
      }
      const share = root.querySelector(".kf-share");
      share?.addEventListener("click", () => copy(model, (text) => kit.announce(root, text)));
    } catch (error) {
      fail(root, error);
    }
  }

  function fail(root, error) {
    if ("failed" in root.dataset) return;
    root.removeAttribute("data-ready");
    root.setAttribute("data-failed", "");
    root.querySelector(".kf-view")?.remove();
    root.querySelectorAll("fieldset").forEach((controls) => (controls.disabled = true));
    const note = document.createElement("p");
    note.className = "kf-trouble";
    note.setAttribute("role", "status");
    const { name, about } = started.get(root);
    const what = about.trouble ?? "This figure stopped, so you see its still picture";
    note.textContent = `${what} (${error?.message ?? error}).`;
    root.querySelector(".kf-said").before(note);
    console.error(`kernelfree: ${name}:`, error);
  }

  // --- links to a state: #NAME?w=0.5&b=1, where each value is JSON or, for texts, the text itself ---

  function fragment() {
    const [, name, query] = /^#([a-z0-9-]+)\?(.*)$/s.exec(location.hash) ?? [];
    return name ? { name, values: new URLSearchParams(query) } : null;
  }

  function restore(model, link) {
    const about = model.get("_about");
    if (link?.name !== about.name) return;
    for (const [name, text] of link.values) {
      if (!Object.hasOwn(about.limits, name)) continue;
      const x = parse(text);
      const kept = [x, text].find((candidate) => admits(about.limits[name], candidate, about.start[name]));
      if (kept !== undefined) model.set(name, kept);
    }
  }

  function parse(text) {
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  function admits(limits, x, like) {
    switch (limits.kind) {
      case "boolean":
        return typeof x === "boolean";
      case "choice":
        return limits.values.includes(x);
      case "range": // two of the values, the lower first
        return Array.isArray(x) && x.length === 2 && isRange(...x.map((end) => limits.values.indexOf(end)));
      case "integer":
        return Number.isInteger(x) && x >= limits.min && x <= limits.max;
      case "number":
        return typeof x === "number" && x >= limits.min && x <= limits.max;
      case "list":
        return (
          Array.isArray(x) && x.length === like.length && x.every((item, i) => admits(limits.items, item, like[i]))
        );
      default:
        return false;
    }
  }

  function isRange(low, high) {
    return low >= 0 && low <= high;
  }

  async function copy(model, say) {
    const about = model.get("_about");
    const values = new URLSearchParams();
    for (const name of Object.keys(about.limits)) {
      const x = model.get(name);
      if (!same(x, about.start[name])) values.set(name, typeof x === "string" ? x : JSON.stringify(x));
    }
    const address = `${location.href.split("#")[0]}#${about.name}?${values}`;
    history.replaceState(history.state, "", address);
    try {
      await navigator.clipboard.writeText(address);
      say("Link copied");
    } catch {
      say("The link is in the address bar");
    }
  }

  function follow() {
    const link = fragment();
    const roots = [...document.querySelectorAll("[data-live-figure]")].filter(
      (root) => root.dataset.liveFigure === link?.name,
    );
    for (const root of roots) {
      if (root.model) restore(root.model, link);
      else start(root);
    }
    roots[0]?.scrollIntoView({ block: "nearest" });
  }

  // --- wake what is near ---

  function begin() {
    const near = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          if (!isIntersecting) continue;
          near.unobserve(target);
          start(target);
        }
      },
      { rootMargin: "75% 0px" },
    );
    for (const root of document.querySelectorAll(".kernelfree")) {
      const { top, bottom, width } = root.getBoundingClientRect(); // no width where it is not displayed
      if (width && top < 1.75 * innerHeight && bottom > -0.75 * innerHeight)
        start(root); // near from the start: no need to wait for a frame
      else near.observe(root);
    }
    addEventListener("hashchange", follow);
    follow();
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
