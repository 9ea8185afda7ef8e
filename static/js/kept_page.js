/* Shows and sends the drafts that kept.js has: on the page without a network one is written, on the first step of filing
   one goes on, on any other page those that wait are sent. Without this file nothing is kept while there is no network. */
(() => {
  if (!window.indexedDB || !window.crypto || !crypto.subtle) return;
  const EVERY = 10000, SOON = 1000, WAITS = [1000, 2000, 4000, 8000, 15000];
  const one = (selector, root = document) => root.querySelector(selector);
  const page = one("[data-keep]"), step = one("form[data-autosave]");

  // The page without a network does not know whose it is.
  const owner = one("[data-person]");
  const person = async () => owner ? owner.dataset.person : kept.person();
  // The pages of this browser look for drafts only where there may be some.
  const keep = async draft => {
    localStorage.setItem("kept", "1");
    return kept.put({ person: await person(), ...draft });
  };

  // ---- what became of it ----

  const notice = (text, { url, label } = {}) => {
    const box = document.createElement("p");
    box.className = "banner";
    box.setAttribute("role", "status");
    box.append(text, " ");
    if (url) {
      const link = document.createElement("a");
      link.href = url;
      link.textContent = label;
      box.append(link);
    }
    one("#main").prepend(box);
  };
  const say = ({ sent, expired, others, texts }) => {
    if (expired) notice(texts.expired);
    if (sent.some(({ isUnreadable }) => isUnreadable)) notice(texts.unreadable);
    if (others) notice(texts.others);
    sent.filter(({ error }) => error).forEach(({ error }) => notice(error));
    const done = sent.filter(({ url }) => url);
    const refused = sent.flatMap(draft => draft.refused || []);
    refused.forEach(text => notice(text));
    const key = step && step.elements.draft.value;
    done.filter(({ url }) => !key || !url.includes(key)).forEach(({ url }) => notice(texts.taken, { url, label: texts.go }));
    // On the page without a network nothing is left to be read.
    if (page && done.length && !refused.length) location.assign(done[done.length - 1].url);
  };
  const send = async (tries = 0) => {
    if (!navigator.onLine) return;
    const result = await keptDrafts.sendAll();
    // A browser may hear of the network before anybody answers.
    if (!result) {
      if (tries < WAITS.length) setTimeout(() => send(tries + 1), WAITS[tries]);
      return;
    }
    if (!result.left) localStorage.removeItem("kept");
    say(result);
    if (page) show();
  };

  // ---- the page without a network ----

  const show = async () => {
    const { own } = await kept.list(await person());
    const list = one("[data-kept-list]", page), pattern = one("template", page);
    list.replaceChildren(...own.map(row => {
      const item = pattern.content.firstElementChild.cloneNode(true);
      const time = new Date(row.at).toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hour12: false });
      one("[data-time]", item).textContent = time;
      one("[data-files]", item).textContent = row.files;
      one("button", item).addEventListener("click", () => kept.remove(row.id).then(show));
      return item;
    }));
    one("[data-kept-all]", page).hidden = !own.length;
    if (own.length) localStorage.setItem("kept", "1");
  };
  const write = () => {
    const form = one("form", page), status = one("[data-status]", page);
    form.addEventListener("submit", async event => {
      event.preventDefault();
      event.stopPropagation();
      const data = new FormData(form), details = data.get("details").trim();
      const chosen = data.getAll("attachments").filter(file => file.size);
      if (!details && !chosen.length) { status.textContent = status.dataset.empty; one("textarea", form).focus(); return; }
      try {
        const files = await Promise.all(chosen.map(smallerPhoto));
        await keep({ id: crypto.randomUUID(), kind: data.get("kind"), fields: [["details", details]], files });
        form.reset();
        status.textContent = status.dataset.kept;
      } catch { status.textContent = status.dataset.refused; }
      await show();
      send();
    });
    one("[data-send]", page).addEventListener("click", () => send());
    page.hidden = false;
    if (location.hash === "#refused") one("[data-status]", page).textContent = one("[data-status]", page).dataset.refused;
    show().catch(() => {});
  };

  // ---- the first step of filing ----

  const goOn = () => {
    const box = one("[data-uploads]", step), texts = one("#kept-texts");
    let dirty = false;
    const waiting = () => box.waitingFiles ? box.waitingFiles() : [];
    const tell = name => {
      const shown = one("#offline");
      if (shown) shown.textContent = texts.dataset[name];
    };
    const draft = files => {
      const fields = [...new FormData(step)].filter(([name, value]) => (
        typeof value === "string" && !["csrfmiddlewaretoken", "draft"].includes(name)));
      return { id: step.elements.draft.value, kind: texts.dataset.kind, fields, files };
    };
    const save = () => {
      if (navigator.onLine || !(dirty || waiting().length)) return;
      dirty = false;
      keep(draft(waiting())).then(() => tell("kept"), () => { dirty = true; tell("refused"); });
    };
    const back = () => {
      if (!localStorage.getItem("kept") || !navigator.onLine) return;
      // What is still on its way is sent by this page.
      if (waiting().length) { setTimeout(back, SOON); return; }
      keep(draft([])).then(() => send(), () => {});
    };
    step.addEventListener("input", () => { dirty = true; });
    document.addEventListener("submit", () => { dirty = true; save(); }, true);
    document.addEventListener("visibilitychange", save);
    addEventListener("offline", () => tell("go"));
    addEventListener("online", back);
    setInterval(save, EVERY);
  };

  if (page) write();
  if (step && one("#kept-texts")) goOn();
  else addEventListener("online", () => send());
  send();
})();
