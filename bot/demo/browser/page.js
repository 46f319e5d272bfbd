// Keeps an open room open while the rest of the page is renewed around it. Without this, every link and form still works.
"use strict";

const PARTS = ["who", "time", "reply", "menus"];
const EVERY = 2000;
let busy = false;
let watching = null;
const narrow = matchMedia("(max-width: 860px)");
let stamp = document.documentElement.dataset.stamp;

function keepOpen(fresh) {
  for (const details of document.querySelectorAll("details[id]")) {
    const renewed = fresh.getElementById(details.id);
    if (renewed && details.id !== "fold") renewed.open = details.open;
  }
}

// On a narrow screen the list makes way for the room that was chosen from it.
function unfolded(where) {
  return !narrow.matches || !where.querySelector("iframe");
}

function renew(html, keep = {}) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  if (!fresh.getElementById("stage")) return;
  const held = document.activeElement?.id;
  const scrolled = document.getElementById("who").scrollTop;
  keepOpen(fresh);
  fresh.getElementById("fold").open = keep.fold ? document.getElementById("fold").open : unfolded(fresh);
  for (const part of PARTS) {
    const now = document.getElementById(part), next = fresh.getElementById(part);
    if (part === "reply" && keep.reply) continue;
    if (now.innerHTML !== next.innerHTML) now.replaceChildren(...next.childNodes);
  }
  const stage = document.getElementById("stage"), next = fresh.getElementById("stage");
  if (stage.dataset.shown !== next.dataset.shown) stage.replaceWith(next);
  document.title = fresh.title;
  stamp = fresh.documentElement.dataset.stamp;
  document.getElementById("who").scrollTop = scrolled;
  if (held && document.activeElement?.id !== held) document.getElementById(held)?.focus({ preventScroll: true });
}

async function follow(address, options) {
  if (busy) return false;
  busy = true;
  watching?.abort();
  document.body.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, options);
    if (!answer.ok) throw new Error(await answer.text());
    renew(await answer.text());
    history.pushState(null, "", answer.url);
    return true;
  } catch (error) {
    say(error instanceof TypeError ? "The demo does not answer. Has it been ended?" : error.message);
    return false;
  } finally {
    busy = false;
    document.body.removeAttribute("aria-busy");
  }
}

function say(words) {
  const told = document.createElement("p");
  told.className = "told failed";
  told.textContent = words;
  document.getElementById("reply").replaceChildren(told);
}

async function act(form, button) {
  const data = new FormData(form, button);
  const done = await follow(form.action, { method: "POST", body: new URLSearchParams(data) });
  const said = document.getElementById("said");
  if (done && said && form.action.match(/\/(menu|form)$/)) {
    said.scrollIntoView({ block: "nearest" });
    (said.querySelector("form input:not([type=hidden]), form textarea") ?? said).focus();
  }
  if (done && form.action.endsWith("/open") && narrow.matches) {
    document.getElementById("main").focus();
    document.getElementById("main").scrollIntoView();
  }
}

document.addEventListener("submit", (event) => {
  if (!event.target.hasAttribute("data-live")) return;
  event.preventDefault();
  act(event.target, event.submitter);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-live]");
  if (!link || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  follow(link.href);
});

document.getElementById("fold").open = unfolded(document);
narrow.addEventListener("change", () => { document.getElementById("fold").open = unfolded(document); });
addEventListener("popstate", () => location.reload());

// What is done inside the room, or in another tab, shows here as well. What somebody does here goes first.
async function watch() {
  if (busy || document.hidden) return;
  watching = new AbortController();
  const options = { signal: watching.signal };
  try {
    const answer = await fetch("stamp", options);
    if (!answer.ok || (await answer.text()) === stamp) return;
    const page = await (await fetch(location.href, options)).text();
    if (!busy) renew(page, { reply: true, fold: true });
  } catch {
    // what is done next says so, if the demo has ended
  }
}

setInterval(watch, EVERY);
