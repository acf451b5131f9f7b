// A map on a canvas: points by group, pictures where there is room for them, hits, and the names of groups.

import { thumbnail } from "/parts.js";

const LOADED = 600, AT_ONCE = 4;  // pictures that are kept, and that are asked for at the same time
const LEAST = 30, MOST = 112;  // edge of a picture, in pixels
const MARKED = 44;  // the same of a hit, from afar
const NEAR = 2.5;  // zoom from which on names of kinds give way to those of groups
const RARE = 60;  // a kind of fewer than one in so many points, at zoom 1, leaves the room to groups
const MANY = 0.62;  // share of the space of a point, if all had as much, that its picture takes

const pictures = new Map();
let loading = 0, queue = [];

// A picture that is there; undefined while it is not.
export const pictureOf = (id) => (pictures.get(id)?.ready ? pictures.get(id).image : undefined);

// From places on the map, 0 to 1, to pixels of the canvas, and what a map of width 1 is across there.
export function projection({ view, size }) {
  const scale = Math.min(size.width, size.height) * 0.92 * view.zoom;
  return { scale, x: (x) => size.width / 2 + (x - view.x) * scale, y: (y) => size.height / 2 + (y - view.y) * scale };
}

// How large pictures are at this zoom; 0 where points are too near each other for any.
export function pictureSide(state) {
  const side = projection(state).scale * MANY / Math.sqrt(Math.max(16, state.map.count));
  return side < LEAST ? 0 : Math.min(MOST, side);
}

export function draw(canvas, state, redraw) {
  const { map, size } = state, at = projection(state), pen = canvas.getContext("2d");
  const sharp = window.devicePixelRatio || 1, theme = colours();
  pen.setTransform(sharp, 0, 0, sharp, 0, 0);
  pen.clearRect(0, 0, size.width, size.height);
  const seen = [];
  for (const place of map.order) {
    const x = at.x(map.x[place]), y = at.y(map.y[place]);
    if (x > -MOST && y > -MOST && x < size.width + MOST && y < size.height + MOST) seen.push(place);
  }
  points(pen, state, at, seen, theme);
  shown(pen, state, at, seen, theme, redraw);
  names(pen, state, at, theme);
  ranks(pen, state, at, theme);
  if (state.near >= 0) ring(pen, at.x(map.x[state.near]), at.y(map.y[state.near]), 9, theme.text, 2);
}

function colours() {
  const style = getComputedStyle(document.documentElement), named = (name) => style.getPropertyValue(`--${name}`).trim();
  return { page: named("page"), text: named("text"), dim: named("dim"), accent: named("accent"), well: named("well"), top: named("well-top"),
    dark: window.matchMedia("(prefers-color-scheme: dark)").matches };
}

// Groups of one kind are much alike in colour, kinds that follow each other far apart: the golden angle.
function colourOf({ groups }, group, theme, strong) {
  return group < 0 ? theme.dim : colourOfKind(groups[group].kind, theme, strong, (group % 5 - 2) * 8);
}

function colourOfKind(kind, theme, strong, aside = 0) {
  const turn = Math.round((kind * 137.508 + 210 + aside) % 360);
  return `hsl(${turn} ${theme.dark ? 62 : 58}% ${theme.dark ? (strong ? 72 : 64) : (strong ? 32 : 45)}%)`;
}

function points(pen, { map, hits, view }, at, seen, theme) {
  const radius = Math.min(5, Math.max(1.6, 60 / Math.sqrt(map.count) * Math.sqrt(view.zoom)));
  pen.globalAlpha = hits.size ? 0.28 : 0.85;
  let group = -2;
  for (const place of seen) {
    if (map.group[place] !== group) {
      if (group > -2) pen.fill();
      group = map.group[place];
      pen.fillStyle = colourOf(map, group, theme);
      pen.beginPath();
    }
    const x = at.x(map.x[place]), y = at.y(map.y[place]);
    pen.moveTo(x + radius, y);
    pen.arc(x, y, radius, 0, 7);
  }
  if (group > -2) pen.fill();
  pen.globalAlpha = 1;
}

// Pictures, each where it lies on no other; those of hits first, which stand out from afar, too.
function shown(pen, state, at, seen, theme, redraw) {
  const { map, hits } = state, side = pictureSide(state), wanted = [], taken = grid();
  state.pictured = [];
  const near = (place) => Math.hypot(at.x(map.x[place]) - state.size.width / 2, at.y(map.y[place]) - state.size.height / 2);
  const first = [...hits.keys()].map((place) => [place, Math.max(side, MARKED)]);
  // In an order that does not change while one moves, so that pictures stay where they are.
  const others = side ? [...seen].sort((one, other) => one - other).filter((place) => !hits.has(place)).map((place) => [place, side]) : [];
  for (const [place, edge] of [...first, ...others]) {
    const box = [at.x(map.x[place]) - edge / 2, at.y(map.y[place]) - edge / 2, edge, edge];
    if (map.notes.has(place) || pictures.get(map.ids[place])?.failed || !inside(box, state.size) || !taken.take(box)) continue;
    const picture = pictureOf(map.ids[place]);
    if (!picture) { wanted.push(place); continue; }
    state.pictured.push([place, box]);
    framed(pen, picture, box, hits.has(place) ? theme.accent : colourOf(map, map.group[place], theme), theme, hits.has(place) ? 3 : 1.5);
  }
  queue = wanted.sort((one, other) => near(one) - near(other)).map((place) => map.ids[place]);
  load(redraw);
}

function framed(pen, picture, [x, y, edge], colour, theme, width) {
  const ground = pen.createLinearGradient(0, y, 0, y + edge);
  ground.addColorStop(0, theme.top);
  ground.addColorStop(1, theme.well);
  pen.beginPath();
  pen.roundRect(x, y, edge, edge, edge / 8);
  pen.save();
  pen.fillStyle = ground;
  pen.fill();
  pen.clip();
  const share = edge / Math.max(picture.naturalWidth, picture.naturalHeight), width_ = picture.naturalWidth * share, height = picture.naturalHeight * share;
  pen.drawImage(picture, x + (edge - width_) / 2, y + (edge - height) / 2, width_, height);
  pen.restore();
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke();
}

// Of hits with a picture the rank, of others, which another picture may cover, a dot.
function ranks(pen, { map, hits, pictured }, at, theme) {
  const boxes = new Map(pictured);
  for (const [place, rank] of [...hits].reverse()) {
    const x = at.x(map.x[place]), y = at.y(map.y[place]), box = boxes.get(place);
    if (box) { written(pen, String(rank), box[0] + 2, box[1] + 4, theme.accent, theme, "700 13px system-ui, sans-serif"); continue; }
    pen.fillStyle = theme.accent;
    pen.beginPath();
    pen.arc(x, y, 4, 0, 7);
    pen.fill();
    ring(pen, x, y, 4.5, theme.page, 1.5);
  }
}

function ring(pen, x, y, radius, colour, width) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 7);
  pen.lineWidth = width;
  pen.strokeStyle = colour;
  pen.stroke();
}

// Names of groups, largest first, each where it lies on no other and on no picture; more of them as one comes nearer.
function names(pen, state, at, theme) {
  const taken = grid(), room = pictureSide(state) / 2;
  for (const [, box] of state.pictured) taken.take(box);
  pen.globalAlpha = state.hits.size ? 0.6 : 1;
  if (state.view.zoom < NEAR) kinds(pen, state, at, theme, taken);
  for (const [number, { label, items, x, y }] of state.map.groups.entries()) {
    const left = at.x(x), top = at.y(y);
    if (left < -80 || top < -20 || left > state.size.width + 80 || top > state.size.height + 20) continue;
    const large = Math.min(17, 11.5 + 1.6 * Math.log10(items)), font = `${items > 3 ? 650 : 500} ${large}px system-ui, sans-serif`;
    const text = shortened(label);
    pen.font = font;
    const width = pen.measureText(text).width;
    for (const off of room ? [-room - 8, room + 9, -2 * room - 9, 2 * room + 10] : [-9]) {
      if (!taken.take([left - width / 2 - 3, top + off - large / 2 - 2, width + 6, large + 4])) continue;
      written(pen, text, left, top + off, colourOf(state.map, number, theme, true), theme, font);
      break;
    }
  }
  pen.globalAlpha = 1;
}

// From afar, the names of what several groups are kinds of, as atlases write those of countries.
function kinds(pen, state, at, theme, taken) {
  pen.letterSpacing = "2px";
  for (const { label, items, x, y, number } of state.map.kinds) {
    if (items * state.view.zoom ** 2 < state.map.count / RARE) continue;
    const large = Math.min(17, 10 + 2.2 * Math.log10(items)), font = `700 ${large}px system-ui, sans-serif`;
    const text = shortened(label).toLocaleUpperCase("en"), left = at.x(x), top = at.y(y);
    pen.font = font;
    const width = pen.measureText(text).width;
    for (const off of [0, -26, 26, -52, 52]) {
      if (!taken.take([left - width / 2 - 4, top + off - large / 2 - 3, width + 8, large + 6])) continue;
      written(pen, text, left, top + off, colourOfKind(number, theme, true), theme, font);
      break;
    }
  }
  pen.letterSpacing = "0px";
}

// At most 30 characters, none of them half an emoji.
export const shortened = (label) => (label.length > 30 && [...label].length > 30 ? `${[...label].slice(0, 29).join("")}…` : label);

function written(pen, text, x, y, colour, theme, font) {
  pen.font = font;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  pen.lineWidth = 4;
  pen.strokeStyle = theme.page;
  pen.strokeText(text, x, y);
  pen.fillStyle = colour;
  pen.fillText(text, x, y);
}

const inside = ([x, y, width, height], size) => x + width > 0 && y + height > 0 && x < size.width && y < size.height;

// Boxes that do not overlap, looked up by the cells that they reach into.
function grid(cell = 64) {
  const cells = new Map();
  return {
    take([x, y, width, height]) {
      const keys = [];
      for (let column = Math.floor(x / cell); column <= Math.floor((x + width) / cell); column++)
        for (let row = Math.floor(y / cell); row <= Math.floor((y + height) / cell); row++) keys.push(column * 65536 + row);
      for (const key of keys) for (const [left, top, wide, high] of cells.get(key) ?? [])
        if (x < left + wide && left < x + width && y < top + high && top < y + height) return false;
      for (const key of keys) cells.set(key, [...(cells.get(key) ?? []), [x, y, width, height]]);
      return true;
    },
  };
}

// A few at a time, what is nearest to the middle first; what is not looked at any more is not asked for.
function load(redraw) {
  while (loading < AT_ONCE && queue.length) {
    const id = queue.shift();
    if (pictures.has(id)) continue;
    const kept = { image: new Image(), ready: false, failed: false }, done = (name) => () => { kept[name] = true; loading--; redraw(); };
    for (const oldest of pictures.keys()) { if (pictures.size < LOADED) break; pictures.delete(oldest); }
    pictures.set(id, kept);
    loading++;
    kept.image.addEventListener("load", done("ready"));
    kept.image.addEventListener("error", done("failed"));
    kept.image.src = thumbnail(id);
  }
}
