{% autoescape off %}/* Keeps only files that carry nothing personal: styles, fonts, icons, script and the offline page.
   Case pages are never stored: phones are shared. What is shared with the app while there is no network is kept encrypted. */
const KEPT = {{ kept }};
importScripts(KEPT.drafts);
addEventListener("install", event => event.waitUntil(
  caches.open(KEPT.name).then(cache => cache.addAll(KEPT.files)).then(() => skipWaiting())));
addEventListener("activate", event => event.waitUntil(
  caches.keys()
    .then(names => Promise.all(names.filter(name => name !== KEPT.name).map(name => caches.delete(name))))
    .then(() => clients.claim())));
addEventListener("fetch", event => {
  const request = event.request, url = new URL(request.url);
  if (url.origin !== location.origin || (request.method !== "GET" && request.mode !== "navigate")) return;
  const page = KEPT.offline[url.pathname.startsWith("/en/") ? "en" : "ar"];
  if (request.method === "POST" && KEPT.share.includes(url.pathname)) {
    event.respondWith(share(request, page));
  } else if (request.method === "POST" && KEPT.leave.includes(url.pathname)) {
    event.respondWith(forget().catch(() => {}).then(() => fetch(request)).catch(() => caches.match(page)));
  } else if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(page)));
  } else if (url.pathname.startsWith(KEPT.static)) {
    event.respondWith(caches.match(request).then(found => found || fetch(request)));
  }
});
// A message of the system: what an SMS says, and where a touch leads. A repetition takes the place of the first.
addEventListener("push", event => {
  const { title, body, tag, url, lang } = event.data.json();
  const options = { body, tag, lang, dir: lang === "ar" ? "rtl" : "ltr", icon: KEPT.icon, badge: KEPT.icon, data: url };
  event.waitUntil(registration.showNotification(title, options));
});
addEventListener("notificationclick", event => {
  event.notification.close();
  event.waitUntil(clients.openWindow(event.notification.data));
});
addEventListener("message", event => event.waitUntil(
  kept.meet(event.data).then(isOther => isOther ? forget() : null).catch(() => {})));
// Who signs out, or signs in where somebody else was, finds no messages of others, and none comes later.
const forget = async () => {
  (await registration.getNotifications()).forEach(shown => shown.close());
  const subscription = await registration.pushManager.getSubscription();
  if (subscription) await subscription.unsubscribe();
};
// Sent to the server, or kept on this device while it cannot be reached.
const share = async (request, page) => {
  const copy = request.clone();
  try { return await fetch(request); } catch {
    try {
      const data = await copy.formData();
      const text = [...new Set(["title", "text", "url"].map(name => data.get(name)).filter(Boolean))].join("\n");
      const fields = [["details", text]], files = data.getAll("attachments").filter(file => file.size);
      await kept.put({ id: crypto.randomUUID(), person: await kept.person(), kind: "complaint", fields, files });
      return Response.redirect(page, 303);
    } catch { return Response.redirect(`${page}#refused`, 303); }
  }
};
{% endautoescape %}
