/* Sends the drafts that kept.js has, once the network is back: the words, then each file in pieces, then the draft is
   forgotten. Every step may be repeated: the server knows the key of the draft and the digest of each file. */
const keptDrafts = (() => {
  const PIECE = 256 * 1024, LATER = 429;
  const hex = bytes => [...new Uint8Array(bytes)].map(byte => byte.toString(16).padStart(2, "0")).join("");

  // Who is signed in by now, and the token of forms; null while nobody answers, or where staff are signed in.
  const reader = async address => {
    const answer = await fetch(address, { redirect: "manual" }).catch(() => null);
    return answer && answer.ok && answer.type !== "opaqueredirect" ? answer.json() : null;
  };
  const post = async (address, token, body) => {
    const answer = await fetch(address, { method: "POST", body, headers: { "X-CSRFToken": token }, redirect: "manual" });
    if (answer.status === 204) return { status: 204 };
    if (!(answer.headers.get("Content-Type") || "").includes("json")) throw new Error(String(answer.status));
    return { status: answer.status, ...await answer.json() };
  };
  const form = values => {
    const data = new FormData();
    Object.entries(values).forEach(([name, value]) => data.append(name, value));
    return data;
  };

  const sendFile = async (address, token, draft, file) => {
    const sha256 = hex(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
    const begun = await post(address, token, form({ draft, name: file.name, size: file.size, sha256 }));
    let last = begun;
    while (!last.error && last.received < file.size) {
      const place = `${address}?draft=${draft}&upload=${begun.upload}&start=${last.received}`;
      last = await post(place, token, file.slice(last.received, last.received + PIECE));
    }
    return last.error ? last : post(address, token, form({ draft, finish: begun.upload }));
  };
  // What was changed or cut off on this device nobody can read: it goes, and the others are sent.
  const UNREADABLE = ["OperationError", "SyntaxError", "RangeError", "TypeError"];
  const send = async (address, token, row) => {
    const draft = await kept.read(row).catch(error => { if (!UNREADABLE.includes(error.name)) throw error; });
    if (!draft) {
      await kept.remove(row.id);
      return { isUnreadable: true };
    }
    const { kind, fields, files } = draft;
    const words = form({});
    fields.forEach(([name, value]) => words.append(name, value));
    Object.entries({ kind, draft: row.id, age: Math.max(0, Math.floor((Date.now() - row.at) / 1000)) })
      .forEach(([name, value]) => words.set(name, value));
    const answer = await post(address, token, words);
    if (answer.error) return { error: answer.error };
    const refused = [];
    if (answer.state === "taken") {
      const into = address.replace("offline/", `${kind}/files/`);
      for (const file of files) {
        const { error, status } = await sendFile(into, token, row.id, file);
        // Later, when the server takes more.
        if (status === LATER) return { error };
        if (error) refused.push(error);
      }
    }
    await kept.remove(row.id);
    return { url: answer.url || "", refused };
  };

  // Sends the drafts of the person who is signed in now; one tab at a time. Returns null where nobody answers.
  const sendAll = () => {
    const address = `/${document.documentElement.lang}/new/offline/`;
    const work = async () => {
      const now = await reader(address);
      if (!now) return null;
      const { own, others, expired } = await kept.list(now.person);
      const sent = [];
      for (const row of own) sent.push(await send(address, now.token, row));
      const left = others + sent.filter(({ error }) => error).length;
      return { sent, expired, left, others: !now.person && others > 0, texts: now.texts };
    };
    const only = navigator.locks ? navigator.locks.request("kept", work) : work();
    return only.catch(() => null);
  };
  return { sendAll };
})();
