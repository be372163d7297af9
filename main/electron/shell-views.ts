/**
 * The Views the shell makes by itself while the terminal process is away: "starting" and "out of service". Remembers the site and its
 * usual preferences from the Views that pass, so that the screen keeps its sign. Used by the terminal supervisor.
 */
import { VIEW_VERSION, type Preferences, type Site, type View, type ViewBody } from '../../state-machines/view.ts';

/** Before the terminal process has ever spoken nothing is known of the site; the page shows no sign then. */
const unknownSite: Site = {
  operator: '',
  place: '',
  terminal: '',
  hotline: '',
  hotlineHours: '',
  slots: { card: 'right', cash: 'right', receipt: 'right' },
};

const usualPreferences: Preferences = { locale: 'zh-CN', size: 'standard', theme: 'light', lowReach: false };

export class ShellViews {
  #site = unknownSite;
  #preferences = usualPreferences;
  #latest: View | undefined;
  readonly #now: () => number;

  /** @param now wall time in ms */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** A View of the terminal process passed. Preferences of the idle screen are the site's; any other's are a person's and end with them. */
  remember(view: View): void {
    this.#latest = view;
    this.#site = view.site;
    if (view.body.kind === 'attract') this.#preferences = view.preferences;
  }

  /** The terminal process is (re)starting. */
  starting(): View {
    return this.#make({ kind: 'starting' });
  }

  /** The terminal process gave up. What it said itself about being out of service knows more than we do and stays. */
  outOfService(): View {
    if (this.#latest?.body.kind === 'out-of-service') return this.#latest;
    return this.#make({ kind: 'out-of-service', reason: 'journalUnavailable' });
  }

  /** `seq` 0: the terminal process counts from 1, so a touch on one of these never fits a View of its own. */
  #make(body: ViewBody): View {
    return {
      version: VIEW_VERSION,
      seq: 0,
      site: this.#site,
      preferences: this.#preferences,
      clock: new Date(this.#now()).toTimeString().slice(0, 5),
      utilities: false,
      body,
    };
  }
}
