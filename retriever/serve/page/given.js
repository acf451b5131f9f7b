// What is handed to the page: files that are chosen, pasted or dropped, and hits that are dragged onto the search box.

import { at, toast } from "/parts.js";

const HIT = "text/x-retriever-id";

// A hit goes along by its id. Its frame is what is dragged: a picture by itself would be offered as a file, and uploaded.
export function drag(event, hit) {
  event.dataTransfer.setData(HIT, hit.id);
  event.dataTransfer.setData("text/plain", `id:${hit.id}`);
  event.dataTransfer.effectAllowed = "copy";
}

// `take` is given the terms of files, and gives what is wrong with the question; `add` is given the id of a hit, `problem` a
// sentence; `largest` says how large files may be.
export function listen({ take, add, problem, largest }) {
  const upload = async (files) => {
    const terms = [], wrong = [];
    for (const file of files) {
      const got = file.size > largest() ? { error: tooLarge(file, largest()) } : await sent(file);
      if (got.error) wrong.push(got.error);
      else terms.push({ written: got.term, weight: 1 });
    }
    const said = terms.length ? await take(terms) : "";  // and what is said of files stays when the answer is drawn
    if (wrong.length) problem([said, ...wrong].filter(Boolean).join(" "));
  };
  at("file").addEventListener("change", () => { upload([...at("file").files]); at("file").value = ""; });
  at("choose").addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); at("file").click(); } });
  window.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    const isText = event.target.matches?.("input:not([type=checkbox], [type=range]), textarea") && event.clipboardData?.types.includes("text/plain");
    if (files.length && !isText) { event.preventDefault(); upload(files); }
  });
  onDrag(window, "Files", (is) => { at("drop").hidden = !is; }, (data) => upload([...data.files]));
  onDrag(at("top"), HIT, (is) => at("top").classList.toggle("takes", is), (data) => add(data.getData(HIT)));
}

// Calls `over` while something of a type is held over a place, and `dropped` when it falls there.
function onDrag(place, type, over, dropped) {
  let inside = 0;
  const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes(type);
  place.addEventListener("dragenter", (event) => { if (carries(event)) { inside++; over(true); } });
  place.addEventListener("dragleave", (event) => { if (carries(event) && --inside <= 0) { inside = 0; over(false); } });
  place.addEventListener("dragover", (event) => { if (carries(event)) event.preventDefault(); });
  place.addEventListener("drop", (event) => {
    inside = 0;
    over(false);
    if (carries(event)) { event.preventDefault(); dropped(event.dataTransfer); }
  });
}

const tooLarge = (file, largest) =>
  `${file.name} is larger than ${largest / 2 ** 20} MiB, the most that is taken here; ask with it by \`retriever query\`.`;

async function sent(file) {
  toast(`Reading ${file.name} …`);
  try {
    return await (await fetch(`/api/upload?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file })).json();
  } catch {
    return { error: "The server does not answer: start it again with `retriever serve`." };
  }
}
