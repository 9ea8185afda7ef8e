/* Counts an SMS at its longest while it is typed, exactly as the server does when it is shown or saved. */
const sms = (() => {
  const BASIC = new Set("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà");
  const EXTENSION = new Set("^{}\\[~]|€\f");
  const ROOM = { "GSM-7": [160, 153], "UCS-2": [70, 67] };

  // A letter of two places is never cut in half.
  const packed = (widths, total, [alone, joined]) => {
    if (total <= alone) return 1;
    let parts = 1, room = joined;
    widths.forEach(width => {
      if (width > room) { parts += 1; room = joined; }
      room -= width;
    });
    return parts;
  };
  const size = text => {
    const letters = [...text];
    const encoding = letters.every(letter => BASIC.has(letter) || EXTENSION.has(letter)) ? "GSM-7" : "UCS-2";
    const widths = letters.map(letter => encoding === "GSM-7" ? (EXTENSION.has(letter) ? 2 : 1) : letter.length);
    const places = widths.reduce((sum, width) => sum + width, 0);
    return { encoding, places, parts: packed(widths, places, ROOM[encoding]) };
  };
  const room = (encoding, parts) => parts === 1 ? ROOM[encoding][0] : ROOM[encoding][1] * parts;
  const longest = (text, words) => text.trim().replace(/{([A-Za-z_]+)}/g, (whole, name) => words[name] ?? whole);
  return { size, room, longest };
})();

document.querySelectorAll("[data-size-of]").forEach(line => {
  const box = document.getElementById(line.dataset.sizeOf), said = line.querySelector("output");
  const words = JSON.parse(line.dataset.longest), allowed = +line.dataset.parts;
  const count = () => {
    const { encoding, places, parts } = sms.size(sms.longest(box.value, words));
    const numbers = { places, room: sms.room(encoding, allowed), parts, encoding };
    said.textContent = line.dataset.pattern.replace(/%\((\w+)\)s/g, (whole, name) => numbers[name]);
    line.classList.toggle("is-over", parts > allowed);
  };
  // Said once the typing pauses, as the other counters are.
  let pause;
  box.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(count, 300);
  });
  count();
});
