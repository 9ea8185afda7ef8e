/* Puts a standard text into the answer at once; without this file the button sends the page and the server does it. */
document.querySelectorAll("[data-texts]").forEach(part => {
  const list = part.querySelector("select"), form = list.form;
  part.querySelector("button").addEventListener("click", event => {
    const chosen = list.selectedOptions[0];
    event.preventDefault();
    if (!chosen.value) { list.focus(); return; }
    ["found", "done"].forEach(name => {
      const box = form.elements[name], text = chosen.dataset[name];
      if (!text) return;
      box.value = [box.value.trim(), text].filter(Boolean).join("\n");
      box.dispatchEvent(new Event("input", { bubbles: true }));
    });
    const outcome = form.elements.outcome;
    if (chosen.dataset.outcome && ![...outcome].some(radio => radio.checked)) outcome.value = chosen.dataset.outcome;
    (chosen.dataset.found ? form.elements.found : form.elements.done).focus();
  });
});
