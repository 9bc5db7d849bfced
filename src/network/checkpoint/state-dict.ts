// torch.save files (PyTorch 1.6 and newer) read as tensors by name.
import { quoted } from '../../quoted.ts';
import { checkpointError, notWeights } from './checkpoint-error.ts';
import { openStorage } from './allowed-globals.ts';
import { BYTES_PER_ELEMENT, type PickleValue, TorchTensor } from './pickle-value.ts';
import { readStoredZip } from './stored-zip.ts';
import { unpickle } from './unpickle.ts';

/** First bytes of the format before PyTorch 1.6: a pickled magic number. */
const LEGACY_START = Buffer.from('80028a0a6cfc9c46f9206aa85019', 'hex');

/**
 * The tensors of a checkpoint: of its `state_dict`, or of the file itself when it is one.
 * They are views of `file`.
 *
 * @throws {NodeError} `checkpoint-invalid` with the reason; nothing in the file is executed
 */
export function readStateDict(file: Uint8Array): Map<string, TorchTensor> {
  if (LEGACY_START.equals(file.subarray(0, LEGACY_START.length))) {
    throw checkpointError(
      'has the format of PyTorch before 1.6; load it in a newer PyTorch and torch.save it again',
    );
  }
  const entries = readStoredZip(file);
  const folder = archiveFolder(entries);
  const pickle = entries.get(`${folder}data.pkl`) ?? new Uint8Array();
  const root = unpickle(pickle, (id) =>
    openStorage(id, (key) => entries.get(`${folder}data/${key}`)),
  );
  const tensors = namedTensors(root);
  checkTotalSize(tensors, file.length);
  return tensors;
}

function archiveFolder(entries: ReadonlyMap<string, Uint8Array>): string {
  const pickles = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  const pickle = pickles.at(0);
  if (pickle === undefined || pickles.length > 1) {
    throw notWeights(`has ${pickles.length} entries data.pkl, of which a torch.save file has one`);
  }
  const folder = pickle.slice(0, -'data.pkl'.length);
  if (entries.has(`${folder}constants.pkl`)) {
    throw checkpointError('is a TorchScript program; save the state_dict of the model instead');
  }
  const byteOrder = entries.get(`${folder}byteorder`);
  if (byteOrder !== undefined && Buffer.from(byteOrder).toString('latin1') !== 'little') {
    throw checkpointError(
      'was saved on a big-endian machine; save it again on a little-endian one',
    );
  }
  return folder;
}

function namedTensors(root: PickleValue): Map<string, TorchTensor> {
  const inner = root instanceof Map ? (root.get('state_dict') ?? root) : root;
  if (!(inner instanceof Map)) {
    throw notWeights('holds neither a state_dict nor a dict with one');
  }
  const tensors = new Map<string, TorchTensor>();
  for (const [key, value] of inner) {
    if (typeof key !== 'string') throw notWeights('has a state_dict key that is no string');
    if (!(value instanceof TorchTensor)) {
      throw notWeights(`has the key ${quoted(key)}, which is not a tensor`);
    }
    tensors.set(key, value);
  }
  return tensors;
}

/** Tensors may share a storage: without this a small file could ask for a copy of it many times. */
function checkTotalSize(tensors: ReadonlyMap<string, TorchTensor>, fileBytes: number): void {
  let claimed = 0;
  for (const { elementCount, storage } of tensors.values()) {
    claimed += elementCount * BYTES_PER_ELEMENT[storage.dtype];
  }
  if (claimed <= fileBytes) return;
  throw notWeights(`claims ${claimed} bytes of tensors in a file of ${fileBytes} bytes`);
}
