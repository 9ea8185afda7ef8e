/* Makes a photo no longer than SIDE, upright; whatever the browser cannot read, or is smaller already, stays as it is. */
const smallerPhoto = async file => {
  const SIDE = 1600, QUALITY = 0.85, KEPT = /^image\/(jpeg|png|webp)$/;
  if (!file.type.startsWith("image/")) return file;
  try {
    const picture = await createImageBitmap(file);
    const share = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    if (share === 1 && KEPT.test(file.type)) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * share);
    canvas.height = Math.round(picture.height * share);
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const smaller = await new Promise(done => canvas.toBlob(done, "image/jpeg", QUALITY));
    if (!smaller || (smaller.size >= file.size && KEPT.test(file.type))) return file;
    return new File([smaller], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
  } catch { return file; }
};
