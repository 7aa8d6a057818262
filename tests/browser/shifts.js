// Collects the layout shifts that a live figure, or what stands with it, takes part in.
window.shifts = [];
new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
  const moved = entry.sources.map(({ node }) => (node?.nodeType === 1 ? node : node?.parentElement)).filter((node) =>
    [...document.querySelectorAll("[data-live-figure]")].some((root) => (root.closest("figure") ?? root).contains(node)));
  if (!entry.hadRecentInput && moved.length) shifts.push([entry.value, ...moved.map((node) => node.outerHTML.slice(0, 120))]);
})).observe({ type: "layout-shift", buffered: true });