/** Which folder the console's page is served from, where the settings name none: the one that `npm run build` makes. Used by main.ts. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServerSettings } from '../config.ts';

/** tests/launcher/build.ts puts it there. */
const BUILT = fileURLToPath(new URL('../../../out/console', import.meta.url));

/** @param say told in one line that there is no page to serve, and how to make it */
export function withBuiltSite(settings: ServerSettings, say: (line: string) => void, built = BUILT): ServerSettings {
  if (settings.console.site !== undefined) return settings;
  if (existsSync(join(built, 'index.html'))) return { ...settings, console: { ...settings.console, site: built } };
  say('the console is not built, its address answers 404: npm run build');
  return settings;
}
