// A closer look at a hit: a model that can be turned, a large picture, a sound, or words.

import { acts, heard, path, shares } from "/cards.js";
import { make, problemOf, signed, thumbnail } from "/parts.js";
import { view } from "/viewer.js";

const dialog = document.getElementById("look"), stage = document.getElementById("stage");
let shown = 0, end = () => {}, turn = () => {};

export function look(hit, told, found, act) {
  const mine = ++shown;
  const finish = (todo) => (one) => { dialog.close(); todo(one); };
  document.getElementById("about").replaceChildren(
    make("h2", {}, told.title), path(hit, found), hit.caption ? make("p", { class: "caption" }, hit.caption) : "",
    make("dl", {}, ...facts(hit, told)), found.terms.length > 1 ? shares(hit, found.terms, Math.max(1e-9, ...hit.shares.map(Math.abs))) : "", heard(hit, told),
    acts(hit, { like: finish(act.like), unlike: finish(act.unlike) }),
    make("div", { class: "acts" }, turner(-1, "‹ Previous"), turner(1, "Next ›")));
  end();
  end = () => {};
  if (hit.modality === "shape") model(hit, told, () => mine !== shown);
  else picture(hit, told);
  if (dialog.open) dialog.focus();
  else dialog.showModal();
  turn = (step) => { const next = act.beside(hit, step); if (next) act.look(next); };
  for (const button of dialog.querySelectorAll("[data-step]")) button.disabled = !act.beside(hit, Number(button.dataset.step));
}

const turner = (step, words) => make("button", { type: "button", "data-step": step, title: step > 0 ? "Page Down" : "Page Up",
  onclick: () => turn(step) }, words);

function facts(hit, told) {
  const all = { rank: hit.rank, score: hit.score === undefined ? "" : signed(hit.score), sure: hit.confidence === undefined ? "" : `${Math.round(100 * hit.confidence)}%`,
    fused: hit.fused?.toFixed(4), measure: told.measured, label: hit.label, id: hit.id, in: hit.root };
  return Object.entries(all).filter(([, value]) => value).map(([name, value]) =>
    make("div", {}, make("dt", {}, name), make("dd", {}, String(value))));
}

function picture(hit, told) {
  const source = thumbnail(hit.id, 960), image = make("img", { src: source, alt: told.title, draggable: "false" });
  image.addEventListener("error", async () => stage.replaceChildren(make("p", {}, await problemOf(source))));
  stage.replaceChildren(image);
}

async function model(hit, told, stopped) {
  const canvas = make("canvas", { tabindex: "0", "aria-label": `${told.title}; turn it with the pointer or the arrow keys` });
  const hint = make("p", { class: "hint" }, "Loading …");
  stage.replaceChildren(canvas, hint);
  try {
    const model = await view(canvas, `/mesh/${hit.id}`, stopped);
    if (!model) return;
    end = model.end;
    const less = model.shown < model.whole ? `, simplified from ${model.whole.toLocaleString("en")} to ${Math.round(model.shown).toLocaleString("en")}` : "";
    hint.textContent = `Drag to turn, scroll to zoom${less}`;
    canvas.focus({ preventScroll: true });
  } catch (error) {
    if (stopped()) return;
    picture(hit, told);  // drawn by the server, or why it cannot be
  }
}

dialog.addEventListener("close", () => { shown++; end(); end = () => {}; stage.replaceChildren(); });
dialog.addEventListener("keydown", (event) => {
  const step = { PageDown: 1, PageUp: -1 }[event.key];
  if (step) { event.preventDefault(); turn(step); }
});
dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
document.getElementById("shut").addEventListener("click", () => dialog.close());
