// The claim page works without this: photos become smaller before they are sent, a form is sent once, and what is left
// of a text is counted.
"use strict";
(() => {
  const LONGEST = 2000;
  const summary = document.getElementById("summary");
  if (summary) summary.focus();

  for (const form of document.forms) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
    });
  }
  // The browser's way back shows the form as it was left.
  addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
  });

  for (const area of document.querySelectorAll("textarea[data-most]")) {
    const left = area.parentElement.querySelector(".left");
    if (!left) continue;
    const count = () => {
      const rest = Number(area.dataset.most) - [...area.value].length;
      left.textContent =
        rest < 0
          ? area.dataset.over.replace("{over}", -rest)
          : rest < 200
            ? area.dataset.left.replace("{left}", rest)
            : "";
      left.classList.toggle("error", rest < 0);
    };
    area.addEventListener("input", count);
    count();
  }

  const photos = document.getElementById("photos");
  if (!photos) return;
  photos.classList.add("script");
  const add = document.getElementById("add");
  const working = photos.querySelector(".working");

  const load = (file) =>
    new Promise((done, failed) => {
      const image = new Image();
      image.onload = () => done(image);
      image.onerror = failed;
      image.src = URL.createObjectURL(file);
    });

  // What cannot be read here goes out as it is, and the server says what is wrong with it.
  const smaller = async (file) => {
    try {
      const image = await load(file);
      const scale = LONGEST / Math.max(image.naturalWidth, image.naturalHeight);
      if (scale >= 1 && file.size < 1500000) return file;
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(image.naturalWidth * Math.min(scale, 1));
      canvas.height = Math.round(image.naturalHeight * Math.min(scale, 1));
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      URL.revokeObjectURL(image.src);
      const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
      if (!blob || blob.size >= file.size) return file;
      return new File([blob], "photo.jpg", { type: "image/jpeg" });
    } catch {
      return file;
    }
  };

  for (const input of photos.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", async () => {
      if (!input.files.length) return;
      working.textContent = photos.dataset.working;
      working.hidden = false;
      const chosen = new DataTransfer();
      for (const file of input.files) chosen.items.add(await smaller(file));
      input.files = chosen.files;
      photos.requestSubmit(add);
    });
  }
})();
