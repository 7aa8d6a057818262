// Lets readers scroll wide formulas with the keyboard, and copy formulas as the TeX that they were written in.

// A formula wider than the page scrolls by itself; a tabindex lets the keyboard reach it.
function markScrollers() {
  for (const box of document.querySelectorAll(".scrolls")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}
// Folded content had no width when the theme measured the page: measure it when it is opened.
document.addEventListener("click", (event) => {
  const opened = event.target.closest(".toggle-button, .admonition-title")?.closest(".dropdown");
  for (const box of opened?.querySelectorAll("pre, .output") ?? []) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
});
addEventListener("load", markScrollers);
addEventListener("resize", markScrollers);

// Copy a formula, or text with formulas, as TeX.
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
  const formulas = copied.querySelectorAll("math:has(annotation)");
  if (!formulas.length) return;
  for (const formula of formulas) {
    const fence = formula.getAttribute("display") === "block" ? "$$" : "$";
    formula.replaceWith(fence + formula.querySelector("annotation").textContent + fence);
  }
  event.clipboardData.setData("text/plain", copied.textContent);
  event.preventDefault();
});
