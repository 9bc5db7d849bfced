// Which class a pixel gets where several share its probability.
import { PATHOLOGY } from '../labels.ts';

const { healthyMyocardium, scar, edema } = PATHOLOGY;

/**
 * Gives all the probability of the wall to one of its classes, in place: to a lesion where scar and edema together are
 * likelier than healthy wall, and then to the likelier of the two. The greatest of five would call a pixel healthy that
 * is more likely than not diseased, because two lesions share its vote (docs/decisions/0016).
 *
 * @param probabilities - `[5, size]`, in the order of PATHOLOGY
 */
export function settleLesions(probabilities: Float32Array): void {
  const size = probabilities.length / Object.keys(PATHOLOGY).length;
  for (let i = 0; i < size; i++) {
    const of = (label: number): number => probabilities[label * size + i];
    const lesion = of(scar) + of(edema);
    const wall = lesion + of(healthyMyocardium);
    const likelier = of(scar) >= of(edema) ? scar : edema;
    const winner = lesion > of(healthyMyocardium) ? likelier : healthyMyocardium;
    for (const label of [healthyMyocardium, scar, edema]) {
      probabilities[label * size + i] = label === winner ? wall : 0;
    }
  }
}
