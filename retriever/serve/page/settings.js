// The controls below the search box: what is found, what narrows and orders it, and how terms are combined.

import { SETTINGS, SWITCHES } from "/asked.js";
import { at, make } from "/parts.js";

export const KINDS = { shape: "3D models", image: "Pictures", audio: "Sounds", text: "Texts", any: "All" };

const CHOSEN = Object.keys(SETTINGS).filter((name) => !SWITCHES.includes(name));
const MORE = ["diverse", "expand", "combine", "minus", ...SWITCHES];

export function listen(go) {
  for (const name of CHOSEN) at(name).addEventListener("change", () => go({ [name]: at(name).value.trim() }));
  for (const name of SWITCHES) at(name).addEventListener("change", () => go({ [name]: at(name).checked ? "true" : "" }));
}

// What is found where nobody chooses.
export const usualKind = (started) => (started?.items.shape ? "shape" : "any");

export function fill({ to, ...asked }, started, go) {
  for (const name of CHOSEN) set(at(name), asked[name]);
  for (const name of SWITCHES) at(name).checked = asked[name] === "true";
  tell(MORE.filter((name) => asked[name]));
  at("min_confidence").hidden = !started?.calibrated;
  const several = started ? Object.keys(started.items) : [];
  at("kinds").hidden = several.length < 2;
  const usual = usualKind(started);
  at("kinds").replaceChildren(...Object.keys(KINDS).filter((kind) => kind === "any" || several.includes(kind)).map((kind) =>
    make("button", { type: "button", "aria-pressed": String((to || usual) === kind), onclick: () => go({ to: kind === usual ? "" : kind }) }, KINDS[kind])));
}

// What the chosen settings do, and, where they are folded away, which are other than usual.
function tell(changed) {
  const chosen = (name) => at(name).selectedOptions?.[0];
  for (const name of MORE.filter(chosen)) at(`${name}-why`).textContent = chosen(name).dataset.why ?? "";
  const called = changed.map((name) => (chosen(name) ?? at(name).parentElement).textContent.trim());
  at("settings").classList.toggle("set", changed.length > 0);
  at("settings").firstElementChild.textContent = ["More settings", called.join(", ")].filter(Boolean).join(": ");
}

// A value that is no option, as of an address that was written by hand, becomes one.
function set(control, value) {
  control.value = value;
  if (control.value !== value) control.append(make("option", { value, selected: true }, value));
}

// Ways out of an empty answer.
export function waysOut(asked, go) {
  const ways = { where: "Leave the filter out", min_confidence: "Show less sure ones", to: "Look among all kinds" };
  const wide = { where: "", min_confidence: "", to: "any" };
  const open = Object.keys(ways).filter((name) => asked[name] && asked[name] !== wide[name]);
  return open.map((name) => make("button", { type: "button", onclick: () => go({ [name]: wide[name] }) }, ways[name]));
}
