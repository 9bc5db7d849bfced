// Records ONNX nodes as they are asked for, and what their gradients are.
import type { Dim, RuntimeDim } from '../ops.ts';
import type { Attribute, OnnxInitialiser, OnnxModel, OnnxNode, OnnxValue } from './onnx-format.ts';

/** A value of the graph. */
export interface GraphTensor {
  readonly name: string;
  readonly shape: readonly Dim[];
  /** True when the gradient towards it is wanted: it is, or was made from, a trained parameter. */
  readonly isTracked: boolean;
}

/** Gradient towards each input, in order; undefined for those that are not tracked. */
export type Backward = (gradient: GraphTensor) => readonly (GraphTensor | undefined)[];

interface TapeEntry {
  readonly inputs: readonly GraphTensor[];
  readonly output: GraphTensor;
  readonly backward: Backward;
}

export type Attributes = Readonly<Record<string, Attribute>>;

const SMALL_CONSTANT = 64;

function neededNodes(nodes: readonly OnnxNode[], outputs: readonly OnnxValue[]): OnnxNode[] {
  const needed = new Set(outputs.map(({ name }) => name));
  // Nodes stand in the order of their making: each after what it reads.
  const kept = nodes.toReversed().filter((node) => {
    const isNeeded = node.outputs.some((name) => needed.has(name));
    if (isNeeded) for (const name of node.inputs) needed.add(name);
    return isNeeded;
  });
  return kept.reverse();
}

/** What a node makes; a size left undefined is read off the value when the graph runs. */
export type ResultShape = readonly (Dim | undefined)[];

/** A graph in the making. */
export class Graph {
  /** What `differentiate` walks back over. */
  readonly tape: TapeEntry[] = [];
  readonly #nodes: OnnxNode[] = [];
  readonly #initialisers: OnnxInitialiser[] = [];
  readonly #inputs: OnnxValue[] = [];
  readonly #outputs: OnnxValue[] = [];
  readonly #smallConstants = new Map<string, GraphTensor>();
  #count = 0;

  /** Adds a node with one output. */
  emit(
    opType: string,
    inputs: readonly (GraphTensor | undefined)[],
    result: { readonly shape: ResultShape; readonly attributes?: Attributes },
  ): GraphTensor {
    const { shape, attributes } = result;
    return this.emitMany(opType, inputs, { shapes: [shape], attributes })[0];
  }

  /** Adds a node with several outputs, one a shape. */
  emitMany(
    opType: string,
    inputs: readonly (GraphTensor | undefined)[],
    result: { readonly shapes: readonly ResultShape[]; readonly attributes?: Attributes },
  ): readonly GraphTensor[] {
    const names = result.shapes.map(() => `v${this.#count++}`);
    this.#nodes.push({
      opType,
      inputs: inputs.map((tensor) => tensor?.name ?? ''),
      outputs: names,
      attributes: result.attributes ?? {},
    });
    return names.map((name, i) => this.#withSizes(name, result.shapes[i]));
  }

  /** A constant; equal small ones are stored once. */
  constant(values: Float32Array | BigInt64Array, shape: readonly number[]): GraphTensor {
    const isSmall = values.length <= SMALL_CONSTANT;
    const key = isSmall ? `${values.constructor.name} ${shape.join()} ${values.join()}` : '';
    const known = this.#smallConstants.get(key);
    if (known !== undefined) return known;
    const tensor: GraphTensor = { name: `c${this.#count++}`, shape, isTracked: false };
    this.#initialisers.push({ name: tensor.name, shape, values });
    if (isSmall) this.#smallConstants.set(key, tensor);
    return tensor;
  }

  /** An input of the model; a size given by name is known when it runs. */
  input(name: string, shape: readonly (number | string)[]): GraphTensor {
    this.#inputs.push({ name, shape });
    const known = shape.map((size) => (typeof size === 'number' ? size : undefined));
    return this.#withSizes(name, known);
  }

  /** Names a value as an output of the model. */
  output(name: string, tensor: GraphTensor, shape: readonly (number | string)[]): void {
    this.#nodes.push({
      opType: 'Identity',
      inputs: [tensor.name],
      outputs: [name],
      attributes: {},
    });
    this.#outputs.push({ name, shape });
  }

  /** Says what the gradient of `output` is, and tracks it when an input is tracked. */
  record(inputs: readonly GraphTensor[], output: GraphTensor, backward: Backward): GraphTensor {
    if (!inputs.some(({ isTracked }) => isTracked)) return output;
    const tracked = { ...output, isTracked: true };
    this.tape.push({ inputs, output: tracked, backward });
    return tracked;
  }

  /** The graph without what no output needs. */
  finish(): OnnxModel {
    const nodes = neededNodes(this.#nodes, this.#outputs);
    const read = new Set(nodes.flatMap((node) => node.inputs));
    const initialisers = this.#initialisers.filter(({ name }) => read.has(name));
    return { nodes, initialisers, inputs: this.#inputs, outputs: this.#outputs };
  }

  #withSizes(name: string, shape: ResultShape): GraphTensor {
    const sizes = shape.map((size, axis) => size ?? this.#sizeAtRuntime(name, axis));
    return { name, shape: sizes, isTracked: false };
  }

  /** An int64 value `[1]`; dropped at the end when nothing reads it. */
  #sizeAtRuntime(name: string, axis: number): RuntimeDim {
    const runtimeDim = `v${this.#count++}`;
    this.#nodes.push({
      opType: 'Shape',
      inputs: [name],
      outputs: [runtimeDim],
      attributes: { start: { i: axis }, end: { i: axis + 1 } },
    });
    return { runtimeDim };
  }
}
