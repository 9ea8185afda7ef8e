/* The agent's screen: the focus stands where the next key is typed. Without this file it stands at the top. */
(() => {
  // Nobody who is writing already is taken elsewhere.
  if (document.querySelector("#errors") || document.activeElement !== document.body) return;
  const first = document.querySelector("[data-focus]");
  const target = first?.querySelector("input:not([type=hidden]):not([type=checkbox]),select,textarea,a.btn,button.btn:not(.vh)");
  const chosen = target?.type === "radio" ? first.querySelector(`input[name="${target.name}"]:checked`) : null;
  (chosen || target)?.focus();
})();
