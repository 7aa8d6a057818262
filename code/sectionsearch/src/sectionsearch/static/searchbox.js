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
  const start = async (field) => {
    if (!field?.matches('input[name="q"]')) return;
    globalThis.sectionsearch ??= { root, bring, texts: {} };
    brought ??= Promise.all(["search", "index"].map(bring));
    await brought;
    globalThis.sectionsearch.attach(field);
  };
  for (const kind of ["focusin", "input"]) document.addEventListener(kind, (event) => start(event.target));
  start(document.activeElement);
  // On the search page, which has its field in the text or, in some themes, in the sidebar.
  const results = document.querySelector("#search-results");
  const field =
    document.querySelector('main input[name="q"]') ?? document.querySelector('input[name="q"]:not(dialog *)');
  if (results && field) {
    field.value ||= new URLSearchParams(location.search).get("q") ?? "";
    // The list of all headings is not what was asked for.
    results.hidden = field.value !== "";
    start(field).catch(() => {
      results.hidden = false;
    });
  }
}
