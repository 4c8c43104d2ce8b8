// Keeps pages for reading without a network: the front page, what it links to, and what was saved.
// Pages come from the network first; what is kept answers when the network does not, and says so.
"use strict";

const PAGES = "pages-1";
const ASSETS = "assets-1";
const OFFLINE = "/offline";
const PATIENCE = 4000; // milliseconds until a kept page is shown instead of a slow one
const FRESH = 15 * 60000; // milliseconds for which a kept page is not fetched again ahead of reading
const MOST = 160; // pages; about 20 kB each before compression
// Who reads may change with these; what is kept and what waits to be sent belongs to the one before.
const CHANGES_READER = /^\/(log(in|out)|invitation)(\/|$)/;
const KEPT = /^\/($|stories\/\d+$|articles\/\d+$|saved$|followed$)/;

let generation = 0; // grows when the reader changes, so that nothing fetched for the one before is kept

const isPage = (response) =>
  response.status === 200 && !response.redirected && response.type === "basic" &&
  (response.headers.get("Content-Type") ?? "").startsWith("text/html");

const trim = async (cache) => {
  const keys = await cache.keys(); // in the order in which they were put
  const spare = keys.filter((key) => ![OFFLINE, "/"].includes(new URL(key.url).pathname));
  await Promise.all(spare.slice(0, Math.max(0, spare.length - MOST)).map((key) => cache.delete(key)));
};

const keep = async (address, response, since) => {
  if (!isPage(response) || since !== generation) return;
  const cache = await caches.open(PAGES);
  await cache.delete(address);
  await cache.put(address, response);
  if (since !== generation) await cache.delete(address);
  await trim(cache);
};

const forget = async () => {
  generation += 1;
  await caches.delete(PAGES);
  await new Promise((done) => {
    const deleting = indexedDB.deleteDatabase("broadfold");
    deleting.onsuccess = deleting.onerror = deleting.onblocked = done;
  });
  await keepOffline();
};

const keepOffline = async () => {
  const answer = await fetch(OFFLINE).catch(() => null);
  if (answer === null || !isPage(answer)) return;
  const page = await answer.clone().text();
  await (await caches.open(PAGES)).put(OFFLINE, answer);
  const named = [...page.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map((found) => found[1]);
  await Promise.all(named.map((address) => asset(new Request(address)).catch(() => null)));
};

// The page as it was kept, with a mark for offline.js that says why it is shown.
const told = async (kept, why) => {
  const page = (await kept.text()).replace("<html ", `<html data-kept="${why}" `);
  return new Response(page, { status: 200, headers: kept.headers });
};

const page = async (event) => {
  const url = new URL(event.request.url);
  const cache = await caches.open(PAGES);
  const address = url.pathname;
  const isKept = KEPT.test(address) && [...url.searchParams.keys()].every((name) => name === "unread");
  const since = generation;
  const asked = fetch(event.request).then((answer) => {
    if (isKept) event.waitUntil(keep(address, answer.clone(), since));
    return answer;
  });
  const kept = isKept ? await cache.match(address) : undefined;
  const late = new Promise((done) => setTimeout(done, PATIENCE, null));
  try {
    const answer = await (kept ? Promise.race([asked, late]) : asked);
    if (answer !== null) return answer;
    asked.catch(() => null); // it may still fail after the kept page has been shown
    return told(kept, "slow");
  } catch {
    if (kept) return told(kept, "offline");
    const offline = await cache.match(OFFLINE);
    return offline ? told(offline, "missing") : Response.error();
  }
};

// A file whose address names its content never changes: the newest one of each name stays.
const asset = async (request) => {
  const cache = await caches.open(ASSETS);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.status === 200) {
    const { pathname } = new URL(request.url);
    const old = (await cache.keys()).filter((key) => new URL(key.url).pathname === pathname);
    await cache.put(request, answer.clone());
    await Promise.all(old.filter((key) => key.url !== request.url).map((key) => cache.delete(key)));
  }
  return answer;
};

// Fetch pages that the reader has not opened. `unread` tells the server that this is not reading.
const keepAhead = async (addresses) => {
  const since = generation;
  const cache = await caches.open(PAGES);
  for (const address of addresses) {
    const kept = await cache.match(address);
    if (kept && Date.now() - Date.parse(kept.headers.get("Date")) < FRESH) continue;
    const answer = await fetch(`${address}?unread=1`).catch(() => null);
    if (answer === null || since !== generation) return;
    await keep(address, answer, since);
  }
};

// The first article of a story, as its kept page links to it.
const firstArticles = async (stories) => {
  const cache = await caches.open(PAGES);
  const found = [];
  for (const address of stories) {
    const kept = await cache.match(address);
    const link = kept && (await kept.text()).match(/href="(\/articles\/\d+)"[^>]* data-open/);
    if (link) found.push(link[1]);
  }
  return found;
};

self.addEventListener("install", (event) => {
  event.waitUntil(keepOffline().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const others = (await caches.keys()).filter((name) => ![PAGES, ASSETS].includes(name));
    await Promise.all(others.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener("message", (event) => {
  const stories = (event.data?.keep ?? []).filter((address) => /^\/stories\/\d+$/.test(address));
  // The list itself too: the first page of all was loaded before this worker could keep it.
  const list = KEPT.test(event.data?.list) ? [event.data.list] : [];
  event.waitUntil(keepAhead([...list, ...stories])
    .then(() => firstArticles(stories))
    .then(keepAhead)
    .then(() => event.source?.postMessage({ kept: stories.length })));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.method === "POST") {
    if (CHANGES_READER.test(url.pathname)) event.waitUntil(forget());
    if (request.mode !== "navigate") return;
    event.respondWith(fetch(request).catch(async () => {
      const offline = await caches.match(OFFLINE, { cacheName: PAGES });
      return offline ? told(offline, "missing") : Response.error();
    }));
  } else if (request.method === "GET" && request.mode === "navigate") {
    event.respondWith(page(event));
  } else if (request.method === "GET" && url.pathname.startsWith("/static/") && url.searchParams.has("v")) {
    event.respondWith(asset(request));
  }
});
