/**
 * The `kiosk:` scheme: serves the files that the build put into one folder and nothing else, each with a Content-Security-Policy.
 * Owns what a page may load. Registered by the shell; needs no Electron itself.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isOurs, webSocketOrigin } from './origins.ts';

/** Everything the build makes. A file of another kind isn't ours to serve. */
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.wav': 'audio/wav',
};

/** Segments of letters, digits and `-_.@` that don't start with a dot: no `..`, no escapes, no hidden files. */
const PATHNAME = /^(?:\/[\w@-][\w.@-]*)+$/;

/** Handles one request for `kiosk://app/…`; answers 404 for whatever isn't a file of the build. Never rejects. */
export function createProtocolHandler(options: { readonly root: string; readonly benchOrigin?: string | undefined }): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405);
    if (!isOurs(request.url)) return refuse(404);
    const { pathname } = new URL(request.url);
    const contentType = CONTENT_TYPES[path.posix.extname(pathname)];
    if (contentType === undefined || !PATHNAME.test(pathname)) return refuse(404);
    const bytes = await readFile(path.join(options.root, pathname)).catch(() => undefined);
    if (bytes === undefined) return refuse(404);
    const policy = contentSecurityPolicy(pathname === '/bench.html' ? options.benchOrigin : undefined);
    return new Response(request.method === 'HEAD' ? null : bytes, { headers: headers(contentType, policy) });
  };
}

/** The strictest policy our page runs under: own files, nothing inline, no string ever becomes code or markup. */
export function contentSecurityPolicy(benchOrigin?: string): string {
  const bench = benchOrigin === undefined ? '' : ` ${benchOrigin}`;
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "media-src 'self'",
    `img-src 'self'${bench === '' ? '' : `${bench} data: blob:`}`,
    ...(benchOrigin === undefined ? [] : [`connect-src${bench} ${webSocketOrigin(benchOrigin)}`]),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
    // No dialogs (print among them), windows, forms, downloads or pointer lock, here and in every frame within. The bench's window downloads pictures.
    ...(benchOrigin === undefined ? ['sandbox allow-scripts allow-same-origin'] : []),
  ].join('; ');
}

/** What no page of ours asks for: refused before the session's handlers are asked (hardening.ts), and in every frame. */
const PERMISSIONS_POLICY = [
  'accelerometer',
  'bluetooth',
  'camera',
  'clipboard-read',
  'clipboard-write',
  'display-capture',
  'fullscreen',
  'gamepad',
  'geolocation',
  'gyroscope',
  'hid',
  'identity-credentials-get',
  'idle-detection',
  'keyboard-map',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'publickey-credentials-create',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'storage-access',
  'usb',
  'web-share',
  'window-management',
  'xr-spatial-tracking',
]
  .map((feature) => `${feature}=()`)
  .join(', ');

function headers(contentType: string, policy: string): Record<string, string> {
  return {
    'content-type': contentType,
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'permissions-policy': PERMISSIONS_POLICY,
  };
}

function refuse(status: number): Response {
  return new Response(null, { status, headers: { 'content-security-policy': "default-src 'none'", 'cache-control': 'no-store' } });
}
