/** What the tests of the shell share: a log that keeps its lines, and a View. */
import type { ShellLog } from '../../../main/electron/shell-log.ts';
import type { View, ViewBody } from '../../../state-machines/view.ts';

export class KeptLog implements ShellLog {
  readonly events: string[] = [];

  info(_details: object, event: string): void {
    this.events.push(event);
  }

  warn(_details: object, event: string): void {
    this.events.push(event);
  }

  error(_details: object, event: string): void {
    this.events.push(event);
  }
}

export function viewOf(body: ViewBody, changes: Partial<View> = {}): View {
  return {
    version: 1,
    seq: 7,
    site: {
      operator: 'Metro',
      place: 'Hall 2',
      terminal: 'A01',
      hotline: '400',
      hotlineHours: '08-20',
      slots: { card: 'left', cash: 'right', receipt: 'below' },
    },
    preferences: { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false },
    clock: '10:00',
    utilities: true,
    body,
    ...changes,
  };
}

export const attract: ViewBody = { kind: 'attract', services: [], receipts: 'available' };
