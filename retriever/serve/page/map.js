// The map beside the list: what fulfils the filter, laid out so that what is alike lies together.

import { asked } from "/asked.js";
import { look } from "/look.js";
import { draw, pictureOf } from "/map_drawing.js";
import { moves } from "/map_moves.js";
import { at, make, thumbnail } from "/parts.js";
import { usualKind } from "/settings.js";

// What is shown: `map` as the server gave it, `view` where one looks, `hits` the numbers of points -> ranks.
const state = { map: null, view: { x: 0.5, y: 0.5, zoom: 1 }, hits: new Map(), ranks: [], near: -1, size: { width: 0, height: 0 } };
let wanted = "", running = null, drawing = 0, acting = null, resting = 0;
const RESTED = 120;  // milliseconds after which a pointer no longer just passes by: the server is busy with each picture

const canvas = at("plane");
const redraw = () => { drawing ||= requestAnimationFrame(() => { drawing = 0; if (state.map) draw(canvas, state, redraw); }); };

// Shows the map or the list, as the address says; a map is asked for when another filter or kind, or a newer index, has it.
export function showMap({ view, where, to }, started) {
  const is = view === "map", was = !at("map").hidden;
  document.body.classList.toggle("mapped", is);
  at("map").hidden = !is;
  for (const button of at("views").children) button.setAttribute("aria-pressed", String(button.dataset.view === (is ? "map" : "")));
  if (!is || !started) return;
  const given = new URLSearchParams(Object.entries({ where, to: to || usualKind(started) }).filter(([, value]) => value));
  if (was && `${given}` === wanted) { redraw(); return; }  // else it is asked for: the index may have a newer version
  fetched(`${given}`, `${given}` === wanted);
  wanted = `${given}`;
}

async function fetched(given, again) {
  running?.abort();
  const mine = running = new AbortController();
  const waits = setTimeout(() => hint("Laying out the map …"), 250);
  at("map").setAttribute("aria-busy", "true");
  let got;
  try {
    got = await (await fetch(`/api/map?${given}`, { signal: mine.signal })).json();
  } catch (error) {
    if (error.name === "AbortError") return;
    got = { error: "The server does not answer: start it again with `retriever serve`." };
  } finally {
    clearTimeout(waits);
  }
  if (running !== mine) return;
  at("map").setAttribute("aria-busy", "false");
  if (got.error) wanted = "";  // and is asked for again
  if (!again || got.version !== state.map?.version) Object.assign(state.view, { x: 0.5, y: 0.5, zoom: 1 });
  state.map = got.error ? null : prepared(got);
  point(-1);
  canvas.hidden = !state.map;
  hint(got.error ?? (got.count ? `${number(got)} · drag, scroll or pinch; a click gives a closer look` : "No item qualifies."));
  canvas.setAttribute("aria-label", spoken(got));
  ranked();
}

const many = (count) => count.toLocaleString("en");
const number = ({ count, total }) => (count < total ? `${many(count)} of ${many(total)} items, evenly over all` : `${many(count)} ${count === 1 ? "item" : "items"}`);
const hint = (text) => { at("map-hint").textContent = text; };

// Places from 0 to 1, downwards as on a screen, and the points by groups, so that each colour is set once.
function prepared(got) {
  const x = Float32Array.from(got.x, (one) => one / got.grid), y = Float32Array.from(got.y, (one) => 1 - one / got.grid);
  const placed = (one) => ({ ...one, x: one.x / got.grid, y: 1 - one.y / got.grid });
  const groups = got.groups.map(placed), parts = got.kinds.map(() => 0);
  for (const { kind } of groups) parts[kind]++;
  const kinds = got.kinds.map((one, number) => ({ ...placed(one), number })).filter(({ number }) => parts[number] > 1);
  const order = Uint32Array.from(got.ids.keys()).sort((one, other) => got.group[one] - got.group[other] || one - other);
  return { ...got, x, y, groups, kinds, order, numbers: new Map(got.ids.map((id, place) => [id, place])), notes: new Set(got.notes) };
}

function spoken(got) {
  if (got.error) return got.error;
  const groups = got.groups.slice(0, 12).map(({ label, items }) => `${label} (${items})`).join(", ");
  return `A map of ${number(got)}${groups ? `: ${groups}` : ""}. Arrow keys move it, plus and minus zoom, Enter looks closer at what is in the middle.`;
}

// The hits of a question, best first; none for none.
export function mark(hits) {
  state.ranks = hits.map((hit) => hit.id);
  ranked();
}

function ranked() {
  const numbers = state.map?.numbers ?? new Map();
  state.hits = new Map(state.ranks.map((id, place) => [numbers.get(id), place + 1]).filter(([place]) => place !== undefined));
  redraw();
}

// What the pointer, or the middle of the map for keys, is on; -1 for nothing.
function point(place, x = 0, y = 0) {
  const tip = at("tip"), before = state.near;
  state.near = place;
  canvas.style.cursor = place < 0 ? "" : "pointer";
  tip.hidden = place < 0;
  if (place !== before) { clearTimeout(resting); tip.querySelector("img")?.removeAttribute("src"); }  // nor is it drawn in vain
  if (place >= 0 && place !== before) {
    const id = state.map.ids[place], there = pictureOf(id)?.src, picture = state.map.notes.has(place) ? "" : make("img", { src: there, alt: "" });
    if (picture) picture.addEventListener("error", () => picture.remove());
    if (picture && !there) resting = setTimeout(() => { picture.src = thumbnail(id); }, RESTED);
    const group = state.map.groups[state.map.group[place]]?.label, rank = state.hits.get(place);
    tip.replaceChildren(picture, make("b", {}, `${rank ? `${rank}. ` : ""}${state.map.titles[place]}`), group && group !== state.map.titles[place] ? make("span", {}, group) : "");
  }
  const right = x > state.size.width - 190, low = y > state.size.height - 230;
  tip.style.transform = `translate(${right ? x - 16 : x + 16}px, ${low ? y - 12 : y + 12}px) translate(${right ? "-100%" : "0"}, ${low ? "-100%" : "0"})`;
  if (place !== before) redraw();
}

// What keys have come to, for those who do not see it; a pointer says it of far too much.
const tell = () => { at("heard").textContent = at("tip").hidden ? "Nothing is near." : [...at("tip").children].map((one) => one.textContent).filter(Boolean).join(", "); };

// The closer look that a card gives, of an item that may not be among the cards.
async function open(place) {
  const id = state.map?.ids[place];
  if (!id) return;
  try {
    const got = await (await fetch(`/api/items/page?${new URLSearchParams({ where: `id = '${id}'`, to: "any", k: 1 })}`)).json();
    if (got.error || !got.answer.hits.length) { hint(got.error ?? "The item is not there any more."); return; }
    point(-1);
    look(got.answer.hits[0], got.shown[0], got, { ...acting, look: () => {}, beside: () => undefined });
  } catch {
    hint("The server does not answer: start it again with `retriever serve`.");
  }
}

export function listen(go, act) {
  acting = act;
  at("views").addEventListener("click", (event) => {
    const view = event.target.dataset?.view;
    if (view !== undefined && view !== asked().view) go({ view });
  });
  moves(canvas, state, { redraw, point, tell, open });
  new ResizeObserver(() => {
    const { width, height } = canvas.getBoundingClientRect();
    state.size = { width, height };
    const sharp = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * sharp);
    canvas.height = Math.round(height * sharp);
    if (state.map) draw(canvas, state, redraw);
  }).observe(canvas);
  // All of it is to be seen at once, below what stands above it.
  const above = new ResizeObserver(() => document.documentElement.style.setProperty("--head", `${at("top").offsetHeight + spaceOf(at("facets"))}px`));
  above.observe(at("top"));
  above.observe(at("facets"));
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
}

function spaceOf(element) {
  const style = getComputedStyle(element);
  return element.offsetHeight && element.offsetHeight + parseFloat(style.marginTop) + parseFloat(style.marginBottom);
}
