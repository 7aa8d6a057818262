// Random actions on all figures of a page, made inside it, since ten thousand calls from outside would take minutes.
async ({ seed, count, hashes }) => {
  let s = seed;
  const random = (n) => ((s = (Math.imul(s, 1664525) + 1013904223) >>> 0), Math.floor((s / 2 ** 32) * n));
  const pick = (list) => list[random(list.length)];
  const held = new Set();
  Element.prototype.setPointerCapture = function (id) { held.add(this); };
  Element.prototype.hasPointerCapture = function (id) { return held.has(this); };
  const keys = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End", "a", "Enter"];
  const typed = ["1e308", "-1e308", "-0", "", "0.1234567890123", "1e-320", "7", "-3.5", "99999999999999999999"];
  const figures = [...document.querySelectorAll("[data-live-figure]")];
  const card = new Map(figures.map((root) => [root, root.querySelector("script.kf-manifest").outerHTML]));
  const bad = [];
  const finite = (x) => (typeof x === "number" ? Number.isFinite(x) : x === null || typeof x !== "object" || Object.values(x).every(finite));
  const fire = (node, type, make) => node.dispatchEvent(new make[0](type, { bubbles: true, cancelable: true, ...make[1] }));
  const acts = {
    range(root, node) { // as a key or a press on the track would
      node.value = String(Number(node.min) + (random(1000) / 900) * (node.max - node.min));
      fire(node, "input", [Event]); if (random(3)) fire(node, "change", [Event]);
    },
    number(root, node) { node.value = pick(typed); fire(node, "input", [Event]); fire(node, "change", [Event]); },
    slider(root, node) {
      if (random(2)) return void fire(node, "keydown", [KeyboardEvent, { key: pick(keys) }]);
      const at = () => [PointerEvent, { clientX: random(2000) - 300, clientY: random(1500) - 300, pointerId: 1, button: 0 }];
      fire(node, "pointerdown", at()); for (let i = random(4); i; i--) fire(node, "pointermove", at());
      held.delete(node); fire(node, "pointerup", at());
    },
    press(root, node) { node.click(); },
    menu(root, node) { node.selectedIndex = random(node.options.length); fire(node, "input", [Event]); fire(node, "change", [Event]); },
  };
  const kinds = [["input[type=range]", "range"], ["input[type=number]", "number"], ["[role=slider]", "slider"],
    ["button:not(.kf-share), input[type=radio], input[type=checkbox]", "press"], ["select", "menu"]];
  for (let n = 0; n < count; n++) {
    const root = pick(figures);
    if (random(25) === 0) {
      location.hash = pick(hashes);
      await new Promise((done) => setTimeout(done));
    } else {
      const [selector, kind] = pick(kinds.filter(([selector]) => root.querySelector(selector)));
      acts[kind](root, pick([...root.querySelectorAll(selector)]));
    }
    await Promise.resolve();
    const words = root.outerHTML.replace(card.get(root), ""); // its texts and what its attributes say
    const slip = /\b(NaN|undefined|Infinity)\b|\[object /.exec(words);
    if (slip) bad.push(`${n}: ${root.dataset.liveFigure}: ${words.slice(Math.max(0, slip.index - 40), slip.index + 40)}`);
    if ("failed" in root.dataset) bad.push(`${n}: ${root.dataset.liveFigure} failed`);
    if (!finite(Object.values(root.model.state))) bad.push(`${n}: ${root.dataset.liveFigure}: a trait is not finite`);
    if (bad.length > 5) break;
  }
  for (const root of figures) root.querySelector(".kf-reset").click();
  await Promise.resolve();
  for (const root of figures) {
    const { start } = root.model.get("_about");
    for (const name of Object.keys(start)) {
      if (JSON.stringify(root.model.get(name)) !== JSON.stringify(start[name])) bad.push(`${root.dataset.liveFigure}: ${name} does not come back`);
    }
  }
  return bad;
}
