/* Makes a passkey, or signs in with one: the options are on the form, the answer goes into its field "passkey".
   Without this file, and in a browser that has no passkeys, the pages work with codes. */
(() => {
  const form = document.querySelector("form[data-passkey]");
  if (!form || !window.PublicKeyCredential || location.origin !== form.dataset.origin) return;
  const bytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), letter => letter.charCodeAt(0));
  const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const options = () => {
    const asked = JSON.parse(form.dataset.options).publicKey, known = list => (list || []).map(one => ({ ...one, id: bytes(one.id) }));
    asked.challenge = bytes(asked.challenge);
    if (asked.user) asked.user.id = bytes(asked.user.id);
    if (asked.excludeCredentials) asked.excludeCredentials = known(asked.excludeCredentials);
    if (asked.allowCredentials) asked.allowCredentials = known(asked.allowCredentials);
    return { publicKey: asked };
  };

  const answer = made => {
    const response = {}, given = made.response;
    ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].forEach(name => {
      if (given[name]) response[name] = text(given[name]);
    });
    return { id: made.id, rawId: text(made.rawId), type: made.type, clientExtensionResults: {}, response };
  };

  const failed = form.querySelector("[data-passkey-failed]"), button = form.querySelector("[data-passkey-start]");
  form.querySelector("[data-passkey-only]").hidden = false;
  form.querySelectorAll("[data-passkey-not]").forEach(line => { line.hidden = true; });
  button.addEventListener("click", async () => {
    failed.hidden = true;
    try {
      const made = await navigator.credentials[form.dataset.passkey](options());
      form.elements.passkey.value = JSON.stringify(answer(made));
      form.submit();
    } catch {
      failed.hidden = false;
      button.focus();
    }
  });
})();
