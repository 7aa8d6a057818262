// Brings the search to a page when a reader goes to a search field, and nothing before that.
{
  const root = document.documentElement.dataset.content_root ?? globalThis.DOCUMENTATION_OPTIONS?.URL_ROOT ?? "./";
  const bring = (name) =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `${root}_static/sectionsearch/${name}.js`;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
  let brought = null;
  const start = (field) => {
    if (!field?.matches('input[name="q"]')) return;
    globalThis.sectionsearch ??= { root, bring, texts: {} };
    brought ??= Promise.all(["search", "index"].map(bring));
    brought.then(() => globalThis.sectionsearch.attach(field));
  };
  document.addEventListener("focusin", (event) => start(event.target));
  start(document.activeElement);
  if (document.querySelector("#search-results")) {
    start(document.querySelector('main input[name="q"]') ?? document.querySelector('input[name="q"]:not(dialog *)'));
  }
}
