/* The keys of the desk, by event.code (the physical key), so that they work on Arabic and English layouts, and the row
   that was opened last. Without this file every page works by pointer and by Tab. */
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const LAST = "last-case", KEYS = "keys";

  const sheet = one("#keys"), off = sheet && one("[data-keys-off]", sheet);
  const areOff = () => localStorage.getItem(KEYS) === "off";
  if (off) {
    off.checked = areOff();
    off.addEventListener("change", () => localStorage.setItem(KEYS, off.checked ? "off" : "on"));
  }

  // The sheet says what works on this very page as it is now: the keys that its markup names, in its own words, and those
  // of lists and forms where it has them.
  const works = target => !target.closest("[hidden]");
  const wordsOf = target => {
    const words = target.cloneNode(true);
    all("kbd,svg", words).forEach(part => part.remove());
    return words.textContent.trim() || target.labels?.[0]?.textContent.trim() || target.getAttribute("aria-label") || "";
  };
  const openSheet = () => {
    const line = one("[data-keys-here]", sheet);
    all("[data-needs]", sheet).forEach(row => { row.hidden = !all(row.dataset.needs).some(works); });
    all("[data-of-page]", sheet).forEach(row => row.remove());
    all("[data-key]").filter(works).forEach(target => {
      const row = line.content.firstElementChild.cloneNode(true);
      one("kbd", row).textContent = target.dataset.key.replace(/^(Key|Digit)/, "").replace("Slash", "/");
      one("dd", row).textContent = wordsOf(target);
      line.before(row);
    });
    sheet.showModal();
  };

  // The row opened last: kept in this tab alone, and only its address. A row that opens where it stands is open already.
  const link = row => one("a.subject,summary", row);
  const rows = all("[data-rows] tbody tr,[data-rows]>li").filter(link);
  const isLast = row => link(row).pathname === sessionStorage.getItem(LAST) || one("details[open][id]", row);
  let at = rows.findIndex(isLast);
  const mark = () => rows.forEach((row, place) => {
    row.classList.toggle("is-here", place === at);
    if (place === at) link(row).setAttribute("aria-current", "true"); else link(row).removeAttribute("aria-current");
  });
  if (at >= 0) {
    mark();
    rows[at].scrollIntoView({ block: "nearest" });
    if (link(rows[at]).matches("summary")) link(rows[at]).focus({ preventScroll: true });
  }
  rows.map(link).filter(target => target.pathname).forEach(target =>
    target.addEventListener("click", () => sessionStorage.setItem(LAST, target.pathname)));

  // The way back from a case leads to the very list it was opened from.
  const BACK = "queue", list = one("[data-rows]");
  if (list && location.pathname.endsWith("/staff/queue/")) sessionStorage.setItem(BACK, location.search);
  all("a.back").forEach(back => {
    const isBare = back.pathname.endsWith("/staff/queue/") && !back.search;
    if (isBare && one("main .identity")) back.search = sessionStorage.getItem(BACK) || "";
  });

  const go = by => {
    at = Math.max(0, Math.min(rows.length - 1, at + by));
    mark();
    link(rows[at]).focus();
  };
  const pick = () => {
    const box = at >= 0 && one(".pick input", rows[at]);
    if (box) box.click();
  };
  rows.forEach((row, place) => row.addEventListener("focusin", () => { if (at !== place) { at = place; mark(); } }));

  const press = target => {
    if (target.matches("a,button,summary")) target.click();
    if (target.matches("summary")) one("input,select,textarea", target.parentElement)?.focus();
    if (!target.matches("a,button,summary")) target.focus();
  };
  // The button that a form leads to: the first that is neither secondary nor quiet. That of a page is the only one it has.
  const LEADING = ".btn:not(.btn-2,.btn-quiet,.btn-sm,[type=button])";
  const primary = form => one(`button${LEADING}`, form);
  const ofPage = () => {
    const found = all(`main ${LEADING}`).filter(works);
    return found.length === 1 && found[0];
  };

  // On the page of an action a keyboard begins in the first field, or on the button where there is nothing to fill in.
  const act = one("main form.card[method=post] :is([name=version],[name=bulk_action])")?.form;
  if (act && matchMedia("(pointer: fine)").matches && document.activeElement === document.body) {
    const field = one("[data-first]", act) || one("input:not([type=hidden]):not([type=submit]),select,textarea", act);
    (field || primary(act))?.focus({ preventScroll: true });
    // What is filled in there gives way to the first key.
    if (field?.value && field.matches("[data-first]")) field.select();
  }

  // A button that puts its value into a list of the form; without this file the server does it.
  all("[data-fills]").forEach(part => part.addEventListener("click", event => {
    const button = event.target.closest("button"), list = button?.form.elements[part.dataset.fills];
    if (!list) return;
    event.preventDefault();
    list.value = button.value;
    list.dispatchEvent(new Event("input", { bubbles: true }));
    list.focus();
  }));

  const isTyping = target => target.isContentEditable
    || (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && !/^(checkbox|radio)$/.test(target.type));

  addEventListener("keydown", event => {
    if (event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && event.code === "Enter") {
      const form = event.target.form || one("main form.card[method=post]"), lead = form ? null : ofPage();
      if (form || lead) event.preventDefault();
      if (form) form.requestSubmit(primary(form)); else if (lead) lead.click();
      return;
    }
    // Function keys write nothing, so they work while somebody types.
    const named = /^F\d$/.test(event.code) && !event.shiftKey && !event.altKey && one(`[data-key="${event.code}"]`);
    if (named && !one("dialog[open]")) { event.preventDefault(); press(named); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || areOff() || one("dialog[open]")) return;
    if (event.code === "Slash" && event.shiftKey) {
      if (sheet) { event.preventDefault(); openSheet(); }
      return;
    }
    if (rows.length && (event.code === "KeyJ" || event.code === "KeyK")) {
      event.preventDefault();
      go(event.code === "KeyJ" ? 1 : -1);
      return;
    }
    if (rows.length && event.code === "KeyX") { event.preventDefault(); pick(); return; }
    // A link or a button has its own Enter.
    if (event.code === "Enter" && at >= 0 && !event.target.closest("a,button,summary")) {
      event.preventDefault();
      link(rows[at]).click();
      return;
    }
    const target = (at >= 0 && one(`[data-row-key="${event.code}"]`, rows[at])) || one(`[data-key="${event.code}"]`);
    if (!target) return;
    event.preventDefault();
    press(target);
  });

  // The sheet for whoever has no keyboard shortcut for it.
  all("[data-open-keys]").forEach(button => button.addEventListener("click", openSheet));

  // The contents of a report close once a section is chosen, which opens.
  document.addEventListener("click", event => {
    const chosen = event.target.closest(".contents-bar li a"), part = chosen && document.getElementById(chosen.hash.slice(1));
    if (!part) return;
    chosen.closest("details").open = false;
    part.closest("details").open = true;
  });
})();
