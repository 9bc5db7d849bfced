// What each pickle opcode does, for protocols 2 to 5 (CPython, Lib/pickletools.py). Opcodes that
// could make anything but data (INST, OBJ, NEWOBJ, EXT) are left out, so they are refused.
import { allowedGlobal, callGlobal } from './allowed-globals.ts';
import type { ByteCursor } from './byte-cursor.ts';
import { quoted } from '../../quoted.ts';
import { damagedCheckpoint, notWeights } from './checkpoint-error.ts';
import type { PickleMachine } from './pickle-machine.ts';
import { NumpyDtype, type PickleDict, PickleTuple, type PickleValue } from './pickle-value.ts';

/** Longer integers have no use in a checkpoint and are slow to build. */
const MAX_INTEGER_BYTES = 64;

/** Opcodes that put one value on the stack. */
export const VALUE_OPCODES: ReadonlyMap<number, (machine: PickleMachine) => PickleValue> = new Map<
  number,
  (machine: PickleMachine) => PickleValue
>([
  [0x32, (m) => m.top()], // DUP
  [0x4e, () => null], // NONE
  [0x88, () => true], // NEWTRUE
  [0x89, () => false], // NEWFALSE
  [0x4a, (m) => m.input.i32()], // BININT
  [0x4b, (m) => m.input.u8()], // BININT1
  [0x4d, (m) => m.input.u16()], // BININT2
  [0x8a, (m) => longInteger(m.input, m.input.u8())], // LONG1
  [0x8b, (m) => longInteger(m.input, m.input.u32())], // LONG4
  [0x47, (m) => m.input.doubleBigEndian()], // BINFLOAT
  [0x58, (m) => text(m.input, m.input.u32())], // BINUNICODE
  [0x8c, (m) => text(m.input, m.input.u8())], // SHORT_BINUNICODE
  [0x8d, (m) => text(m.input, m.input.u64())], // BINUNICODE8
  [0x55, (m) => text(m.input, m.input.u8())], // SHORT_BINSTRING
  [0x42, (m) => m.input.take(m.input.u32())], // BINBYTES
  [0x43, (m) => m.input.take(m.input.u8())], // SHORT_BINBYTES
  [0x8e, (m) => m.input.take(m.input.u64())], // BINBYTES8
  [0x5d, () => []], // EMPTY_LIST
  [0x29, () => new PickleTuple([])], // EMPTY_TUPLE
  [0x74, (m) => new PickleTuple(m.popMark())], // TUPLE
  [0x85, (m) => m.popTuple(1)], // TUPLE1
  [0x86, (m) => m.popTuple(2)], // TUPLE2
  [0x87, (m) => m.popTuple(3)], // TUPLE3
  [0x7d, () => new Map()], // EMPTY_DICT
  [0x68, (m) => m.recall(m.input.u8())], // BINGET
  [0x6a, (m) => m.recall(m.input.u32())], // LONG_BINGET
  [0x63, (m) => allowedGlobal(m.input.line(), m.input.line())], // GLOBAL
  [0x93, stackGlobal], // STACK_GLOBAL
  [0x52, reduce], // REDUCE
  [0x51, (m) => m.persistentLoad(m.pop())], // BINPERSID
]);

/** Opcodes that change what is already there; what they return is of no interest. */
export const EFFECT_OPCODES: ReadonlyMap<number, (machine: PickleMachine) => unknown> = new Map<
  number,
  (machine: PickleMachine) => unknown
>([
  [0x80, (m) => m.input.u8()], // PROTO
  [0x95, (m) => m.input.u64()], // FRAME
  [0x28, (m) => m.mark()], // MARK
  [0x30, (m) => m.pop()], // POP
  [0x31, (m) => m.popMark()], // POP_MARK
  [0x61, (m) => append(m, [m.pop()])], // APPEND
  [0x65, (m) => append(m, m.popMark())], // APPENDS
  [0x73, (m) => setItems(m, m.popTuple(2).items)], // SETITEM
  [0x75, (m) => setItems(m, m.popMark())], // SETITEMS
  [0x71, (m) => m.remember(m.input.u8())], // BINPUT
  [0x72, (m) => m.remember(m.input.u32())], // LONG_BINPUT
  [0x94, (m) => m.rememberNext()], // MEMOIZE
  [0x62, build], // BUILD
]);

function longInteger(input: ByteCursor, length: number): number | bigint {
  if (length > MAX_INTEGER_BYTES) throw notWeights(`has an integer of ${length} bytes`);
  const bytes = Buffer.from(input.take(length)).reverse();
  if (length === 0) return 0;
  const value = BigInt.asIntN(8 * length, BigInt(`0x${bytes.toString('hex')}`));
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function text(input: ByteCursor, length: number): string {
  return new TextDecoder().decode(input.take(length));
}

function append(machine: PickleMachine, items: readonly PickleValue[]): PickleValue {
  const list = machine.top();
  if (!Array.isArray(list)) throw damagedCheckpoint('has a damaged pickle: no list to append to');
  for (const item of items) list.push(item);
  return list;
}

function setItems(machine: PickleMachine, items: readonly PickleValue[]): PickleDict {
  const dict = machine.top();
  if (!(dict instanceof Map)) throw damagedCheckpoint('has a damaged pickle: no dict to fill');
  if (items.length % 2 !== 0)
    throw damagedCheckpoint('has a damaged pickle: a key without a value');
  for (let i = 0; i < items.length; i += 2) setItem(dict, items[i], items[i + 1]);
  return dict;
}

function setItem(dict: PickleDict, key: PickleValue, value: PickleValue): void {
  if (dict.has(key)) {
    throw damagedCheckpoint(
      `has the key ${typeof key === 'string' ? quoted(key) : 'of an entry'} twice`,
    );
  }
  dict.set(key, value);
}

function stackGlobal(machine: PickleMachine): PickleValue {
  const [module, name] = machine.popTuple(2).items;
  if (typeof module !== 'string' || typeof name !== 'string') {
    throw notWeights('names a Python global by something that is not a string');
  }
  return allowedGlobal(module, name);
}

function reduce(machine: PickleMachine): PickleValue {
  const [called, args] = machine.popTuple(2).items;
  return callGlobal(called, args);
}

/**
 * Python would set attributes here. PyTorch does so on a state_dict (`_metadata`, module
 * versions) and NumPy on a dtype (byte order); neither changes the numbers, so both are dropped.
 */
function build(machine: PickleMachine): void {
  machine.pop();
  const target = machine.top();
  if (target instanceof Map || target instanceof NumpyDtype) return;
  throw notWeights('sets the state of an object that is not a dict');
}
