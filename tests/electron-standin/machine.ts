/** The small ones: `screen`, `powerSaveBlocker`, `Menu`. */
import { options } from './options.ts';
import { strict } from './strict.ts';

const bounds = { x: 0, y: 0, ...options.display };

export const screen = strict('screen', {
  getPrimaryDisplay: () => strict('display', { id: 1, scaleFactor: 1, rotation: 0, bounds, workArea: bounds, size: options.display }),
});

let blockers = 0;

export const powerSaveBlocker = strict('powerSaveBlocker', {
  start: (_type: 'prevent-display-sleep' | 'prevent-app-suspension'): number => {
    blockers += 1;
    return blockers;
  },
});

/** No window here has a menu. */
export const Menu = strict('Menu', { setApplicationMenu: (_menu: null): void => {} });
