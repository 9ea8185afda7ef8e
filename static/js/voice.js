/* Records a voice note of up to 60 seconds and hands it to uploads.js as a file. Without this file a recording is chosen
   like any other file. */
(() => {
  const MOST = 60, KINDS = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
  if (!window.MediaRecorder || !navigator.mediaDevices || !window.crypto || !crypto.subtle) return;

  document.querySelectorAll("[data-record]").forEach(button => {
    const box = button.closest("[data-uploads]"), status = box.querySelector("[data-record-status]");
    const words = button.querySelector("span"), idle = words.textContent;
    let recorder = null, isAsked = false;

    const end = stream => {
      stream.getTracks().forEach(track => track.stop());
      recorder = null;
      words.textContent = idle;
      button.setAttribute("aria-pressed", "false");
    };
    const start = async () => {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      const mimeType = KINDS.find(kind => MediaRecorder.isTypeSupported(kind));
      const parts = [];
      recorder = new MediaRecorder(stream, mimeType ? { mimeType, audioBitsPerSecond: 32000 } : {});
      let seconds = 0;
      const tick = setInterval(() => {
        seconds += 1;
        status.textContent = `${seconds} / ${MOST}`;
        if (seconds >= MOST && recorder) recorder.stop();
      }, 1000);
      recorder.addEventListener("dataavailable", event => { if (event.data.size) parts.push(event.data); });
      recorder.addEventListener("stop", () => {
        clearInterval(tick);
        const type = recorder.mimeType || "audio/webm";
        end(stream);
        status.textContent = "";
        const name = `voice.${type.includes("mp4") ? "m4a" : type.includes("ogg") ? "ogg" : "webm"}`;
        box.dispatchEvent(new CustomEvent("take-file", { detail: new File(parts, name, { type }) }));
      });
      recorder.start(1000);
      words.textContent = button.dataset.stop;
      button.setAttribute("aria-pressed", "true");
    };
    button.addEventListener("click", () => {
      // A second press while the microphone is asked for would leave it open.
      if (isAsked) return;
      if (recorder) { recorder.stop(); return; }
      isAsked = true;
      start().catch(() => { status.textContent = button.dataset.refused; }).finally(() => { isAsked = false; });
    });
    button.hidden = false;
  });
})();
