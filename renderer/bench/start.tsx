/** Draws the bench window and joins it to the shell and the cabinet. Loaded by main.ts. */
import { createRoot } from 'react-dom/client';
import '@fontsource-variable/noto-sans-mono/index.css';
import '@fontsource-variable/noto-sans-sc/index.css';
import '../theme/all.ts';
import './bench.css';
import { BenchWindow } from './bench-window.tsx';
import { CabinetLink } from './cabinet-link.ts';
import { followViews } from './live-view.ts';

/** The window's own size in design px; it is scaled to fit whatever window it gets. */
const WIDTH = 1400;
const HEIGHT = 1000;

function fitWindow(): void {
  const scale = Math.min(window.innerWidth / WIDTH, window.innerHeight / HEIGHT);
  document.documentElement.style.setProperty('--bench-k', String(scale));
}

function start(): void {
  const root = document.getElementById('root');
  const api = new URLSearchParams(window.location.search).get('api');
  if (root === null) throw new Error('the page has no root');
  if (api === null) throw new Error('the bench needs the address of its cabinet: ?api=http://…');
  fitWindow();
  window.addEventListener('resize', fitWindow);
  const link = new CabinetLink(api);
  createRoot(root).render(<BenchWindow link={link} />);
  followViews();
  link.follow();
}

start();
