// The sum that is asked: terms as data, as an expression, and as chips.

import { make, thumbnail } from "/parts.js";

const KIND = /(^|[\s+*(-])((text|image|audio|shape|id|vector):\S|(where|mean)\()/;

// More than this of a whole shape takes away what all shapes share: see "More like these" in docs/diversity.md.
export const LESS = -0.15;

const number = (weight) => String(Number(weight.toFixed(4)));

export function expression(terms) {
  return terms.map((term, place) => {
    const size = Math.abs(term.weight);
    const sign = term.weight < 0 ? (place ? " - " : "-") : place ? " + " : "";
    return sign + (size === 1 ? "" : `${number(size)}*`) + term.written;
  }).join("");
}

const quoted = (words) => `text:"${words.replace(/(["\\])/g, "\\$1")}"`;

// What was typed, as further terms: an expression as it is, "-red" and "- red" away from it, else words.
export function typed(text, first) {
  const words = text.trim();
  if (KIND.test(words)) return first || /^[+-]/.test(words) ? words : `+ ${words}`;
  const minus = /^[-−]\s*(\S.*)$/.exec(words);
  if (minus) return `- ${quoted(minus[1])}`;
  return first ? words : `+ ${quoted(words.replace(/^\+\s*/, ""))}`;
}

// Words alone are shown in the box, as in any search.
export const inBox = (terms) => terms.length === 1 && terms[0].kind === "text" && terms[0].weight === 1;

export function chips(terms, { changed, moved, removed, cleared }) {
  const out = terms.map((term, place) => chip(term, {
    weigh: (weight, done) => (done ? changed : moved)(place, weight),
    remove: () => removed(place),
  }));
  if (terms.length > 1) out.push(make("li", {}, make("button", { class: "clear", type: "button", onclick: cleared }, "Clear all")));
  return out;
}

function chip(term, { weigh, remove }) {
  const minus = term.weight < 0, size = Math.abs(term.weight);
  const slider = make("input", { type: "range", min: "0.05", max: String(Math.max(2, size)), step: "0.05", "aria-label": `Weight of ${term.title}` });
  const exact = make("input", { class: "weight", inputmode: "decimal", "aria-label": `Weight of ${term.title}` });
  slider.value = size;
  exact.value = number(size);
  const sign = minus ? -1 : 1;
  slider.addEventListener("input", () => { exact.value = number(Number(slider.value)); weigh(sign * slider.value, false); });
  slider.addEventListener("change", () => weigh(sign * slider.value, true));
  exact.addEventListener("change", () => {
    const given = Number(exact.value.replace(",", "."));
    if (given > 0 && Number.isFinite(given)) weigh(sign * given, true);
    else exact.value = number(size);
  });
  const turn = make("button", {
    class: "turn", type: "button", title: minus ? "Less like this: click for more" : "More like this: click for less",
    "aria-label": minus ? "Minus; turn into plus" : "Plus; turn into minus", onclick: () => weigh(-term.weight, true),
  }, minus ? "−" : "+");
  const picture = term.key ? make("img", { src: thumbnail(term.key), alt: "" }) : "";
  if (picture) picture.addEventListener("error", () => picture.remove());
  const title = term.kind === "text" ? `“${term.title}”` : term.title;
  return make("li", { class: minus ? "chip minus" : "chip" }, turn, picture,
    make("span", { class: "title", title: term.path ?? term.title }, title), slider, exact,
    make("button", { class: "off", type: "button", "aria-label": `Remove ${term.title}`, title: "Remove", onclick: remove }, "×"));
}
