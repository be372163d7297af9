import { describe, expect, test } from 'vitest';
import { ShellViews } from '../../../main/electron/shell-views.ts';
import { viewSchema } from '../../../state-machines/view.ts';
import { attract, viewOf } from './support.ts';

const morning = new Date(2026, 10, 22, 8, 5).getTime();

describe('the Views of the shell itself', () => {
  test('before the terminal process ever spoke: valid, no sign, local time, no utilities', () => {
    const view = new ShellViews(() => morning).starting();
    expect(viewSchema.safeParse(view).success).toBe(true);
    expect(view).toMatchObject({ seq: 0, clock: '08:05', utilities: false, body: { kind: 'starting' }, site: { operator: '' } });
  });

  test('the sign stays while the terminal process is away', () => {
    const views = new ShellViews(() => morning);
    views.remember(viewOf(attract));
    expect(views.starting().site).toEqual(viewOf(attract).site);
  });

  test("a person's preferences end with them, the site's stay", () => {
    const views = new ShellViews(() => morning);
    const site = { locale: 'en', size: 'standard', theme: 'light', lowReach: false } as const;
    const person = { locale: 'zh-CN', size: 'xlarge', theme: 'black', lowReach: true } as const;
    views.remember(viewOf(attract, { preferences: site }));
    views.remember(viewOf({ kind: 'reading-card' }, { preferences: person }));
    expect(views.starting().preferences).toEqual(site);
  });

  test('out of service: what the terminal process said itself stays, with its reference', () => {
    const views = new ShellViews(() => morning);
    const own = viewOf({ kind: 'out-of-service', reason: 'diskLow', reference: 'A01-1122-7K4M-9' });
    views.remember(own);
    expect(views.outOfService()).toBe(own);
  });

  test('out of service without a word of the terminal process: nothing can be booked, which is what the screen says', () => {
    const views = new ShellViews(() => morning);
    views.remember(viewOf(attract));
    expect(views.outOfService().body).toEqual({ kind: 'out-of-service', reason: 'journalUnavailable' });
    expect(viewSchema.safeParse(views.outOfService()).success).toBe(true);
  });
});
