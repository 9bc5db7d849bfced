// Whether a program is installed; tests that need it skip where it is not.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export function hasCommand(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
