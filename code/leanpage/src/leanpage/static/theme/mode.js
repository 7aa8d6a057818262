// Sets light or dark before the page is painted: what the reader chose last, else what the author wants, else what the
// reader's system prefers.
(() => {
  let mode = document.currentScript.dataset.mode || "auto";
  try {
    mode = localStorage.getItem("mode") || mode;
  } catch {
    // Storage may be closed to us (file:, private windows); the default then holds.
  }
  const dark = mode === "auto" ? matchMedia("(prefers-color-scheme: dark)").matches : mode === "dark";
  document.documentElement.dataset.mode = mode;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
