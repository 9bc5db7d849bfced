// The part of the ONNX file format that is written here, and its encoding.
import protobuf from 'protobufjs';

/** Field numbers as in onnx.proto of the ONNX project, https://github.com/onnx/onnx (IR version 9). */
const SCHEMA = `
syntax = "proto2";
package onnx;
message AttributeProto {
  optional string name = 1;
  optional float f = 2;
  optional int64 i = 3;
  optional bytes s = 4;
  repeated int64 ints = 8;
  optional int32 type = 20;
}
message NodeProto {
  repeated string input = 1;
  repeated string output = 2;
  optional string name = 3;
  optional string opType = 4;
  repeated AttributeProto attribute = 5;
}
message TensorProto {
  repeated int64 dims = 1;
  optional int32 dataType = 2;
  optional string name = 8;
  optional bytes rawData = 9;
}
message Dimension {
  optional int64 dimValue = 1;
  optional string dimParam = 2;
}
message TensorShapeProto { repeated Dimension dim = 1; }
message TensorTypeProto {
  optional int32 elemType = 1;
  optional TensorShapeProto shape = 2;
}
message TypeProto { optional TensorTypeProto tensorType = 1; }
message ValueInfoProto {
  optional string name = 1;
  optional TypeProto type = 2;
}
message GraphProto {
  repeated NodeProto node = 1;
  optional string name = 2;
  repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11;
  repeated ValueInfoProto output = 12;
}
message OperatorSetIdProto {
  optional string domain = 1;
  optional int64 version = 2;
}
message ModelProto {
  optional int64 irVersion = 1;
  optional string producerName = 2;
  optional GraphProto graph = 7;
  repeated OperatorSetIdProto opsetImport = 8;
}
`;

/** An attribute of a node: one field is set. */
export type Attribute =
  | { readonly i: number }
  | { readonly f: number }
  | { readonly s: string }
  | { readonly ints: readonly number[] };

export interface OnnxNode {
  readonly opType: string;
  /** An empty name is an input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface OnnxInitialiser {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

/** An input or output of the model, float32; a string names a size that is known when it runs. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

export interface OnnxModel {
  readonly nodes: readonly OnnxNode[];
  readonly initialisers: readonly OnnxInitialiser[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

const IR_VERSION = 9;
const OPSET_VERSION = 20;
/** TensorProto.DataType. */
const DATA_TYPE = { float: 1, int64: 7 } as const;
/** AttributeProto.AttributeType. */
const ATTRIBUTE_TYPE = { f: 1, i: 2, s: 3, ints: 7 } as const;

const modelType = protobuf.parse(SCHEMA).root.lookupType('onnx.ModelProto');

function attributeProto([name, value]: [string, Attribute]): object {
  if ('i' in value) return { name, i: value.i, type: ATTRIBUTE_TYPE.i };
  if ('f' in value) return { name, f: value.f, type: ATTRIBUTE_TYPE.f };
  if ('s' in value) return { name, s: Buffer.from(value.s), type: ATTRIBUTE_TYPE.s };
  return { name, ints: value.ints, type: ATTRIBUTE_TYPE.ints };
}

function nodeProto(node: OnnxNode, index: number): object {
  return {
    name: `${node.opType}_${index}`,
    opType: node.opType,
    input: node.inputs,
    output: node.outputs,
    attribute: Object.entries(node.attributes).map(attributeProto),
  };
}

/** rawData is little-endian, as is every machine that onnxruntime-node runs on. */
function tensorProto({ name, shape, values }: OnnxInitialiser): object {
  return {
    name,
    dims: shape,
    dataType: values instanceof Float32Array ? DATA_TYPE.float : DATA_TYPE.int64,
    rawData: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  };
}

function valueProto({ name, shape }: OnnxValue): object {
  const dim = shape.map((size) =>
    typeof size === 'number' ? { dimValue: size } : { dimParam: size },
  );
  return { name, type: { tensorType: { elemType: DATA_TYPE.float, shape: { dim } } } };
}

/** The bytes of an .onnx file. */
export function encodeOnnx(model: OnnxModel): Uint8Array {
  const message = {
    irVersion: IR_VERSION,
    producerName: 'cinemyops-node',
    opsetImport: [{ domain: '', version: OPSET_VERSION }],
    graph: {
      name: 'cinemyops',
      node: model.nodes.map(nodeProto),
      initializer: model.initialisers.map(tensorProto),
      input: model.inputs.map(valueProto),
      output: model.outputs.map(valueProto),
    },
  };
  return modelType.encode(message).finish();
}
