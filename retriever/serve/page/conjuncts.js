// The parts of a condition that "and" joins: one more is put beside them, and one of them is taken away again.

const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|[\p{L}_][\p{L}\p{N}_]*|\s+|[^]/gu;

// The parts, and whether all of it is one because "or" joins it. What has no sense as SQL is one part.
function read(where) {
  const cuts = [], open = { brackets: 0, cases: 0, between: 0 };
  let either = false;
  for (const { 0: token, index } of where.matchAll(TOKEN)) {
    const word = token.toLowerCase(), outside = !open.brackets && !open.cases;
    if ("([{".includes(token)) open.brackets += 1;
    else if (")]}".includes(token)) open.brackets -= 1;
    else if (word === "case") open.cases += 1;
    else if (word === "end") open.cases -= 1;
    else if (word === "between" && outside) open.between += 1;
    else if (word === "or" && outside) either = true;
    else if (word === "and" && outside) {
      if (open.between) open.between -= 1;
      else cuts.push(index);
    }
  }
  if (either || open.brackets || open.cases) return { parts: where.trim() ? [where.trim()] : [], either };
  const parts = [0, ...cuts.map((cut) => cut + 3)].map((start, place) => where.slice(start, cuts[place]).trim());
  return { parts: parts.filter(Boolean), either };
}

// The words and signs of a part, without spaces, capitals that do not count, and brackets around all of it.
export function words(part) {
  const found = [...bare(part).matchAll(TOKEN)].map(([token]) => token).filter((token) => token.trim());
  return found.map((token) => (/^"[a-z_]\w*"$/i.test(token) ? token.slice(1, -1) : token)).map((token) => (token.startsWith("'") ? token : token.toLowerCase()));
}

function bare(part) {
  const text = part.trim();
  if (!text.startsWith("(") || !text.endsWith(")")) return text;
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    depth += token === "(" ? 1 : token === ")" ? -1 : 0;
    if (!depth && index < text.length - 1) return text;
  }
  return depth ? text : bare(text.slice(1, -1));
}

const same = (one, other) => words(one).join("\n") === words(other).join("\n");

export const partsOf = (where) => read(where).parts;

// The condition with a part beside what there is, or without it where it is there.
export function turned(where, part) {
  const { parts, either } = read(where), rest = parts.filter((one) => !same(one, part));
  if (rest.length < parts.length) return rest.length === 1 && read(bare(rest[0])).either ? bare(rest[0]) : rest.join(" and ");
  return parts.length ? `${either ? `(${where.trim()})` : where.trim()} and ${part}` : part;
}
