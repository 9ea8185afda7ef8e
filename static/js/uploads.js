/* Files of a filing: photos are made smaller, then each file goes up in pieces with a bar of its own, and goes on after a
   broken connection. Without this file the form brings the files whole. */
(() => {
  const PIECE = 256 * 1024;
  const WAITS = [1000, 2000, 4000, 8000, 15000];
  if (!window.crypto || !crypto.subtle || !window.fetch) return;

  const digest = async file => [...new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()))]
    .map(byte => byte.toString(16).padStart(2, "0")).join("");
  const pause = time => new Promise(done => {
    const timer = setTimeout(done, time);
    addEventListener("online", () => { clearTimeout(timer); done(); }, { once: true });
  });

  document.querySelectorAll("[data-uploads]").forEach(box => {
    const form = box.closest("form"), list = box.querySelector("[data-list]"), rows = new Set();
    const pattern = box.querySelector("template[data-row]").content.firstElementChild;
    const field = name => form.querySelector(`[name="${name}"]`);
    let queue = Promise.resolve(), busy = 0, waiting = null;

    // One step of the protocol; null when the page has to be opened again, because somebody has to sign in.
    const post = async (address, body) => {
      const answer = await fetch(address, {
        method: "POST", body, headers: { "X-CSRFToken": field("csrfmiddlewaretoken").value }, redirect: "manual",
      });
      if (answer.status === 204) return { status: 204 };
      if (answer.type === "opaqueredirect" || !(answer.headers.get("Content-Type") || "").includes("json")) return null;
      return { status: answer.status, ...await answer.json() };
    };
    const step = values => {
      const data = new FormData();
      if (field("draft")) data.append("draft", field("draft").value);
      Object.entries(values).forEach(([name, value]) => data.append(name, value));
      return post(box.dataset.uploads, data);
    };

    const say = (row, text) => {
      const line = row.querySelector(".bad");
      line.hidden = !text;
      line.textContent = text;
    };
    const show = (row, done, size) => { row.querySelector("progress").value = Math.round(100 * done / size); };

    // All pieces from where the server stands; returns its last answer.
    const pieces = async (state, file, row) => {
      let { upload, received } = state;
      while (received < file.size) {
        if (row.cancelled) return step({ cancel: upload });
        const address = `${box.dataset.uploads}?upload=${upload}&start=${received}`;
        const draft = field("draft") ? `&draft=${field("draft").value}` : "";
        const answer = await post(address + draft, file.slice(received, received + PIECE));
        if (!answer || answer.error) return answer;
        received = answer.received;
        show(row, received, file.size);
      }
      return step({ finish: upload });
    };

    const send = async (file, row) => {
      const sha256 = await digest(file);
      for (let tries = 0; ; tries += 1) {
        try {
          const begun = await step({ name: file.name, size: file.size, sha256 });
          if (begun && begun.draft && field("draft")) field("draft").value = begun.draft;
          return !begun || begun.error ? begun : await pieces(begun, file, row);
        } catch (error) {
          if (row.cancelled) return { status: 204 };
          say(row, row.querySelector(".bad").dataset.broken);
          if (tries === WAITS.length) throw error;
          await pause(WAITS[tries]);
          say(row, "");
        }
      }
    };

    const finish = (row, answer) => {
      const line = row.querySelector(".bad");
      if (answer && answer.html) {
        const made = document.createElement("template");
        made.innerHTML = answer.html;
        row.replaceWith(made.content.firstElementChild);
        rows.delete(row);
      } else if (answer && answer.status === 204) {
        row.remove();
        rows.delete(row);
      } else {
        say(row, answer ? answer.error : line.dataset.ended);
        row.querySelector("[data-retry]").hidden = Boolean(answer);
      }
    };
    const run = (file, row) => {
      busy += 1;
      row.cancelled = false;
      queue = queue.then(async () => {
        try {
          finish(row, row.cancelled ? { status: 204 } : await send(row.file || (row.file = await smallerPhoto(file)), row));
        } catch {
          row.querySelector("[data-retry]").hidden = false;
        }
        busy -= 1;
        if (!busy && waiting && !rows.size) form.requestSubmit(waiting.submitter);
        if (!busy) waiting = null;
      });
    };

    const add = file => {
      const row = pattern.cloneNode(true), retry = row.querySelector("[data-retry]");
      row.chosen = file;
      row.querySelector(".name").textContent = file.name;
      row.querySelector("[data-cancel]").addEventListener("click", () => {
        row.cancelled = true;
        if (!busy || !retry.hidden || !row.querySelector(".bad").hidden) finish(row, { status: 204 });
      });
      retry.addEventListener("click", () => { retry.hidden = true; say(row, ""); run(file, row); });
      rows.add(row);
      list.append(row);
      run(file, row);
    };

    box.querySelectorAll('input[type="file"]').forEach(input => {
      const take = () => {
        [...input.files].forEach(add);
        input.value = "";
      };
      input.addEventListener("change", take);
      // Chosen before this file had come.
      take();
    });
    box.addEventListener("take-file", event => add(event.detail));
    box.waitingFiles = () => [...rows].filter(row => !row.cancelled).map(row => row.file || row.chosen);
    list.addEventListener("click", event => {
      const button = event.target.closest('button[name="remove"]');
      if (!button) return;
      event.preventDefault();
      step({ remove: button.value }).then(answer => { if (answer) button.closest("li").remove(); }, () => {});
    });
    // What is still on its way is waited for; a file that failed is shown first, and left behind by a second press.
    form.addEventListener("submit", event => {
      if (!rows.size || form.dataset.anyway) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (busy) waiting = event;
      else { form.dataset.anyway = "1"; [...rows][0].scrollIntoView({ block: "center" }); }
    }, { capture: true });

    box.querySelector("[data-with-script]").hidden = false;
    box.querySelector("[data-without-script]").hidden = true;
    box.querySelector("[data-camera]").hidden = !matchMedia("(pointer: coarse)").matches;
  });
})();
