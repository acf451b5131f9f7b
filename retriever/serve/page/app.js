// The page: asks what stands in the address, shows the answer, and changes the address as people compose.

import { address, asked, ASKED, changed, command, MOST, PAGE } from "/asked.js";
import { cards } from "/cards.js";
import { facets } from "/facets.js";
import { listen as takeGiven } from "/given.js";
import { listen as takeKeys } from "/keys.js";
import { look } from "/look.js";
import { listen as takeMap, mark, showMap } from "/map.js";
import { at, copy, make } from "/parts.js";
import { fill, KINDS, listen as takeSettings, usualKind, waysOut } from "/settings.js";
import { chips, expression, inBox, keepFocus, LESS, typed } from "/terms.js";

const SILENT = "The server does not answer: start it again with `retriever serve`.";

// `sign` is that of words to come: 0 where they take the place of the ones in the box.
let started = null, found = null, failed = false, running = null, waiting = 0, sign = 0;

function go(change) {
  history.pushState(null, "", address(changed(change)));
  return show();
}

const ask = (terms) => go({ q: expression(terms) });

function later(todo, milliseconds) {
  clearTimeout(waiting);
  waiting = setTimeout(todo, milliseconds);
}

// Asking ------------------------------------------------------------------------------------------------------------

async function answer({ view, ...question }) {
  running?.abort();
  const mine = running = new AbortController();
  busy(true);
  try {
    const given = new URLSearchParams(Object.entries(question).filter(([, value]) => value));
    const reply = await fetch(`${question.q ? "/api/page" : "/api/items/page"}?${given}`, { signal: mine.signal });
    return await reply.json();
  } catch (error) {
    return error.name === "AbortError" ? null : { error: SILENT };
  } finally {
    if (running === mine) busy(false);
  }
}

function busy(is) {
  document.body.classList.toggle("busy", is);
  at("found").setAttribute("aria-busy", String(is));
}

async function show(live) {
  let question = live ?? asked();
  clearTimeout(waiting);
  if (!live) fill(question, started, go);
  if (!live) showMap(question, started);
  if (!question.q) {
    begin(question);
    if (!Object.keys(started?.items ?? {}).length) return;
    question = { where: question.where, to: question.to || usualKind(started), k: question.k };
  }
  const answering = answer(question);
  if (!live) facets(asked(), started, go);
  const got = await answering;
  if (!got) return;
  problem(got.error ?? "");
  setFailed(Boolean(got.error));
  if (failed) {
    at("told").replaceChildren();
    at("none").hidden = at("adding").hidden = true;
    if (!live && question.q) at("words").value = question.q;
    return;
  }
  found = got;
  draw(question, Boolean(live));
}

function problem(sentence) {
  at("problem").textContent = sentence;
  at("problem").classList.toggle("pointed", sentence.includes("\n"));
  at("problem").hidden = !sentence;
}

// Hits of before a question that failed are paled: they answer another. A file that was not taken changes no question.
function setFailed(is) {
  failed = is;
  document.body.classList.toggle("stale", is);
}

// Drawing -----------------------------------------------------------------------------------------------------------

// Before anything is asked, or with nothing but a filter; the items come below. Words that nobody sent yet stay.
function begin({ where, to }) {
  running?.abort();
  if (found?.terms.length || failed) {
    found = null;
    at("cards").replaceChildren();
    at("told").replaceChildren();
    at("words").value = "";
    for (const id of ["more", "none"]) at(id).hidden = true;
  }
  sign = 0;
  mark([]);
  setFailed(false);
  problem("");
  for (const id of ["terms", "adding"]) at(id).hidden = true;
  at("words").placeholder = "Describe what you look for";
  document.title = "retriever";
  if (!started) return;
  const items = Object.entries(started.items).map(([kind, count]) => `${count.toLocaleString("en")} ${kind === "shape" ? KINDS[kind] : KINDS[kind].toLowerCase()}`).join(", ") || "Nothing yet";
  at("start").hidden = Boolean(where || to);
  at("start").replaceChildren(
    make("h2", {}, items),
    make("p", {}, "Type words, or drop, paste or choose a picture, a sound or a 3D model."),
    make("p", { class: "tries" }, ...started.suggestions.map((label) => make("a", { href: address({ q: label, k: PAGE }), "data-q": label }, label))),
    make("p", { class: "keys" }, make("kbd", {}, "/"), " search  ", make("kbd", {}, "← ↑ ↓ →"), " hits  ", make("kbd", {}, "Enter"), " more like it  ",
      make("kbd", {}, "-"), " less  ", make("kbd", {}, "Space"), " a closer look"));
}

function draw(question, live) {
  const { answer: { hits, total = Infinity }, terms } = found;
  if (terms.length) at("start").hidden = true;
  if (!live && terms.length) {
    compose(inBox(terms) ? 0 : 1);
    document.title = `${terms.map((term) => term.title).join(" + ")} · retriever`;
  }
  const pictured = [...at("cards").children].filter((card) => card.firstChild.matches(".look:not(.problem, .note)"));
  const before = new Map(pictured.map((card) => [card.hit.id, card.firstChild]));
  const walks = at("cards").contains(document.activeElement);
  at("cards").replaceChildren(...cards(found, acting, before));
  if (walks) at("cards").firstChild?.focus({ preventScroll: true });
  at("none").hidden = hits.length > 0;
  at("none").replaceChildren(...waysOut({ ...question, to: asked().to }, go), make("button", { type: "button", onclick: home }, "Begin anew"));
  at("more").hidden = hits.length < question.k || hits.length >= total || question.k >= MOST;
  at("told").replaceChildren(...(asked().view && !question.q ? [] : said(question)));
  mark(question.q ? hits : []);
}

// The terms as chips, or words alone in the box, and what becomes of words to come.
function compose(next) {
  sign = next;
  const { terms } = found;
  at("words").value = sign ? "" : terms[0].title;
  at("words").placeholder = ["Words to take away", "Describe what you look for", "Words to add"][sign + 1];
  at("terms").hidden = !sign;
  keepFocus(at("terms"), () => at("terms").replaceChildren(...(sign ? chips(terms, chipped) : [])));
  at("adding").hidden = false;
  at("plus-words").setAttribute("aria-pressed", String(sign > 0));
  at("minus-words").setAttribute("aria-pressed", String(sign < 0));
  at("clear").hidden = terms.length < 2;
}

function said(question) {
  const { answer: { count, total }, milliseconds, order } = found, [one, several, by] = question.q ? ["hit", "hits", ""] : ["item", "items", " by path"];
  const number = total > count ? `${count.toLocaleString("en")} of ${total.toLocaleString("en")}` : count.toLocaleString("en");
  return [
    make("span", {}, make("b", {}, count ? `${number} ${number === "1" ? one : several}` : "No item qualifies."), `${count ? by : ""} in ${Math.round(milliseconds)} ms`),
    order && count ? make("span", {}, order) : "",
    question.q?.includes("uploads/") ? "" : make("button", { class: "link", type: "button", onclick: () => copy(command(question, started?.index), "Command copied") }, "copy as command"),
  ].filter(Boolean);
}

// Composing ---------------------------------------------------------------------------------------------------------

const weighed = (place, weight) => found.terms.map((term, other) => (other === place ? { ...term, weight: Number(weight) } : term));

const chipped = {
  changed: (place, weight) => ask(weighed(place, weight)),
  settled: (place, weight) => later(() => ask(weighed(place, weight)), 350),  // keys step on: one address for all steps
  moved: (place, weight) => later(() => show({ ...asked(), q: expression(weighed(place, weight)) }), 90),
  removed: (place) => ask(found.terms.filter((_, other) => other !== place)),
};

function add(id, weight) {
  const others = (found?.terms ?? []).filter((term) => !(term.kind === "id" && term.key === id));
  window.scrollTo({ top: 0, behavior: "smooth" });
  ask([...others, { written: `id:${id}`, weight }]);
}

const acting = {
  like: (hit) => add(hit.id, 1),
  unlike: (hit) => add(hit.id, LESS),
  look: ({ id }) => {
    const place = found.answer.hits.findIndex((hit) => hit.id === id);
    look(found.answer.hits[place], found.shown[place], found, acting);
    at("cards").children[place].scrollIntoView({ block: "nearest" });
  },
  beside: ({ id }, step) => found.answer.hits[found.answer.hits.findIndex((hit) => hit.id === id) + step],
};

function submit() {
  const text = at("words").value, anew = !found || failed || !sign;
  if (!text.trim()) return asked().q && anew ? go({ q: "" }) : undefined;
  at("words").blur();
  return go({ q: anew ? typed(text) : `${expression(found.terms)} ${typed(text, sign)}` });
}

// The buttons beside the chips: words that were typed become a term at once, else the box waits for some.
function turnTo(chosen) {
  const words = at("words").value.trim(), alone = inBox(found.terms);
  if (words && (sign || words !== found.terms[0].title.trim())) { sign = chosen; submit(); return; }
  compose(alone && sign === chosen ? 0 : chosen);
  at("words").focus();
}

at("ask").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
at("words").addEventListener("keydown", (event) => {
  const waits = found && !failed && sign && !at("words").value;
  if (event.key === "Backspace" && waits && !inBox(found.terms)) chipped.removed(found.terms.length - 1);
  else if ((event.key === "Backspace" || event.key === "Escape") && waits && inBox(found.terms)) { event.preventDefault(); compose(0); }
  if (event.key === "Escape") at("words").blur();
});
at("plus-words").addEventListener("click", () => turnTo(1));
at("minus-words").addEventListener("click", () => turnTo(-1));
at("clear").addEventListener("click", () => { go({ q: "" }); at("words").focus(); });
at("more").addEventListener("click", () => go({ k: Math.min(MOST, asked().k * 2) }));
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
takeSettings(go);
takeKeys(acting);
takeMap(go, acting);
takeGiven({
  take: async (terms) => {
    const others = found && asked().q ? found.terms : [];
    await ask([...others.filter((term) => !terms.some((one) => one.written === term.written)), ...terms]);
    return failed ? at("problem").textContent : "";
  },
  add: (id) => add(id, sign < 0 ? LESS : 1),
  problem,
  largest: () => started?.largest ?? Infinity,
});

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
fill(asked(), started, go);
showMap(asked(), started);
if (started && !asked().q) show();
else facets(asked(), started, go);
