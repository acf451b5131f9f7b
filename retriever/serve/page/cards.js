// A card for each hit, as on a contact sheet, with more and less like it.

import { drag } from "/given.js";
import { copy, make, problemOf, signed, thumbnail } from "/parts.js";

// Pictures of hits that were shown before stay as they are.
export function cards(found, act, before) {
  const { hits } = found.answer;
  const best = Math.max(1e-9, ...hits.map((hit) => hit.score ?? 0));
  const largest = Math.max(1e-9, ...hits.flatMap((hit) => hit.shares?.map(Math.abs) ?? []));
  return hits.map((hit, place) => card(hit, found.shown[place], found, { best, largest }, act, before.get(hit.id)));
}

function card(hit, shown, found, scale, act, look) {
  const ranked = hit.rank !== undefined;  // items that nobody asked for have no rank and no score
  const made = make("li", { class: "card", tabindex: "0", "aria-label": ranked ? `${hit.rank}. ${shown.title}` : shown.title },
    look ?? seen(hit, shown, act), heard(hit, shown),
    make("div", { class: "text" },
      make("h2", {}, ranked && make("span", { class: "rank" }, String(hit.rank)), make("span", { class: "name" }, shown.title),
        ranked && make("span", { class: "score", title: "score: the cosine, higher is better" }, signed(hit.score))),
      ranked && bar(hit.score / scale.best), path(hit, found), facts(hit, shown),
      hit.caption ? make("p", { class: "caption" }, hit.caption) : "",
      found.terms.length > 1 ? shares(hit, found.terms, scale.largest) : "", acts(hit, act)));
  made.hit = hit;
  return made;
}

export function acts(hit, act) {
  const button = (name, sign, words, todo, title) => make("button", { class: name, type: "button", title, onclick: todo },
    make("b", {}, sign), words);
  return make("div", { class: "acts" },
    button("like", "+", "More like this", () => act.like(hit), "Add it to what is asked (Enter)"),
    button("unlike", "−", "Less", () => act.unlike(hit), "Take it off what is asked (-)"));
}

function seen(hit, shown, act) {
  if (hit.modality === "text") {
    return make("div", { class: "look note", draggable: "true", ondragstart: (event) => drag(event, hit) },
      make("p", {}, shown.words || "The file is not there any more."));
  }
  const source = thumbnail(hit.id);
  const picture = make("img", { src: source, alt: `${shown.title}, ${hit.path}`, loading: "lazy", decoding: "async", draggable: "false" });
  // No button element, for in some browsers nothing in one can be dragged.
  const frame = make("div", { class: hit.modality === "audio" ? "look sound" : "look", role: "button", tabindex: "-1", draggable: "true",
    "aria-label": `Look at ${shown.title}`, title: "Click for a closer look, or drag onto the search box",
    onclick: () => act.look(hit), ondragstart: (event) => drag(event, hit) }, picture);
  picture.addEventListener("load", () => picture.classList.add("there"));
  picture.addEventListener("error", async () => {
    frame.className = "look problem";
    frame.replaceChildren(make("p", {}, await problemOf(source)));
  });
  return frame;
}

export function heard(hit, shown) {
  if (hit.modality !== "audio") return "";
  return make("audio", { controls: true, preload: "none", src: `/sound/${hit.id}`, "aria-label": `Play ${shown.title}` });
}

function bar(share) {
  const inner = make("i");
  inner.style.width = `${100 * Math.min(1, Math.max(0, share))}%`;
  return make("div", { class: "bar", "aria-hidden": "true" }, inner);
}

// Below the root, or the whole path where that may mean several files.
export function path(hit, found) {
  const place = found.several_roots ? hit.file : hit.path, cut = place.lastIndexOf("/") + 1;
  return make("p", { class: "path", title: hit.file },
    make("span", {}, cut ? make("span", { class: "folder" }, place.slice(0, cut)) : "", place.slice(cut)),
    make("button", { class: "copy", type: "button", title: "Copy the path of the file", "aria-label": "Copy the path of the file",
      onclick: () => copy(hit.file, "Path copied") }),
    make("a", { class: "save", href: `/file/${hit.id}`, download: place.slice(cut), title: "Save the file", "aria-label": "Save the file" }));
}

function facts(hit, shown) {
  const told = [
    hit.confidence === undefined ? "" : make("li", { class: "sure" }, `${Math.round(100 * hit.confidence)}% sure`),
    hit.repeats ? make("li", {}, `+${hit.repeats} alike`) : "",
    shown.measured ? make("li", {}, shown.measured) : "",
  ];
  return make("ul", { class: "facts" }, ...told);
}

// What each term adds to the score; `largest` is that of the longest bar.
export function shares(hit, terms, largest) {
  const rows = hit.shares.map((share, place) => {
    const term = terms[place], inner = make("i");
    inner.style.width = `${(100 * Math.abs(share)) / largest}%`;
    const sign = term.weight < 0 ? "− " : "", size = Math.abs(term.weight);
    const title = `${sign}${size === 1 ? "" : `${Number(size.toFixed(2))} × `}${term.kind === "text" ? `“${term.title}”` : term.title}`;
    return make("li", { class: share < 0 ? "minus" : "plus" }, make("span", { class: "term", title }, title),
      make("span", { class: "bar", "aria-hidden": "true" }, inner),
      make("span", { class: "share" }, (share < 0 ? "" : "+") + signed(share)));
  });
  return make("ul", { class: "shares", "aria-label": "What each term adds to the score" }, ...rows);
}
