// Read what core/conv_lab/packing.py packed: a JSON header and typed arrays.
const ARRAY_TYPES = { float32: Float32Array, float64: Float64Array, uint8: Uint8Array };

function unpack(bytes) {
  const own = bytes.slice(); // typed arrays need a buffer that starts at a multiple of 8
  const length = new DataView(own.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(own.subarray(4, 4 + length)));
  const start = Math.ceil((4 + length) / 8) * 8;
  const arrays = {};
  for (const [name, { dtype, shape, offset }] of Object.entries(header.arrays)) {
    const count = shape.reduce((product, size) => product * size, 1);
    arrays[name] = { shape, values: new ARRAY_TYPES[dtype](own.buffer, start + offset, count) };
  }
  return { header, arrays };
}
