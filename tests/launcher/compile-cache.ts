/**
 * Programs that tests start again and again — the command line, the sandbox's services, the terminal process — compile their modules
 * once: Node keeps what it compiled in a folder, by content. Used by the configurations of both test runners.
 */
import path from 'node:path';

/** For this process's children from now on. */
export function keepCompiledModules(): void {
  process.env['NODE_COMPILE_CACHE'] ??= path.join(import.meta.dirname, '..', '..', 'out', 'compile-cache');
}
