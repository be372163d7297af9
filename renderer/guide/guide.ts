/**
 * Guides through a screen without eyes or touch (kiosk-ux.md 5 to 7): moves the one focus over its stops as keys and switches say, and
 * tells what is said: a whole screen when it comes, a stop when the focus comes to it, and what changes meanwhile. Owned by GuideTrack.
 */
import type { KeyPress, Preferences, UiAct, View } from '../../state-machines/view.ts';
import type { Say } from '../words.ts';
import { spoken } from './spoken-text.ts';
import { stopsOf, type Stop } from './stops.ts';
import { RATES, VOLUME, type Sound } from './voice.ts';

export interface Shown {
  readonly view: View;
  readonly say: Say;
  readonly act: (act: UiAct) => void;
}

/**
 * Hears what is said now, in words, and how; '' ends what is being said.
 * @param behind what was said last and is not cut short by this; '' cuts it
 */
export type Tell = (text: string, sound: Sound, behind: string) => void;

/** Acts that lead back and take nothing; and those that end something, which are asked for once more. */
const BACK: readonly UiAct['type'][] = ['close', 'back'];
const LEAVE: readonly UiAct['type'][] = ['cancel', 'finish'];

export class Guide {
  readonly #out: Tell;
  #shown: Shown | undefined;
  #root: HTMLElement | undefined;
  #screen = '';
  /** All of the screen, which changes with a View and never without one; and those that the focus goes to. */
  #all: readonly Stop[] = [];
  #stops: readonly Stop[] = [];
  /** What the stops say, as they stood when they were drawn. */
  #said: ReadonlySet<string> = new Set();
  /** Where the focus was last, by number. */
  #at = 0;
  /** The last that was said for a screen or a key. */
  #lastSaid = '';
  /** The same of a screen under a question that lies over it. */
  #under = 0;
  /** The last who did something did it with a key. */
  #byKeys = false;
  #lastKey: KeyPress['key'] | undefined;
  #scanTimer: ReturnType<typeof setInterval> | undefined;

  constructor(tell: Tell) {
    this.#out = tell;
  }

  end(): void {
    clearInterval(this.#scanTimer);
  }

  /** A finger took over: the focus follows no more. */
  touched(): void {
    this.#byKeys = false;
    this.#markGuided();
  }

  /** A View stands on the screen. Call after each. */
  drawn(shown: Shown, main: HTMLElement): void {
    const before = this.#shown?.view;
    const said = this.#said;
    this.#shown = shown;
    this.#root = main.querySelector<HTMLElement>('[aria-modal="true"]') ?? main;
    const screen = screenOf(main, this.#root);
    const comes = screen !== this.#screen;
    const under = this.#screen === `${screen} warned`;
    if (screen === `${this.#screen} warned`) this.#under = this.#at;
    this.#screen = screen;
    if (comes && before !== undefined && before.body.kind !== 'attract' && main.dataset['page'] === 'attract') this.#byKeys = false;
    this.#all = stopsOf(this.#root, shown.view.preferences.locale === 'en' ? ', ' : '，');
    this.#said = new Set(this.#all.map((stop) => this.#wordsOf(stop)));
    this.#stops = this.#reachable();
    this.#markGuided();
    this.#restartScan();
    if (comes) this.#come(under ? this.#under : this.#first());
    else this.#stay(said);
    const { speech = false } = shown.view.preferences;
    const changed = speech !== (before?.preferences.speech ?? false);
    if (changed) this.#tell(speech ? `${shown.say('speech.keys')} ${this.#script()}` : '');
  }

  press({ key, press }: KeyPress): void {
    if (this.#shown === undefined) return;
    const again = this.#lastKey === key;
    this.#lastKey = key;
    this.#byKeys = true;
    this.#markGuided();
    this.#act(key, press === 'long', again);
  }

  #act(key: KeyPress['key'], long: boolean, again: boolean): void {
    switch (key) {
      case 'prev':
        return long ? this.#focus(0) : this.#move(-1);
      case 'next':
        return long ? this.#focus(this.#stops.length - 1) : this.#move(1);
      case 'select':
        return this.#select();
      case 'back':
        return this.#back(long);
      case 'help':
        return this.#help(again);
      case 'volumeUp':
        return this.#volume(1);
      case 'volumeDown':
        return long ? this.#volume(-VOLUME.top) : this.#volume(-1);
      case 'rate':
        return this.#rate(long);
      case '*':
        return this.#prefer({ speech: this.#preferences.speech !== true });
      case '#':
        return this.#confirmTyped();
      case 'switch1':
      case 'switch2':
        return this.#switch(key);
      case '0':
      case '1':
      case '2':
      case '3':
      case '4':
      case '5':
      case '6':
      case '7':
      case '8':
      case '9':
        return this.#type(key);
    }
  }

  get #sound(): Sound {
    return this.#shown?.view.preferences ?? { locale: 'zh-CN' };
  }

  get #preferences(): Partial<Preferences> {
    return this.#shown?.view.preferences ?? {};
  }

  // --- the focus ---

  /** Whoever sees the screen and presses switches wants to act, and reads without them. */
  #reachable(): readonly Stop[] {
    const { scan = false, speech = false } = this.#preferences;
    return scan && !speech ? this.#all.filter(({ kind, element }) => kind === 'control' && !isOff(element)) : this.#all;
  }

  get #here(): number {
    return this.#stops.findIndex(({ element }) => element === document.activeElement);
  }

  #move(by: 1 | -1): void {
    const here = this.#here;
    const { length } = this.#stops;
    this.#focus(here < 0 ? this.#first() : (here + by + length) % length);
  }

  /** The headline; of a question that lies over the screen its answer. */
  #first(): number {
    const primary = this.#stops.findIndex(({ element }) => 'primary' in element.dataset && this.#root?.ariaModal === 'true');
    return Math.max(0, primary);
  }

  #focus(at: number, before = ''): void {
    const stop = this.#place(at);
    if (stop !== undefined) this.#tell(`${before}${this.#wordsOf(stop)}`);
  }

  #place(at: number): Stop | undefined {
    const stop = this.#stops[Math.min(at, this.#stops.length - 1)];
    if (stop === undefined) return undefined;
    this.#at = at;
    if (stop.kind === 'text') stop.element.tabIndex = -1;
    stop.element.focus();
    return stop;
  }

  /** The style shows the focus as long as it is led by keys, switches or the voice. */
  #markGuided(): void {
    document.documentElement.toggleAttribute('data-guided', this.#isGuided);
  }

  get #isGuided(): boolean {
    const { speech = false, scan = false } = this.#preferences;
    return this.#byKeys || speech || scan;
  }

  #come(at: number): void {
    if (this.#isGuided) this.#place(at);
    this.#tell(this.#script());
  }

  /** The same screen, with something else on it: the focus stays where it is, or where it was if that is gone. */
  #stay(before: ReadonlySet<string>): void {
    if (this.#isGuided && this.#here < 0) this.#place(this.#at);
    const news = this.#stops.filter((stop, at) => !before.has(this.#wordsOf(stop)) && (stop.kind === 'text' || at === this.#here));
    if (news.length === 0) return;
    const headline = news.some(({ element }) => element.tagName === 'H1');
    // What changes by itself cuts no sentence that somebody is listening to.
    if (headline) this.#tell(this.#script());
    else if (this.#preferences.speech === true) this.#out(this.#hearable(news.map((stop) => this.#wordsOf(stop)).join(' ')), this.#sound, this.#lastSaid);
  }

  // --- keys ---

  #select(): void {
    const stop = this.#stops[this.#here];
    if (stop === undefined) return this.#focus(this.#first());
    if (stop.kind === 'text' || isOff(stop.element)) return this.#tell(this.#wordsOf(stop));
    return stop.element.click();
  }

  /** @param leave all of it, not one step */
  #back(leave: boolean): void {
    const back = leave ? undefined : this.#control(BACK);
    if (back !== undefined) return back.element.click();
    const end = this.#control(LEAVE);
    if (end === undefined) return this.#tell(this.#words('speech.noBack'));
    return this.#focus(this.#stops.indexOf(end), `${this.#words('speech.again')} `);
  }

  #control(acts: readonly UiAct['type'][]): Stop | undefined {
    return this.#stops.find(({ element }) => acts.some((act) => act === element.dataset['act']) && !isOff(element));
  }

  /** Once: the screen once more, and the keys; twice: the way to people. */
  #help(again: boolean): void {
    const help = this.#stops.find(({ element }) => element.dataset['testid'] === 'util-help');
    if (again && help !== undefined) return help.element.click();
    return this.#tell(`${this.#script()} ${this.#words('speech.keys')}`);
  }

  #volume(by: number): void {
    const { speech = false, volume = VOLUME.usual } = this.#preferences;
    if (!speech) return;
    const next = Math.min(VOLUME.top, Math.max(0, volume + by));
    this.#prefer({ volume: next });
    this.#tell(next === 0 ? this.#words('speech.muted') : this.#words('speech.volume', next));
  }

  #rate(reset: boolean): void {
    const { speech = false, rate = RATES.usual } = this.#preferences;
    if (!speech) return;
    const next = reset ? RATES.usual : (rate + 1) % RATES.steps.length;
    this.#prefer({ rate: next });
    this.#tell(this.#words('speech.rate', next + 1));
  }

  #type(digit: string): void {
    const key = this.#byTestId(`digit-${digit}`) ?? this.#byTestId(`symbol-${digit}`);
    if (key === undefined) return;
    key.element.click();
    const secret = this.#root?.querySelector('[data-secret]') !== null || this.#isOpen;
    this.#tell(secret ? this.#words('speech.star') : digit);
  }

  #confirmTyped(): void {
    const confirm = this.#byTestId('confirm');
    if (confirm === undefined) return;
    this.#place(this.#stops.indexOf(confirm));
    this.#select();
  }

  #byTestId(testId: string): Stop | undefined {
    return this.#stops.find(({ element }) => element.dataset['testid'] === testId);
  }

  // --- switches ---

  #switch(key: 'switch1' | 'switch2'): void {
    if (this.#preferences.scan !== true) return this.#prefer({ scan: true });
    this.#restartScan();
    return this.#isAlone || key === 'switch2' ? this.#select() : this.#move(1);
  }

  /** With one switch the focus goes on by itself. */
  get #isAlone(): boolean {
    return this.#shown?.view.keypad?.switches === 'one';
  }

  #restartScan(): void {
    clearInterval(this.#scanTimer);
    this.#scanTimer = undefined;
    const { keypad, preferences } = this.#shown?.view ?? {};
    if (keypad === undefined || preferences?.scan !== true || !this.#isAlone) return;
    this.#scanTimer = setInterval(() => this.#move(1), keypad.scanMs);
  }

  // --- words ---

  #prefer(preferences: Partial<Preferences>): void {
    this.#shown?.act({ type: 'prefer', preferences });
  }

  #words(key: Parameters<Say>[0], n = 0): string {
    return this.#shown?.say(key, { n }) ?? '';
  }

  /** A person's own is for the headphone alone. */
  get #isOpen(): boolean {
    return this.#shown?.view.keypad?.headphone !== true;
  }

  #tell(text: string): void {
    if (this.#preferences.speech !== true && text !== '') return;
    this.#lastSaid = this.#hearable(text);
    this.#out(this.#lastSaid, this.#sound, '');
  }

  #hearable(text: string): string {
    const shown = this.#shown;
    if (shown === undefined) return '';
    const { view, say } = shown;
    const hearing = { locale: view.preferences.locale, open: this.#isOpen, look: say('speech.look'), common: [view.site.hotline] };
    return spoken(text, hearing);
  }

  #wordsOf({ element, kind, text }: Stop): string {
    if (this.#isOpen && element.closest('[data-private]') !== null) return this.#words('speech.look');
    const secret = element.dataset['secret'];
    if (secret !== undefined) return this.#words('speech.typed', Number(secret));
    if (kind === 'text') return text;
    const { chosen, off } = { chosen: element.ariaPressed === 'true', off: isOff(element) };
    return `${text}${chosen ? ` ${this.#words('speech.chosen')}` : ''}${off ? ` ${this.#words('speech.off')}` : ''}`;
  }

  /** Title, step, what it says, how many choices (kiosk-ux.md 7). */
  #script(): string {
    const shown = this.#shown;
    const root = this.#root;
    if (shown === undefined || root === undefined) return '';
    const { view, say } = shown;
    const main = root.closest('main');
    const title = root === main ? [main.ariaLabel ?? ''] : [];
    const step = view.step !== undefined && root === main ? [say('sign.step', { at: view.step.at + 1, of: view.step.of })] : [];
    const content = this.#all.filter(({ kind, element }) => kind === 'text' && (root !== main || element.tagName !== 'H1')).map((stop) => this.#wordsOf(stop));
    const choices = this.#all.filter(({ kind, element }) => kind === 'control' && element.closest('.utility') === null && !isOff(element));
    const count = choices.length === 0 ? [] : [say('speech.choices', { n: choices.length })];
    return [...title, ...step, ...content, ...count].map((part) => ended(part, view.preferences.locale)).join(' ');
  }
}

/** What makes it another screen: its page, what is typed or read on it, and a question that lies over it. */
function screenOf(main: HTMLElement, root: HTMLElement): string {
  const { page = '', field = '', answer = '' } = main.dataset;
  return `${page} ${field} ${answer}${root === main ? '' : ' warned'}`;
}

function isOff(element: HTMLElement): boolean {
  return element.ariaDisabled === 'true';
}

function ended(part: string, locale: Preferences['locale']): string {
  return /[。？！.?!]$/u.test(part) ? part : `${part}${locale === 'en' ? '.' : '。'}`;
}
