/* Warns two minutes before a session ends, and lets its owner stay. The server knows when that is: several tabs, typing
   that is saved and pages in other windows keep the same session. */
(() => {
  const WARNING = 120, SOON = 20, HOME = 2000;
  const dialog = document.getElementById("session-end");
  if (!dialog || !dialog.showModal) return;
  const form = dialog.querySelector("form"), part = name => dialog.querySelector(`[data-${name}]`);
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("session") : null;
  let timer, due;

  const plan = seconds => {
    clearTimeout(timer);
    due = Date.now() + seconds * 1000;
    timer = setTimeout(ask, seconds * 1000);
  };
  const show = name => {
    ["warning", "last", "over"].forEach(each => { part(each).hidden = each !== name; });
    part("stay").hidden = name !== "warning";
    if (!dialog.open) dialog.showModal();
  };
  const heard = ({ ends_in: left, can_stay: canStay }) => {
    if (left <= 0) { clearTimeout(timer); show("over"); return; }
    if (left > WARNING) { if (dialog.open) dialog.close(); plan(left - WARNING); return; }
    const time = new Date(Date.now() + left * 1000).toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hour12: false });
    dialog.querySelectorAll("[data-time]").forEach(box => { box.textContent = time; });
    if (dialog.dataset.closed !== "last" || canStay) show(canStay ? "warning" : "last");
    plan(Math.min(SOON, left));
  };
  const ask = (options = {}) => fetch(form.action, options).then(answer => answer.json()).then(heard).catch(() => plan(SOON));

  form.addEventListener("submit", event => {
    event.preventDefault();
    ask({ method: "POST", body: new FormData(form) }).then(() => channel && channel.postMessage("stay"));
  });
  part("close").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => { dialog.dataset.closed = part("last").hidden ? "" : "last"; });
  // What other windows show is of the person who signs out in this one: they show nothing from that moment, and go home
  // when the server has had time to end the session. A channel does not hear itself, so this window sends its form.
  const leave = () => {
    sessionStorage.clear();
    document.documentElement.hidden = true;
    setTimeout(() => location.replace(`/${document.documentElement.lang}/`), HOME);
  };
  if (channel) {
    channel.addEventListener("message", ({ data }) => { if (data === "leave") leave(); else ask(); });
    document.addEventListener("submit", event => {
      if (navigator.onLine && event.target.action.endsWith("/sign-out/")) channel.postMessage("leave");
    });
  }
  // A window that slept has missed its time.
  document.addEventListener("visibilitychange", () => { if (!document.hidden && Date.now() > due) ask(); });
  plan(dialog.dataset.minutes * 60 - WARNING - 60);
})();
