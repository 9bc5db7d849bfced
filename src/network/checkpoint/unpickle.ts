// A pickle machine for data alone: it has no way to run code, because globals come from a short
// list (allowed-globals.ts) and opcodes from two tables (opcodes.ts).
import { allowedGlobal } from './allowed-globals.ts';
import { ByteCursor } from './byte-cursor.ts';
import { notWeights } from './checkpoint-error.ts';
import { EFFECT_OPCODES, VALUE_OPCODES } from './opcodes.ts';
import { type PersistentLoad, PickleMachine } from './pickle-machine.ts';
import type { PickleValue } from './pickle-value.ts';

const STOP = 0x2e;
const INST = 0x69;

/** The authors' trainer writes 56 kB and 12,000 opcodes; a log of many epochs, a few times that. */
const MAX_BYTES = 16 * 1024 ** 2;
const MAX_OPCODES = 1_000_000;

/**
 * Reads one pickle. An opcode of one byte may make a value of hundreds, so both bytes and opcodes
 * are limited, and with them memory.
 *
 * @throws {NodeError} `checkpoint-invalid`, naming the global or the opcode that is refused
 */
export function unpickle(bytes: Uint8Array, persistentLoad: PersistentLoad): PickleValue {
  if (bytes.length > MAX_BYTES) {
    throw notWeights(`has a pickle of ${bytes.length} bytes; expected at most ${MAX_BYTES}`);
  }
  const machine = new PickleMachine(new ByteCursor(bytes, 'data.pkl'), persistentLoad);
  for (let count = 0; count < MAX_OPCODES; count++) {
    const opcode = machine.input.u8();
    if (opcode === STOP) return machine.pop();
    const value = VALUE_OPCODES.get(opcode);
    const effect = EFFECT_OPCODES.get(opcode);
    if (value !== undefined) machine.push(value(machine));
    else if (effect !== undefined) effect(machine);
    else throw refusedOpcode(opcode, machine.input);
  }
  throw notWeights(`has a pickle of more than ${MAX_OPCODES} opcodes`);
}

/** INST names a class in the stream: the error says which one was asked for. */
function refusedOpcode(opcode: number, input: ByteCursor): Error {
  if (opcode === INST) allowedGlobal(input.line(), input.line());
  return notWeights(
    `uses the pickle opcode 0x${opcode.toString(16)}, which a file of weights does not need`,
  );
}
