// Keeps an open page of the desk up to date and gives it keys. Every page works without this script.
"use strict";
const live = document.getElementById("live");
const EVERY = 60000; // milliseconds; a look now and then, should a stream have missed something
let stale = false;

function toEnd(part) {
  if (part.hasAttribute("data-end")) part.scrollTop = part.scrollHeight;
}

// Fetches the page again and swaps the parts that may change; what is being written or chosen stays.
async function refresh() {
  if (document.hidden) {
    stale = true;
    return;
  }
  stale = false;
  let page;
  try {
    const response = await fetch(live.dataset.page, { headers: { Accept: "text/html" } });
    if (!response.ok || response.redirected) return;
    page = new DOMParser().parseFromString(await response.text(), "text/html");
  } catch (error) {
    return; // the connection is away; the next event or look finds it again
  }
  for (const old of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(old.id);
    if (!fresh || fresh.innerHTML === old.dataset.was) continue;
    const chosen = new Set([...old.querySelectorAll("input:checked")].map((box) => box.value));
    const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    old.dataset.was = fresh.innerHTML;
    old.replaceChildren(...fresh.childNodes);
    for (const box of old.querySelectorAll("input[type=checkbox]")) box.checked = chosen.has(box.value);
    if (focused && document.getElementById(focused)) document.getElementById(focused).focus();
    toEnd(old);
  }
}

if (live) {
  for (const part of document.querySelectorAll("[data-live]")) toEnd(part);
  const stream = new EventSource(live.dataset.events);
  stream.addEventListener("changed", refresh);
  stream.addEventListener("open", () => document.documentElement.setAttribute("data-listening", ""));
  document.addEventListener("visibilitychange", () => stale && refresh());
  setInterval(refresh, EVERY);
  addEventListener("pagehide", () => stream.close());
}
