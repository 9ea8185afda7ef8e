/* The queue: the counts asked for anew every minute while the page is looked at, and how many rows are chosen.
   Without this file the counts are those of the page, and the boxes work as they are. */
(() => {
  const EVERY = 60000;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const source = document.querySelector("[data-counts]");

  const put = counts => all("[data-count]").forEach(place => {
    const words = counts[place.dataset.count], number = place.querySelector("bdi");
    if (words === undefined || !number) return;
    number.textContent = words;
    if ("alert" in place.dataset) number.classList.toggle("pill-bad", words !== "0");
  });
  const title = document.title;
  const entitle = () => {
    const shown = document.querySelector(`[data-count="${source.dataset.here}"] bdi`);
    document.title = shown ? `(${shown.textContent}) ${title}` : title;
  };

  if (source) {
    let tag = "", asked = Date.now(), timer;
    const ask = async () => {
      asked = Date.now();
      const answer = await fetch(source.dataset.counts, { headers: tag ? { "If-None-Match": tag } : {}, redirect: "manual" });
      // Signed out, or no longer at this desk: the page itself will say so.
      if (answer.type === "opaqueredirect" || answer.status === 404) { clearInterval(timer); return; }
      if (answer.status !== 200) return;
      tag = answer.headers.get("ETag") || "";
      put(await answer.json());
      entitle();
    };
    const tick = () => { if (document.visibilityState === "visible" && Date.now() - asked >= EVERY) ask().catch(() => {}); };
    timer = setInterval(tick, EVERY / 6);
    document.addEventListener("visibilitychange", tick);
    entitle();
  }

  const boxes = all(".pick input[name=case]"), every = document.querySelector("[data-pick-all]");
  const said = document.querySelector("[data-picked]");
  if (!boxes.length || !every || !said) return;
  const count = () => {
    const chosen = boxes.filter(box => box.checked).length;
    every.checked = chosen === boxes.length;
    every.indeterminate = chosen > 0 && chosen < boxes.length;
    said.textContent = chosen ? `${said.dataset.picked} ${chosen}` : "";
    boxes.forEach(box => box.closest("tr").setAttribute("aria-selected", String(box.checked)));
  };
  every.hidden = false;
  every.addEventListener("change", () => { boxes.forEach(box => { box.checked = every.checked; }); count(); });
  boxes.forEach(box => box.addEventListener("change", count));
  count();
})();
