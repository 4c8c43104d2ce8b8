// Comfort on top of pages that work without it: keys, and relative times that stay true.
(() => {
  "use strict";

  // The server's clock counts, not the browser's: they may differ, and times must agree with the page.
  // A page that was kept for offline reading is old, and only the browser's clock knows how old.
  const { now: made, kept } = document.documentElement.dataset;
  const ahead = kept ? 0 : Date.parse(made) - Date.now();

  // The same steps as in presenters.py; a browser test compares the two.
  const units = [
    [31536000, 31536000, "a year", "years"],
    [5184000, 2592000, "a month", "months"],
    [1209600, 604800, "a week", "weeks"],
    [86400, 86400, "a day", "days"],
    [3600, 3600, "an hour", "hours"],
    [60, 60, "a minute", "minutes"],
  ];

  const relative = (at, now) => {
    const span = Math.abs(now - at) / 1000;
    if (span < 45) return "just now";
    const seconds = at > now ? Math.ceil(span / 60) * 60 : Math.max(60, Math.floor(span));
    const [, size, one, many] = units.find(([least]) => seconds >= least);
    const number = Math.floor(seconds / size);
    const words = number === 1 ? one : `${number} ${many}`;
    return at <= now ? `${words} ago` : `in ${words}`;
  };

  const freshen = () => {
    const now = Date.now() + ahead;
    for (const time of document.querySelectorAll("time[datetime]")) {
      const shown = time.querySelector(".relative");
      const words = relative(Date.parse(time.dateTime), now);
      if (shown && shown.textContent !== words) shown.textContent = words;
    }
  };

  const items = () => [...document.querySelectorAll("[data-item]")];
  const current = () => document.activeElement?.closest("[data-item]") ?? null;

  const step = (by) => {
    const all = items();
    if (!all.length) return;
    const at = all.indexOf(current());
    const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
    all[next].focus({ preventScroll: true });
    all[next].scrollIntoView({ block: "nearest" });
  };

  const open = () => current()?.querySelector("[data-open]")?.click();

  const original = () => {
    const link = (current() ?? document.querySelector("main")).querySelector("a[data-original]");
    if (link) window.open(link.href, "_blank", "noopener,noreferrer");
  };

  const press = (key) => (current() ?? document.querySelector("main")).querySelector(`[data-key="${key}"]`)?.click();

  const dialog = document.getElementById("keys");
  const help = () => (dialog.open ? dialog.close() : dialog.showModal());
  const search = () => {
    const field = document.getElementById("q");
    field.focus();
    field.select();
  };
  const home = () => document.querySelector(".name a").click();

  const commands = { j: () => step(1), k: () => step(-1), o: open, v: original, m: () => press("m"), s: () => press("s"), x: () => press("x"), "/": search, "?": help };

  // Keys of one character must be possible to turn off (WCAG 2.1.4); the choice stays in this browser.
  const choice = document.getElementById("keys-on");
  const stored = () => {
    try {
      return localStorage.getItem("keys");
    } catch {
      return null; // storage is forbidden here: the keys are on, and turning them off lasts for this page
    }
  };
  choice.checked = stored() !== "off";
  choice.addEventListener("change", () => {
    try {
      localStorage.setItem("keys", choice.checked ? "on" : "off");
    } catch {
      // As above.
    }
  });

  const isTyping = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;

  let afterG = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
    if (event.key === "Enter" && event.target.matches("[data-item]")) return open();
    if (!choice.checked || (dialog.open && event.key !== "?")) return;
    const follows = event.timeStamp - afterG < 1500;
    afterG = event.key === "g" ? event.timeStamp : 0;
    const command = event.key === "h" && follows ? home : commands[event.key];
    if (!command) return;
    event.preventDefault();
    command();
  });

  const button = document.getElementById("keys-open");
  button.hidden = false;
  button.addEventListener("click", help);

  freshen();
  setInterval(freshen, 20000);
  document.addEventListener("visibilitychange", freshen);
})();
