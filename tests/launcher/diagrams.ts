/**
 * Draws every statechart into state-machines/README.md from the machine itself, so that the picture can't drift from the code.
 * `npm run diagrams` writes; a unit test fails when the file is not what the machines say.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { AnyStateMachine } from 'xstate';
import { transitionsOf, type ChartNode } from '../../state-machines/chart-outline.ts';
import { charts } from '../../state-machines/charts.ts';
import { chartNames, type ChartName } from '../../state-machines/maintenance/rooms/charts-screens.ts';
import { projectRoot } from './run-tool.ts';

export const diagramFile = path.join(projectRoot, 'state-machines', 'README.md');

/** What each is about. */
const ABOUT: Readonly<Record<ChartName, string>> = {
  session: 'One person, from the attract screen to the card in their hand (`session.ts`).',
  topUp: 'Amount, tender, money, load, proof (`top-up.ts`, parts in `top-up/` and `payment/`).',
  pendingLoad: 'What waits at the issuer: offered, claimed, written like a top-up (`pending-load.ts`, parts in `pending-load/` and `top-up/`).',
  replacement:
    'A new card for a lost one: the fee, the blank that its issuer writes, the hand that takes it (`replacement.ts`, parts in `replacement/` and `payment/`).',
  lossReport: 'Who somebody is, which card, one confirmation, the issuer’s word (`loss-report.ts`, parts in `loss-report/`).',
  account:
    'The card’s own services: activation, validity, functions, release of a loss report, service password (`account.ts`, parts in `account/`; scripts: `card-script.ts`).',
  identification: 'Who somebody is, for flows that need to know (`identification.ts`, states of `loss-report/`).',
  statement: 'What card and account remember, on the glass and on paper (`statement.ts`, parts in `statement/`).',
  support: 'Help: questions, answers, search and whom one can reach (`support.ts`, parts in `support/`).',
  desk: 'The support desk: a ticket, and how things stand (`desk.ts`, parts in `desk/`).',
  callback: 'A call back by appointment: a time of the desk, a telephone (`callback.ts`, parts in `callback/`).',
  chat: 'A conversation with an agent, and what is offered where nobody comes (`chat.ts`, parts in `chat/`).',
  survey: 'The question at the end: how it went, by one touch (`survey.ts`, parts in `survey/`).',
  device: 'Supervision of one device: up, away, and up again (`device.ts`).',
  maintenance: 'Staff at the cabinet: the prompt, the rooms behind it, the way out (`maintenance.ts`, parts in `maintenance/`).',
  signIn: 'The prompt of the maintenance mode: what somebody holds, and their PIN (`maintenance/sign-in.ts`).',
  cardBack: 'The staff card that comes back after an act that needed its slot (`maintenance/card-back.ts`).',
  rooms: 'What staff does inside: one room at a time (`maintenance/rooms.ts`, the rooms in `maintenance/rooms/`).',
  devices: 'One device after the other (`maintenance/rooms/devices.ts`).',
  supplies: 'Paper, blank cards, reject bin (`maintenance/rooms/supplies.ts`).',
  box: '清机: the box out, another in, the count, the slip (`maintenance/rooms/box.ts`).',
  journal: 'Search, story, an undetermined load, verify, export (`maintenance/rooms/journal.ts`).',
  system: 'The terminal itself, and the tests of its glass (`maintenance/rooms/system.ts`).',
  selfTests: 'Guided tests of what is fitted, and the report by which the terminal serves again (`maintenance/self-tests.ts`).',
  monitor: 'The protocol monitor (`maintenance/monitor.ts`).',
  charts: '状态图: every machine drawn, with the path it took (`maintenance/rooms/charts.ts`).',
  replay: '回放: one transaction once more, entry by entry (`maintenance/replay.ts`, tables in `maintenance/replay/`).',
};

/** The whole file. */
export function diagrams(): string {
  const parts = chartNames.map((name) => `## ${titleOf(name)}\n\n${ABOUT[name]}\n\n\`\`\`mermaid\n${mermaidOf(charts[name])}\n\`\`\`\n`);
  return `# Statecharts

Each flow is an XState machine: it decides what comes next and nothing else. \`ports.ts\` says what a flow may ask of the world, \`view.ts\`
what the screen may know and say, \`waiting.ts\` how every wait for a person warns, extends and ends. The pictures are drawn from the
machines by \`npm run diagrams\`: \`✓\` an actor ended, \`✗\` it failed, \`⏱\` a named delay.

${parts.join('\n')}`;
}

function titleOf(name: ChartName): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function mermaidOf(machine: AnyStateMachine): string {
  return ['stateDiagram-v2', ...statesOf(machine.root, 1), ...arrowsOf(machine.root)].join('\n');
}

/** Names without the machine's own, joined so that Mermaid takes them. */
function nameOf(node: ChartNode): string {
  return node.path.join('_');
}

function statesOf(node: ChartNode, depth: number): string[] {
  const pad = '  '.repeat(depth);
  const children = Object.values(node.states);
  const first = node.config.initial;
  return [
    ...(typeof first === 'string' ? [`${pad}[*] --> ${[...node.path, first].join('_')}`] : []),
    ...children.flatMap((child) => {
      const label = `${pad}state "${child.key}" as ${nameOf(child)}`;
      if (Object.keys(child.states).length === 0) return [label];
      return [`${label} {`, ...statesOf(child, depth + 1), `${pad}}`];
    }),
  ];
}

function arrowsOf(node: ChartNode): string[] {
  const own = transitionsOf(node).map(({ event, to }) => [nameOf(node), nameOf(to), event] as const);
  const words = new Map<string, Set<string>>();
  for (const [from, to, word] of own) {
    if (from === '' || to === '') continue;
    const arrow = `  ${from} --> ${to}`;
    words.set(arrow, (words.get(arrow) ?? new Set()).add(word));
  }
  const arrows = [...words].map(
    ([arrow, events]) => `${arrow}${[...events].some((event) => event !== '') ? `: ${[...events].filter((event) => event !== '').join(' · ')}` : ''}`,
  );
  const ends = node.type === 'final' ? [`  ${nameOf(node)} --> [*]`] : [];
  return [...arrows, ...ends, ...Object.values(node.states).flatMap((child) => arrowsOf(child))];
}

if (import.meta.main) writeFileSync(diagramFile, diagrams());
