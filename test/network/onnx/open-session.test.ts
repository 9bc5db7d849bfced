import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { buildInferenceModels } from '../../../src/network/onnx/inference-models.ts';
import { openSession } from '../../../src/network/onnx/open-session.ts';
import { failure } from '../../support/failure.ts';
import { SMALL_ARCHITECTURE, smallParameters } from '../../support/small-network.ts';

const source = {
  architecture: SMALL_ARCHITECTURE,
  ...buildInferenceModels(SMALL_ARCHITECTURE, smallParameters()),
};

/** Chromium's software Vulkan adapter, which serves WebGPU where there is no GPU. */
const VULKAN_ENVIRONMENT = {
  VK_ICD_FILENAMES: '/usr/lib/chromium/vk_swiftshader_icd.json',
  LD_LIBRARY_PATH: '/usr/lib/chromium',
};

const script = fileURLToPath(new URL('../../support/compare-devices.ts', import.meta.url));

interface Comparison {
  readonly differences: readonly number[];
  readonly auto: string;
  readonly reason: string;
}

describe('opening a network', () => {
  it('says what is in use and why', async () => {
    const session = await openSession(source, 'cpu');
    expect(session.device).to.equal('cpu');
    expect(session.deviceReason).to.equal('cpu, as configured');
    await session.release();
  });

  it('takes the fastest device of a warm-up and says what became of the others', async () => {
    const session = await openSession(source);
    expect(session.deviceReason).to.match(
      /^(cpu|webgpu|cuda), the fastest of a warm-up run: .*cpu took \d+ ms/,
    );
    for (const device of ['cuda', 'webgpu']) expect(session.deviceReason).to.include(device);
    await session.release();
  });

  it('tells how to install the CUDA provider when it is missing', async function () {
    if (
      existsSync(
        'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so',
      )
    )
      this.skip();
    const { message } = await failure(openSession(source, 'cuda'), 'engine-unavailable');
    expect(message).to.include('ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node');
    expect(message).not.to.include('\n');
  });

  it('refuses what is no model', async () => {
    const broken = { ...source, cinemyops: Uint8Array.of(1, 2, 3) };
    await failure(openSession(broken, 'cpu'), 'engine-unavailable');
    await failure(openSession(broken, 'auto'), 'engine-unavailable');
  });

  // In a process of its own: the Vulkan loader reads its environment once.
  it('gives on WebGPU what it gives on the CPU, and auto does not take a software adapter', async function () {
    this.timeout(300_000);
    if (!existsSync(VULKAN_ENVIRONMENT.VK_ICD_FILENAMES)) this.skip();
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', script], {
      env: { ...process.env, ...VULKAN_ENVIRONMENT },
    });
    const { differences, auto, reason } = JSON.parse(stdout) as Comparison;
    expect(differences.length).to.equal(7);
    for (const difference of differences) expect(difference).to.be.below(1e-4);
    expect(reason).to.match(
      /not webgpu \(\d+ ms for the anatomy of one image, slower than the CPU\)/,
    );
    expect(auto).to.equal('cpu');
  });
});
