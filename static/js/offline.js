/* Keeps a form that is sent without a network in this tab alone, and sends it once when the network is back. The server
   knows the key of the form, so that a repeated sending does nothing. Files cannot be kept. */
(() => {
  const KEPT = "to-send", DAY = 24 * 3600 * 1000;
  const here = document.querySelector("[data-waiting]"), owner = document.querySelector("[data-person]");
  const person = owner ? owner.dataset.person : "";
  const read = () => JSON.parse(sessionStorage.getItem(KEPT) || "null");
  const write = item => sessionStorage.setItem(KEPT, JSON.stringify(item));
  const forget = () => sessionStorage.removeItem(KEPT);
  const isOnce = form => form.method === "post" && (form.elements.form_key || form.hasAttribute("data-once"));
  let pressed = null;

  document.addEventListener("submit", event => {
    const form = event.target;
    if (!isOnce(form)) return;
    const fields = [...new FormData(form, event.submitter)].filter(([, value]) => typeof value === "string");
    const state = navigator.onLine ? "sent" : "waiting";
    write({ action: form.getAttribute("action") || location.pathname, fields, state, person, at: Date.now() });
    if (state === "sent") return;
    event.preventDefault();
    pressed = { form, button: event.submitter };
    document.dispatchEvent(new CustomEvent("kept-offline"));
  }, true);

  const send = () => {
    const item = read();
    if (!item || item.state !== "waiting") return;
    if (item.at < Date.now() - DAY || (person && item.person !== person)) { forget(); return; }
    // The page without a network names nobody: there the token of the form tells whether it is still the same person.
    if (!person && !here) return;
    write({ ...item, state: "sent" });
    if (pressed) { pressed.form.requestSubmit(pressed.button); return; }
    const form = document.createElement("form");
    form.method = "post";
    form.action = item.action;
    form.append(...item.fields.map(([name, value]) => {
      const box = document.createElement("textarea");
      box.name = name;
      box.value = value;
      return box;
    }));
    form.hidden = true;
    document.body.append(form);
    HTMLFormElement.prototype.submit.call(form);
  };

  const item = read();
  if (here) {
    // This page came instead of an answer.
    history.replaceState(null, "", location.href);
    if (item && item.state === "sent") write({ ...item, state: "waiting" });
    here.hidden = !item;
    here.querySelector("button").addEventListener("click", send);
  } else if (item && item.state === "sent") {
    forget();
  } else if (navigator.onLine) {
    send();
  }
  addEventListener("online", send);
})();
