// Intensities as the network is shown them, in training and in use.

/**
 * Shifts and scales a frame in place to zero mean and unit standard deviation (network.md, Input).
 * A constant frame becomes zero.
 */
export function zScore(frame: Float32Array): void {
  let sum = 0;
  let squares = 0;
  for (const value of frame) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / frame.length;
  const deviation = Math.sqrt(Math.max(0, squares / frame.length - mean * mean));
  const scale = deviation > 1e-8 * Math.max(1, Math.abs(mean)) ? 1 / deviation : 0;
  for (let i = 0; i < frame.length; i++) frame[i] = (frame[i] - mean) * scale;
}
