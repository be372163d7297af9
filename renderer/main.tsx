/** The page: loads its fonts, says that it is ready, draws each View that comes and sends back what a person did. */
import { useSyncExternalStore } from 'react';
import { createRoot } from 'react-dom/client';
import '@fontsource-variable/noto-sans-sc/index.css';
import './without-eval.ts';
import { FLAVOR } from '../common/flavor.ts';
import { VIEW_VERSION, viewSchema, type UiAct, type View } from '../state-machines/view.ts';
import './page-api.ts';
import { GuideTrack } from './guide/guide-track.tsx';
import { Screen } from './screen.tsx';
import { SafetyNet } from './safety-net.tsx';
import { TrainingFrame } from './training/frame.tsx';
import { inchOf, scaleOf, type Scale } from './theme/scale.ts';
import './theme/all.ts';
import { CornerGesture } from './maintenance/corner.ts';
import { allStaffWords } from './maintenance/words.ts';
import { allWords, startWords } from './words.ts';

interface Shown {
  readonly view: View;
  readonly arrivedAt: number;
}

let shown: Shown | undefined;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A View that isn't one is reported and not drawn: the last good one stays. */
function receive(candidate: unknown): void {
  const parsed = viewSchema.safeParse(candidate);
  if (!parsed.success) {
    console.error('not a View', parsed.error.issues);
    return;
  }
  shown = { view: parsed.data, arrivedAt: performance.now() };
  for (const listener of listeners) listener();
}

function send(view: View, act: UiAct): void {
  window.kiosk.send({ version: VIEW_VERSION, seq: view.seq, act });
}

/** Where nobody is served, staff may call for the prompt. */
const corner = new CornerGesture();
window.addEventListener(
  'pointerdown',
  (event) => {
    const kind = shown?.view.body.kind;
    if (shown === undefined || (kind !== 'attract' && kind !== 'out-of-service')) return;
    if (corner.touched(event.clientX, event.clientY, window.innerWidth, event.timeStamp)) send(shown.view, { type: 'staff' });
  },
  { capture: true },
);

const glass = (): Scale => scaleOf(window.innerWidth, window.innerHeight, inchOf(window.location.search));
let scale = glass();
window.addEventListener('resize', () => {
  scale = glass();
  for (const listener of listeners) listener();
});

function Page() {
  const current = useSyncExternalStore(subscribe, () => shown);
  const currentScale = useSyncExternalStore(subscribe, () => scale);
  if (current === undefined) return null;
  return (
    <>
      <SafetyNet view={current.view}>
        <Screen view={current.view} arrivedAt={current.arrivedAt} scale={currentScale} send={send} />
        <GuideTrack view={current.view} send={send} />
      </SafetyNet>
      {FLAVOR === 'training' && <TrainingFrame locale={current.view.preferences.locale} link={window.kiosk.training} />}
    </>
  );
}

/** Glyphs of these words, in the file subsets that hold them; one variable file has every weight. */
function loadFont(words: string): Promise<unknown> {
  return document.fonts.load('32px "Noto Sans SC Variable"', words);
}

async function start(): Promise<void> {
  const root = document.getElementById('root');
  if (root === null) throw new Error('the page has no root');
  window.addEventListener('contextmenu', (event) => event.preventDefault());
  createRoot(root).render(<Page />);
  await loadFont(startWords());
  window.kiosk.onView(receive);
  window.kiosk.ready();
  await loadFont(allWords());
  await loadFont(allStaffWords());
}

void start();
