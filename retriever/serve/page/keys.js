// What keys do outside of fields: go to the search box, over the hits, and act on the one that has the focus.

import { at } from "/parts.js";

const writes = (element) => element?.matches?.("input:not([type=checkbox]), textarea, select, audio, [contenteditable]");

export function listen(acting) {
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
    } else if (here >= 0 && document.activeElement.matches(".card, .look")) onCard(event, all[here].hit, acting);
  });
}

function onCard(event, hit, acting) {
  const todo = { Enter: acting.like, "-": acting.unlike, " ": acting.look }[event.key];
  if (todo) { event.preventDefault(); todo(hit); }
}
