// Shows the sections of a page one at a time, as slides. Without it they follow one below another.
(() => {
  const slides = [...document.querySelectorAll("article section section")];
  const { body } = document;
  let at = -1; // which slide is shown, from 0; -1 for all

  const element = (tag, traits) => Object.assign(document.createElement(tag), traits);
  const button = (textContent, onclick, ariaLabel = null) =>
    element("button", { type: "button", textContent, onclick, ariaLabel });
  const start = button("One slide at a time", () => show(0));
  const place = element("span");
  const next = button("→", () => turn(1), "Next");
  const bar = element("nav", { className: "slides-bar", ariaLabel: "Slides", hidden: true });
  bar.append(button("←", () => turn(-1), "Previous"), place, next, button("All slides", () => show(-1)));
  const said = element("p", { className: "slides-said", role: "status" });
  const tools = element("p", { className: "slides-start" });
  tools.append(start);
  slides[0].before(tools);
  body.append(bar, said);
  for (const slide of slides) slide.querySelector("h2").tabIndex = -1;

  function show(number, address = `#${number < 0 ? (slides[at]?.id ?? "") : number + 1}`) {
    const [old, slide] = [slides[at], slides[number]];
    const leaves = old?.contains(document.activeElement);
    at = number;
    body.classList.toggle("slides-on", at >= 0);
    // All around the slide is out of sight, and out of reach of the Tab key.
    for (const out of document.querySelectorAll(".slides-out")) out.classList.remove("slides-out");
    for (let node = slide; node && node !== body; node = node.parentElement) {
      for (const other of node.parentElement.children) {
        if (![node, bar, said].includes(other)) other.classList.add("slides-out");
      }
    }
    bar.hidden = at < 0;
    for (const one of slides) one.classList.toggle("slides-current", one === slide);
    history.replaceState(history.state, "", address);
    if (!slide) {
      old?.scrollIntoView();
      old?.querySelector("h2").focus();
      return;
    }
    place.textContent = `${at + 1} / ${slides.length}`;
    if (!old) next.focus();
    else if (leaves) slide.querySelector("h2").focus({ preventScroll: true });
    slide.scrollTop = 0;
    said.textContent = `Slide ${at + 1} of ${slides.length}: ${slide.querySelector("h2").firstChild.textContent}`;
  }

  // Forwards, a slide first shows what it holds back until the question is answered.
  function turn(step) {
    const answer = slides[at].querySelector(".slides-answer:not([data-seen])");
    if (step > 0 && answer) {
      answer.dataset.seen = "";
      said.textContent = answer.textContent;
    } else if (slides[at + step]) show(at + step);
  }

  addEventListener("keydown", (event) => {
    if (at < 0 || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") return show(-1);
    // Inside a figure arrow keys are the figure's. The keys of a presenter's remote control turn slides from anywhere.
    const own = event.target.closest(".kernelfree, input, select, textarea");
    const steps = own ? {} : { ArrowRight: 1, ArrowLeft: -1, Home: -at, End: slides.length - 1 - at };
    const step = { ...steps, PageDown: 1, PageUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    if (event.key === "Home" || event.key === "End") show(at + step);
    else turn(step);
  });

  let from = null;
  addEventListener("touchstart", ({ touches, target }) => {
    from = touches.length === 1 && !target.closest(".kernelfree") ? touches[0] : null;
  });
  addEventListener("touchend", ({ changedTouches: [to] }) => {
    if (at < 0 || !from) return;
    const [right, down] = [to.clientX - from.clientX, to.clientY - from.clientY];
    if (Math.abs(right) > 50 && Math.abs(right) > 2 * Math.abs(down)) turn(right < 0 ? 1 : -1);
  });

  // A link to a slide, #4, or to the state of a figure, #name?w=0.5, which the figures' loader sets.
  function follow() {
    const [, number, figure] = /^#(?:(\d+)$|([a-z0-9-]+)\?)/.exec(location.hash) ?? [];
    const holds = (slide) => figure && slide.querySelector(`[data-live-figure="${figure}"]`);
    const wanted = number ? number - 1 : slides.findIndex(holds);
    if (slides[wanted] && wanted !== at) show(wanted, location.hash);
  }
  addEventListener("hashchange", follow);
  follow();
})();
