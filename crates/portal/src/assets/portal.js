// What makes the pages handier. Each works without it.
"use strict";

document.getElementById("summary")?.focus();

// The secret: copied with one press, where the browser lets a page do that (by https or on this machine).
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy).textContent;
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  });
}

// What is left of a time runs down.
const running = document.querySelectorAll("[data-until]");
const runDown = () => {
  for (const place of running) {
    const seconds = Math.max(0, Math.floor((new Date(place.dataset.until) - Date.now()) / 1000));
    const [days, hours] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24];
    const [minutes, rest] = [Math.floor(seconds / 60) % 60, seconds % 60];
    place.textContent = days ? `${days} d ${hours} h` : hours ? `${hours} h ${minutes} min` : `${minutes} min ${rest} s`;
  }
};
if (running.length) {
  runDown();
  setInterval(runDown, 1000);
}

// A form that was sent is not sent twice by a second press.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
    }
    form.dataset.sent = "yes";
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sent]")) {
    delete form.dataset.sent;
  }
});

// The sample of a dialect follows what is chosen.
const sampled = document.querySelector("form[data-sample]");
if (sampled) {
  const show = document.getElementById("show-sample");
  const place = document.getElementById("sample");
  const refresh = async () => {
    const query = new URLSearchParams({
      dialect: sampled.elements.dialect.value,
      sample_event: sampled.elements.sample_event.value,
    });
    const answer = await fetch(`${sampled.dataset.sample}?${query}`);
    if (answer.ok) {
      place.innerHTML = await answer.text();
    }
  };
  show.hidden = true;
  sampled.elements.dialect.addEventListener("change", refresh);
  sampled.elements.sample_event.addEventListener("change", refresh);

  // One of the boxes ticked means "only these".
  document.getElementById("tree").addEventListener("change", () => {
    document.getElementById("which-some").checked = true;
  });

  // The count follows the filter. Of several answers only that to the last question is shown.
  const matching = document.getElementById("matching");
  const names = ["dialect", "which", "enabled_events", "more_events", "source_filter"];
  let asked = 0;
  let soon;
  const count = async () => {
    const mine = ++asked;
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(sampled)) {
      if (names.includes(name)) query.append(name, value);
    }
    const answer = await fetch(`${sampled.dataset.matching}?${query}`);
    const text = answer.ok ? await answer.text() : "";
    if (mine === asked && answer.ok) {
      matching.innerHTML = text;
    }
  };
  document.getElementById("show-matching").hidden = true;
  for (const kind of ["change", "input"]) {
    sampled.addEventListener(kind, (event) => {
      if (!names.includes(event.target.name)) return;
      clearTimeout(soon);
      soon = setTimeout(count, kind === "input" ? 300 : 0);
    });
  }
}

// The newest deliveries follow what happens, until someone holds them.
const live = document.querySelector("[data-live]");
if (live && "EventSource" in window) {
  const state = document.getElementById("live-state");
  const source = new EventSource(live.dataset.live);
  source.addEventListener("open", () => state.removeAttribute("data-waits"));
  source.addEventListener("message", (event) => {
    // Whoever is in the list with the keyboard is not thrown out of it.
    if (!live.contains(document.activeElement)) {
      live.innerHTML = event.data;
    }
  });
  document.getElementById("live-stop").addEventListener("click", () => {
    source.close();
    state.setAttribute("data-waits", "");
  });
}

// On a phone the sections are wider than the screen: the one that is shown is brought into view.
document.querySelector(".sections [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
