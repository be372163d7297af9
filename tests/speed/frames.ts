/**
 * Runs inside the page, sent there as source text: says in which frame what a person waits for was drawn. Times are ms since 1970, so
 * that they compare with another process's. They may use nothing from this file's scope.
 */

/** What `watchTouches` keeps of one touch. */
export interface TouchTimes {
  /** When the browser took the touch in. */
  readonly touchedAt: number;
  /** The frame with the pressed style has been handed over: the next one has begun. */
  pressedAt: number | undefined;
  liftedAt: number | undefined;
  /** The same for the frame with the next screen. */
  changedAt: number | undefined;
}

declare global {
  interface Window {
    speedTouches?: TouchTimes[];
  }
}

/** Follows every touch of the page from now on into `window.speedTouches`. */
export function watchTouches(): void {
  const touches: TouchTimes[] = [];
  window.speedTouches = touches;
  const epoch = performance.timeOrigin;
  const drawn = (then: (at: number) => void): void => {
    requestAnimationFrame(() => requestAnimationFrame(() => then(epoch + performance.now())));
  };
  const screen = (): string | undefined => document.querySelector<HTMLElement>('[data-testid="screen"]')?.dataset['page'];
  let shown = screen();
  window.addEventListener(
    'pointerdown',
    ({ timeStamp }) => {
      touches.push({ touchedAt: epoch + timeStamp, pressedAt: undefined, liftedAt: undefined, changedAt: undefined });
    },
    { capture: true },
  );
  window.addEventListener(
    'pointerup',
    ({ timeStamp }) => {
      const touch = touches.at(-1);
      if (touch !== undefined) touch.liftedAt = epoch + timeStamp;
    },
    { capture: true },
  );
  new MutationObserver(() => {
    const touch = touches.at(-1);
    if (touch === undefined) return;
    if (touch.pressedAt === undefined && document.querySelector('[data-pressed]') !== null) {
      touch.pressedAt = Number.NaN; // seen; its frame is still to come
      drawn((at) => (touch.pressedAt = at));
    }
    if (screen() !== shown) {
      shown = screen();
      if (touch.changedAt === undefined && touch.liftedAt !== undefined) {
        touch.changedAt = Number.NaN;
        drawn((at) => (touch.changedAt = at));
      }
    }
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-pressed', 'data-page'] });
}

/** The frame in which the screen of this kind has been drawn; at once when it stands already. */
export function drawnScreen(kind: string): Promise<number> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (document.querySelector(`[data-testid="screen"][data-screen="${kind}"]`) === null) requestAnimationFrame(look);
      else requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now()));
    };
    look();
  });
}

/** When the browser painted the page's first content, as it remembers by itself. */
export function firstPaint(): Promise<number> {
  return new Promise((resolve) => {
    const look = (): void => {
      const [paint] = performance.getEntriesByName('first-contentful-paint');
      if (paint === undefined) requestAnimationFrame(look);
      else resolve(performance.timeOrigin + paint.startTime);
    };
    look();
  });
}
