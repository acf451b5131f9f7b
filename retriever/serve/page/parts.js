// Elements from data. Text always goes in as text: names and captions may hold anything.

export const at = (id) => document.getElementById(id);

export function make(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === undefined || value === null) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...inside.filter((one) => one !== "" && one !== false && one !== null && one !== undefined));
  return element;
}

export const signed = (number, digits = 3) => number.toFixed(digits).replace("-", "−");

let hiding;
export function toast(text) {
  const place = document.getElementById("toast");
  (document.querySelector("dialog[open]") ?? document.body).append(place);
  place.textContent = text;
  place.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => { place.hidden = true; }, 2200);
}

export async function copy(text, said) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {  // no clipboard for pages from another machine: the old way
    const field = make("textarea", { "aria-hidden": "true" });
    field.value = text;
    (document.querySelector("dialog[open]") ?? document.body).append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
  toast(said);
}

export const thumbnail = (key, side) => `/thumbnail/${encodeURIComponent(key)}${side ? `?side=${side}` : ""}`;

// What stands in place of a picture that cannot be made: the server's sentence.
export async function problemOf(address) {
  try {
    return (await (await fetch(address)).json()).error ?? "There is no picture.";
  } catch {
    return "The server does not answer.";
  }
}
