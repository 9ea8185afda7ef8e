/* Asks, while a person writes, whether the text tells of danger to life or limb, and shows the emergency number then.
   Without this file the notice comes with the next page. */
(() => {
  const WAIT = 700;
  document.querySelectorAll("[data-danger]").forEach(notice => {
    const form = document.querySelector("main form[method=post]");
    if (!form) return;
    const boxes = [...form.querySelectorAll("textarea, input[type=text]")]
      .filter(box => ["what", "subject", "details", "text"].includes(box.name));
    let pause, asked = "";
    const ask = async () => {
      const text = boxes.map(box => box.value).join("\n");
      if (text === asked) return;
      asked = text;
      const data = new FormData();
      data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      boxes.forEach(box => data.append(box.name, box.value));
      const answer = await fetch(notice.dataset.url, { method: "POST", body: data }).catch(() => null);
      if (!answer || !answer.ok || text !== asked) return;
      const html = answer.status === 200 ? await answer.text() : "";
      // Set only where it changes: a screen reader says an alert again each time.
      if (notice.dataset.shown !== html) { notice.dataset.shown = html; notice.innerHTML = html; }
    };
    boxes.forEach(box => box.addEventListener("input", () => { clearTimeout(pause); pause = setTimeout(ask, WAIT); }));
  });
})();
