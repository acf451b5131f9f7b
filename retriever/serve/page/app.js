// The page: what is asked stands in the address, so that back, forward and bookmarks work.

import { cards } from "/cards.js";
import { look } from "/look.js";
import { copy, make, toast } from "/parts.js";
import { chips, expression, inBox, LESS, typed } from "/terms.js";

const PAGE = 24, MOST = 10000;
const KINDS = { shape: "3D models", image: "Pictures", audio: "Sounds", text: "Texts", any: "All" };
const at = (id) => document.getElementById(id);

// What narrows or orders the hits: the keyword of the API, whose control has the same id, and the option of the command.
const NARROWS = { where: "--where", min_confidence: "--min-confidence", diverse: "--diverse", expand: "--expand", unique: "--unique" };
const CHOSEN = Object.keys(NARROWS).filter((name) => name !== "unique");
const ASKED = ["q", "to", ...Object.keys(NARROWS)];

let started = null, found = null, running = null, waiting = 0;

// The state ---------------------------------------------------------------------------------------------------------

function state() {
  const given = new URLSearchParams(location.search);
  return { ...Object.fromEntries(ASKED.map((name) => [name, given.get(name) ?? ""])), k: Number(given.get("k")) || PAGE };
}

function address(asked) {
  const given = new URLSearchParams();
  for (const name of ASKED) if (asked[name]) given.set(name, asked[name]);
  if (asked.k !== PAGE) given.set("k", asked.k);
  return `${given}` ? `/?${given}` : "/";
}

function go(change) {
  const next = { ...state(), ...change };
  if (ASKED.some((name) => name in change)) next.k = PAGE;
  history.pushState(null, "", address(next));
  return show();
}

const ask = (terms) => go({ q: expression(terms) });

// Asking ------------------------------------------------------------------------------------------------------------

async function answer(asked) {
  running?.abort();
  const mine = running = new AbortController();
  busy(true);
  try {
    const given = new URLSearchParams(Object.entries(asked).filter(([, value]) => value));
    const reply = await fetch(`/api/page?${given}`, { signal: mine.signal });
    return await reply.json();
  } catch (error) {
    return error.name === "AbortError" ? null : { error: "The server does not answer: start it again with `retriever serve`." };
  } finally {
    if (running === mine) busy(false);
  }
}

function busy(is) {
  document.body.classList.toggle("busy", is);
  at("found").setAttribute("aria-busy", String(is));
}

async function show(live) {
  const asked = live ?? state();
  if (!live) fill(asked);
  if (!asked.q) return begin();
  const got = await answer(asked);
  if (!got) return;
  problem(got.error ?? "");
  if (got.error) {
    at("told").replaceChildren();
    at("none").hidden = true;
    if (!live) at("words").value = asked.q;
    return;
  }
  found = got;
  draw(asked, Boolean(live));
}

function problem(sentence) {
  at("problem").textContent = sentence;
  at("problem").classList.toggle("pointed", sentence.includes("\n"));
  at("problem").hidden = !sentence;
  document.body.classList.toggle("stale", Boolean(sentence));
}

// Drawing -----------------------------------------------------------------------------------------------------------

function fill({ to, ...asked }) {
  for (const name of CHOSEN) set(at(name), asked[name]);
  at("unique").checked = asked.unique === "true";
  at("min_confidence").hidden = !started?.calibrated;
  const several = started ? Object.keys(started.items) : [];
  at("kinds").hidden = several.length < 2;
  const usual = several.includes("shape") ? "shape" : "any";
  at("kinds").replaceChildren(...Object.keys(KINDS).filter((kind) => kind === "any" || several.includes(kind)).map((kind) =>
    make("button", { type: "button", "aria-pressed": String((to || usual) === kind), onclick: () => go({ to: kind === usual ? "" : kind }) }, KINDS[kind])));
}

// A value that is no option, as of an address that was written by hand, becomes one.
function set(control, value) {
  control.value = value;
  if (control.value !== value) control.append(make("option", { value, selected: true }, value));
}

function begin() {
  found = null;
  problem("");
  for (const id of ["terms", "more", "none"]) at(id).hidden = true;
  at("cards").replaceChildren();
  at("told").replaceChildren();
  at("words").value = "";
  at("words").placeholder = "Describe what you look for";
  document.title = "retriever";
  if (!started) return;
  const items = Object.entries(started.items).map(([kind, count]) => `${count.toLocaleString("en")} ${kind === "shape" ? KINDS[kind] : KINDS[kind].toLowerCase()}`).join(", ") || "Nothing yet";
  at("start").hidden = false;
  at("start").replaceChildren(
    make("h2", {}, items),
    make("p", {}, "Type words, or drop, paste or choose a picture, a sound or a 3D model."),
    make("p", { class: "tries" }, ...started.suggestions.map((label) => make("a", { href: address({ q: label, k: PAGE }), "data-q": label }, label))),
    make("p", { class: "keys" }, make("kbd", {}, "/"), " search  ", make("kbd", {}, "← ↑ ↓ →"), " hits  ", make("kbd", {}, "Enter"), " more like it  ",
      make("kbd", {}, "-"), " less  ", make("kbd", {}, "Space"), " a closer look"));
}

function draw(asked, live) {
  const { answer: { hits }, terms } = found, plain = inBox(terms);
  at("start").hidden = true;
  if (!live) {
    at("words").value = plain ? terms[0].title : "";
    at("words").placeholder = plain ? "Describe what you look for" : "Add words, or −words";
    at("terms").hidden = plain;
    at("terms").replaceChildren(...(plain ? [] : chips(terms, chipped)));
    document.title = `${terms.map((term) => term.title).join(" + ")} · retriever`;
  }
  const before = new Map([...at("cards").children].map((card) => [card.hit.id, card.firstChild]));
  const walks = at("cards").contains(document.activeElement);
  at("cards").replaceChildren(...cards(found, acting, before));
  if (walks) at("cards").firstChild?.focus({ preventScroll: true });
  at("none").hidden = hits.length > 0;
  at("none").replaceChildren(...nothing(asked));
  at("more").hidden = hits.length < asked.k || asked.k >= MOST;
  at("told").replaceChildren(...said(asked));
}

function said(asked) {
  const { answer: { count }, milliseconds, order } = found;
  const narrowed = Object.entries(NARROWS).filter(([name]) => asked[name])
    .map(([name, option]) => ` ${option}${name === "unique" ? "" : `=${shell(asked[name])}`}`).join("");
  const options = `${narrowed}${asked.to ? ` --to ${shell(asked.to)}` : ""} -k ${asked.k}`;
  // What begins with a minus would be taken for an option.
  const command = asked.q.startsWith("-") ? `retriever query${options} -- ${shell(asked.q)}` : `retriever query ${shell(asked.q)}${options}`;
  return [
    make("span", {}, make("b", {}, count ? `${count.toLocaleString("en")} ${count === 1 ? "hit" : "hits"}` : "No item qualifies."), ` in ${Math.round(milliseconds)} ms`),
    order && count ? make("span", {}, order) : "",
    asked.q.includes("uploads/") ? "" : make("button", { class: "link", type: "button", onclick: () => copy(command, "Command copied") }, "copy as command"),
  ].filter(Boolean);
}

// Ways out of an empty answer.
function nothing(asked) {
  const ways = { where: "Leave the filter out", min_confidence: "Show less sure ones", to: "Look among all kinds" };
  const wide = { where: "", min_confidence: "", to: "any" };
  const open = Object.keys(ways).filter((name) => asked[name] && asked[name] !== wide[name]);
  return [...open.map((name) => make("button", { type: "button", onclick: () => go({ [name]: wide[name] }) }, ways[name])),
    make("button", { type: "button", onclick: home }, "Begin anew")];
}

const shell = (text) => `'${text.replace(/'/g, "'\\''")}'`;

// What people do ----------------------------------------------------------------------------------------------------

const without = (place) => found.terms.filter((_, other) => other !== place);
const weighed = (place, weight) => found.terms.map((term, other) => (other === place ? { ...term, weight: Number(weight) } : term));

const chipped = {
  changed: (place, weight) => { clearTimeout(waiting); return ask(weighed(place, weight)); },
  moved: (place, weight) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => show({ ...state(), q: expression(weighed(place, weight)) }), 90);
  },
  removed: (place) => ask(without(place)),
  cleared: () => go({ q: "" }),
};

function add(hit, weight) {
  const others = found.terms.filter((term) => !(term.kind === "id" && term.key === hit.id));
  window.scrollTo({ top: 0, behavior: "smooth" });
  ask([...others, { written: `id:${hit.id}`, weight }]);
}

const acting = {
  like: (hit) => add(hit, 1),
  unlike: (hit) => add(hit, LESS),
  look: ({ id }) => {
    const place = found.answer.hits.findIndex((hit) => hit.id === id);
    look(found.answer.hits[place], found.shown[place], acting);
    at("cards").children[place].scrollIntoView({ block: "nearest" });
  },
  beside: ({ id }, step) => found.answer.hits[found.answer.hits.findIndex((hit) => hit.id === id) + step],
};

at("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = at("words").value;
  const first = !found || inBox(found.terms) || !at("problem").hidden;
  if (!text.trim()) return found && first ? go({ q: "" }) : undefined;
  at("words").blur();
  go({ q: first ? typed(text, true) : `${expression(found.terms)} ${typed(text, false)}` });
});
at("words").addEventListener("keydown", (event) => {
  if (event.key === "Backspace" && !at("words").value && found && !inBox(found.terms)) chipped.removed(found.terms.length - 1);
  if (event.key === "Escape") at("words").blur();
});
for (const name of CHOSEN) at(name).addEventListener("change", () => go({ [name]: at(name).value.trim() }));
at("unique").addEventListener("change", () => go({ unique: at("unique").checked ? "true" : "" }));
at("more").addEventListener("click", () => go({ k: Math.min(MOST, state().k * 2) }));
at("start").addEventListener("click", (event) => {
  const words = event.target.dataset?.q;
  if (words && !event.ctrlKey && !event.metaKey) { event.preventDefault(); go({ q: words }); }
});
const home = () => go(Object.fromEntries(ASKED.map((name) => [name, ""])));
at("home").addEventListener("click", (event) => { event.preventDefault(); home(); });
// What is scrolled into view is not to end up behind the header, where that stays.
new ResizeObserver(() => {
  const stays = getComputedStyle(at("top")).position === "sticky";
  document.documentElement.style.scrollPaddingTop = stays ? `${at("top").offsetHeight + 6}px` : "";
}).observe(at("top"));
window.addEventListener("popstate", () => show());

// Files -------------------------------------------------------------------------------------------------------------

async function take(files) {
  const terms = [];
  for (const file of files) {
    if (started && file.size > started.largest) {
      problem(`${file.name} is larger than ${started.largest / 2 ** 20} MiB, the most that is taken here; ask with it by \`retriever query\`.`);
      continue;
    }
    toast(`Reading ${file.name} …`);
    try {
      const reply = await fetch(`/api/upload?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file });
      const got = await reply.json();
      if (got.error) problem(got.error);
      else terms.push({ written: got.term, weight: 1 });
    } catch {
      problem("The server does not answer: start it again with `retriever serve`.");
    }
  }
  const before = found && state().q ? found.terms.filter((term) => !terms.some((one) => one.written === term.written)) : [];
  if (terms.length) ask([...before, ...terms]);
}

at("file").addEventListener("change", () => { take([...at("file").files]); at("file").value = ""; });
at("choose").addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); at("file").click(); } });
window.addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (files.length) { event.preventDefault(); take(files); }
});
let inside = 0;
const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
window.addEventListener("dragenter", (event) => { if (carries(event)) { inside++; at("drop").hidden = false; } });
window.addEventListener("dragleave", (event) => { if (carries(event) && --inside <= 0) { inside = 0; at("drop").hidden = true; } });
window.addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
window.addEventListener("drop", (event) => {
  inside = 0;
  at("drop").hidden = true;
  if (carries(event)) { event.preventDefault(); take([...event.dataTransfer.files]); }
});

// Keys --------------------------------------------------------------------------------------------------------------

const writes = (element) => element?.matches?.("input:not([type=checkbox]), textarea, select, audio, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || writes(event.target) || document.querySelector("dialog[open]")) return;
  if (event.key === "/") { event.preventDefault(); at("words").focus(); at("words").select(); return; }
  const all = [...at("cards").children], here = all.indexOf(document.activeElement?.closest?.(".card"));
  const across = Math.max(1, all.filter((card) => card.offsetTop === all[0].offsetTop).length);
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across }[event.key];
  if (step && all.length) {
    event.preventDefault();
    const next = here < 0 ? 0 : Math.min(all.length - 1, Math.max(0, here + step));
    all[next].focus();
    all[next].scrollIntoView({ block: "nearest" });
  } else if (here >= 0 && document.activeElement === all[here]) onCard(event, all[here].hit);
});

function onCard(event, hit) {
  const todo = { Enter: acting.like, "-": acting.unlike, " ": acting.look }[event.key];
  if (todo) { event.preventDefault(); todo(hit); }
}

// The beginning -----------------------------------------------------------------------------------------------------

const starting = fetch("/api/start");
if (!location.search) at("words").focus({ preventScroll: true });
show();
try {
  started = await (await starting).json();
  if (started.error) { problem(started.error); started = null; }
} catch {
  problem("The server does not answer: start it with `retriever serve`.");
}
at("where").placeholder = `Filter: ${started?.suggestions[0] ? `label = '${started.suggestions[0]}'` : "faces < 5000"}`;
at("where").title = `An SQL condition over ${started?.columns.join(", ") ?? "the columns"}`;
fill(state());
if (started && !state().q) begin();
