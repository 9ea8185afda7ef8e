{% autoescape off %}/* Keeps only files that carry nothing personal: styles, fonts, icons, script and the offline page.
   Case pages are never stored: phones are shared. */
const KEPT = {{ kept }};
addEventListener("install", event => event.waitUntil(
  caches.open(KEPT.name).then(cache => cache.addAll(KEPT.files)).then(() => skipWaiting())));
addEventListener("activate", event => event.waitUntil(
  caches.keys()
    .then(names => Promise.all(names.filter(name => name !== KEPT.name).map(name => caches.delete(name))))
    .then(() => clients.claim())));
addEventListener("fetch", event => {
  const request = event.request, url = new URL(request.url);
  if (url.origin !== location.origin || (request.method !== "GET" && request.mode !== "navigate")) return;
  if (request.mode === "navigate") {
    const page = KEPT.offline[url.pathname.startsWith("/en/") ? "en" : "ar"];
    event.respondWith(fetch(request).catch(() => caches.match(page)));
  } else if (url.pathname.startsWith(KEPT.static)) {
    event.respondWith(caches.match(request).then(found => found || fetch(request)));
  }
});
{% endautoescape %}
