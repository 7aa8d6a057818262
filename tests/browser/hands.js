// A reader's hands in the page: `figures()[i]` is a live figure, `sliders(i)[k]` one of its sliders and handles.
window.hands = {
  figures: () => [...document.querySelectorAll("[data-live-figure]")],
  sliders: (i) => [...hands.figures()[i].querySelectorAll("input[type=range], [role=slider]")],
  choices: (i) => hands.figures()[i].querySelectorAll("select, [role=radio], [type=radio], [type=checkbox]").length,
  name: (i) => hands.figures()[i].dataset.liveFigure,
  wake(i) {
    hands.figures()[i].scrollIntoView({ block: "center" });
    return "ready" in hands.figures()[i].dataset || "failed" in hands.figures()[i].dataset;
  },
  label(i, k) {
    const node = hands.sliders(i)[k];
    return node.getAttribute("aria-label") ?? node.labels?.[0]?.textContent ?? "";
  },
  // What is drawn, without the slider that is moved, and what is written.
  seen(i) {
    const root = hands.figures()[i];
    const drawn = [...root.querySelectorAll("svg, canvas, [style]")].filter((node) => !node.closest(".kf-still [style] *"));
    const picture = drawn.map((node) => (node.tagName === "CANVAS" ? node.toDataURL()
      : node.tagName === "svg" ? node.outerHTML.replace(/ aria-[a-z]+="[^"]*"/g, "") : node.getAttribute("style"))).join();
    const texts = [...root.querySelectorAll("text, tspan, output, td, th, p:not(.kf-said), span, dd")].map((node) => node.textContent);
    const values = [...root.querySelectorAll("input, [role=slider]")].map((node) => node.value ?? node.getAttribute("aria-valuetext"));
    return { picture, numbers: [...texts, ...values].join("|") };
  },
  focus(i, k) {
    const node = hands.sliders(i)[k];
    node.scrollIntoView({ block: "center", inline: "center" });
    node.focus();
    return document.activeElement === node;
  },
  // Where its knob is, and the middle of the window's free part around it.
  place(i, k) {
    const node = hands.sliders(i)[k];
    node.scrollIntoView({ block: "center", inline: "center" });
    // Not every browser scrolls to a part of a drawing.
    window.scrollBy(0, Math.min(0, node.getBoundingClientRect().top - 120) + Math.max(0, node.getBoundingClientRect().bottom + 120 - innerHeight));
    const box = node.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const hit = document.elementFromPoint(x, y);
    return { x, y, width: box.width, range: node.tagName === "INPUT", hit: Boolean(hit && (node.contains(hit) || hit.contains(node))) };
  },
  reset(i) {
    hands.figures()[i].querySelector(".kf-reset").click();
  },
};
