/**
 * The shell's end of the line to its pages: takes messages only from the main frame of a page of ours in a window of ours, only with
 * the shape of the contract; everything else is logged and dropped. Owned by the shell; Electron is needed for types only.
 */
import type { IpcMain, IpcMainEvent, WebContents } from 'electron';
import { uiEventSchema, type KeyPress, type UiEvent, type View } from '../../state-machines/view.ts';
import { channels } from './channels.ts';
import { isOurs } from './origins.ts';
import { brief, type ShellLog } from './shell-log.ts';

/** What of an IPC event says who sent it. */
export type Sender = Pick<IpcMainEvent, 'senderFrame'> & { readonly sender: Pick<WebContents, 'id'> };

export interface PageLinkParts {
  readonly ipc: Pick<IpcMain, 'on'>;
  readonly log: ShellLog;
  readonly onUi: (event: UiEvent) => void;
  /** A page (re)loaded. @param contentsId whose */
  readonly onReady: (contentsId: number) => void;
}

export class PageLink {
  readonly #windows = new Map<number, Pick<WebContents, 'id' | 'send' | 'isDestroyed'>>();
  readonly #log: ShellLog;

  constructor(parts: PageLinkParts) {
    this.#log = parts.log;
    parts.ipc.on(channels.ui, (event, raw: unknown) => {
      if (!this.#admitted(event, channels.ui)) return;
      const parsed = uiEventSchema.safeParse(raw);
      if (parsed.success) parts.onUi(parsed.data);
      else this.#log.warn({ message: brief(raw), problem: brief(parsed.error.message) }, 'dropped a malformed message of the page');
    });
    parts.ipc.on(channels.ready, (event) => {
      if (this.#admitted(event, channels.ready)) parts.onReady(event.sender.id);
    });
  }

  /** From now on this window's page is heard and gets every View. */
  admit(contents: Pick<WebContents, 'id' | 'send' | 'isDestroyed'>): void {
    this.#windows.set(contents.id, contents);
  }

  publish(view: View): void {
    this.#send(channels.view, view);
  }

  tellKey(press: KeyPress): void {
    this.#send(channels.key, press);
  }

  #send(channel: string, message: View | KeyPress): void {
    for (const [id, contents] of this.#windows) {
      if (contents.isDestroyed()) this.#windows.delete(id);
      else contents.send(channel, message);
    }
  }

  #admitted(event: Sender, channel: string): boolean {
    const refusal = senderRefusal(event, (id) => this.#windows.has(id));
    if (refusal !== undefined) this.#log.warn({ channel, refusal, url: brief(event.senderFrame?.url) }, 'dropped a message of a stranger');
    return refusal === undefined;
  }
}

/** Why a message's sender isn't believed; `undefined` when it is. */
export function senderRefusal(event: Sender, isAdmitted: (contentsId: number) => boolean): string | undefined {
  if (!isAdmitted(event.sender.id)) return 'not one of our windows';
  const frame = event.senderFrame;
  if (frame === null) return 'its frame is gone';
  if (frame.parent !== null) return 'not the main frame';
  if (!isOurs(frame.url)) return 'not one of our pages';
  return undefined;
}
