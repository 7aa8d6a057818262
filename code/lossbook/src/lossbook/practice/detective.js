// A run's curves are shown, the reader names its fault, and is told what was run.
import { announce, axes, change, choice, element, format, svg, value, watch, write } from "kernelfree";

const LETTERS = ["A", "B", "C", "D", "E", "F", "G", "H"];
const HIGHEST = 16; // no axis of losses is higher; a curve may leave it
const LEVEL = Math.log(10);

export default {
  render({ model, el }) {
    const [faults, seen, curves] = [model.get("faults"), model.get("seen"), model.get("curves")];
    const x = { min: 0, max: 100 };
    const top = axes({
      width: 460,
      height: 220,
      x,
      y: { min: 0, max: 3, label: "loss (nats)" },
      label: "Loss over steps",
    });
    const below = axes({
      width: 460,
      height: 150,
      x: { ...x, label: "step" },
      y: { min: 0, max: 1, ticks: [0, 0.5, 1], label: "accuracy" },
      label: "Accuracy on held-out pictures over steps",
    });
    const guide = svg("path", { class: "pr-level" });
    const name = svg("text", { "text-anchor": "end" }, "ln 10");
    const [train, held, accuracy] = ["pr-train", "pr-held", "pr-accuracy"].map((kind) =>
      svg("path", { class: `pr-curve ${kind}` }),
    );
    top.plot.append(guide, name, held, train);
    below.plot.append(accuracy);
    const numbers = element("p", { class: "pr-results pr-seen" });
    const verdict = element("p", { class: "pr-words" });
    const guess = value(model, "guess");
    // A new curve is a new question: the guess about the last one is cleared.
    const shown = {
      ...value(model, "shown"),
      set: (letter) => letter !== model.get("shown") && change(model, { shown: letter, guess: -1 }),
    };
    el.append(
      element(
        "div",
        { class: "practice pr-two" },
        element(
          "div",
          { class: "pr-controls" },
          choice(shown, { label: "run", options: LETTERS.map((letter) => [letter, letter]) }),
          element(
            "div",
            { class: "pr-list" },
            choice(guess, {
              label: "What is wrong?",
              options: alphabetical(faults).map((fault) => [fault, faults.indexOf(fault)]),
            }),
          ),
        ),
        element(
          "div",
          { class: "pr-main" },
          top.node,
          element(
            "p",
            { class: "pr-legend", "aria-hidden": "true" },
            element("span", { class: "pr-key pr-train" }, "training"),
            element("span", { class: "pr-key pr-held" }, "held out"),
          ),
          below.node,
          numbers,
          verdict,
        ),
      ),
    );
    let drawn = null;
    let first = true;
    return watch(model, ["shown", "guess"], () => {
      const run = LETTERS.indexOf(model.get("shown"));
      const [training, out, right] = curves[run];
      if (drawn !== run) {
        const [least, most] = [Math.min(0, ...training), Math.max(2.75, ...training, ...out)];
        top.set({ y: { min: 1.05 * least, max: Math.min(1.05 * most, HIGHEST), label: "loss (nats)" } });
        const points = (list) => list.map((y, step) => [step, y]);
        train.setAttribute("d", top.path(points(training)));
        held.setAttribute("d", top.path(points(out)));
        accuracy.setAttribute("d", below.path(points(right)));
        const y = top.y(LEVEL);
        guide.setAttribute("d", `M54 ${y.toFixed(2)}H448`);
        name.setAttribute("x", 446);
        name.setAttribute("y", (y - 5).toFixed(2));
        const tell = (list) =>
          `${format(list[0], 3)} at the start, ${format(Math.max(...list), 3)} at most, ${format(list.at(-1), 3)} at the end`;
        write(
          numbers,
          `Training loss: ${tell(training)}. Held-out loss at the end: ${format(out.at(-1), 3)}; accuracy: ${format(right.at(-1), 3)}.`,
        );
        drawn = run;
      }
      const named = guess.get();
      const text =
        named < 0
          ? "Name the fault before you read on."
          : `${named === run ? "Yes" : "No"}: ${named === run ? `${faults[run]}. ${seen[run]}` : hint(named, seen)}`;
      write(verdict, text);
      if (!first) announce(el, named < 0 ? `Run ${LETTERS[run]}. ${numbers.textContent}` : text);
      first = false;
    });
  },
};

const alphabetical = (texts) => [...texts].sort();
const hint = (named, seen) => `that would look like this. ${seen[named]} Look again.`;
