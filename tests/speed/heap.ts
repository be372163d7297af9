/**
 * Whether the page keeps anything of those who were there: the heap of its engine after 1,000 sessions in a row, after a forced collection, over
 * that before them; and the same of its objects alone, without the code that the engine compiles for a long while. The built page draws every View of a session, in every language and size in turn, and a button is touched on each.
 */
import type { CDPSession } from 'playwright-core';
import { z } from 'zod';
import { locales, sizes, type View } from '../../state-machines/view.ts';
import { launchBrowser } from '../launcher/browser.ts';
import { productParts } from '../launcher/build.ts';
import { MAIN, viewOf, type Setting } from '../renderer/fixtures.ts';
import { PORTRAIT, serveKioskPages } from '../renderer/kiosk-page.ts';
import type { Figure } from './figure.ts';

const SESSIONS = 1000;
/** Until each language has its glyphs, and most of what is drawn often is compiled. */
const WARM_UP = 300;
/** Sessions that go to the page in one piece. */
const PIECE = 20;
const MB = 1_000_000;

/** Of a session: somebody looks for help, tops up, answers how it went, and goes. */
const WALK = [
  'attract',
  'help-home',
  'help-search',
  'help-answer',
  'insert-card',
  'menu',
  'statement',
  'top-up-amount',
  'top-up-tender',
  'overlay-access',
  'top-up-qr',
  'top-up-cash',
  'committing',
  'done',
  'take-card',
  'survey',
  'goodbye',
] as const;

interface Standing {
  /** Bytes. */
  readonly heap: number;
  /** Bytes of it that are no code of the engine's. */
  readonly objects: number;
  readonly nodes: number;
  readonly listeners: number;
}

export async function measureHeap(): Promise<readonly Figure[]> {
  const browser = await launchBrowser();
  try {
    const pages = await serveKioskPages(browser, `${productParts.outDir}/renderer`);
    const kiosk = await pages.open({ viewport: PORTRAIT });
    const engine = await kiosk.page.context().newCDPSession(kiosk.page);
    let session = 0;
    const plays = async (until: number): Promise<Standing> => {
      for (; session < until; session += PIECE) {
        const views = Array.from({ length: PIECE }, (_, index) => viewsOf(session + index)).flat();
        await kiosk.survey(views, touchOne);
      }
      return standingOf(engine);
    };
    const first = await plays(WARM_UP);
    const last = await plays(WARM_UP + SESSIONS);
    await pages.close();
    return [
      { name: 'page.heap.growth', value: (100 * (last.heap - first.heap)) / first.heap, unit: '%', target: 5 },
      { name: 'page.heap', value: last.heap / MB, unit: 'MB' },
      { name: 'page.objects.growth', value: (100 * (last.objects - first.objects)) / first.objects, unit: '%', target: 5 },
      { name: 'page.nodes.growth', value: (100 * (last.nodes - first.nodes)) / first.nodes, unit: '%', target: 5 },
      { name: 'page.listeners.growth', value: last.listeners - first.listeners, unit: '', target: 0 },
      { name: 'page.sessions', value: SESSIONS, unit: '' },
    ];
  } finally {
    await browser.close();
  }
}

function viewsOf(session: number): readonly View[] {
  const locale = locales[session % locales.length] ?? 'zh-CN';
  const size = sizes[Math.floor(session / locales.length) % sizes.length] ?? 'standard';
  return WALK.map((name, step) => {
    const sample = MAIN[name];
    if (sample === undefined) throw new Error(`no sample ${name}`);
    const setting: Setting = { seq: 1 + session * WALK.length + step, preferences: { locale, size } };
    return viewOf(sample, setting);
  });
}

/** Runs in the page. What the pretended shell would have heard is no matter here, and no growth of the page's. */
const touchOne = (): void => {
  document.querySelector<HTMLButtonElement>('button')?.click();
  (window as unknown as { kioskSent: unknown[] }).kioskSent.length = 0;
};

async function standingOf(engine: CDPSession): Promise<Standing> {
  // a second one takes what the first has let go of
  for (let times = 0; times < 2; times += 1) await engine.send('HeapProfiler.collectGarbage');
  const { usedSize } = await engine.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners } = await engine.send('Memory.getDOMCounters');
  return { heap: usedSize, objects: await objectsIn(engine), nodes, listeners: jsEventListeners };
}

const snapshotSchema = z.object({
  snapshot: z.object({ meta: z.object({ node_fields: z.array(z.string()), node_types: z.tuple([z.array(z.string())]).rest(z.unknown()) }) }),
  nodes: z.array(z.number()),
});

/** What V8 compiled, and what is the document's: its nodes are counted. */
const NO_OBJECTS: readonly string[] = ['code', 'native'];

/** Bytes, from a snapshot of the heap. */
async function objectsIn(engine: CDPSession): Promise<number> {
  const chunks: string[] = [];
  const hear = ({ chunk }: { readonly chunk: string }): void => void chunks.push(chunk);
  engine.on('HeapProfiler.addHeapSnapshotChunk', hear);
  await engine.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  engine.off('HeapProfiler.addHeapSnapshotChunk', hear);
  const {
    snapshot: { meta },
    nodes,
  } = snapshotSchema.parse(JSON.parse(chunks.join('')));
  const [types] = meta.node_types;
  const [type, size] = [meta.node_fields.indexOf('type'), meta.node_fields.indexOf('self_size')];
  let bytes = 0;
  for (let node = 0; node < nodes.length; node += meta.node_fields.length)
    if (!NO_OBJECTS.includes(types[nodes[node + type] ?? 0] ?? '')) bytes += nodes[node + size] ?? 0;
  return bytes;
}
