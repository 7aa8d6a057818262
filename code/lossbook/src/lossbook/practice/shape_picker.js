// Which shapes and dtypes fit: a map of all pairings, and PyTorch's own answer to the one that is chosen.
import { announce, change, choice, element, value, watch, write } from "kernelfree";

export default {
  render({ model, el }) {
    const options = (name) => value(model, name).limits.values;
    const [functions, rows, logitsTypes, columns, targetTypes] = [
      "function",
      "logits",
      "logits_dtype",
      "target",
      "target_dtype",
    ].map(options);
    const [rowSizes, columnSizes] = model.get("shapes");
    const [answers, texts] = [model.get("answers"), model.get("texts")];
    // The order in which Python asked: function, logits, their dtype, target, its dtype.
    const answer = (row, column) => {
      const place = [
        [functions, model.get("function")],
        [rows, rows[row]],
        [logitsTypes, model.get("logits_dtype")],
        [columns, columns[column]],
        [targetTypes, model.get("target_dtype")],
      ];
      return texts[answers[place.reduce((at, [all, one]) => at * all.length + all.indexOf(one), 0)]];
    };
    const chosen = () => [rows.indexOf(model.get("logits")), columns.indexOf(model.get("target"))];
    const go = (row, column) => change(model, { logits: rows[row], target: columns[column] });
    const cells = rows.map((_, row) =>
      columns.map((_, column) =>
        element("button", { type: "button", class: "pr-cell", role: "radio", onclick: () => go(row, column) }),
      ),
    );
    const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const grid = element(
      "div",
      {
        class: "pr-map",
        role: "radiogroup",
        "aria-label": "Shapes of logits and target",
        onkeydown(event) {
          if (!moves[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
          event.preventDefault();
          const [row, column] = chosen().map((at, axis) => at + moves[event.key][axis]);
          if (!cells[row]?.[column]) return;
          go(row, column);
          cells[row][column].focus();
        },
      },
      element("span", { class: "pr-corner", "aria-hidden": "true" }, "logits ↓ target →"),
      ...columns.map((name) =>
        element("span", { class: "pr-column", "aria-hidden": "true" }, element("span", {}, name)),
      ),
      ...rows.flatMap((name, row) => [
        element("span", { class: "pr-row", "aria-hidden": "true" }, name),
        ...cells[row],
      ]),
    );
    const [call, said, note] = ["pr-call", "pr-said", "pr-note"].map((name) => element("p", { class: name }));
    el.append(
      element(
        "div",
        { class: "practice pr-two pr-picker" },
        element(
          "div",
          { class: "pr-controls" },
          choice(value(model, "function"), { label: "function", options: functions.map((f) => [f, f]), menu: true }),
          choice(value(model, "logits_dtype"), {
            label: "logits in",
            options: logitsTypes.map((f) => [f, f]),
            menu: true,
          }),
          choice(value(model, "target_dtype"), {
            label: "target in",
            options: targetTypes.map((f) => [f, f]),
            menu: true,
          }),
          call,
          element("div", { class: "pr-answer" }, said, note),
        ),
        element("div", { class: "pr-main" }, grid),
      ),
    );
    let first = true;
    return watch(model, ["function", "logits", "logits_dtype", "target", "target_dtype"], () => {
      const [row, column] = chosen();
      cells.forEach((line, r) =>
        line.forEach((cell, c) => {
          const [, fine] = answer(r, c);
          const here = r === row && c === column;
          write(cell, fine ? "✓" : "×");
          cell.setAttribute("aria-label", `logits ${rows[r]}, target ${columns[c]}: ${fine ? "a number" : "an error"}`);
          cell.setAttribute("aria-checked", here);
          cell.tabIndex = here ? 0 : -1;
          cell.toggleAttribute("data-fine", fine);
        }),
      );
      const [text, fine, about] = answer(row, column);
      const size = columns[column] === "as the logits" ? rowSizes[row] : columnSizes[column];
      write(
        call,
        `F.${model.get("function")}(logits, target): logits ${rowSizes[row]} ${model.get("logits_dtype")}, target ${size} ${model.get("target_dtype")}`,
      );
      write(said, text);
      write(note, about);
      said.toggleAttribute("data-fine", fine);
      if (!first) announce(el, `${text} ${about}`);
      first = false;
    });
  },
};
