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

// Keys of the queue, off until switched on: j k o x and the slash. They do nothing while something is being typed.
const keysOn = document.getElementById("keys-on");
if (keysOn) {
  keysOn.checked = localStorage.getItem("keys") === "on";
  keysOn.addEventListener("change", () => localStorage.setItem("keys", keysOn.checked ? "on" : "off"));
  document.addEventListener("keydown", (event) => {
    if (!keysOn.checked || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea")) return;
    const rows = [...document.querySelectorAll("table.queue tbody tr")];
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    if (event.key === "/") document.getElementById("search").focus();
    else if (event.key === "j" && rows.length) rows[Math.min(at + 1, rows.length - 1)].querySelector("a").focus();
    else if (event.key === "k" && at > 0) rows[at - 1].querySelector("a").focus();
    else if (event.key === "o" && at >= 0) rows[at].querySelector("a").click();
    else if (event.key === "x" && at >= 0) rows[at].querySelector("input").click();
    else return;
    event.preventDefault();
  });
}
