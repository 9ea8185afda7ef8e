/* The type-ahead for agencies and topics: a text box that offers the agencies of the plain list beside it at once, and then
   the topics and agencies that the server finds for everyday words. Without this file the box is matched on the server and the list is there to choose
   from. Folding equals kit/arabic.py; a test compares them. */
const arabic = (() => {
  const MARKS = /[\u0640\u064b-\u065f\u0670\u06d6-\u06ed]/g;
  const LETTERS = { أ: "ا", إ: "ا", آ: "ا", ٱ: "ا", ى: "ي", ة: "ه", ؤ: "و", ئ: "ي", ک: "ك", ی: "ي" };
  const PREFIX = /(^|[^\p{L}\p{N}])(وبال|ولل|وال|بال|كال|فال|ال|لل)([\p{L}\p{N}]{3,})/gu;
  const fold = text => text.normalize("NFKC").toLowerCase().replace(MARKS, "")
    .replace(/[أإآٱىةؤئکی]/g, letter => LETTERS[letter])
    .replace(/[٠-٩۰-۹]/g, digit => String.fromCharCode(48 + (digit.charCodeAt(0) & 15)));
  const strip = text => fold(text).replace(PREFIX, "$1$3");
  return { fold, strip };
})();

(() => {
  const { strip } = arabic;
  const MOST = 8;
  const words = text => strip(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);

  /* The best first: a name that begins with what was typed, then names, then services. */
  const search = (options, typed) => {
    const wanted = words(typed);
    if (!wanted.length) return options;
    return options
      .filter(option => wanted.every(word => option.words.includes(` ${word}`)))
      .map(option => ({ option, rank: option.name.startsWith(wanted[0]) ? 0 : wanted.every(word => option.name.includes(word)) ? 1 : 2 }))
      .sort((a, b) => a.rank - b.rank)
      .map(found => found.option);
  };

  const enhance = root => {
    const box = root.querySelector("input[type=text]"), select = root.querySelector("select");
    const unknown = root.parentElement.querySelector("input[name=agency_unknown]");
    const options = [...select.options].filter(option => option.value)
      .map(option => ({ text: option.text, code: option.value, name: strip(option.text), words: ` ${strip(option.text)} ${option.dataset.words}` }));
    const list = document.createElement("ul"), status = document.createElement("p");
    let shown = [], at = -1;

    list.className = "suggestions";
    list.id = `${box.id}-list`;
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", document.querySelector(`label[for="${box.id}"]`).textContent);
    status.className = "hint";
    status.setAttribute("role", "status");
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id }))
      box.setAttribute(name, value);
    const holder = document.createElement("div"), topic = document.createElement("input");
    holder.className = "suggest";
    // Somebody may be writing already: a box that is moved loses the focus.
    const isWriting = document.activeElement === box, place = box.selectionStart;
    box.replaceWith(holder);
    holder.append(box, list);
    // A topic is sent as a choice among the results, as without this file; a new search drops the old choice.
    topic.type = "hidden";
    const takeTopic = code => {
      root.querySelectorAll("input[name=agency_match]:checked").forEach(choice => { choice.checked = false; });
      topic.name = code ? "agency_match" : "";
      topic.value = code;
    };
    root.append(topic);
    root.append(status);

    // Neither the last letter nor an answer of the server that comes after the list was closed may open it again.
    let asked = 0, pause;
    const close = () => {
      clearTimeout(pause);
      asked += 1;
      list.hidden = true;
      at = -1;
      box.setAttribute("aria-expanded", "false");
      box.removeAttribute("aria-activedescendant");
    };
    const item = (option, place) => {
      const line = document.createElement("li");
      line.id = `${list.id}-${place}`;
      line.setAttribute("role", "option");
      line.setAttribute("aria-selected", "false");
      const name = document.createElement("span");
      name.textContent = option.text;
      line.append(name);
      if (option.note) {
        const note = document.createElement("small");
        note.textContent = option.note;
        line.append(note);
      }
      // Before the box loses the focus, and with it the list.
      line.addEventListener("mousedown", event => { event.preventDefault(); choose(place); });
      return line;
    };
    const open = () => {
      const found = search(options, box.value);
      shown = found.slice(0, MOST);
      at = -1;
      list.replaceChildren(...shown.map(item));
      list.hidden = !shown.length;
      box.setAttribute("aria-expanded", String(!list.hidden));
      box.removeAttribute("aria-activedescendant");
      say(shown.length ? `${root.dataset.count} ${found.length}` : root.dataset.none, shown.length > 0);
    };
    /* Seen where nothing fits; how many fit is seen in the list, and said. */
    const say = (text, isSeen) => { status.textContent = text; status.className = isSeen ? "vh" : "hint"; };
    /* The server knows everyday words; what it finds stands after the names that contain what was typed. */
    const askServer = async () => {
      const data = new FormData();
      if (!root.dataset.url || words(box.value).length === 0) return;
      data.append("csrfmiddlewaretoken", box.form.elements.csrfmiddlewaretoken.value);
      data.append("typed", box.value);
      data.append("kind", box.form.elements.kind?.value || root.dataset.kind);
      const own = asked += 1;
      const answer = await fetch(root.dataset.url, { method: "POST", body: data }).catch(() => null);
      if (!answer || !answer.ok || own !== asked || document.activeElement !== box || at >= 0) return;
      const { agencies, topics, nothing } = await answer.json();
      if (own !== asked) return;
      const known = new Set(shown.map(option => option.text));
      const meant = agencies.filter(one => !known.has(one.name)).map(one => ({ text: one.name, code: one.code }));
      const about = topics.map(one => ({ text: one.name, code: one.code, note: one.note, isTopic: true }));
      shown = [...shown.slice(0, MOST - about.length), ...about, ...meant].slice(0, MOST);
      list.replaceChildren(...shown.map(item));
      list.hidden = !shown.length;
      box.setAttribute("aria-expanded", String(!list.hidden));
      say(shown.length ? `${root.dataset.count} ${shown.length}` : nothing, shown.length > 0);
    };
    const move = step => {
      if (list.hidden) open();
      if (!shown.length) return;
      at = (at + step + shown.length) % shown.length;
      [...list.children].forEach((line, place) => line.setAttribute("aria-selected", String(place === at)));
      box.setAttribute("aria-activedescendant", list.children[at].id);
      list.children[at].scrollIntoView({ block: "nearest" });
    };
    const choose = place => {
      const { text, code, isTopic } = shown[place];
      box.value = text;
      select.value = "";
      takeTopic(isTopic ? code : "");
      if (unknown) unknown.checked = false;
      close();
      status.textContent = "";
      if (isTopic) document.querySelector("[data-agency-topics]").replaceChildren(); else ask(code);
    };
    // The topics follow the agency at once; without this the button leads to them.
    const ask = async code => {
      const topics = document.querySelector("[data-agency-topics]");
      const answer = await fetch(`${root.dataset.topics}?agency=${encodeURIComponent(code)}`).catch(() => null);
      if (answer?.ok) topics.replaceChildren(document.createRange().createContextualFragment(await answer.text()));
    };

    box.addEventListener("input", () => { takeTopic(""); clearTimeout(pause); pause = setTimeout(() => { if (box.value) { open(); askServer(); } else { close(); say("", true); } }, 120); });
    box.addEventListener("blur", close);
    box.addEventListener("keydown", event => {
      if (event.code === "ArrowDown" || event.code === "ArrowUp") { event.preventDefault(); move(event.code === "ArrowDown" ? 1 : -1); }
      else if (event.code === "Escape" && !list.hidden) { event.preventDefault(); close(); }
      else if (event.code === "Enter" && at >= 0) { event.preventDefault(); choose(at); }
    });
    // A choice in the list is the answer; what stands in the box gives way to it.
    select.addEventListener("change", () => { takeTopic(""); if (select.value) { box.value = select.selectedOptions[0].text; if (unknown) unknown.checked = false; ask(select.value); } });

    if (!isWriting) return;
    box.focus();
    box.setSelectionRange(place, place);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };

  document.querySelectorAll("[data-agency]").forEach(enhance);
})();
