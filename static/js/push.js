/* Turns notifications on for this browser. Without this file, or in a browser that has none, they are not offered. */
(() => {
  const box = document.querySelector("[data-push]");
  if (!box || !("serviceWorker" in navigator) || !window.PushManager || !window.Notification) return;
  const form = box.querySelector("form"), status = box.querySelector("[data-status]");
  const bytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), letter => letter.charCodeAt(0));
  const same = (one, other) => one.length === other.length && one.every((byte, place) => byte === other[place]);

  const subscription = async () => {
    const { pushManager } = await navigator.serviceWorker.ready, key = bytes(box.dataset.push);
    const found = await pushManager.getSubscription();
    const theirs = found && found.options.applicationServerKey;
    if (theirs && same(new Uint8Array(theirs), key)) return found;
    if (found) await found.unsubscribe();
    return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  };
  const turnOn = async () => {
    if (await Notification.requestPermission() !== "granted") { status.textContent = status.dataset.refused; return; }
    const { endpoint, keys } = (await subscription()).toJSON(), data = new FormData(form);
    Object.entries({ endpoint, p256dh: keys.p256dh, auth: keys.auth }).forEach(([name, value]) => data.append(name, value));
    const answer = await fetch(form.action, { method: "POST", body: data });
    if (answer.status === 204) { location.reload(); return; }
    status.textContent = (await answer.json()).error;
  };
  form.addEventListener("submit", event => {
    event.preventDefault();
    turnOn().catch(() => { status.textContent = status.dataset.failed; });
  });
  form.hidden = false;
})();
