/* Keeps what is typed into a form on the server, every ten seconds and when the page is left.
   Without this file it is kept by an answer with errors. */
(() => {
  const EVERY = 10000;
  document.querySelectorAll("input[name=form_key]").forEach(key => {
    const form = key.form, line = form.querySelector("[data-unsent-line]");
    if (!line) return;
    // Somebody may have begun to write before this file had come.
    const boxes = [...form.querySelectorAll("textarea,input:not([type=hidden])")];
    // The value of a tick says nothing of whether it is set.
    const isTouched = box => /^(checkbox|radio)$/.test(box.type) ? box.checked !== box.defaultChecked : box.value !== box.defaultValue;
    let dirty = boxes.some(isTouched), leaving = false, stopped = false, busy = null;
    const say = (words, role) => {
      if (role) line.setAttribute("role", role); else line.removeAttribute("role");
      line.textContent = words;
      line.hidden = false;
    };
    const clock = () => new Date().toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hour12: false });
    const typed = () => {
      const data = new FormData(form);
      [...data.keys()].forEach(name => { if (data.get(name) instanceof File) data.delete(name); });
      data.set("unsent", "save");
      return data;
    };
    const heard = answer => {
      // A page instead of an answer: the session is over.
      if (answer.redirected || !answer.ok) throw new Error("not kept");
      return answer.json();
    };
    const told = ({ kept, why }) => {
      if (kept) { say(`${line.dataset.saved} \u2066${clock()}\u2069`); return; }
      stopped = true;
      say(line.dataset[why], "alert");
    };
    const save = () => {
      if (!dirty || leaving || stopped || busy || !navigator.onLine) return;
      dirty = false;
      busy = fetch(form.getAttribute("action") || location.href, { method: "POST", body: typed(), keepalive: true })
        .then(heard).then(told)
        .catch(() => { dirty = true; say(line.dataset.not, "status"); })
        .finally(() => { busy = null; });
    };
    form.addEventListener("input", event => { if (event.target.type !== "file") dirty = true; });
    // What is being saved arrives before what is sent: afterwards nothing is left to be saved.
    form.addEventListener("submit", event => {
      if (event.defaultPrevented) return;
      if (!busy) { leaving = true; return; }
      event.preventDefault();
      const button = event.submitter;
      busy.finally(() => form.requestSubmit(button));
    });
    addEventListener("pageshow", () => { leaving = false; });
    addEventListener("pagehide", save);
    document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
    setInterval(save, EVERY);
  });
})();
