// Name and version of this program, as every result names them.
import { createRequire } from 'node:module';
import { z } from 'zod';

const PackageJson = z.object({ name: z.string(), version: z.string() });

const packageJson = PackageJson.parse(createRequire(import.meta.url)('../package.json'));

export const SOFTWARE = {
  name: packageJson.name,
  version: packageJson.version,
  manufacturer: 'cinemyops-node contributors',
} as const;
