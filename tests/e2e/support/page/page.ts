/**
 * The smallest page the shell can carry: shows which View it got, sends a touch made on it, and one that no schema fits. The shell's
 * own tests run it in place of the product's page.
 */
import type { KioskPage } from '../../../../main/electron/page-api.ts';

const { kiosk } = window as unknown as { readonly kiosk: KioskPage };
const screen = document.querySelector('[data-testid="screen"]');
let seq = 0;

kiosk.onView((view) => {
  seq = view.seq;
  if (!(screen instanceof HTMLElement)) return;
  screen.dataset['screen'] = view.body.kind;
  screen.dataset['seq'] = String(view.seq);
  screen.dataset['operator'] = view.site.operator;
  screen.textContent = view.body.kind;
});

document.querySelector('[data-testid="touch"]')?.addEventListener('click', () => kiosk.send({ version: 1, seq, act: { type: 'start' } }));
document
  .querySelector('[data-testid="nonsense"]')
  ?.addEventListener('click', () => kiosk.send(JSON.parse('{"version":1,"seq":0,"act":{"type":"open-the-safe"}}')));

kiosk.ready();
