// What filter and kind choose, by label: chips that narrow the filter, and that take this away again.

import { asked as askedNow } from "/asked.js";
import { partsOf, turned, words } from "/conjuncts.js";
import { at, make } from "/parts.js";
import { usualKind } from "/settings.js";

const FEW = 12, TIMES = 5, MOST = 10000;
const BESIDE = 40;  // values that are asked for beyond those that are shown: of kinds, the first ones may hold all

let most = FEW, drawn = "", running = null;

const text = (value) => `'${value.replace(/'/g, "''")}'`;

function condition(value, { column, lists }) {
  if (value === null) return `${column} is null`;
  return lists ? `list_contains(${column}, ${text(value)})` : `${column} = ${text(value)}`;
}

// The values that a filter narrows to, as a click would write them.
function chosenIn(where, of) {
  const shape = words(condition("", of)), place = shape.indexOf("''"), none = words(condition(null, of)).join(" ");
  return partsOf(where).map(words).flatMap((part) => {
    if (part.join(" ") === none) return [null];
    const fits = part.length === shape.length && part[place].startsWith("'") && shape.every((word, at) => at === place || word === part[at]);
    return fits ? [part[place].slice(1, -1).replace(/''/g, "'")] : [];
  });
}

// Asks for the counts and shows them; beside a question they say what it is asked of, and stay as they are.
export async function facets(asked, started, go) {
  if (!started || !Object.keys(started.items).length) return;
  const given = { column: started.facets.column, to: asked.to || usualKind(started), k: Math.min(MOST, most + BESIDE), ...(asked.where && { where: asked.where }) };
  const query = `${new URLSearchParams(given)}`;
  running?.abort();
  if (asked.q && query === drawn) return;
  const mine = running = new AbortController();
  let found;
  try {
    found = await (await fetch(`/api/counts?${query}`, { signal: mine.signal })).json();
  } catch (error) {
    if (error.name === "AbortError") return;
    found = { error: true };
  }
  await letGo();
  if (running !== mine) return;
  drawn = found.error ? "" : query;
  keepFocus(() => at("facets").replaceChildren(...(found.error ? [] : chips(found, asked, started.facets, go, () => facets({ ...asked, q: "" }, started, go)))));
  at("facets").hidden = !at("facets").childElementCount;
}

// A chip that is pressed stays until it is let go, else that is no click: what was typed as filter is sent as it is left.
async function letGo() {
  if (at("facets").querySelector(":active")) await new Promise((go) => {
    for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, () => setTimeout(go), { once: true });
  });
}

// A click changes what chips there are; the focus stays at the same value, or goes to the first one.
function keepFocus(change) {
  const had = at("facets").contains(document.activeElement) ? document.activeElement.dataset.of : undefined;
  change();
  if (had === undefined) return;
  const all = [...at("facets").children];
  (all.find((one) => one.dataset.of === had) ?? all[0] ?? at("where")).focus({ preventScroll: true });
}

function chips({ total, count, values }, { where }, of, go, again) {
  const chosen = [...new Set(chosenIn(where, of))];
  const others = values.filter(({ value }) => !chosen.includes(value));
  const telling = others.filter(({ items }) => items < total);  // what all of them are narrows nothing
  const named = telling.filter(({ value }) => value !== null), shown = named.slice(0, most);
  const none = telling.filter(({ value }) => value === null && count);
  const known = values.filter(({ value, items }) => value !== null && (chosen.includes(value) || items === total)).length;
  const left = count - known - shown.length;
  const show = (change) => () => { most = change; again(); };
  // What the address says now, and not when the chips were made: a filter may have been typed since.
  const turn = (value) => () => go({ where: turned(askedNow().where, condition(value, of)) });
  return [
    ...chosen.map((value) => chip(value, total, true, turn(value))),
    ...[...shown, ...none].map(({ value, items }) => chip(value, items, false, turn(value))),
    left > 0 && most < MOST && make("button", { class: "link", type: "button", "data-of": "more", "aria-label": `${left.toLocaleString("en")} more labels`, onclick: show(Math.min(MOST, most * TIMES)) }, `${left.toLocaleString("en")} more`),
    most > FEW && shown.length > FEW && make("button", { class: "link", type: "button", "data-of": "fewer", "aria-label": "fewer labels", onclick: show(FEW) }, "fewer"),
  ].filter(Boolean);
}

function chip(value, items, pressed, onclick) {
  const name = value === null ? "no label" : value || "“”", number = items.toLocaleString("en");
  return make("button", {
    class: value === null ? "facet bare" : "facet", type: "button", "data-of": value === null ? "none" : `value ${value}`, "aria-pressed": String(pressed), onclick,
    "aria-label": `${name}, ${number} ${items === 1 ? "item" : "items"}`, title: pressed ? `${name}: take it out of the filter` : name,
  }, make("span", { class: "name" }, name), make("span", { class: "items" }, number), pressed && make("span", { class: "off", "aria-hidden": "true" }, "×"));
}
