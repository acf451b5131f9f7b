// Moving about on the map: drag, wheel, pinch and keys; what the pointer is on, and what a click opens.

import { projection } from "/map_drawing.js";
import { at } from "/parts.js";

const NEAREST = 1, FARTHEST = 400;  // zoom: the whole map, and a few points of many
const STILL = 5, REACH = 14;  // pixels: a pointer that moved less has not moved; how far it may be from a point

export function moves(canvas, state, { redraw, point, tell, open }) {
  const held = new Map();
  let moved = 0, apart = 0;

  const here = (event) => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  const shift = (right, down) => { const { scale } = projection(state); state.view.x -= right / scale; state.view.y -= down / scale; bound(); };
  const bound = () => {
    for (const axis of ["x", "y"]) state.view[axis] = Math.min(1.1, Math.max(-0.1, state.view[axis]));
    redraw();
  };
  // What is at a place of the canvas stays there.
  const zoom = (by, x = state.size.width / 2, y = state.size.height / 2) => {
    const before = projection(state), { width, height } = state.size;
    const left = state.view.x + (x - width / 2) / before.scale, top = state.view.y + (y - height / 2) / before.scale;
    state.view.zoom = Math.min(FARTHEST, Math.max(NEAREST, state.view.zoom * by));
    const { scale } = projection(state);
    state.view.x = left - (x - width / 2) / scale;
    state.view.y = top - (y - height / 2) / scale;
    if (state.view.zoom === NEAREST) Object.assign(state.view, { x: 0.5, y: 0.5 });
    bound();
  };
  const whole = () => { Object.assign(state.view, { x: 0.5, y: 0.5, zoom: 1 }); redraw(); };
  const middle = () => {
    const { width, height } = state.size, place = nearest(state, width / 2, height / 2, Math.max(width, height) / 3), { x, y } = projection(state);
    if (place >= 0) point(place, x(state.map.x[place]), y(state.map.y[place]));
    else point(-1);
    tell();
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;  // a menu is asked for, say
    canvas.setPointerCapture(event.pointerId);
    held.set(event.pointerId, here(event));
    if (held.size === 1) moved = 0;
    apart = 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = here(event), before = held.get(event.pointerId);
    if (!before) { point(nearest(state, x, y, REACH), x, y); return; }
    moved += Math.hypot(x - before[0], y - before[1]);
    held.set(event.pointerId, [x, y]);
    if (held.size === 1 && moved > STILL) { point(-1); shift(x - before[0], y - before[1]); }
    if (held.size === 2) {
      const [one, other] = [...held.values()], distance = Math.hypot(one[0] - other[0], one[1] - other[1]);
      shift((x - before[0]) / 2, (y - before[1]) / 2);
      if (apart) zoom(distance / apart, (one[0] + other[0]) / 2, (one[1] + other[1]) / 2);
      apart = distance;
    }
  });
  const let_go = (event) => {
    const was = held.delete(event.pointerId), [x, y] = here(event);
    apart = 0;
    if (event.type === "pointerup" && was && !held.size && moved <= STILL) open(nearest(state, x, y, event.pointerType === "touch" ? 2 * REACH : REACH));
  };
  canvas.addEventListener("pointerup", let_go);
  canvas.addEventListener("pointercancel", let_go);
  canvas.addEventListener("pointerleave", () => point(-1));
  canvas.addEventListener("blur", () => point(-1));
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 18 : 1;
    zoom(Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0016)), ...here(event));
    point(nearest(state, ...here(event), REACH), ...here(event));
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !state.map) return;
    const step = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key];
    const by = { "+": 1.4, "=": 1.4, "-": 1 / 1.4, 0: 0 }[event.key];
    if (step) shift(...step);
    else if (by !== undefined) by ? zoom(by) : whole();
    else if ((event.key === "Enter" || event.key === " ") && state.near >= 0) open(state.near);
    else return;
    event.preventDefault();
    event.stopPropagation();
    if (step || by !== undefined) middle();
  });
  at("zooms").addEventListener("click", (event) => {
    const by = event.target.dataset?.by;
    if (by !== undefined) Number(by) ? zoom(Number(by)) : whole();
  });
}

// The point nearest to a place of the canvas, or the one whose picture is there; -1 where none is within reach.
function nearest({ map, view, size, pictured, hits }, x, y, reach) {
  if (!map) return -1;
  for (const [place, [left, top, wide, high]] of pictured ?? []) if (x >= left && x < left + wide && y >= top && y < top + high) return place;
  const { scale } = projection({ view, size }), left = view.x + (x - size.width / 2) / scale, top = view.y + (y - size.height / 2) / scale;
  let best = (reach / scale) ** 2, found = -1;
  for (let place = 0; place < map.count; place++) {
    const away = ((map.x[place] - left) ** 2 + (map.y[place] - top) ** 2) * (hits.has(place) ? 0.25 : 1);
    if (away < best) { best = away; found = place; }
  }
  return found;
}
