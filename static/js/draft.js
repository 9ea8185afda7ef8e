/* Saves what is typed in a step to its draft on the server, every ten seconds and when the page is left.
   Without this file the draft is saved by the buttons. */
(() => {
  const EVERY = 10000, PATIENCE = 5000;
  document.querySelectorAll("form[data-autosave]").forEach(form => {
    // Somebody may have begun to write before this file had come.
    const boxes = [...form.querySelectorAll("textarea,input:not([type=hidden])")];
    // The value of a tick says nothing of whether it is set.
    const isTouched = box => /^(checkbox|radio)$/.test(box.type) ? box.checked !== box.defaultChecked : box.value !== box.defaultValue;
    let dirty = boxes.some(isTouched), leaving = false, busy = null, pressed = false;
    form.querySelectorAll("[data-autosaved]").forEach(said => { said.hidden = false; });
    const save = () => {
      if (!dirty || leaving) return;
      dirty = false;
      const data = new FormData(form);
      [...data.keys()].forEach(name => { if (data.get(name) instanceof File) data.delete(name); });
      data.append("autosave", "1");
      const saving = fetch(form.action, { method: "POST", body: data, keepalive: true }).catch(() => { dirty = true; })
        .finally(() => { if (busy === saving) busy = null; });
      busy = saving;
    };
    form.addEventListener("input", event => { if (event.target.type !== "file") dirty = true; });
    // What is being saved arrives before what is sent, which has newer words; a network that hangs is not waited for.
    form.addEventListener("submit", event => {
      if (event.defaultPrevented) return;
      if (!busy) { leaving = true; return; }
      event.preventDefault();
      if (pressed) return;
      pressed = true;
      const button = event.submitter, patience = new Promise(done => setTimeout(done, PATIENCE));
      Promise.race([busy, patience]).then(() => {
        busy = null;
        pressed = false;
        form.requestSubmit(button);
      });
    });
    addEventListener("pageshow", () => { leaving = false; });
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
    setInterval(() => { if (!busy) save(); }, EVERY);
  });
})();
