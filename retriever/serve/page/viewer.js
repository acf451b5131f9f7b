// A 3D model that turns with the pointer: the bytes of /mesh/ID (see retriever/serve/mesh.py), drawn with WebGL.

const VERTEX = `
attribute vec3 place; attribute vec4 normal; attribute vec4 color;
uniform mat4 view; uniform mat4 lens; uniform float size;
varying vec3 facing; varying vec3 seen; varying vec3 paint;
void main() {
  vec4 at = view * vec4(place, 1.0);
  facing = (view * vec4(normal.xyz, 0.0)).xyz; seen = at.xyz; paint = color.rgb;
  gl_Position = lens * at; gl_PointSize = size / -at.z;
}`;

const FRAGMENT = `
precision highp float;
uniform bool cloud;
varying vec3 facing; varying vec3 seen; varying vec3 paint;
void main() {
  vec3 base = pow(paint, vec3(2.2)), light = vec3(0.95);
  if (cloud) {
    if (length(gl_PointCoord - 0.5) > 0.5) discard;
  } else {
    vec3 n = normalize(facing + vec3(1e-6)), eye = normalize(-seen);
    if (dot(n, eye) < 0.0) n = -n;
    float key = max(dot(n, normalize(vec3(-0.45, 0.8, 0.65))), 0.0), fill = max(dot(n, normalize(vec3(0.8, 0.1, 0.5))), 0.0);
    light = mix(vec3(0.26, 0.25, 0.25), vec3(0.50, 0.52, 0.55), 0.5 + 0.5 * n.y) + vec3(0.62) * key + vec3(0.16) * fill;
  }
  gl_FragColor = vec4(pow(base * light, vec3(1.0 / 2.2)), 1.0);
}`;

// Draws a model on a canvas; gives how much of it is shown, and what ends it. Rejects with the sentence to show instead.
export async function view(canvas, address, stopped) {
  const gl = canvas.getContext("webgl", { antialias: true, alpha: true, premultipliedAlpha: true });
  if (!gl) throw new Error("This browser has no WebGL.");
  const answer = await fetch(address);
  if (!answer.ok) throw new Error((await answer.json()).error);
  const data = await answer.arrayBuffer();
  if (stopped()) return null;
  const [isMesh, count, whole] = new Uint32Array(data, 0, 4);
  const program = linked(gl);
  feed(gl, program, data, count);
  const at = (name) => gl.getUniformLocation(program, name);
  const camera = { yaw: 33, pitch: 20, far: 3.2 };
  gl.enable(gl.DEPTH_TEST);
  let waiting = 0;
  const draw = () => {
    waiting = 0;
    const dense = Math.min(window.devicePixelRatio || 1, 2);
    const [width, height] = [canvas.clientWidth * dense, canvas.clientHeight * dense].map(Math.round);
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    gl.viewport(0, 0, width, height);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.uniformMatrix4fv(at("view"), false, turned(camera));
    gl.uniformMatrix4fv(at("lens"), false, lens(width / Math.max(1, height)));
    gl.uniform1i(at("cloud"), isMesh ? 0 : 1);
    gl.uniform1f(at("size"), Math.max(3, (1.6 * height) / Math.sqrt(count)) * 3);
    gl.drawArrays(isMesh ? gl.TRIANGLES : gl.POINTS, 0, count);
  };
  const soon = () => { waiting ||= requestAnimationFrame(draw); };
  const watching = new ResizeObserver(soon);
  watching.observe(canvas);
  steer(canvas, camera, soon);
  soon();
  return { whole, shown: isMesh ? count / 3 : count, end: () => { watching.disconnect(); gl.getExtension("WEBGL_lose_context")?.loseContext(); } };
}

function linked(gl) {
  const program = gl.createProgram();
  for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error("The model cannot be drawn by this browser.");
  gl.useProgram(program);
  return program;
}

function feed(gl, program, data, count) {
  const parts = [
    ["place", 3, gl.FLOAT, false, 16, count * 12],
    ["normal", 4, gl.BYTE, true, 16 + count * 12, count * 4],
    ["color", 4, gl.UNSIGNED_BYTE, true, 16 + count * 16, count * 4],
  ];
  for (const [name, size, kind, scaled, start, length] of parts) {
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, new Uint8Array(data, start, length), gl.STATIC_DRAW);
    const place = gl.getAttribLocation(program, name);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, size, kind, scaled, 0, 0);
  }
}

function turned({ yaw, pitch, far }) {
  const [a, b] = [(yaw * Math.PI) / 180, (pitch * Math.PI) / 180];
  const [ca, sa, cb, sb] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)];
  return [ca, -sa * sb, sa * cb, 0, 0, cb, sb, 0, -sa, -ca * sb, ca * cb, 0, 0, 0, -far, 1];  // as retriever.drawing.render
}

function lens(aspect) {
  const focal = 1 / Math.tan((Math.min(1, aspect) * 38 * Math.PI) / 360), near = 0.05, distant = 20;
  return [focal / aspect, 0, 0, 0, 0, focal, 0, 0, 0, 0, (near + distant) / (near - distant), -1, 0, 0, (2 * near * distant) / (near - distant), 0];
}

function steer(canvas, camera, soon) {
  const fingers = new Map();
  const turn = (dx, dy) => {
    camera.yaw -= dx;
    camera.pitch = Math.min(89, Math.max(-89, camera.pitch + dy));
    soon();
  };
  const zoom = (factor) => { camera.far = Math.min(8, Math.max(1.2, camera.far * factor)); soon(); };
  const apart = () => { const [p, q] = [...fingers.values()]; return Math.hypot(p.x - q.x, p.y - q.y); };
  canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); fingers.set(event.pointerId, { x: event.clientX, y: event.clientY }); });
  canvas.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const old = fingers.size === 2 ? apart() : 0;
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (old) zoom(old / Math.max(1, apart()));
    else turn((event.clientX - before.x) * 0.4, (event.clientY - before.y) * 0.4);
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => fingers.delete(event.pointerId));
  canvas.addEventListener("wheel", (event) => { event.preventDefault(); zoom(Math.exp(event.deltaY * 0.001)); }, { passive: false });
  canvas.addEventListener("dblclick", () => { Object.assign(camera, { yaw: 33, pitch: 20, far: 3.2 }); soon(); });
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [12, 0], ArrowRight: [-12, 0], ArrowUp: [0, 12], ArrowDown: [0, -12] }[event.key];
    if (step) { event.preventDefault(); turn(...step); }
    if (event.key === "+" || event.key === "-") zoom(event.key === "+" ? 0.9 : 1.1);
  });
}
