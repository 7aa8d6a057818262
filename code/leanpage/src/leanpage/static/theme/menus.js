// What leanpage's pages do by themselves: menus and buttons, without Bootstrap's script.

// Menus open and close; a click elsewhere or Escape closes them and gives the focus back.
function setMenu(button, open) {
  button.setAttribute("aria-expanded", open);
  const menu = button.parentElement.querySelector(".dropdown-menu");
  if (!menu) return;
  menu.classList.toggle("show", open);
  // On a phone a menu that ends where its button does may begin before the page.
  menu.style.marginRight = "";
  if (open) menu.style.marginRight = `${Math.min(0, menu.getBoundingClientRect().left)}px`;
}

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-menu]");
  for (const button of document.querySelectorAll("[data-menu]")) {
    setMenu(button, button === pressed && button.getAttribute("aria-expanded") !== "true");
  }
  const call = event.target.closest("[data-call]");
  if (call) window[call.dataset.call]();
});

document.addEventListener("keydown", (event) => {
  const open = document.querySelector('[data-menu][aria-expanded="true"]');
  if (event.key === "Escape" && open) {
    setMenu(open, false);
    open.focus();
  }
});
