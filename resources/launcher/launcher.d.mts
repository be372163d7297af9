/** Types of `launcher.mjs`. */
import type { FileSystem } from '../../main/updates/files.ts';

export interface LauncherPlace {
  readonly install: string;
  /** Text of the root of trust; undefined: there is none, and the factory's release alone can be started. */
  readonly root: string | undefined;
  readonly factory?: string | undefined;
}

export interface Chosen {
  readonly slot: string | undefined;
  readonly folder?: string;
  readonly trial?: boolean;
}

export declare const MAX_STARTS: number;
export declare const FACTORY: string;
export declare class Refused extends Error {}
export declare function verifySlot(fs: FileSystem, folder: string, root: string | undefined): { readonly configured: boolean };
export declare function verifyFactory(fs: FileSystem, folder: string): { readonly configured: boolean };
export declare function choose(fs: FileSystem, place: LauncherPlace, log?: (line: string) => void): Chosen;
export declare function confirm(fs: FileSystem, place: LauncherPlace, slot: string): void;
export declare function giveUp(fs: FileSystem, place: LauncherPlace, slot: string): boolean;
export declare function outOfServicePage(code: string): string;
