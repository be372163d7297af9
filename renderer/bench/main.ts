/** The bench window's page: a simulated cabinet with hands, around the live screen of the kiosk. Development only. */
import './without-eval.ts';

// Later than the line above: what is imported statically could make its schemas first.
void import('./start.tsx');
