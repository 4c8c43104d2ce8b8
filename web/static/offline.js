// The page's side of reading without a network: starts the service worker, says what is shown, lists what is kept.
(() => {
  "use strict";

  const root = document.documentElement;
  const note = document.getElementById("kept-note");
  const HALF_A_DAY = 43200000; // milliseconds
  const FIRST = 40; // stories that are kept ahead of reading

  const { kept: why, made, day } = root.dataset;
  if (why === "offline" || why === "slow") {
    const at = Date.now() - Date.parse(root.dataset.now) > HALF_A_DAY ? `on ${day} at ${made}` : `at ${made}`;
    note.textContent = why === "offline"
      ? `You are offline; this page was kept ${at}.`
      : `The network is slow; this page was kept ${at}.`;
    note.hidden = false;
  }

  const list = document.getElementById("kept-pages");
  const fill = async () => {
    const cache = await caches.open("pages-1");
    const lines = [];
    for (const key of (await cache.keys()).reverse()) {
      const { pathname } = new URL(key.url);
      if (pathname === "/offline") continue;
      const page = new DOMParser().parseFromString(await (await cache.match(key)).text(), "text/html");
      const link = document.createElement("a");
      link.href = pathname;
      link.dir = "auto";
      link.textContent = pathname === "/" ? "Front page" : page.querySelector("h1")?.textContent.trim() || pathname;
      const line = document.createElement("li");
      line.append(link);
      lines.push(line);
    }
    list.replaceChildren(...lines);
    document.getElementById("none-kept").hidden = lines.length > 0;
  };
  if (list) {
    document.getElementById("not-kept").hidden = why !== "missing";
    if ("caches" in window) fill();
  }

  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("/service-worker.js")
    .catch((problem) => console.info("Pages cannot be kept for offline reading here:", problem.message));
  navigator.serviceWorker.addEventListener("message", (event) => {
    root.dataset.keptAhead = event.data.kept; // the browser tests wait for it
  });
  // The lists whose stories are kept: the front page, and what was saved.
  if (why || !["/", "/saved"].includes(location.pathname) || navigator.connection?.saveData) return;
  const stories = [...document.querySelectorAll("[data-item] a[data-open]")]
    .map((link) => new URL(link.href).pathname)
    .filter((path) => path.startsWith("/stories/"));
  const keep = [...new Set(stories)].slice(0, FIRST);
  navigator.serviceWorker.ready.then((ready) => ready.active.postMessage({ list: location.pathname, keep }));
})();
