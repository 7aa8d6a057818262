// What leanpage's formulas do: wide ones scroll by keyboard, too, and a formula is copied as the TeX it was written in.

// What is wider than the page scrolls by itself, and can then be reached and scrolled with the keyboard.
function markScrollers() {
  for (const box of document.querySelectorAll(".scrolls")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}
// What was folded while the theme measured the page had no width: measure it when it is opened.
document.addEventListener("click", (event) => {
  const opened = event.target.closest(".toggle-button, .admonition-title")?.closest(".dropdown");
  for (const box of opened?.querySelectorAll("pre, .output") ?? []) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
});
addEventListener("load", markScrollers);
addEventListener("resize", markScrollers);

// A formula, or text with formulas, is copied as the TeX it was written in.
document.addEventListener("copy", (event) => {
  const selection = getSelection();
  if (selection.isCollapsed || !event.clipboardData) return;
  const range = selection.getRangeAt(0).cloneRange();
  const mathAround = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement).closest("math");
  const [first, last] = [mathAround(range.startContainer), mathAround(range.endContainer)];
  if (first) range.setStartBefore(first);
  if (last) range.setEndAfter(last);
  const copied = document.createElement("div");
  copied.append(range.cloneContents());
  const formulas = copied.querySelectorAll("math");
  if (!formulas.length) return;
  for (const formula of formulas) {
    const fence = formula.getAttribute("display") === "block" ? "$$" : "$";
    formula.replaceWith(fence + formula.querySelector("annotation").textContent + fence);
  }
  event.clipboardData.setData("text/plain", copied.textContent);
  event.preventDefault();
});
