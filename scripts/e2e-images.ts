/** Vitest's global set-up of the e2e project: tells the tests under which names the images are, also when one test is run by hand. */

import { ensureDocker } from './ensure-docker.ts';
import { ensureImages } from './ensure-images.ts';

export async function setup(): Promise<void> {
  if (process.env['CLEANGRID_IMAGE_ALIASES'] !== undefined) return;
  const aliases = await ensureImages(await ensureDocker());
  process.env['CLEANGRID_IMAGE_ALIASES'] = aliases.join(',');
}
