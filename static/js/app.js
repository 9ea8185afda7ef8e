/* Progressive enhancement only: every page works without this file. */
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const { worker, kept } = (document.currentScript || document.body).dataset;

  // Back and Reload ask for a page that answered a form by its address, where what was typed is kept.
  const posted = document.body.dataset.posted, asPage = () => history.replaceState(null, "", location.href);
  if (posted === "now") asPage();
  if (posted === "sent") document.addEventListener("submit", asPage);

  // Menus and filters are open on wide screens.
  const wide = matchMedia("(min-width:64rem)");
  const openWide = () => all("details[data-open-wide]").forEach(details => { details.open = wide.matches; });
  openWide();
  wide.addEventListener("change", openWide);

  // Focus goes to the error summary, unless somebody is mending already: below the menu as it is now.
  const summary = one(".summary-errors");
  if (summary && document.activeElement === document.body) summary.focus();

  // Buttons that need script appear only when it runs.
  all("[data-print],[data-reveal]").forEach(button => { button.hidden = false; });
  document.addEventListener("click", event => {
    if (event.target.closest("[data-print]")) print();
    const button = event.target.closest("[data-reveal]");
    if (button) reveal(button);
  });
  const reveal = button => {
    const box = document.getElementById(button.dataset.reveal), words = button.firstChild;
    const show = box.type === "password", other = button.dataset.hide;
    box.type = show ? "text" : "password";
    button.dataset.hide = words.data;
    words.data = other;
  };

  // ٠-٩ and ۰-۹ become 0-9 as they are typed (the server does it again).
  all("[data-digits]").forEach(box => box.addEventListener("input", () => {
    box.value = box.value.replace(/[٠-٩۰-۹]/g, digit => String.fromCharCode(48 + (digit.charCodeAt(0) & 15)));
  }));

  // Characters left, said once the typing pauses.
  all("[data-count-of]").forEach(line => {
    const box = document.getElementById(line.dataset.countOf), most = +box.dataset.max;
    let pause;
    box.addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(() => {
        const left = most - box.value.length;
        line.textContent = `${left < 0 ? line.dataset.over : line.dataset.left} ${Math.abs(left).toLocaleString("en")}`;
      }, 600);
    });
  });

  // A wait before asking for a new code.
  all("[data-countdown]").forEach(span => {
    const control = span.closest("a,button"), words = span.textContent;
    let seconds = +span.dataset.countdown;
    const stop = event => event.preventDefault();
    control.setAttribute("aria-disabled", "true");
    control.addEventListener("click", stop);
    const tick = setInterval(() => {
      seconds -= 1;
      span.textContent = seconds > 0 ? `${words} (${seconds})` : words;
      if (seconds > 0) return;
      clearInterval(tick);
      control.removeAttribute("aria-disabled");
      control.removeEventListener("click", stop);
    }, 1000);
  });

  // A notice while the network is away.
  const network = () => {
    const shown = one("#offline");
    if (navigator.onLine) { if (shown) shown.remove(); return; }
    if (shown) return;
    const notice = one("#offline-notice").content.firstElementChild.cloneNode(true);
    notice.id = "offline";
    one("#main").prepend(notice);
    say(one("input[name=form_key],form[data-once]") ? "form" : "page");
  };
  const say = part => all("#offline > span").forEach(span => { span.hidden = !(part in span.dataset); });
  document.addEventListener("kept-offline", () => { say("kept"); one("#offline").scrollIntoView({ block: "center" }); });
  // A form that nothing keeps stays on its page, instead of a page of the browser.
  document.addEventListener("submit", event => {
    if (!navigator.onLine && !event.defaultPrevented) { event.preventDefault(); network(); one("#offline").scrollIntoView(); }
  });
  addEventListener("online", network);
  addEventListener("offline", network);
  network();

  // Drafts written without a network wait on this device, a form that was just sent in this tab. Few browsers have any;
  // who signs out leaves none.
  try {
    if (kept && localStorage.getItem("kept")) {
      kept.split(" ").forEach(src => document.head.append(Object.assign(document.createElement("script"), { src, async: false })));
    }
    document.addEventListener("submit", event => {
      if (event.defaultPrevented || !event.target.action.endsWith("/sign-out/")) return;
      sessionStorage.clear();
      localStorage.removeItem("kept");
      indexedDB.deleteDatabase("kept");
    });
  } catch { /* A browser that keeps nothing has nothing to send. */ }

  // Installable: the worker keeps styles, fonts and the offline page, nothing else, and learns whose page is open.
  const mark = one("[data-person]");
  if (worker && "serviceWorker" in navigator) {
    navigator.serviceWorker.register(worker).then(() => navigator.serviceWorker.ready)
      .then(({ active }) => { if (mark) active.postMessage(mark.dataset.person); }).catch(() => {});
  }
})();
