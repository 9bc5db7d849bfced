// The stack and memo of the pickle machine.
import type { ByteCursor } from './byte-cursor.ts';
import { damagedCheckpoint } from './checkpoint-error.ts';
import { PickleTuple, type PickleValue, type TorchStorage } from './pickle-value.ts';

/** Turns a persistent id into the storage that it names. */
export type PersistentLoad = (id: PickleValue) => TorchStorage;

export class PickleMachine {
  readonly input: ByteCursor;
  readonly persistentLoad: PersistentLoad;
  private readonly memo = new Map<number, PickleValue>();
  private stack: PickleValue[] = [];
  private readonly outer: PickleValue[][] = [];

  constructor(input: ByteCursor, persistentLoad: PersistentLoad) {
    this.input = input;
    this.persistentLoad = persistentLoad;
  }

  push(value: PickleValue): void {
    this.stack.push(value);
  }

  pop(): PickleValue {
    const value = this.stack.pop();
    if (value === undefined) throw damagedCheckpoint('has a damaged pickle: its stack is empty');
    return value;
  }

  top(): PickleValue {
    const value = this.pop();
    this.push(value);
    return value;
  }

  /** @returns how many marks are open */
  mark(): number {
    const depth = this.outer.push(this.stack);
    this.stack = [];
    return depth;
  }

  /** Everything since the last mark. */
  popMark(): PickleValue[] {
    const items = this.stack;
    const below = this.outer.pop();
    if (below === undefined) throw damagedCheckpoint('has a damaged pickle: a mark is missing');
    this.stack = below;
    return items;
  }

  /** The top `length` values, the topmost last. */
  popTuple(length: number): PickleTuple {
    return new PickleTuple(Array.from({ length }, () => this.pop()).reverse());
  }

  remember(key: number): PickleValue {
    const value = this.top();
    this.memo.set(key, value);
    return value;
  }

  rememberNext(): PickleValue {
    return this.remember(this.memo.size);
  }

  recall(key: number): PickleValue {
    const value = this.memo.get(key);
    if (value === undefined) throw damagedCheckpoint(`has a damaged pickle: no memo ${key}`);
    return value;
  }
}
