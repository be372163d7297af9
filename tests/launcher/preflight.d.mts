/** Types of `preflight.mjs`. */
export declare function problemOf(machine: { readonly version: string; readonly installed: boolean }): string | undefined;
