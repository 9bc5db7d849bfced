// The numbers of a PyTorch tensor in row-major order as float32.
import { BYTES_PER_ELEMENT, type TorchDtype, type TorchTensor } from './pickle-value.ts';

type ReadElement = (view: DataView, byteOffset: number) => number;

const READERS: Readonly<Record<TorchDtype, ReadElement>> = {
  float64: (view, at) => view.getFloat64(at, true),
  float32: (view, at) => view.getFloat32(at, true),
  float16: (view, at) => halfToNumber(view.getUint16(at, true)),
  bfloat16: (view, at) => bfloat16ToNumber(view.getUint16(at, true)),
  int64: (view, at) => Number(view.getBigInt64(at, true)),
  int32: (view, at) => view.getInt32(at, true),
  uint8: (view, at) => view.getUint8(at),
};

/** @returns a copy, `tensor.elementCount` long, whatever the tensor's strides are */
export function float32Values(tensor: TorchTensor): Float32Array {
  const { bytes, dtype } = tensor.storage;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = READERS[dtype];
  const width = BYTES_PER_ELEMENT[dtype];
  const values = new Float32Array(tensor.elementCount);
  const index = tensor.shape.map(() => 0);
  let element = tensor.offset;
  for (let i = 0; i < values.length; i++) {
    values[i] = read(view, element * width);
    for (let axis = index.length - 1; axis >= 0; axis--) {
      element += tensor.stride[axis];
      if (++index[axis] < tensor.shape[axis]) break;
      element -= index[axis] * tensor.stride[axis];
      index[axis] = 0;
    }
  }
  return values;
}

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const word = new DataView(new ArrayBuffer(4));

/** The upper half of a float32. */
function bfloat16ToNumber(bits: number): number {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
}
