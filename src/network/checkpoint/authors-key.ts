// Where the authors' checkpoint keeps each of our parameters; the table is in parameters.ts.
// ("antomy" is theirs.) Their modules are numbered as in torch.nn.Sequential.

const BATCH_NORM_FIELDS: Readonly<Record<string, string>> = {
  weight: 'weight',
  bias: 'bias',
  mean: 'running_mean',
  variance: 'running_var',
};

/** conv, norm, ReLU, conv, norm, ReLU. */
const SEQUENTIAL: Readonly<Record<string, string>> = {
  conv1: '0',
  norm1: '1',
  conv2: '3',
  norm2: '4',
};

const DECODERS: Readonly<Record<string, string>> = {
  motion: 'motion_decoder',
  anatomy: 'antomy_decoder',
};

const COARSEST_STAGE = 4;

/** @throws {RangeError} for a name that is not a parameter's */
export function authorsKey(name: string): string {
  const parts = name.split('.');
  const key =
    parts[0] === 'encoder'
      ? encoderKey(parts)
      : parts[0] === 'head'
        ? headKey(parts)
        : decoderKey(parts);
  if (key === undefined) throw new RangeError(`No parameter is named ${name}.`);
  return key;
}

/** `encoder.L.conv1.weight` */
function encoderKey([, level, layer, field]: readonly string[]): string {
  return `encoder.Conv${level}.conv.${SEQUENTIAL[layer]}.${BATCH_NORM_FIELDS[field]}`;
}

/** `motion.L.up.weight` or `motion.out.weight` */
function decoderKey([name, level, layer, field]: readonly string[]): string | undefined {
  const decoder = DECODERS[name];
  if (level === 'out') return `${decoder}.Conv.${layer}`;
  // They number the level that is left, we the one that is made.
  const theirs = Number(level) + 1;
  if (layer === 'up') return `${decoder}.Up${theirs}.up.1.${field}`;
  if (layer === 'upNorm') return `${decoder}.Up${theirs}.up.2.${BATCH_NORM_FIELDS[field]}`;
  return `${decoder}.Up_conv${theirs}.conv.${SEQUENTIAL[layer]}.${BATCH_NORM_FIELDS[field]}`;
}

/** `head.down.S.conv1.weight`, `head.up.S.transpose.weight` or `head.out.S.weight` */
function headKey([, path, stage, layer, field]: readonly string[]): string {
  const fromCoarsest = COARSEST_STAGE - 1 - Number(stage);
  if (path === 'out') return `pathology_seg.seg_outputs.${fromCoarsest}.${layer}`;
  if (layer === 'transpose') return `pathology_seg.tu.${fromCoarsest}.${field}`;
  const index = layer.endsWith('1') ? 0 : 1;
  const module = `${layer.startsWith('conv') ? 'conv' : 'instnorm'}.${field}`;
  if (path === 'up') {
    return `pathology_seg.conv_blocks_localization.${fromCoarsest}.${index}.blocks.0.${module}`;
  }
  const blocks = `pathology_seg.conv_blocks_context.${stage}`;
  return Number(stage) === COARSEST_STAGE
    ? `${blocks}.${index}.blocks.0.${module}`
    : `${blocks}.blocks.${index}.${module}`;
}
