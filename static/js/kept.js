/* Drafts written without a network, in IndexedDB of this browser: encrypted with a key that cannot be read out, for a day,
   under the mark of the person whose pages were open. For pages and the service worker. */
const kept = (() => {
  const NAME = "kept", LIFE = 24 * 3600 * 1000, MOST = 5;
  const finish = request => new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
  const open = () => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("keys");
      request.result.createObjectStore("drafts", { keyPath: "id" });
    };
    return finish(request).then(base => {
      // Whoever signs out in another tab deletes all of it.
      base.onversionchange = () => base.close();
      return base;
    });
  };
  const within = async (mode, store, work) => {
    const base = await open();
    try {
      const change = base.transaction(store, mode);
      const whole = new Promise((done, fail) => {
        change.oncomplete = done;
        change.onabort = change.onerror = () => fail(change.error);
      });
      const result = await finish(work(change.objectStore(store)));
      await whole;
      return result;
    } finally { base.close(); }
  };

  const key = async () => {
    const found = await within("readonly", "keys", keys => keys.get(1));
    if (found) return found;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    // Of two tabs that make one at once, the first is used by both.
    await within("readwrite", "keys", keys => keys.add(made, 1)).catch(() => {});
    return within("readonly", "keys", keys => keys.get(1));
  };
  // Whose a draft is, and since when, is part of what is sealed.
  const seal = ({ id, person, at, iv }) => (
    { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(JSON.stringify([id, person, at])) });

  const list = async person => {
    const rows = await within("readonly", "drafts", drafts => drafts.getAll());
    const old = rows.filter(row => row.at < Date.now() - LIFE || row.at > Date.now() + LIFE);
    for (const row of old) await remove(row.id);
    const own = rows.filter(row => row.person === person).sort((one, other) => one.at - other.at);
    const fresh = own.filter(row => !old.includes(row));
    return { own: fresh, others: rows.length - old.length - fresh.length, expired: own.some(row => old.includes(row)) };
  };
  // Rejects where the browser keeps nothing, has no room left, or has as many drafts as it may.
  const put = async ({ id, person, kind, fields, files }) => {
    const { own } = await list(person);
    if (own.length >= MOST && !own.some(row => row.id === id)) throw new Error("too many drafts");
    const head = new TextEncoder().encode(JSON.stringify(
      { kind, fields, files: files.map(({ name, type, size }) => ({ name, type, size })) }));
    const plain = await new Blob([new Uint32Array([head.length]), head, ...files]).arrayBuffer();
    const row = { id, person, at: Date.now(), files: files.length, iv: crypto.getRandomValues(new Uint8Array(12)) };
    row.data = await crypto.subtle.encrypt(seal(row), await key(), plain);
    await within("readwrite", "drafts", drafts => drafts.put(row));
    return row;
  };
  const read = async row => {
    const plain = await crypto.subtle.decrypt(seal(row), await key(), row.data);
    const end = 4 + new Uint32Array(plain.slice(0, 4))[0];
    const { kind, fields, files } = JSON.parse(new TextDecoder().decode(plain.slice(4, end)));
    let start = end;
    const cut = ({ name, type, size }) => new File([plain.slice(start, start += size)], name, { type });
    return { kind, fields, files: files.map(cut) };
  };
  // The mark of the person whose pages were open last; empty for a visitor.
  const person = () => within("readonly", "keys", keys => keys.get("person")).then(mark => mark || "");
  // Resolves to whether somebody else was signed in here before.
  const meet = async mark => {
    await within("readwrite", "keys", keys => keys.put(mark, "person"));
    if (!mark) return false;
    const before = await within("readonly", "keys", keys => keys.get("owner"));
    await within("readwrite", "keys", keys => keys.put(mark, "owner"));
    return Boolean(before) && before !== mark;
  };
  const remove = id => within("readwrite", "drafts", drafts => drafts.delete(id));
  return { list, meet, person, put, read, remove };
})();
