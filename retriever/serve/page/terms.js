// The sum that is asked: terms as data, as an expression, and as chips.

import { make, thumbnail } from "/parts.js";

const KIND = /(^|[\s+*(-])((text|image|audio|shape|id|vector):\S|(where|mean)\()/;

// More than this of a whole shape takes away what all shapes share: see "More like these" in docs/diversity.md.
export const LESS = -0.15;

const number = (weight) => String(Number(weight.toFixed(4)) || Number(weight.toPrecision(4)));

export function expression(terms) {
  return terms.map((term, place) => {
    const size = Math.abs(term.weight);
    const sign = term.weight < 0 ? (place ? " - " : "-") : place ? " + " : "";
    return sign + (size === 1 ? "" : `${number(size)}*`) + term.written;
  }).join("");
}

const quoted = (words) => `text:"${words.replace(/(["\\])/g, "\\$1")}"`;

// What was typed: an expression as it is, "-red" and "- red" away from it, else words; with a sign as further terms.
export function typed(text, sign = 0) {
  const words = text.trim();
  if (KIND.test(words)) return sign < 0 ? `- (${words})` : !sign || /^[+-]/.test(words) ? words : `+ ${words}`;
  const minus = /^[-−]\s*(\S.*)$/.exec(words);
  if (minus) return `- ${quoted(minus[1])}`;
  return sign ? `${sign < 0 ? "-" : "+"} ${quoted(words.replace(/^\+\s*/, ""))}` : words;
}

// Words alone are shown in the box, as in any search.
export const inBox = (terms) => terms.length === 1 && terms[0].kind === "text" && terms[0].weight === 1;

export const chips = (terms, act) => terms.map((term, place) => chip(term, {
  weigh: (weight, how) => act[how](place, weight),
  remove: () => act.removed(place),
}));

// Changes what a list holds; the focus stays at the control of the same kind in the same place, or the last one.
export function keepFocus(list, change) {
  const had = list.contains(document.activeElement) ? document.activeElement : null;
  const place = had ? [...list.children].indexOf(had.closest("li")) : -1, kind = had?.classList[0];
  change();
  if (had) (list.children[Math.min(place, list.children.length - 1)]?.querySelector(`.${kind}`) ?? document.getElementById("words")).focus();
}

function chip(term, { weigh, remove }) {
  const minus = term.weight < 0, size = Math.abs(term.weight);
  const slider = make("input", { class: "slide", type: "range", min: "0.05", max: String(Math.max(2, size)), step: "0.05", "aria-label": `Weight of ${term.title}` });
  const exact = make("input", { class: "weight", inputmode: "decimal", "aria-label": `Weight of ${term.title}` });
  slider.value = size;
  exact.value = number(size);
  const sign = minus ? -1 : 1;
  slider.addEventListener("input", () => { exact.value = number(Number(slider.value)); weigh(sign * slider.value, "moved"); });
  slider.addEventListener("change", () => weigh(sign * slider.value, "settled"));
  exact.addEventListener("change", () => {
    const given = Number(exact.value.replace(",", "."));
    if (given > 0 && Number.isFinite(given)) weigh(sign * given, "changed");
    else exact.value = number(size);
  });
  const turn = make("button", {
    class: "turn", type: "button", title: minus ? "Less like this: click for more" : "More like this: click for less",
    "aria-label": `${minus ? "Minus" : "Plus"} ${term.title}; turn into ${minus ? "plus" : "minus"}`, onclick: () => weigh(-sign * exact.value, "changed"),
  }, minus ? "−" : "+");
  const picture = term.key ? make("img", { src: thumbnail(term.key), alt: "", draggable: "false" }) : "";
  if (picture) picture.addEventListener("error", () => picture.remove());
  const title = term.kind === "text" ? `“${term.title}”` : term.title;
  return make("li", { class: minus ? "chip minus" : "chip" }, turn, picture,
    make("span", { class: "title", title: term.path ?? term.title }, title), slider, exact,
    make("button", { class: "off", type: "button", "aria-label": `Remove ${term.title}`, title: "Remove", onclick: remove }, "×"));
}
