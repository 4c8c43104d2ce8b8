// Marks without a new page: a button's form is sent, and its card is taken from the page that answers.
// Without a network, marks wait in this browser and are sent in their order when it is back.
(() => {
  "use strict";

  // What a button becomes when it was pressed; the words are those of parts/marks.html.
  const turns = {
    read: ["unread", "Mark unread", "Marked read"],
    unread: ["read", "Mark read", "Marked unread"],
    save: ["unsave", "Saved", "Saved"],
    unsave: ["save", "Save", "No longer saved"],
    follow: ["unfollow", "Following", "Followed"],
    unfollow: ["follow", "Follow", "No longer followed"],
  };
  const byId = (id) => document.getElementById(id);
  const say = (words) => { byId("said").textContent = words; };

  const opened = () => new Promise((done, failed) => {
    const opening = indexedDB.open("broadfold", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("marks", { autoIncrement: true });
    opening.onsuccess = () => {
      opening.result.onversionchange = () => opening.result.close();
      done(opening.result);
    };
    opening.onerror = () => failed(opening.error);
  });

  // Do one thing with the store of waiting marks and return its result once it is written.
  const stored = async (mode, act) => {
    const database = await opened();
    try {
      return await new Promise((done, failed) => {
        const change = database.transaction("marks", mode);
        const asked = act(change.objectStore("marks"));
        change.oncomplete = () => done(asked.result);
        change.onabort = () => failed(change.error);
      });
    } finally {
      database.close();
    }
  };

  // A network that answers nothing for ten seconds is none.
  const post = (address, fields) =>
    fetch(address, { method: "POST", body: new URLSearchParams(fields), signal: AbortSignal.timeout(10000) });
  const isOffline = (problem) => problem instanceof TypeError || problem.name === "TimeoutError";

  const showWaiting = async () => {
    const count = await stored("readonly", (marks) => marks.count());
    const note = byId("waiting");
    note.hidden = count === 0;
    note.textContent = count === 1 ? "1 mark waits to be sent." : `${count} marks wait to be sent.`;
    return count;
  };

  const wait = async (address, fields) => {
    await stored("readwrite", (marks) => marks.add({ address, fields }));
    await showWaiting();
  };

  // Send what waits, the oldest first. A mark that is sent twice changes nothing: each says how it shall be.
  const send = async () => {
    if ((await showWaiting()) === 0) return;
    await navigator.locks.request("broadfold-marks", async () => { // one tab at a time
      const keys = await stored("readonly", (marks) => marks.getAllKeys());
      for (const key of keys) {
        const mark = await stored("readonly", (marks) => marks.get(key));
        const answer = mark && await post(mark.address, mark.fields).catch(() => null);
        if (mark && (answer === null || answer.status >= 500)) break; // later, in the same order
        await stored("readwrite", (marks) => marks.delete(key));
      }
    });
    if ((await showWaiting()) === 0) say("All marks were sent.");
  };

  const cardOf = (form) => form.closest("[id^=card-]");
  const placeOf = (form, button) => [...form.querySelectorAll("button")].indexOf(button);

  // Put the card of the answer in place of the one on the page, and the focus where it was.
  const swap = (form, place, answered, said) => {
    const card = cardOf(form);
    const fresh = answered.getElementById(card.id);
    for (const part of [".page-read", ".hidden-stories"]) {
      const [now, then] = [document.querySelector(part), answered.querySelector(part)];
      if (now && then) now.replaceWith(then);
    }
    if (fresh) {
      for (const fold of card.querySelectorAll("details[open]")) {
        const same = fresh.querySelectorAll("details")[[...card.querySelectorAll("details")].indexOf(fold)];
        if (same) same.open = true;
      }
      // A key pressed on the card leaves the focus on the card, a pressed button keeps it.
      const onCard = document.activeElement === card;
      card.replaceWith(fresh);
      (onCard ? fresh : fresh.querySelectorAll("form.marks button")[place])?.focus();
    } else {
      // It is no longer in this list: the next one takes the focus.
      const all = [...document.querySelectorAll("[data-item]")];
      const next = all[all.indexOf(card) + 1] ?? all[all.indexOf(card) - 1] ?? byId("content");
      card.remove();
      next.focus();
    }
    say(said);
  };

  const turn = (button) => {
    const [act, label] = turns[button.value];
    const card = cardOf(button.form);
    if (button.value === "read") card.classList.remove("is-unread", "is-updated");
    if (["read", "unread"].includes(button.value)) card.classList.toggle("is-read", button.value === "read");
    if (button.hasAttribute("aria-pressed")) button.setAttribute("aria-pressed", String(act.startsWith("un")));
    button.firstChild.data = label;
    button.value = act;
  };

  // Send the mark at once; what follows from it waits until what was pressed before it is through, so that
  // marks that wait for a network wait in the order in which they were pressed.
  const mark = async (form, button, before) => {
    const fields = [...new FormData(form, button)];
    const [, , said] = turns[button.value];
    const place = placeOf(form, button);
    try {
      await send();
      const answer = await post(form.action, fields);
      if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
      const answered = new DOMParser().parseFromString(await answer.text(), "text/html");
      await before;
      swap(form, place, answered, `${said}: ${button.querySelector(".unseen").textContent.replace(/^: /, "")}`);
    } catch (problem) {
      if (!isOffline(problem)) { // the page that answers says what is wrong
        form.dataset.plain = "yes";
        return form.requestSubmit(button);
      }
      await before;
      await wait(form.action, fields);
      turn(button);
      say(`${said}; it will be sent when there is a network.`);
    }
  };

  let last = Promise.resolve();
  document.addEventListener("submit", (event) => {
    const { target: form, submitter: button } = event;
    if (!form.matches("form.marks") || form.dataset.plain || !(button?.value in turns) || !cardOf(form)) return;
    event.preventDefault();
    if (form.dataset.sending) return; // pressed twice
    form.dataset.sending = "yes";
    last = mark(form, button, last)
      .catch((problem) => say(`This mark could not be kept in this browser: ${problem.message}`))
      .finally(() => delete form.dataset.sending);
  });

  // The filters change the list and leave the page; the keys of the browser's history lead back.
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".filters a");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const words = link.textContent;
    fetch(link.href).then(async (answer) => {
      if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
      const answered = new DOMParser().parseFromString(await answer.text(), "text/html");
      byId("content").replaceChildren(...answered.getElementById("content").childNodes);
      document.title = answered.title;
      history.pushState(null, "", link.href);
      [...document.querySelectorAll(".filters a")].find((one) => one.textContent === words)?.focus();
      say(`${words}: ${document.querySelectorAll("[data-item]").length} stories`);
    }).catch(() => location.assign(link.href)); // a kept page may answer, or the browser says what is wrong
  });
  addEventListener("popstate", () => { if (!location.hash) location.reload(); });

  // A page that waits for its first stories looks again by itself, without moving the focus or the screen.
  const again = () => {
    const waiting = document.querySelector("[data-again]");
    if (!waiting) return;
    setTimeout(async () => {
      const answer = await fetch(location.href).catch(() => null);
      if (answer?.ok) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("content");
        const heading = fresh.querySelector("h2")?.textContent;
        if (heading !== document.querySelector("#content h2")?.textContent) say(heading);
        byId("content").replaceChildren(...fresh.childNodes);
      }
      again();
    }, 1000 * waiting.dataset.again);
  };
  again();

  // A story that is opened from what is kept was read: the server learns of it later.
  const form = document.querySelector(".story-head form.marks");
  const button = form?.querySelector('button[value="read"]');
  if (button && document.documentElement.dataset.kept) {
    wait(form.action, [...new FormData(form, button)]).then(() => turn(button));
  }

  if ("indexedDB" in window && navigator.locks) {
    send();
    addEventListener("online", send);
    document.addEventListener("visibilitychange", () => { if (!document.hidden) send(); });
    setInterval(() => { if (!byId("waiting").hidden) send(); }, 30000);
  }
})();
