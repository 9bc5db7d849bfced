// How the long axis of the left ventricle lies in most patients.
import type { Vec3 } from './volume.ts';

/**
 * Direction from apex to base in LPS. The mean of 45 degrees left, anterior and caudal tilt that
 * textbooks give and that the normals of real short-axis stacks scatter about by 10-25 degrees;
 * axial, coronal, sagittal and four-chamber normals are 49 degrees and more away.
 */
export const APEX_TO_BASE: Vec3 = [-0.62, 0.65, 0.44];
