/* Puts a standard text into the answer at once; without this file the button sends the page and the server does it. */
document.querySelectorAll("[data-texts]").forEach(part => {
  const list = part.querySelector("select"), form = part.closest("form");
  const insert = text => {
    ["found", "done"].forEach(name => {
      const box = form.elements[name];
      if (!text[name]) return;
      box.value = [box.value.trim(), text[name]].filter(Boolean).join("\n");
      box.dispatchEvent(new Event("input", { bubbles: true }));
    });
    const outcome = form.elements.outcome;
    if (text.outcome && ![...outcome].some(radio => radio.checked)) outcome.value = text.outcome;
    (text.found ? form.elements.found : form.elements.done).focus();
  };
  part.addEventListener("click", event => {
    const button = event.target.closest("button");
    if (!button) return;
    event.preventDefault();
    const chosen = button.name === "quick" ? button : list.selectedOptions[0];
    if (chosen.value) insert(chosen.dataset); else list.focus();
  });
});
