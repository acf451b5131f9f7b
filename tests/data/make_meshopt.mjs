// Makes meshopt.json: streams of every mode, filter and version, as meshoptimizer 1.2 of npm writes and reads them.
//
// Run in a folder where `npm install meshoptimizer` was run, with the file to write: node make_meshopt.mjs meshopt.json

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const found = createRequire(path.resolve("x.js")).resolve("meshoptimizer");
const { MeshoptDecoder: Decoder, MeshoptEncoder: Encoder } = await import(pathToFileURL(found));
await Promise.all([Decoder.ready, Encoder.ready]);

const made = [];
let seed = 1;
const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;

function add(what, data, count, byteStride, mode, filter = "NONE") {
  const decoded = new Uint8Array(count * byteStride);
  Decoder.decodeGltfBuffer(decoded, count, byteStride, data, mode, filter);
  const text = (bytes) => Buffer.from(bytes).toString("base64");
  const exact = filter === "NONE" && { sha256: createHash("sha256").update(decoded).digest("hex") };
  made.push({ what, count, byteStride, mode, filter, data: text(data), ...(exact || { decoded: text(decoded) }) });
}

// Slow and fast changes, of bytes, of 16 bits, of 32 bits and of floats, zeros and noise; 272 elements are two blocks.
const count = 272, stride = 20;
const bytes = new Uint8Array(count * stride), view = new DataView(bytes.buffer);
for (let i = 0; i < count; i++) {
  const at = i * stride;
  view.setUint16(at, i * 7 + (random() < 0.1 ? 900 : 0), true);
  view.setUint16(at + 2, 60000 - i * 300, true);
  view.setFloat32(at + 4, Math.sin(i / 9), true);
  view.setUint32(at + 8, 0x10000 << (i % 5), true);
  bytes[at + 16] = Math.floor(random() * 3);
  bytes[at + 17] = Math.floor(random() * 256);
  bytes[at + 19] = i / 50;
  view.setUint32(at + 12, i * 0x01000193, true);
}
function attributes(what, few, level, version) {
  const data = Encoder.encodeVertexBufferLevel(bytes.slice(0, few * stride), few, stride, level, version);
  add(what, data, few, stride, "ATTRIBUTES");
}
for (const [version, level] of [[0, 0], [1, 0], [1, 2], [1, 3]])
  attributes(`version ${version}, level ${level}`, count, level, version);
for (const few of [1, 16, 17])
  attributes(`${few} elements`, few, 3, 1);

// A grid of 6 x 6, twice, its triangles also in disorder.
const grid = [];
for (let y = 0; y < 6; y++) for (let x = 0; x < 6; x++) {
  const a = y * 7 + x;
  grid.push([a, a + 7, a + 1], [a + 1, a + 7, a + 8]);
}
const mixed = grid.map((each) => [random(), each]).sort((a, b) => a[0] - b[0]).map((each) => each[1]);
const orders = { grid: [...grid, ...grid], mixed, far: mixed.map((each) => each.map((i) => i * 1000)) };
for (const [what, order] of Object.entries(orders)) {
  const indices = new Uint32Array(order.flat()), raw = new Uint8Array(indices.buffer);
  add(what, Encoder.encodeIndexBuffer(raw, indices.length, 4), indices.length, 4, "TRIANGLES");
  add(what, Encoder.encodeIndexSequence(raw, indices.length, 4), indices.length, 4, "INDICES");
}
const short = new Uint16Array(mixed.flat());
add("16 bits", Encoder.encodeIndexBuffer(new Uint8Array(short.buffer), short.length, 2), short.length, 2, "TRIANGLES");

const vectors = (length, low) => {
  const out = new Float32Array(48 * 4);
  for (let i = 0; i < 48; i++) {
    const one = [0, 1, 2, 3].map(() => low + random() * (1 - low)), norm = Math.hypot(...one.slice(0, length));
    one.forEach((value, j) => (out[i * 4 + j] = low < 0 && j < length ? value / norm : value));
  }
  return out;
};
const filters = [
  ["OCTAHEDRAL", 4, 8, 3], ["OCTAHEDRAL", 8, 12, 3], ["QUATERNION", 8, 12, 4], ["EXPONENTIAL", 16, 15, 0],
  ["COLOR", 4, 8, 0], ["COLOR", 8, 10, 0],
];
const named = { OCTAHEDRAL: "Oct", QUATERNION: "Quat", EXPONENTIAL: "Exp", COLOR: "Color" };
for (const [filter, size, bits, length] of filters) {
  const source = vectors(length, filter === "COLOR" ? 0 : -1);
  const filtered = Encoder[`encodeFilter${named[filter]}`](source, 48, size, bits);
  add(`${bits} bits`, Encoder.encodeVertexBuffer(filtered, 48, size), 48, size, "ATTRIBUTES", filter);
}

fs.writeFileSync(process.argv[2], "[\n" + made.map((each) => JSON.stringify(each)).join(",\n") + "\n]\n");
