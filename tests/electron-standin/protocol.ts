/**
 * `protocol`: own schemes. Chromium refuses a scheme it doesn't know before anyone could answer for it, so `kiosk://app/x` travels as
 * `https://app.kiosk.invalid/x` (.invalid never resolves, RFC 2606); programs only ever see the former.
 */
import { strict } from './strict.ts';

export type SchemeHandler = (request: Request) => Promise<Response> | Response;

const schemes = new Set<string>();
const handlers = new Map<string, SchemeHandler>();

export const protocol = strict('protocol', {
  registerSchemesAsPrivileged(list: readonly { readonly scheme: string }[]): void {
    for (const { scheme } of list) schemes.add(scheme);
  },
  handle(scheme: string, handler: SchemeHandler): void {
    if (!schemes.has(scheme)) throw new Error(`stand-in: ${scheme}: must be registered as privileged first`);
    handlers.set(scheme, handler);
  },
});

export function handlerOf(url: string): SchemeHandler | undefined {
  return handlers.get(new URL(url).protocol.slice(0, -1));
}

/** `kiosk://app/x` → what Chromium gets. */
export function toCarrier(url: string): string {
  const match = /^([a-z]+):\/\/([^/?#]*)(.*)$/s.exec(url);
  if (match === null || !schemes.has(match[1] ?? '')) return url;
  const [, scheme, host, rest = ''] = match;
  return `https://${host}.${scheme}.invalid${rest}`;
}

/** What Chromium says → `kiosk://app/x`. */
export function fromCarrier(url: string): string {
  const match = /^https:\/\/([^/?#]+)\.([a-z]+)\.invalid(.*)$/s.exec(url);
  if (match === null || !schemes.has(match[2] ?? '')) return url;
  const [, host, scheme, rest = ''] = match;
  return `${scheme}://${host}${rest}`;
}
