/**
 * Draws every statechart into state-machines/README.md from the machine itself, so that the picture can't drift from the code.
 * `npm run diagrams` writes; a unit test fails when the file is not what the machines say.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { AnyStateMachine } from 'xstate';
import { accountMachine } from '../../state-machines/account.ts';
import { identificationMachine } from '../../state-machines/identification.ts';
import { callbackMachine } from '../../state-machines/callback.ts';
import { chatMachine } from '../../state-machines/chat.ts';
import { deskMachine } from '../../state-machines/desk.ts';
import { maintenanceMachine } from '../../state-machines/maintenance.ts';
import { roomsMachine } from '../../state-machines/maintenance/rooms.ts';
import { signInMachine } from '../../state-machines/maintenance/sign-in.ts';
import { sessionMachine } from '../../state-machines/session.ts';
import { deviceMachine } from '../../state-machines/device.ts';
import { statementMachine } from '../../state-machines/statement.ts';
import { supportMachine } from '../../state-machines/support.ts';
import { surveyMachine } from '../../state-machines/survey.ts';
import { pendingLoadMachine } from '../../state-machines/pending-load.ts';
import { topUpMachine } from '../../state-machines/top-up.ts';
import { projectRoot } from './run-tool.ts';

export const diagramFile = path.join(projectRoot, 'state-machines', 'README.md');

const charts: readonly { readonly title: string; readonly about: string; readonly machine: AnyStateMachine }[] = [
  { title: 'session', about: 'One person, from the attract screen to the card in their hand (`session.ts`).', machine: sessionMachine },
  { title: 'top-up', about: 'Amount, tender, money, load, proof (`top-up.ts`, parts in `top-up/` and `payment/`).', machine: topUpMachine },
  {
    title: 'pending-load',
    about: 'What waits at the issuer: offered, claimed, written like a top-up (`pending-load.ts`, parts in `pending-load/` and `top-up/`).',
    machine: pendingLoadMachine,
  },
  {
    title: 'statement',
    about: 'What card and account remember, on the glass and on paper (`statement.ts`, parts in `statement/`).',
    machine: statementMachine,
  },
  {
    title: 'support',
    about: 'Help: questions, answers, search and whom one can reach (`support.ts`, parts in `support/`).',
    machine: supportMachine,
  },
  {
    title: 'account',
    about:
      'The card’s own services: activation, validity, functions, release of a loss report, service password (`account.ts`, parts in `account/`; scripts: `card-script.ts`).',
    machine: accountMachine,
  },
  {
    title: 'identification',
    about: 'Who somebody is, for flows that need to know (`identification.ts`, states of `loss-report/`).',
    machine: identificationMachine,
  },
  {
    title: 'desk',
    about: 'The support desk: a ticket, and how things stand (`desk.ts`, parts in `desk/`).',
    machine: deskMachine,
  },
  {
    title: 'callback',
    about: 'A call back by appointment: a time of the desk, a telephone (`callback.ts`, parts in `callback/`).',
    machine: callbackMachine,
  },
  {
    title: 'maintenance',
    about: 'Staff at the cabinet: the prompt, the rooms behind it, the way out (`maintenance.ts`, parts in `maintenance/`).',
    machine: maintenanceMachine,
  },
  {
    title: 'sign-in',
    about: 'The prompt of the maintenance mode: what somebody holds, and their PIN (`maintenance/sign-in.ts`).',
    machine: signInMachine,
  },
  {
    title: 'rooms',
    about: 'What staff does inside (`maintenance/rooms.ts`, parts beside it).',
    machine: roomsMachine,
  },
  {
    title: 'chat',
    about: 'A conversation with an agent, and what is offered where nobody comes (`chat.ts`, parts in `chat/`).',
    machine: chatMachine,
  },
  {
    title: 'survey',
    about: 'The question at the end: how it went, by one touch (`survey.ts`, parts in `survey/`).',
    machine: surveyMachine,
  },
  { title: 'device', about: 'Supervision of one device: up, away, and up again (`device.ts`).', machine: deviceMachine },
];

/** The whole file. */
export function diagrams(): string {
  const parts = charts.map(({ title, about, machine }) => `## ${title}\n\n${about}\n\n\`\`\`mermaid\n${mermaidOf(machine)}\n\`\`\`\n`);
  return `# Statecharts

Each flow is an XState machine: it decides what comes next and nothing else. \`ports.ts\` says what a flow may ask of the world, \`view.ts\`
what the screen may know and say, \`waiting.ts\` how every wait for a person warns, extends and ends. The pictures are drawn from the
machines by \`npm run diagrams\`: \`✓\` an actor ended, \`✗\` it failed, \`⏱\` a named delay.

${parts.join('\n')}`;
}

type Node = AnyStateMachine['root'];

function mermaidOf(machine: AnyStateMachine): string {
  return ['stateDiagram-v2', ...statesOf(machine.root, 1), ...arrowsOf(machine.root)].join('\n');
}

/** Names without the machine's own, joined so that Mermaid takes them. */
function nameOf(node: Node): string {
  return node.path.join('_');
}

function statesOf(node: Node, depth: number): string[] {
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

function arrowsOf(node: Node): string[] {
  const own = [...node.transitions.entries(), ...(node.always === undefined ? [] : [['', node.always] as const])].flatMap(([event, transitions]) =>
    transitions.flatMap((transition) => (transition.target ?? []).map((target) => [nameOf(node), nameOf(target), wordOf(event)] as const)),
  );
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

function wordOf(event: string): string {
  if (event.startsWith('xstate.done.actor')) return '✓';
  if (event.startsWith('xstate.error.actor')) return '✗';
  const after = /^xstate\.after\.([^.]+)\./.exec(event);
  return after === null ? event.replace(/^ui\./, '') : `⏱ ${after[1] ?? ''}`;
}

if (import.meta.main) writeFileSync(diagramFile, diagrams());
