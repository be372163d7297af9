/** Reads the server's settings from their file. Used by main.ts and by the operator's commands that need them. */
import { readFileSync } from 'node:fs';
import { serverSettingsSchema, type ServerSettings } from './config.ts';
import { withAbsolutePaths } from './http/listening.ts';

/** Paths in it count from it. @throws {Error} all problems at once, a line each: path, what was expected */
export function readSettings(file: string): ServerSettings {
  const parsed = serverSettingsSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (parsed.success) return withAbsolutePaths(parsed.data, file);
  throw new Error(parsed.error.issues.map((issue) => `${file}: ${issue.path.join('.') || 'the file'}: ${issue.message}`).join('\n'));
}
