/* The place of a case: the phone's location, asked for only when the button is pressed, and the areas of the governorate
   chosen. Without this file the place is written, and all areas are offered. */
(() => {
  const DECIMALS = 4, PATIENCE = 15000;

  document.querySelectorAll("[data-place]").forEach(root => {
    const one = selector => root.querySelector(selector);
    const status = one("[data-place-status]"), locate = one("[data-locate]"), forget = one("[data-forget]");
    const latitude = one("[name=latitude]"), longitude = one("[name=longitude]");
    const set = (north, east, words) => {
      latitude.value = north;
      longitude.value = east;
      forget.hidden = !north;
      status.textContent = words;
      latitude.dispatchEvent(new Event("input", { bubbles: true }));
    };

    locate.hidden = !("geolocation" in navigator);
    locate.addEventListener("click", () => {
      status.textContent = root.dataset.asking;
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => set(coords.latitude.toFixed(DECIMALS), coords.longitude.toFixed(DECIMALS), root.dataset.found),
        error => set("", "", error.code === error.PERMISSION_DENIED ? root.dataset.refused : root.dataset.failed),
        { enableHighAccuracy: true, timeout: PATIENCE },
      );
    });
    forget.addEventListener("click", () => { set("", "", ""); locate.focus(); });

    const governorate = one("select"), list = one("datalist");
    const areas = [...list.options];
    const narrow = () => list.replaceChildren(
      ...areas.filter(area => !governorate.value || area.dataset.in === governorate.value),
    );
    governorate.addEventListener("change", narrow);
    narrow();
  });
})();
