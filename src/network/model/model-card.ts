// MODEL_CARD.md: what a person must know before using a model.
import { parameterSpecs, sizeOf } from '../parameters.ts';
import type { Manifest } from './manifest.ts';

export const PAPER =
  'Ding W. et al., "CineMyoPS: Segmenting Myocardial Pathologies from Cine Cardiac MR", IEEE TMI 2025, arXiv 2507.02289';

/** What a manifest says about licence and use. */
export function noticeOf(origin: Manifest['origin']): string {
  const method = `Network after ${PAPER}. Research use only; not a medical device.`;
  return origin.kind === 'imported'
    ? `${method} The weights were imported; the authors' release states no licence, so ask its authors before passing them on.`
    : method;
}

/** The text of the card; it follows from the manifest alone. */
export function modelCard(manifest: Manifest): string {
  const { architecture, input } = manifest;
  const count = parameterSpecs(architecture)
    .filter(({ isTrained }) => isTrained)
    .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return [
    `# CineMyoPS model ${manifest.version}`,
    '',
    manifest.isTrained
      ? 'Segments myocardial scar and edema from contrast-free short-axis cine cardiac MR.'
      : '**Untrained: the weights are random and every result is meaningless.** For tests of the program only.',
    '',
    `- Parameters: ${count.toLocaleString('en-US')}`,
    `- Encoder widths ${architecture.encoderWidths.join('-')}, head widths ${architecture.headWidths.join('-')}`,
    `- Warped image as fourth input of the head: ${architecture.hasTextureChannel ? 'yes' : 'no'}`,
    `- Input: ${input.frames} frames over the first ${percent(input.cycleFraction)} of the cardiac cycle from end diastole, ${input.pixelSpacingMm} mm pixels, ${input.normalisation}`,
    `- Anatomy channels: ${manifest.labels.anatomy.join(', ')}`,
    `- Pathology channels: ${manifest.labels.pathology.join(', ')}`,
    `- Device UID: ${manifest.deviceUid}`,
    `- Weights: ${originText(manifest.origin)}`,
    '',
    '## Limits',
    '',
    'Short-axis balanced steady-state cine of the left ventricle. Slices are read one by one; through-plane',
    'motion is not seen. A normal result does not rule out infarction. A person must review every result.',
    '',
    ...trainingSection(manifest),
    '## Notice',
    '',
    manifest.notice,
    '',
  ].join('\n');
}

function originText(origin: Manifest['origin']): string {
  switch (origin.kind) {
    case 'seeded':
      return `random (He), seed ${origin.seed}`;
    case 'imported':
      return `imported from a PyTorch checkpoint with SHA-256 ${origin.checkpointSha256}`;
    case 'trained':
      return 'trained by this program';
  }
}

function trainingSection({ training }: Manifest): string[] {
  if (training === null) return [];
  return ['## Training', '', '```json', JSON.stringify(training, null, 2), '```', ''];
}

function percent(fraction: number): string {
  return `${Math.round(fraction * 100)} %`;
}
