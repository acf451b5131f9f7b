// What is asked: it stands in the address, so that back, forward and bookmarks work.

export const PAGE = 24, MOST = 10000;

// What narrows, orders or combines: the keyword of the API, whose control has the same id, and the option of the command.
export const SETTINGS = { where: "--where", min_confidence: "--min-confidence", diverse: "--diverse", expand: "--expand", unique: "--unique",
  combine: "--combine", minus: "--minus", center: "--center", unbalanced: "--unbalanced" };
export const SWITCHES = ["unique", "center", "unbalanced"];
export const ASKED = ["q", "to", "view", ...Object.keys(SETTINGS)];

export function asked() {
  const given = new URLSearchParams(location.search);
  const value = (name) => (SWITCHES.includes(name) && given.get(name) !== "true" ? "" : given.get(name) ?? "");
  return { ...Object.fromEntries(ASKED.map((name) => [name, value(name)])), k: Number(given.get("k")) || PAGE };
}

// What is asked after a change; another question begins with one page again.
export function changed(change) {
  const next = { ...asked(), ...change };
  return ASKED.some((name) => name in change) ? { ...next, k: PAGE } : next;
}

export function address(question) {
  const given = new URLSearchParams();
  for (const name of ASKED) if (question[name]) given.set(name, question[name]);
  if (question.k !== PAGE) given.set("k", question.k);
  return `${given}` ? `/?${given}` : "/";
}

const shell = (text) => `'${text.replace(/'/g, "'\\''")}'`;

// The same for a terminal, wherever it stands.
export function command(question, index) {
  const of = index ? ` --index ${shell(index)}` : "";
  if (!question.q) return `retriever items${of}${question.where ? ` --where=${shell(question.where)}` : ""} --to ${shell(question.to)} -k ${question.k}`;
  const set = Object.entries(SETTINGS).filter(([name]) => question[name])
    .map(([name, option]) => ` ${option}${SWITCHES.includes(name) ? "" : `=${shell(question[name])}`}`).join("");
  const options = `${of}${set}${question.to ? ` --to ${shell(question.to)}` : ""} -k ${question.k}`;
  // What begins with a minus would be taken for an option.
  return question.q.startsWith("-") ? `retriever query${options} -- ${shell(question.q)}` : `retriever query ${shell(question.q)}${options}`;
}
